"""Intervals as wide as errors on unseen data are, of this series and of others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.methods.backtest import Backtest
from analytics.methods.candidates import Prediction

FloatArray = NDArray[np.float64]
# What models claim is too narrow by this on series from life (docs/benchmarks.md).
LIFE = 1.1
# Five overlapping origins say little about the next error: widths wrong by a factor f in the
# backtest are wrong by f to this power afterwards.
POWER = 0.2
WIDEST = 2.5
# Errors on unseen data have longer tails than the normal curve: the ratio of the half-widths is
# that of Student's t with five degrees of freedom, 2.571 / 1.476.
T_95_TO_80 = 1.742


def interval_factor(test: Backtest, predictions: Sequence[Prediction]) -> float:
    """Return what the half-widths of the backtest had to be multiplied by, 1 to 2.5.

    The factor that would have made the 80 % intervals hold 80 % of the judged values (split
    conformal prediction: the 80 % quantile of |error| / half-width, of n + 1 values the last of
    which is still to come; V. Vovk et al. 2005, Algorithmic Learning in a Random World), drawn
    towards 1.  Intervals that held enough are left alone.
    """
    ratios = []
    for origin, prediction in zip(test.origins, predictions, strict=True):
        error = test.actual(origin) - prediction.mean
        side = np.where(
            error > 0, prediction.hi80 - prediction.mean, prediction.mean - prediction.lo80
        )
        known = side > 0
        ratios.append(np.abs(error[known]) / side[known])
    seen = np.concatenate(ratios)
    if len(seen) < 3:
        return 1.0
    return float(np.clip(_quantile80(seen) ** POWER, 1.0, WIDEST))


def _quantile80(seen: FloatArray) -> float:
    return float(np.quantile(seen, min(0.8 * (len(seen) + 1) / len(seen), 1.0)))


def calibrated(
    prediction: Prediction, test: Backtest, predictions: Sequence[Prediction], factor: float
) -> Prediction:
    """Return ``prediction`` with intervals about as wide as its errors will be.

    Half-widths are multiplied by ``factor``, by what series from life ask for, and, ``k`` steps
    ahead of ``n`` values, by sqrt(1 + k / n): so much does not knowing a drift add to a random walk
    (R. J. Hyndman and G. Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., 5.5).
    A model that fits its own past almost exactly claims intervals near zero: that of 80 % is at
    least half the 80 % quantile of the backtest's absolute errors to each side, that of 95 % at
    least 1.742 times that of 80 %.
    """
    mean = prediction.mean
    ahead = np.arange(1, len(mean) + 1) / len(test.y)
    wider = LIFE * factor * np.sqrt(1.0 + ahead)
    pairs = zip(test.origins, predictions, strict=True)
    errors = np.concatenate([np.abs(test.actual(o) - p.mean) for o, p in pairs])
    least = _quantile80(errors) / 2 if len(errors) >= 3 else 0.0
    below, above = (
        np.maximum(wider * np.abs(end - mean), least) for end in (prediction.lo80, prediction.hi80)
    )
    far_below, far_above = (
        np.maximum(wider * np.abs(end - mean), T_95_TO_80 * near)
        for end, near in ((prediction.lo95, below), (prediction.hi95, above))
    )
    return Prediction(mean, mean - below, mean + above, mean - far_below, mean + far_above)
