"""Is a slope more than drifting? A test of a straight line beside errors of any persistence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# The median of the unit-root statistic beside a line, where the persistence needs no correction.
MEDIAN = -2.18
FAR = 10.0
TERMS = 3.0  # 1 + the terms of a line
LEAST = 12


@dataclass(frozen=True)
class Line:
    """A straight line through a series.

    Attributes
    ----------
    slope, lo, hi : float
        Per period, with its 95 % interval; at the mean level where growth is in proportion.
    p : float
        Two-sided.
    persistence : float
        How much of an error lives on in the next period; 1 for a random walk.
    """

    slope: float
    lo: float
    hi: float
    p: float
    persistence: float


def fit_line_beside_drift(y: FloatArray, freed: int = 0) -> Line | None:
    """Feasible generalised least squares whose test holds from white noise to a random walk.

    P. Perron and T. Yabu (2009), Journal of Econometrics 151, 56-69: the persistence is freed of
    its bias (A. Roy and W. Fuller 2001, JBES 19, eq. 3), taken for 1 where it is near, and the
    line is fitted to what is left of each value without it.  Near is 1/sqrt(n) as there, and 8/n
    more: random walks of 36 values were called trends in 24 % of cases without it.

    Parameters
    ----------
    y : ndarray, shape (n,)
    freed : int
        Means that were taken out of ``y`` before.

    Returns
    -------
    Line or None
        None for fewer than 12 values, and where the values lie on a line.
    """
    if not _grows_in_proportion(y):
        return _line(y, freed)
    made, level = _line(np.log(y), freed), float(np.mean(y))
    if made is None:
        return None
    return Line(level * made.slope, level * made.lo, level * made.hi, made.p, made.persistence)


def _grows_in_proportion(y: FloatArray) -> bool:
    """Whether logarithms, which ranks do not notice, lie nearer to a line (G. Box, D. Cox 1964)."""
    if float(np.min(y)) <= 0:
        return False
    logs = np.log(y)
    line = np.column_stack([np.ones(len(y)), np.arange(len(y), dtype=float)])
    bent, straight = (float(np.sum(_fit(line, part)[1] ** 2)) for part in (y, logs))
    return straight * float(np.exp(2.0 * logs.mean())) < bent


def _line(y: FloatArray, freed: int) -> Line | None:
    from scipy.stats import t as student

    n = len(y)
    line = np.column_stack([np.ones(n), np.arange(n, dtype=float)])
    _, rest = _fit(line, y)
    if n < LEAST or float(rest @ rest) <= 1e-18 * float(y @ y):
        return None
    most = max(min(int(12 * (n / 100) ** 0.25), n // 10), 1)
    lags = min(range(1, most + 1), key=lambda k: _criterion(rest[most - k :], k))
    held = _persistence(rest, lags)
    (_, slope), left = _fit(_without(line, held), _without(y, held))
    inverse = np.linalg.inv(_without(line, held).T @ _without(line, held))
    error = float(np.sqrt(_long_run_variance(left[1:], lags) * inverse[1, 1]))
    degrees = max(n - 2 - freed, 1)
    reach = float(student.isf(0.025, degrees)) * error
    p = float(2 * student.sf(abs(slope) / error, degrees))
    return Line(float(slope), float(slope - reach), float(slope + reach), p, held)


def _fit(X: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Least squares: coefficients and residuals."""
    coefficients = np.linalg.lstsq(X, y, rcond=None)[0]
    return np.asarray(coefficients), np.asarray(y - X @ coefficients)


def _without(values: FloatArray, held: float) -> FloatArray:
    """The first row, then each row without ``held`` of the row before."""
    return np.concatenate([values[:1], values[1:] - held * values[:-1]])


def _steps(rest: FloatArray, lags: int) -> tuple[FloatArray, FloatArray]:
    """Regressors (level before, earlier steps) and steps of Dickey and Fuller's regression."""
    steps = np.diff(rest)
    earlier = [steps[lags - j : len(steps) - j] for j in range(1, lags + 1)]
    return np.column_stack([rest[lags:-1], *earlier]), steps[lags:]


def _criterion(rest: FloatArray, lags: int) -> float:
    """Schwarz's criterion of the regression with so many earlier steps."""
    X, steps = _steps(rest, lags)
    left = _fit(X, steps)[1]
    return len(steps) * float(np.log(left @ left)) + lags * float(np.log(len(steps)))


def _persistence(rest: FloatArray, lags: int) -> float:
    """The sum of the autoregressive coefficients, without its bias towards 0."""
    n = len(rest)
    X, steps = _steps(rest, lags)
    (pull, *_), left = _fit(X, steps)
    spread = float(left @ left) / max(len(steps) - X.shape[1], 1)
    error = float(np.sqrt(spread * np.linalg.inv(X.T @ X)[0, 0]))
    held = 1.0 + float(pull) + _correction(float(pull) / error, n, lags) * error
    near = 1.0 - 1.0 / np.sqrt(n) - 8.0 / n
    return 1.0 if held > near else max(held, -0.99)


def _correction(tau: float, n: int, lags: int) -> float:
    """How many standard errors the persistence is drawn towards 1 (Roy and Fuller 2001)."""
    share = (lags + 2) // 2
    if tau > MEDIAN:
        return -tau
    if tau <= -np.sqrt(TERMS * n):
        return 0.0
    bend = 0.0
    if tau > -FAR:
        below = MEDIAN * (FAR + MEDIAN) * (share + n)
        bend = (TERMS * n - MEDIAN**2 * (share + n)) / below * (tau + FAR)
    return share * tau / n - TERMS / (tau + bend)


def _long_run_variance(left: FloatArray, lags: int) -> float:
    """Variance of a long sum of ``left`` per value, by an autoregression of ``lags`` terms."""
    earlier = np.column_stack([left[lags - j : len(left) - j] for j in range(1, lags + 1)])
    coefficients, news = _fit(earlier, left[lags:])
    return float(news @ news) / (len(news) - lags) / max(1.0 - coefficients.sum(), 0.3) ** 2
