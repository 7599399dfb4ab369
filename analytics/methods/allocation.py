"""The best split of a budget over channels whose returns diminish."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.methods.response import Curve

FloatArray = NDArray[np.float64]


def best_split(
    curves: tuple[Curve, ...], total: float, lo: FloatArray, hi: FloatArray
) -> FloatArray:
    """Return the spend per channel with the most sales, adding up to ``total``, shape (channels,).

    Every channel gets so much that its last unit brings the same (or stands at a bound); the
    common slope is found by bisection, for the curves are concave.  What no channel with an effect
    can take goes to the others.

    Parameters
    ----------
    curves : tuple of Curve
    total : float
        Between the sums of ``lo`` and ``hi``.
    lo, hi : ndarray, shape (channels,)
        Bounds of each channel's spend.
    """
    works = np.array([curve.gain > 0 for curve in curves])
    if works.any():
        slopes = [float(c.slope(np.array(0.0))) for c, w in zip(curves, works, strict=True) if w]
        low, high = 1e-12 * max(slopes), max(slopes)
        for _ in range(200):
            middle = float(np.sqrt(low * high))
            if _spends(curves, middle, lo, hi).sum() > total:
                low = middle
            else:
                high = middle
        split = _spends(curves, high, lo, hi)
    else:
        split = lo.copy()
    rest = total - float(split.sum())
    room = hi - split
    # Bisection leaves crumbs; channels without effect may be left with more.
    return split + rest * room / room.sum() if room.sum() > 0 else split


def _spends(curves: tuple[Curve, ...], slope: float, lo: FloatArray, hi: FloatArray) -> FloatArray:
    wanted = [curve.spend_at(slope) if curve.gain > 0 else -np.inf for curve in curves]
    return np.clip(np.array(wanted), lo, hi)
