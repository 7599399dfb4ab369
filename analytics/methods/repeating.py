"""Hours also repeat by the week, days by the year: that is taken out before models see a series."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.methods.candidates import Candidate, Prediction

FloatArray = NDArray[np.float64]

DAY, WEEK = 24, 168
LEAST_WEEKS = 3
# Below this share of signal in what the week seems to add, it is noise.
CLEAR = 0.3
# A year by the distance of the values, in whole periods and exactly.
YEARS = {"day": (365, 365.25), "business day": (261, 260.9)}
HARMONICS = 3
# How alike the courses of any two years have to be: of 200 random walks of two years 1 % are so.
ALIKE = 0.7
SMOOTHED = 14

# From a series and a number of periods: what repeats, for the series and the periods after it.
Effect = Callable[[FloatArray, int], FloatArray]


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


def weeks(y: FloatArray, ahead: int) -> FloatArray:
    """What the week adds to each hour of ``y`` and of ``ahead`` hours more."""
    return np.resize(week_profile(y), len(y) + ahead)


def years(y: FloatArray, ahead: int, frequency: str) -> FloatArray:
    """The yearly wave of ``y`` and of ``ahead`` periods more; 0 where years are not alike.

    Three harmonics beside a line and the days of the week, by least squares.
    """
    whole, exact = YEARS[frequency]
    t = np.arange(len(y) + ahead, dtype=float)
    if len(y) < 2 * whole or _likeness(y, whole) < ALIKE:
        return np.zeros(len(t))
    turns = [2 * np.pi * k * t / exact for k in range(1, HARMONICS + 1)]
    waves = np.column_stack([f(turn) for turn in turns for f in (np.sin, np.cos)])
    week = 7 if frequency == "day" else 5
    others = [np.ones_like(t), t / len(t), *((t % week == k).astype(float) for k in range(1, week))]
    X = np.column_stack([waves, *others])
    found = np.linalg.lstsq(X[: len(y)], y, rcond=None)[0]
    return np.asarray(waves @ found[: waves.shape[1]])


def _likeness(y: FloatArray, year: int) -> float:
    """The least correlation of the smoothed courses of any two of the last years."""
    window = 2 * SMOOTHED + 1
    smooth = np.convolve(np.pad(y, SMOOTHED, mode="edge"), np.full(window, 1.0 / window), "valid")
    known = len(y) // year
    smooth = smooth[-known * year :]
    t = np.arange(len(smooth), dtype=float)
    courses = (smooth - np.polyval(np.polyfit(t, smooth, 1), t)).reshape(known, year)
    if not np.ptp(courses, axis=1).all():
        return 0.0
    return float(np.corrcoef(courses).min())


class Repeating(Candidate):
    """A candidate that sees a series without what repeats, and gets it back in the forecast."""

    def __init__(self, inner: Candidate, effect: Effect) -> None:
        self.inner, self.name, self.effect = inner, inner.name, effect

    def specify(self, y: FloatArray, season: int) -> Any:
        """Choose the form of the model on ``y`` without what repeats."""
        return self.inner.specify(y - self.effect(y, 0), season)

    def predict(self, y: FloatArray, season: int, horizon: int, form: Any = None) -> Prediction:
        """Forecast what is left, and add what repeats."""
        added = self.effect(y, horizon)
        made = self.inner.predict(y - added[: len(y)], season, horizon, form)
        return made.map(lambda part: part + added[len(y) :])


def find_repeating(y: FloatArray, frequency: str, season: int) -> tuple[str, Effect] | None:
    """Name of the notice and effect of what clearly repeats beyond the season of ``y``."""
    if frequency == "hour" and season == DAY and week_profile(y).any():
        return "week_seen", weeks
    if frequency in YEARS and season > 1:
        effect = partial(years, frequency=frequency)
        return ("year_seen", effect) if effect(y, 0).any() else None
    return None
