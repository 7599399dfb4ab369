"""Columns made comparable before distances are measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
# Skewness beyond which a column is taken as a logarithm: that of an exponential is 2.
SKEWED = 1.0
# A column of amounts or counts has a few values below zero (refunds); one with more has no zero
# that a signed logarithm might stretch without tearing a heap around it apart.
FEW_BELOW_ZERO = 0.05


@dataclass(frozen=True)
class Scaling:
    """How raw columns become comparable ones: signed log1p where marked, centre, divide.

    Attributes
    ----------
    logged : ndarray of bool, shape (d,)
    unit : ndarray, shape (d,)
        What a logged column is divided by before log1p, so that the unit it is measured in
        (euro or cents) makes no difference.
    centre, spread : ndarray, shape (d,)
        Median and robust standard deviation of the column after the logarithm.
    """

    logged: NDArray[np.bool_]
    unit: FloatArray
    centre: FloatArray
    spread: FloatArray

    def apply(self, X: FloatArray) -> FloatArray:
        """Return ``X`` (n, d) scaled."""
        return (self._logs(X) - self.centre) / self.spread

    def invert(self, Z: FloatArray) -> FloatArray:
        """Return scaled ``Z`` (n, d) in the columns' own units."""
        values = Z * self.spread + self.centre
        raw = np.sign(values) * np.expm1(np.minimum(np.abs(values), 700.0)) * self.unit
        return np.where(self.logged, raw, values)

    def _logs(self, X: FloatArray) -> FloatArray:
        return np.where(self.logged, np.sign(X) * np.log1p(np.abs(X) / self.unit), X)


def fit_scaling(X: FloatArray, always: NDArray[np.bool_] | None = None) -> Scaling:
    """Choose the scaling of ``X`` (n, d), whose columns are not constant.

    Columns marked in ``always`` (d,) are logged whatever their skewness.

    A column is logged when its skewness, measured without the outermost hundredth on either side,
    exceeds 1 and the logarithm brings it nearer to 0, unless more than 5 % lie below zero.  The
    spread is the standard deviation of the values cut at three robust ones (interquartile range /
    1.349) from the median: outliers do not stretch it, and two heaps do not shrink as they would
    by the interquartile range itself.
    """
    magnitude = np.abs(X)
    unit = np.array([_unit(magnitude[:, k]) for k in range(X.shape[1])])
    logs = np.sign(X) * np.log1p(magnitude / unit)
    before, after = np.abs(_skewness(X)), np.abs(_skewness(logs))
    logged = (before > SKEWED) & (after < before) & (np.mean(X < 0, axis=0) <= FEW_BELOW_ZERO)
    least, most = X.min(axis=0), X.max(axis=0)
    logged &= ((least < X) & (most > X)).any(axis=0)  # yes or no stays so
    if always is not None:
        logged |= always
    values = np.where(logged, logs, X)
    low, centre, high = np.percentile(values, [25, 50, 75], axis=0)
    robust = (high - low) / 1.349
    reach = np.where(robust > 0, 3.0 * robust, np.inf)
    spread = np.clip(values, centre - reach, centre + reach).std(axis=0)
    return Scaling(logged, unit, centre, np.where(spread > 0, spread, 1.0))


def _unit(column: FloatArray) -> float:
    """Return the scale at which log1p bends: 1 for counts, else a tenth of the median."""
    positive = column[column > 0]
    if len(positive) == 0:
        return 1.0
    if np.all(positive == np.round(positive)):
        return 1.0
    return float(np.median(positive)) / 10.0


def _skewness(X: FloatArray) -> FloatArray:
    X = np.clip(X, *np.percentile(X, [1, 99], axis=0))
    centred = X - X.mean(axis=0)
    spread = np.sqrt(np.mean(centred**2, axis=0))
    return np.mean((centred / np.where(spread > 0, spread, 1.0)) ** 3, axis=0)
