"""Intervals as wide as errors on unseen data are, of this series and of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.methods.backtest import Backtest
from analytics.methods.candidates import Prediction

FloatArray = NDArray[np.float64]
# What models claim is too narrow by this on series from life (docs/benchmarks.md).
LIFE = 1.15
# Judged values that tell as much about the widths as other series do: of few values the backtest
# hardly moves them, of many it does.
PRIOR = 200
NARROWEST, WIDEST = 0.5, 2.5
# Errors on unseen data have longer tails than the normal curve: the ratio of the half-widths is
# that of Student's t with five degrees of freedom, 2.571 / 1.476.
T_95_TO_80 = 1.742


def interval_factors(test: Backtest, predictions: Sequence[Prediction]) -> dict[int, float]:
    """Return what the half-widths are to be multiplied by at 80 and 95 %, 0.5 to 2.5.

    The factor that would have made the intervals of the backtest hold 80 or 95 % of the judged
    values (split conformal prediction: the quantile of |error| / half-width, of n + 1 values the
    last of which is still to come; V. Vovk et al. 2005, Algorithmic Learning in a Random World),
    drawn towards 1 by the power n / (n + 200) for n judged values.
    """
    return {
        80: _factor(test, [(p.mean, p.lo80, p.hi80) for p in predictions], 0.8),
        95: _factor(test, [(p.mean, p.lo95, p.hi95) for p in predictions], 0.95),
    }


def _factor(test: Backtest, bands: list[tuple[FloatArray, ...]], level: float) -> float:
    ratios = []
    for origin, (mean, low, high) in zip(test.origins, bands, strict=True):
        error = test.actual(origin) - mean
        side = np.where(error > 0, high - mean, mean - low)
        known = side > 0
        ratios.append(np.abs(error[known]) / side[known])
    seen = np.concatenate(ratios)
    if len(seen) < 3:
        return 1.0
    power = len(seen) / (len(seen) + PRIOR)
    return float(np.clip(_quantile(seen, level) ** power, NARROWEST, WIDEST))


def _quantile(seen: FloatArray, level: float) -> float:
    return float(np.quantile(seen, min(level * (len(seen) + 1) / len(seen), 1.0)))


def calibrated(
    prediction: Prediction,
    test: Backtest,
    predictions: Sequence[Prediction],
    factors: Mapping[int, float],
) -> Prediction:
    """Return ``prediction`` with intervals about as wide as its errors will be.

    Half-widths are multiplied by ``factors``, by what series from life ask for, and, ``k`` steps
    ahead of ``n`` values, by sqrt(1 + k / n): so much does not knowing a drift add to a random walk
    (R. J. Hyndman and G. Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., 5.5).
    A model that fits its own past almost exactly claims intervals near zero: that of 80 % is at
    least half the 80 % quantile of the backtest's absolute errors to each side.  What models claim
    of 95 % counts for at least 1.742 times what they claim of 80 %.
    """
    mean = prediction.mean
    wider = LIFE * np.sqrt(1.0 + np.arange(1, len(mean) + 1) / len(test.y))
    pairs = zip(test.origins, predictions, strict=True)
    errors = np.concatenate([np.abs(test.actual(o) - p.mean) for o, p in pairs])
    least = _quantile(errors, 0.8) / 2 if len(errors) >= 3 else 0.0

    def halves(near: FloatArray, far: FloatArray) -> tuple[FloatArray, FloatArray]:
        claimed = np.abs(near - mean), np.abs(far - mean)
        half = np.maximum(wider * factors[80] * claimed[0], least)
        longer = np.maximum(claimed[1], T_95_TO_80 * claimed[0])
        return half, np.maximum(wider * factors[95] * longer, np.maximum(half, T_95_TO_80 * least))

    below, far_below = halves(prediction.lo80, prediction.lo95)
    above, far_above = halves(prediction.hi80, prediction.hi95)
    return Prediction(mean, mean - below, mean + above, mean - far_below, mean + far_above)
