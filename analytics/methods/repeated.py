"""Experiments whose rows repeat what was drawn: persons with orders, shops with days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
LEAST_UNITS = 10
# Rows a unit on average from which they are repeated.
REPEATED = 1.2
# Were rows drawn one by one, units would lie in one arm each as rarely as this.
BY_CHANCE = 1e-6


@dataclass(frozen=True)
class Units:
    """What was drawn: the column that names it, and of each row which, shape (n,)."""

    column: str
    codes: IntArray


def drawn_units(frame: pd.DataFrame, arms: pd.Series, leave: set[str]) -> Units | None:
    """Find the column by which the arms were drawn, where several rows belong to one unit.

    Each of its values stands in one arm only, which would hardly happen if rows were drawn one by
    one.  Of several such columns the coarsest counts.

    Parameters
    ----------
    frame : DataFrame
    arms : Series of str
        Of the same rows, none missing.
    leave : set of str
        Columns that cannot be it.
    """
    arm = pd.factorize(arms)[0]
    shares = np.bincount(arm) / max(len(arm), 1)
    found: list[tuple[int, Units]] = []
    for name in frame.columns:
        if name in leave or frame[name].isna().any():
            continue
        codes, values = pd.factorize(frame[name])
        if LEAST_UNITS <= len(values) <= len(codes) / REPEATED and _apart(codes, arm, shares):
            found.append((len(values), Units(str(name), codes)))
    return min(found, key=lambda one: one[0])[1] if found else None


def _apart(codes: IntArray, arm: IntArray, shares: FloatArray) -> bool:
    if len(np.unique(codes * len(shares) + arm)) != codes.max() + 1:
        return False
    rows = np.bincount(codes)
    chance = np.log((shares[None, :] ** rows[:, None]).sum(axis=1)).sum()
    return bool(chance < np.log(BY_CHANCE))


def difference_by_units(
    x: FloatArray, y: FloatArray, units: tuple[IntArray, IntArray], level: float = 0.95
) -> tuple[float, float, float, float]:
    """Return mean(y) - mean(x), its interval and the p-value of no difference, rows of one unit
    taken together.

    The mean of rows is a ratio of two sums over units; its variance is that of their residuals
    (W. G. Cochran 1977, Sampling Techniques, 3rd ed., sec. 6.3; A. Deng et al. 2018, KDD).
    """
    from scipy.stats import t

    (vx, gx), (vy, gy) = (_variance(part, codes) for part, codes in zip((x, y), units, strict=True))
    difference, se = float(y.mean() - x.mean()), standard_error(x, y, units)
    if se == 0:
        return difference, difference, difference, 1.0 if difference == 0 else 0.0
    df = (vx + vy) ** 2 / (vx**2 / (gx - 1) + vy**2 / (gy - 1))
    half = float(t.ppf((1 + level) / 2, df)) * se
    p = float(2 * t.sf(abs(difference) / se, df))
    return difference, difference - half, difference + half, p


def standard_error(x: FloatArray, y: FloatArray, units: tuple[IntArray, IntArray]) -> float:
    """Of mean(y) - mean(x), rows of one unit taken together."""
    return float(np.sqrt(_variance(x, units[0])[0] + _variance(y, units[1])[0]))


def _variance(values: FloatArray, codes: IntArray) -> tuple[float, int]:
    """Of the mean of ``values``, and the number of units."""
    _, place = np.unique(codes, return_inverse=True)
    left = np.bincount(place, weights=values - values.mean())
    count = len(left)
    return float(count / (count - 1) * (left**2).sum() / len(values) ** 2), count
