"""How far forecasts were from what happened.

Source: R. J. Hyndman and A. B. Koehler (2006), Another look at measures of forecast accuracy,
International Journal of Forecasting 22(4), 679-688.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def naive_scale(train: FloatArray, season: int) -> float:
    """Return the in-sample mean absolute error of the seasonal naive forecast.

    Parameters
    ----------
    train : ndarray, shape (n,)
    season : int
        Periods per season; 1 gives the plain naive forecast.

    Returns
    -------
    float
        mean |y_t - y_(t-season)| in the unit of ``train``.  Where that is 0 or cannot be computed
        the step of one period is used instead; NaN when that is 0 too.
    """
    for lag in (season, 1):
        if len(train) > lag:
            scale = float(np.mean(np.abs(train[lag:] - train[:-lag])))
            if scale > 0:
                return scale
    return float("nan")


def mase(actual: FloatArray, predicted: FloatArray, scale: float) -> float:
    """Return the mean absolute scaled error, unit-free; below 1 beats the naive in-sample step.

    MASE = mean |y - f| / scale (Hyndman and Koehler 2006, eq. 6); NaN when ``scale`` is NaN.
    """
    return float(np.mean(np.abs(actual - predicted)) / scale)


def smape(actual: FloatArray, predicted: FloatArray) -> float:
    """Return the symmetric mean absolute percentage error, 0 to 200 %.

    sMAPE = mean 200 |y - f| / (|y| + |f|), as in the M3 competition; a pair of zeros counts 0.
    """
    total = np.abs(actual) + np.abs(predicted)
    error = 200.0 * np.abs(actual - predicted)
    return float(np.mean(np.divide(error, total, out=np.zeros_like(error), where=total > 0)))


def coverage(actual: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
    """Return the share of ``actual`` inside [lower, upper], 0 to 1."""
    slack = 1e-9 * np.maximum(np.abs(actual), 1.0)
    return float(np.mean((actual >= lower - slack) & (actual <= upper + slack)))
