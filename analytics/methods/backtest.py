"""Rolling-origin evaluation: every model forecasts the known past from before it happened.

Source: L. J. Tashman (2000), Out-of-sample tests of forecasting accuracy, International Journal of
Forecasting 16(4), 437-450.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.methods.accuracy import coverage, mase, naive_scale, smape
from analytics.methods.candidates import Candidate, Prediction

FloatArray = NDArray[np.float64]
MAX_ORIGINS = 5


@dataclass(frozen=True)
class Score:
    """How good one model was on unseen data.

    Attributes
    ----------
    mase : float
        Mean over origins; scaled by the in-sample seasonal naive error of each training part.
    smape : float
        Per cent, mean over origins.
    coverage80, coverage95 : float
        Share of values inside the intervals, 0 to 1, over all origins and steps.
    rmsse : float or None
        Root of the mean square, scaled likewise (S. Makridakis et al. 2022, M5), where most periods
        are 0: there the least absolute error is that of foretelling nothing.
    """

    mase: float
    smape: float
    coverage80: float
    coverage95: float
    rmsse: float | None = None

    @property
    def loss(self) -> float:
        """What models are chosen and weighed by."""
        return self.mase if self.rmsse is None else self.rmsse


@dataclass(frozen=True)
class Backtest:
    """All forecasts of the evaluation.

    Attributes
    ----------
    origins : tuple of int
        Lengths of the training parts.
    horizon : int
        Steps judged at each origin.
    predictions : dict of str to list of Prediction
        One per origin, for models that could be fitted at every origin.
    failed : tuple of str
        Models that could not.
    """

    y: FloatArray
    season: int
    origins: tuple[int, ...]
    horizon: int
    predictions: dict[str, list[Prediction]]
    failed: tuple[str, ...]

    def actual(self, origin: int) -> FloatArray:
        """Return what happened in the ``horizon`` periods after ``origin``."""
        return self.y[origin : origin + self.horizon]

    def score(self, predictions: Sequence[Prediction]) -> Score:
        """Judge one prediction per origin against what happened."""
        pairs = [(self.actual(o), p) for o, p in zip(self.origins, predictions, strict=True)]
        scales = [naive_scale(self.y[:origin], self.season) for origin in self.origins]
        errors = [mase(a, p.mean, s) for (a, p), s in zip(pairs, scales, strict=True)]
        return Score(
            mase=float(np.mean(errors)),
            smape=float(np.mean([smape(a, p.mean) for a, p in pairs])),
            coverage80=float(np.mean([coverage(a, p.lo80, p.hi80) for a, p in pairs])),
            coverage95=float(np.mean([coverage(a, p.lo95, p.hi95) for a, p in pairs])),
            rmsse=self._by_squares(pairs) if mostly_nothing(self.y) else None,
        )

    def _by_squares(self, pairs: list[tuple[FloatArray, Prediction]]) -> float:
        lag = self.season
        scales = [float(np.mean((self.y[lag:o] - self.y[: o - lag]) ** 2)) for o in self.origins]
        errors = [float(np.mean((a - p.mean) ** 2)) for a, p in pairs]
        ratios = [error / scale for error, scale in zip(errors, scales, strict=True) if scale > 0]
        return float(np.mean(np.sqrt(ratios))) if ratios else 0.0


def mostly_nothing(y: FloatArray) -> bool:
    """Whether most periods are 0 and none is below."""
    return bool(np.mean(y == 0) > 0.5 and np.min(y) >= 0)


def plan_origins(n: int, season: int, horizon: int) -> tuple[tuple[int, ...], int]:
    """Choose where the backtest starts forecasting and how many steps it judges.

    The training parts keep at least two seasons where the history allows, and one and a half
    seasons in any case; origins lie half a horizon apart and are at most five.

    Returns
    -------
    origins : tuple of int
        Ascending lengths of the training parts.
    steps : int
        ``horizon``, or less when the history is too short to judge as many.
    """
    floor = max(season + max(season // 2, 4), 7)
    steps = min(horizon, max(n - floor, 1))
    comfortable = max(2 * season + 3, floor, n // 3)
    last = n - steps
    stride = max(1, steps // 2)
    origins = [last]
    while len(origins) < MAX_ORIGINS and origins[0] - stride >= min(comfortable, last):
        origins.insert(0, origins[0] - stride)
    return tuple(origins), steps


def run_backtest(
    y: FloatArray, season: int, horizon: int, candidates: Sequence[Candidate]
) -> Backtest:
    """Forecast from every origin with every candidate.

    Parameters
    ----------
    y : ndarray, shape (n,)
    season, horizon : int
        In periods.
    candidates : sequence of Candidate
    """
    origins, steps = plan_origins(len(y), season, horizon)
    predictions: dict[str, list[Prediction]] = {}
    failed = []
    for candidate in candidates:
        try:
            made = candidate.roll(y, season, steps, origins)
            for origin, prediction in zip(origins, made, strict=True):
                ensure_sane(prediction, y[:origin])
        except Exception:  # noqa: BLE001 - the libraries raise bare Exceptions on hard series
            failed.append(candidate.name)
        else:
            predictions[candidate.name] = made
    return Backtest(y, season, origins, steps, predictions, tuple(failed))


def ensure_sane(prediction: Prediction, history: FloatArray) -> None:
    """Raise ArithmeticError for a forecast that is not finite or has exploded.

    Exploded: itself or its interval further from the history than thirty times its range.
    """
    low, high = float(np.min(history)), float(np.max(history))
    reach = 30.0 * max(high - low, 1e-9 * max(abs(low), abs(high), 1e-300))
    finite = all(
        bool(np.isfinite(part).all()) for part in (prediction.lo95, prediction.hi95)
    ) and bool(np.isfinite(prediction.mean).all())
    if (
        not finite
        or max(np.max(prediction.mean), np.max(prediction.hi95)) > high + reach
        or min(np.min(prediction.mean), np.min(prediction.lo95)) < low - reach
    ):
        raise ArithmeticError("the forecast has exploded")
