"""Forecasts of parts that add up to the forecast of their whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def shares_of(whole: FloatArray, parts: FloatArray) -> FloatArray:
    """Return what to multiply the forecasts of parts by, so that they add up to the whole.

    The proportions are those of the parts' own forecasts, period by period ("forecast
    proportions"): each part keeps its own season and trend, and none changes its sign.

    Parameters
    ----------
    whole : ndarray, shape (h,)
        Forecast of the whole, in its unit.
    parts : ndarray, shape (k, h)
        Forecasts of the parts, in the same unit.

    Returns
    -------
    ndarray, shape (h,)
        Factors; 1 in periods in which the parts cannot be scaled (they add up to nothing, or to
        the other side of zero), so that there they do not add up.

    Source
    ------
    Athanasopoulos, G., Ahmed, R. A. and Hyndman, R. J. (2009), "Hierarchical forecasts for
    Australian domestic tourism", International Journal of Forecasting 25(1), 146-166,
    section 3.2.3.
    """
    total = parts.sum(axis=0)
    same_side = total * whole > 0
    return np.where(same_side, whole / np.where(same_side, total, 1.0), 1.0)
