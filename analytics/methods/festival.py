"""The Spring Festival, which no season holds: it falls on another day each year.

A regression with trend, yearly waves and weekdays tells what a period that lies wholly within the
festival differs by; models then see the series without it, and their forecasts get it back
(W. R. Bell and S. C. Hillmer 1983, Modeling time series with calendar variation, JASA 78(383)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from analytics.methods.candidates import Candidate, Prediction
from analytics.methods.timeseries import RegularSeries

FloatArray = NDArray[np.float64]
# Month and day of the Chinese New Year from 1990 on.
_NEW_YEARS = (
    127, 215, 204, 123, 210, 131, 219, 207, 128, 216, 205, 124, 212, 201, 122, 209, 129, 218, 207,
    126, 214, 203, 123, 210, 131, 219, 208, 128, 216, 205, 125, 212, 201, 122, 210, 129, 217, 206,
    126, 213, 203, 123, 211, 131, 219, 208, 128, 215, 204, 124, 212, 201, 122, 210, 130, 217, 206,
    126, 214, 202, 123,
)  # fmt: skip
NEW_YEARS = np.array(
    [f"{1990 + k}-{day // 100:02}-{day % 100:02}" for k, day in enumerate(_NEW_YEARS)],
    dtype="datetime64[D]",
).astype(float)
# Days before and after New Year's Day: the public holiday, or the weeks when little is ordered.
WINDOWS = ((1, 6), (3, 8), (5, 10))
PER_YEAR = {"day": 365.25, "business day": 261.0, "week": 52.18, "month": 12.0}
# An effect counts beyond this t, seen at two festivals at least, at each in the same direction, and
# so much clearer than what the same regression finds some days earlier or later: there stand
# Christmas, Saint Valentine's and mere waves.
CLEAR = 4.0
SEEN = 2
CLEARER = 1.5
ELSEWHERE = (-45, -30, -20, 20, 30, 45)
# No festival multiplies a period by more than e to this power, or divides it by more.
WIDE = 4.0


@dataclass(frozen=True)
class Festival:
    """What the festival does to a series.

    Attributes
    ----------
    share : ndarray, shape (n + horizon,)
        Of each period's days that lie within the festival, 0 to 1.
    effect : float
        Of a whole period: added to the logarithm, or to the value itself.  A period that lies
        partly within the festival is a mixture of both, y (1 + share (exp(effect) - 1)).
    multiplies : bool
    """

    share: FloatArray
    effect: float
    multiplies: bool

    def without(self, y: FloatArray) -> FloatArray:
        """Return ``y``, the first periods, as they would be without the festival."""
        share = self.share[: len(y)]
        return y / self._factor(share) if self.multiplies else y - self.effect * share

    def _factor(self, share: FloatArray) -> FloatArray:
        return np.asarray(1.0 + share * np.expm1(self.effect))

    def back(self, prediction: Prediction, start: int) -> Prediction:
        """Return a prediction of the periods from ``start`` on with the festival."""
        share = self.share[start : start + len(prediction.mean)]
        if self.multiplies:
            return prediction.map(lambda part: part * self._factor(share))
        return prediction.map(lambda part: part + self.effect * share)


def festival_shares(series: RegularSeries, horizon: int) -> list[FloatArray]:
    """Return each window's share of every period and of ``horizon`` more, none without dates."""
    if series.dates is None or series.frequency not in PER_YEAR:
        return []
    future = pd.DatetimeIndex(series.future_dates(horizon + 1) or [])
    starts = series.dates.append(future).to_numpy(dtype="datetime64[D]").astype(float)
    whole = series.frequency in ("week", "month")
    ends = starts[1:] if whole else starts[:-1] + 1.0
    return [_shares(starts[:-1], ends, *window) for window in WINDOWS]


def _shares(starts: FloatArray, ends: FloatArray, before: int, after: int) -> FloatArray:
    """Shares of periods given by days since 1970, the end not included."""
    days = np.zeros(len(starts))
    for day in NEW_YEARS:
        overlap = np.minimum(ends, day + after + 1) - np.maximum(starts, day - before)
        days += np.maximum(overlap, 0.0)
    return days / (ends - starts)


def find_festival(
    y: FloatArray, shares: list[FloatArray], frequency: str, season: int
) -> Festival | None:
    """Return what the festival does to ``y`` (n,), by the window that tells most; None if unclear.

    Parameters
    ----------
    y : ndarray, shape (n,)
    shares : list of ndarray, shape (n + more,)
        From ``festival_shares``; none gives None.
    frequency : str
        A key of ``PER_YEAR``.
    season : int
        Periods per season; weekdays are held fixed where it is a week.
    """
    multiplies = bool(np.min(y) > 0)
    z = np.log(y) if multiplies else y
    held = _held_fixed(len(z), PER_YEAR[frequency], season) if shares else z
    found = [(*_effect(z, share[: len(y)], held), share) for share in shares]
    t, effect, share = max(found, key=lambda one: one[0], default=(0.0, 0.0, np.zeros(0)))
    if t <= CLEAR:
        return None
    shifts = {round(days * PER_YEAR[frequency] / 365.25) or np.sign(days) for days in ELSEWHERE}
    others = (_fit(z, np.roll(share[: len(y)], int(shift)), held)[0] for shift in shifts)
    if t <= CLEARER * max(others):
        return None
    return Festival(share, _mixed(z, share[: len(y)], held) if multiplies else effect, multiplies)


