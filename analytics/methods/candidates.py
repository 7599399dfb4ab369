"""The forecasting models that compete, each with one way to specify and one way to predict.

``specify`` chooses a model's form (orders, components) on a training series; ``predict`` estimates
that form on a series and forecasts.  ``roll`` does so for the backtest: the form is chosen once, on
the first training part, so no choice has seen what it is judged on.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
LEVELS = (80, 95)
Z = {80: 1.2815515655446004, 95: 1.959963984540054}
# Longer seasons (weeks of a year) need their own treatment: exponential smoothing cannot hold them,
# and seasonal ARIMA takes minutes.
LONG_SEASON = 24
# In a combination: how many times the median width an interval may have.
WIDEST = 3.0


@dataclass(frozen=True)
class Prediction:
    """Point forecasts and intervals, each of shape (horizon,), in the unit of the series."""

    mean: FloatArray
    lo80: FloatArray
    hi80: FloatArray
    lo95: FloatArray
    hi95: FloatArray

    def map(self, function: Callable[[FloatArray], FloatArray]) -> Prediction:
        """Return the prediction with ``function`` applied to each part."""
        parts = (self.mean, self.lo80, self.hi80, self.lo95, self.hi95)
        return Prediction(*(np.asarray(function(part), dtype=float) for part in parts))


class Candidate:
    """A model that can take part."""

    name = ""

    def specify(self, y: FloatArray, season: int) -> Any:
        """Choose the form of the model on ``y``; None where there is nothing to choose."""

    def predict(self, y: FloatArray, season: int, horizon: int, form: Any = None) -> Prediction:
        """Estimate ``form`` on ``y`` and forecast ``horizon`` periods."""
        raise NotImplementedError

    def roll(
        self, y: FloatArray, season: int, horizon: int, origins: tuple[int, ...]
    ) -> list[Prediction]:
        """Forecast from each origin, knowing only what came before it."""
        form = self.specify(y[: origins[0]], season)
        return [self.predict(y[:origin], season, horizon, form) for origin in origins]


class SeasonalNaive(Candidate):
    """The last season repeated: the rival of every model.

    Intervals: normal, with variance of the seasonal differences times the number of seasons
    ahead (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., 5.5).
    """

    name = "seasonal_naive"

    def predict(self, y: FloatArray, season: int, horizon: int, form: Any = None) -> Prediction:
        """Repeat the last ``season`` values of ``y``."""
        ahead = np.arange(horizon)
        mean = y[len(y) - season + ahead % season]
        steps = y[season:] - y[:-season]
        sigma = float(np.sqrt(np.mean(steps**2))) if len(steps) else 0.0
        return normal(mean, sigma * np.sqrt(ahead // season + 1.0))


def normal(mean: FloatArray, sigma: FloatArray) -> Prediction:
    return Prediction(
        mean,
        mean - Z[80] * sigma,
        mean + Z[80] * sigma,
        mean - Z[95] * sigma,
        mean + Z[95] * sigma,
    )


def from_statsforecast(out: dict[str, Any]) -> Prediction:
    return Prediction(
        *(np.asarray(out[k], dtype=float) for k in ("mean", "lo-80", "hi-80", "lo-95", "hi-95"))
    )


def quietly(call: Callable[[], Any]) -> Any:
    """Run ``call`` without the optimiser's warnings: models are judged by the backtest instead."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return call()


def combined(predictions: Sequence[Prediction], weights: Sequence[float]) -> Prediction:
    """Return the weighted mean of several predictions.

    The half-width of its interval is the root of the squared mean of theirs and the square of what
    their disagreement (weighted variance of their means) adds under a normal curve: what is
    uncertain within the models and between them.  A half-width counts for at most three times the
    median one, so that one model whose interval explodes does not widen that of all.

    Source: D. Draper (1995), Assessment and propagation of model uncertainty, Journal of the
    Royal Statistical Society B 57(1), 45-97, eq. 11.
    """
    mean = np.average([p.mean for p in predictions], axis=0, weights=weights)
    apart = np.average([(p.mean - mean) ** 2 for p in predictions], axis=0, weights=weights)

    def half(part: str, level: int) -> FloatArray:
        widths = np.abs([getattr(p, part) - p.mean for p in predictions])
        within = np.minimum(widths, WIDEST * np.median(widths, axis=0))
        own = np.average(within, axis=0, weights=weights)
        return np.asarray(np.sqrt(own**2 + Z[level] ** 2 * apart))

    return Prediction(
        mean,
        mean - half("lo80", 80),
        mean + half("hi80", 80),
        mean - half("lo95", 95),
        mean + half("hi95", 95),
    )
