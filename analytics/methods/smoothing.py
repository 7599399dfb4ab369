"""Exponential smoothing, Theta and complex smoothing as candidates of the forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.methods.candidates import (
    LEVELS,
    LONG_SEASON,
    Candidate,
    Prediction,
    from_statsforecast,
    normal,
    quietly,
)

FloatArray = NDArray[np.float64]


class Ets(Candidate):
    """Exponential smoothing with error, trend and season chosen by AICc.

    Source: R. J. Hyndman, A. B. Koehler, J. K. Ord and R. D. Snyder (2008), Forecasting with
    Exponential Smoothing.  For seasons longer than 24 it works on the series without the season
    that STL finds, and the last season is added again.

    Parameters
    ----------
    log : bool
        Logarithms are allowed, too; the series must be positive.
    """

    name = "ets"

    def __init__(self, *, log: bool = False) -> None:
        self.log = log

    def specify(self, y: FloatArray, season: int) -> EtsForm:
        """Choose components on ``y``, and logarithms if allowed, by AICc on the data's scale."""
        z, _ = _without_season(y, season)
        form, aicc = _auto_ets(z, season, "ZZZ" if np.min(z) > 0 < np.min(y) else "AZA", log=False)
        if not self.log:
            return form
        z, _ = _without_season(np.log(y), season)
        logged, other = _auto_ets(z, season, "AZA", log=True)
        return logged if other + 2.0 * float(np.sum(np.log(y))) < aicc else form

    def predict(self, y: FloatArray, season: int, horizon: int, form: Any = None) -> Prediction:
        """Estimate the components of ``form`` (an EtsForm) on ``y`` and forecast."""
        from statsforecast.models import AutoETS

        z, last = _without_season(np.log(y) if form.log else y, season)
        m = season if season <= LONG_SEASON else 1
        model = AutoETS(season_length=m, model=form.letters, damped=form.damped)
        out = quietly(lambda: model.forecast(y=z, h=horizon, level=list(LEVELS)))
        ahead = last[np.arange(horizon) % len(last)]
        prediction = from_statsforecast(out).map(lambda part: part + ahead)
        return prediction.map(np.exp) if form.log else prediction


@dataclass(frozen=True)
class EtsForm:
    """Letters of error, trend and season (A, M, N), damping, and whether on logarithms."""

    letters: str
    damped: bool
    log: bool


def _auto_ets(z: FloatArray, season: int, letters: str, *, log: bool) -> tuple[EtsForm, float]:
    from statsforecast.models import AutoETS

    m = season if season <= LONG_SEASON else 1
    allowed = letters if m > 1 else letters[:2] + "N"
    fitted = quietly(lambda: AutoETS(season_length=m, model=allowed).fit(z)).model_
    components = str(fitted["components"])
    return EtsForm(components[:3], components[3] == "D", log), float(fitted["aicc"])


def _without_season(y: FloatArray, season: int) -> tuple[FloatArray, FloatArray]:
    if season <= LONG_SEASON:
        return y, np.zeros(1)
    from statsmodels.tsa.seasonal import STL

    # A long window of degree 0: with few seasons, each week's effect is their average. A line
    # through two seasons would fit both exactly and leave nothing to judge the error by.
    parts = STL(y, period=season, seasonal=35, seasonal_deg=0, robust=True).fit()
    return y - parts.seasonal, parts.seasonal[-season:]


class Theta(Candidate):
    """Dynamic optimised Theta.

    Source: J. A. Fiorucci et al. (2016), Models for optimising the theta method, International
    Journal of Forecasting 32(4), 1151-1161.
    """

    name = "theta"

    def predict(self, y: FloatArray, season: int, horizon: int, form: Any = None) -> Prediction:
        """Estimate on ``y`` and forecast."""
        from statsforecast.models import DynamicOptimizedTheta

        kind = "multiplicative" if np.min(y) > 0 else "additive"
        model = DynamicOptimizedTheta(season_length=season, decomposition_type=kind)
        return from_statsforecast(
            quietly(lambda: model.forecast(y=y, h=horizon, level=list(LEVELS)))
        )


class Ces(Candidate):
    """Complex exponential smoothing, form chosen by AICc.

    Source: I. Svetunkov, N. Kourentzes and J. K. Ord (2022), Complex exponential smoothing, Naval
    Research Logistics 69(8), 1108-1123.
    """

    name = "ces"

    def predict(self, y: FloatArray, season: int, horizon: int, form: Any = None) -> Prediction:
        """Estimate on ``y`` and forecast; the interval follows from the impulse response."""
        from statsforecast.models import AutoCES

        fitted = quietly(lambda: AutoCES(season_length=season).fit(y))
        mean = np.asarray(fitted.predict(horizon)["mean"], dtype=float)
        kind, weights = fitted.model_["seasontype"], fitted.model_["par"]
        response = impulse_response(kind, weights, season, horizon)
        variance = np.concatenate([[1.0], 1.0 + np.cumsum(response[:-1] ** 2)])
        sigma = float(np.sqrt(fitted.model_["sigma2"]))
        return normal(mean, sigma * np.sqrt(variance))


def impulse_response(
    kind: str, weights: Mapping[str, float], season: int, horizon: int
) -> FloatArray:
    """How far an error of 1 moves the forecasts after it, shape (horizon,).

    The model is linear in its errors, so its weights say it (Svetunkov et al., eq. 4 and 21); from
    the library's forecasts it cannot be read, because they smooth the series backwards, too, where
    a small change may grow without bound.

    Parameters
    ----------
    kind : {"N", "S", "P", "F"}
        Without a season, simple, partial, full.
    weights : mapping
        ``alpha_0``, ``alpha_1``, and of the seasonal part ``beta_0``, ``beta_1``.
    """
    response = np.zeros(horizon)
    turns = np.arange(season - 1, horizon, season)  # the same place in later seasons
    if kind == "S":
        response[turns] = _chain(weights["alpha_0"], weights["alpha_1"], len(turns))
        return response
    response += _chain(weights["alpha_0"], weights["alpha_1"], horizon)
    if kind == "P":
        response[turns] += weights["beta_0"]
    if kind == "F":
        response[turns] += _chain(weights["beta_0"], weights["beta_1"], len(turns))
    return response


def _chain(real: float, imaginary: float, steps: int) -> FloatArray:
    """The first component of a complex state, moved by an error of 1, over ``steps``."""
    turn = np.array([[1.0, imaginary - 1.0], [1.0, 1.0 - real]])
    state, moved = np.array([real - imaginary, real + imaginary]), np.empty(steps)
    for step in range(steps):
        moved[step] = state[0]
        state = turn @ state
    return moved