def _mixed(z: FloatArray, share: FloatArray, held: FloatArray) -> float:
    """Return the effect on the logarithms ``z`` by least squares, shares as a mixture's."""
    base = np.linalg.qr(held)[0]

    def left(effect: float) -> float:
        apart = z - np.log1p(share * np.expm1(effect))
        apart = apart - base @ (base.T @ apart)
        return float(apart @ apart)

    return float(minimize_scalar(left, bounds=(-WIDE, WIDE), method="bounded").x)


def _effect(z: FloatArray, share: FloatArray, held: FloatArray) -> tuple[float, float]:
    """Return |t| (0 where the festivals disagree or too few were seen) and the effect."""
    turns = _festivals(share)
    if len(turns) < SEEN or len(z) <= held.shape[1] + 10:
        return 0.0, 0.0
    t, effect, left = _fit(z, share, held)
    each = [share[k] @ (left[k] + effect * share[k]) / (share[k] @ share[k]) for k in turns]
    if min(one * np.sign(effect) for one in each) < abs(effect) / 3:
        return 0.0, 0.0
    return t, effect


def _fit(z: FloatArray, share: FloatArray, held: FloatArray) -> tuple[float, float, FloatArray]:
    """Return |t|, the effect and the residuals of ``z`` on ``share`` with ``held`` fixed."""
    design = np.column_stack([held, share])
    fitted, *_ = np.linalg.lstsq(design, z, rcond=None)
    left, effect = z - design @ fitted, float(fitted[-1])
    apart = share - held @ np.linalg.lstsq(held, share, rcond=None)[0]
    variance = left @ left / (len(z) - design.shape[1])
    if variance <= 0 or apart @ apart < 1e-9:
        return 0.0, 0.0, left
    return float(abs(effect) / np.sqrt(variance / (apart @ apart))), effect, left


def _festivals(share: FloatArray) -> list[NDArray[np.int64]]:
    """Places of each festival: runs of periods that touch it."""
    places = np.flatnonzero(share > 0)
    return np.split(places, np.flatnonzero(np.diff(places) > 2) + 1) if len(places) else []


def _held_fixed(n: int, per_year: float, season: int) -> FloatArray:
    """Return level, a trend that may bend twice a year, yearly waves and weekdays, (n, columns)."""
    t = np.arange(n, dtype=float)
    columns = [np.ones(n), t / n]
    columns += [
        np.maximum(t - knot, 0.0) / n
        for knot in np.arange(per_year, n - per_year / 2, per_year / 2)
    ]
    cycles = [(per_year, 6 if per_year < 13 else 3)] if n >= 1.5 * per_year else []
    cycles += [(float(season), season // 2)] if season in (5, 7) else []
    for period, pairs in cycles:
        for k in range(1, pairs + 1):
            angle = 2.0 * np.pi * k * t / period
            columns += [np.cos(angle)] + ([np.sin(angle)] if 2 * k != period else [])
    return np.column_stack(columns)


@dataclass(frozen=True)
class FestiveForm:
    """What the festival does, and the form of the model that sees the series without it."""

    festival: Festival | None
    inner: Any

    @property
    def form(self) -> Any:
        return self.inner.form


class Festive(Candidate):
    """A model beside which the festival is known."""

    def __init__(self, inner: Candidate, shares: list[FloatArray], frequency: str) -> None:
        self.inner, self.name = inner, inner.name
        self.shares, self.frequency = shares, frequency

    def specify(self, y: FloatArray, season: int) -> FestiveForm:
        """Estimate the festival on ``y``, and choose the model's form without it."""
        found = find_festival(y, self.shares, self.frequency, season)
        return FestiveForm(found, self.inner.specify(found.without(y) if found else y, season))

    def predict(self, y: FloatArray, season: int, horizon: int, form: Any = None) -> Prediction:
        """Forecast ``y`` without the festival, and give it back."""
        found = form.festival
        if found is None:
            return self.inner.predict(y, season, horizon, form.inner)
        made = self.inner.predict(found.without(y), season, horizon, form.inner)
        return found.back(made, len(y))

    def roll(
        self, y: FloatArray, season: int, horizon: int, origins: tuple[int, ...]
    ) -> list[Prediction]:
        """Forecast from each origin with the festival as it was known at the first."""
        found = find_festival(y[: origins[0]], self.shares, self.frequency, season)
        if found is None:
            return self.inner.roll(y, season, horizon, origins)
        made = self.inner.roll(found.without(y), season, horizon, origins)
        return [found.back(one, origin) for one, origin in zip(made, origins, strict=True)]
