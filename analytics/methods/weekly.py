"""Hours repeat by the day and by the week: the week is taken out before the models see a series."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.methods.candidates import Candidate, Prediction

FloatArray = NDArray[np.float64]

DAY, WEEK = 24, 168
LEAST_WEEKS = 3
# Below this share of signal in what the week seems to add, it is noise.
CLEAR = 0.3


def week_profile(y: FloatArray) -> FloatArray:
    """What each hour of the week adds to its hour of the day, from the first value's hour on.

    Deviations from a moving mean of one week, averaged over the weeks, less the mean of their hour
    of the day; drawn towards 0 by the share of noise in them (W. James and C. Stein 1961).

    Returns
    -------
    ndarray, shape (168,)
        All 0 where the week adds nothing that is clear, or fewer than three weeks are known.
    """
    nothing = np.zeros(WEEK)
    if len(y) < LEAST_WEEKS * WEEK:
        return nothing
    level = np.convolve(y, np.full(WEEK, 1.0 / WEEK), mode="valid")
    rest = y[WEEK // 2 : WEEK // 2 + len(level)] - level
    hour = (WEEK // 2 + np.arange(len(rest))) % WEEK
    counts = np.maximum(np.bincount(hour, minlength=WEEK), 1)
    means = np.bincount(hour, weights=rest, minlength=WEEK) / counts
    noise = float(np.sum((rest - means[hour]) ** 2)) / max(len(rest) - WEEK, 1)
    added = means - np.tile(means.reshape(-1, DAY).mean(axis=0), WEEK // DAY)
    size = float(np.mean(added**2))
    share = 1.0 - noise * float(np.mean(1.0 / counts)) / size if size > 0 else 0.0
    return added * share if share > CLEAR else nothing


class Weekly(Candidate):
    """A candidate that sees hours without their week and gets it back in the forecast."""

    def __init__(self, inner: Candidate) -> None:
        self.inner = inner
        self.name = inner.name

    def specify(self, y: FloatArray, season: int) -> Any:
        """Choose the form of the model on ``y`` without its week."""
        return self.inner.specify(y - np.resize(week_profile(y), len(y)), season)

    def predict(self, y: FloatArray, season: int, horizon: int, form: Any = None) -> Prediction:
        """Forecast what is left without the week, and add the week of the hours to come."""
        added = np.resize(week_profile(y), len(y) + horizon)
        made = self.inner.predict(y - added[: len(y)], season, horizon, form)
        return made.map(lambda part: part + added[len(y) :])
