"""Intervals as wide as the backtest showed they must be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.methods.backtest import Backtest
from analytics.methods.candidates import Prediction

FloatArray = NDArray[np.float64]
# Errors of neighbouring steps go together: this many seen values count as much as the model's own
# claim, so that a few unlucky ones do not blow the intervals up.
PRIOR_VALUES = 20.0
WIDEST = 2.5
WORTH_SAYING = 1.05
# Errors on unseen data have longer tails than the normal curve: the ratio of the half-widths is
# that of Student's t with five degrees of freedom, 2.571 / 1.476.
T_95_TO_80 = 1.742


def interval_factor(test: Backtest, predictions: Sequence[Prediction]) -> float:
    """Return what the half-widths must be multiplied by, 1 to 2.5.

    The factor that would have made the 80 % intervals hold 80 % of the judged values (split
    conformal prediction: the 80 % quantile of |error| / half-width, of n + 1 values the last of
    which is still to come; V. Vovk et al. 2005, Algorithmic Learning in a Random World), drawn
    towards 1 where few values were judged.
    Intervals that held enough are left alone.
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
    wanted = _quantile80(seen)
    weight = len(seen) / (len(seen) + PRIOR_VALUES)
    factor = float(np.clip(wanted, 1e-9, None) ** weight)
    return min(factor, WIDEST) if factor >= WORTH_SAYING else 1.0


def _quantile80(seen: FloatArray) -> float:
    return float(np.quantile(seen, min(0.8 * (len(seen) + 1) / len(seen), 1.0)))


def floored(
    prediction: Prediction, test: Backtest, predictions: Sequence[Prediction]
) -> Prediction:
    """Return ``prediction`` with intervals no narrower than the errors seen allow.

    A model that fits its own past almost exactly claims intervals near zero. The half-width of
    the 80 % interval is at least the 80 % quantile of the backtest's absolute errors, times the
    same weight as in ``interval_factor``; that of the 95 % interval at least 1.742 times it.
    """
    mean = prediction.mean
    pairs = zip(test.origins, predictions, strict=True)
    errors = np.concatenate([np.abs(test.actual(o) - p.mean) for o, p in pairs])
    if len(errors) < 3:
        return prediction
    least = _quantile80(errors) * len(errors) / (len(errors) + PRIOR_VALUES)
    low, high = np.minimum(prediction.lo80, mean - least), np.maximum(prediction.hi80, mean + least)
    return Prediction(
        mean,
        low,
        high,
        np.minimum(prediction.lo95, mean - T_95_TO_80 * (mean - low)),
        np.maximum(prediction.hi95, mean + T_95_TO_80 * (high - mean)),
    )


def widened(prediction: Prediction, factor: float) -> Prediction:
    """Return ``prediction`` with the distance of each interval end from the mean multiplied."""
    mean = prediction.mean
    return Prediction(
        mean,
        *(
            mean + factor * (end - mean)
            for end in (prediction.lo80, prediction.hi80, prediction.lo95, prediction.hi95)
        ),
    )
