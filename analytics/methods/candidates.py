"""The forecasting models that compete, each with one way to specify and one way to predict.

``specify`` chooses a model's form (orders, components) on a training series; ``predict`` estimates
that form on a series and forecasts.  ``roll`` does so for the backtest: the form is chosen once, on
the first training part, so no choice has seen what it is judged on.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
LEVELS = (80, 95)
Z = {80: 1.2815515655446004, 95: 1.959963984540054}
# Longer seasons (weeks of a year) need their own treatment: exponential smoothing cannot hold them,
# and seasonal ARIMA takes minutes.
LONG_SEASON = 24
LONG_ARIMA_SEASON = 12
# ARIMA is estimated on at most this many of the last periods: its search takes seconds beyond.
ARIMA_PERIODS = 600


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
        return _normal(mean, sigma * np.sqrt(ahead // season + 1.0))


def _normal(mean: FloatArray, sigma: FloatArray) -> Prediction:
    return Prediction(
        mean,
        mean - Z[80] * sigma,
        mean + Z[80] * sigma,
        mean - Z[95] * sigma,
        mean + Z[95] * sigma,
    )


def _from_statsforecast(out: dict[str, Any]) -> Prediction:
    return Prediction(
        *(np.asarray(out[k], dtype=float) for k in ("mean", "lo-80", "hi-80", "lo-95", "hi-95"))
    )


def _quietly(call: Callable[[], Any]) -> Any:
    """Run ``call`` without the optimiser's warnings: models are judged by the backtest instead."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return call()


@dataclass(frozen=True)
class ArimaForm:
    """The form of an ARIMA model.

    Attributes
    ----------
    p, d, q, P, D, Q, season : int
        Orders; ``season`` is 1 for a non-seasonal model.
    constant : {"", "mean", "drift"}
    log : bool
        Fitted to logarithms; forecasts are turned back (medians, not means).
    fourier : int
        Pairs of sine and cosine terms of ``period``; 0 for none.
    period : int
        Periods per season of the Fourier terms.
    """

    p: int
    d: int
    q: int
    P: int
    D: int
    Q: int
    season: int
    constant: str = ""
    log: bool = False
    fourier: int = 0
    period: int = 1

    @property
    def label(self) -> str:
        """The model in the usual notation."""
        text = f"ARIMA({self.p},{self.d},{self.q})"
        if self.season > 1:
            text += f"({self.P},{self.D},{self.Q})[{self.season}]"
        if self.constant:
            text += f" with {self.constant}"
        if self.fourier:
            text += f" + Fourier K={self.fourier}[{self.period}]"
        return text + (" on logarithms" if self.log else "")

    def to_dict(self) -> dict[str, Any]:
        """Return the orders and the label."""
        return {**self.__dict__, "label": self.label}


def fourier_terms(start: int, count: int, period: int, pairs: int) -> FloatArray:
    """Return sines and cosines of shape (count, 2 * pairs) for periods ``start``, ``start`` + 1…

    Column 2k - 2 is sin(2 pi k t / period), column 2k - 1 its cosine; the sine of k = period / 2,
    which is zero everywhere, is left out.
    """
    t = np.arange(start, start + count)
    columns = []
    for k in range(1, pairs + 1):
        angle = 2.0 * np.pi * k * t / period
        if 2 * k != period:
            columns.append(np.sin(angle))
        columns.append(np.cos(angle))
    return np.column_stack(columns) if columns else np.empty((count, 0))


class Arima(Candidate):
    """Automatic ARIMA: differences by KPSS and seasonal strength, orders stepwise by AICc.

    Source: R. J. Hyndman and Y. Khandakar (2008), Automatic time series forecasting, Journal of
    Statistical Software 27(3).  Seasons longer than 12 enter as Fourier terms whose number AICc
    chooses.

    Parameters
    ----------
    log : bool
        Work on logarithms (see ``log_helps``); the series must be positive.
    """

    name = "arima"

    def __init__(self, *, log: bool = False) -> None:
        self.log = log

    def specify(self, y: FloatArray, season: int, *, quick: bool = False) -> ArimaFit:
        """Choose Fourier terms and orders on ``y``.

        ``quick`` chooses orders by the conditional instead of the exact likelihood.
        """
        from statsforecast.models import AutoARIMA

        start = max(len(y) - ARIMA_PERIODS, 0)
        z = (np.log(y) if self.log else y)[start:]
        long = season > LONG_ARIMA_SEASON
        pairs = _fourier_pairs(z, season) if long else 0
        exogenous = fourier_terms(0, len(z), season, pairs) if pairs else None
        # Exact likelihood for every order is slow on long series; the library's own rule is 150.
        quick = quick or len(z) > 150
        model = AutoARIMA(season_length=1 if long else season, approximation=quick)
        fitted = _quietly(lambda: model.fit(z, X=exogenous))
        p, q, P, Q, m, d, D = (int(part) for part in fitted.model_["arma"])
        names = set(fitted.model_["coef"])
        constant = "drift" if "drift" in names else "mean" if "intercept" in names else ""
        period = season if pairs else 1
        form = ArimaForm(p, d, q, P, D, Q, m, constant, self.log, pairs, period)
        return ArimaFit(form, fitted, start)

    def predict(self, y: FloatArray, season: int, horizon: int, form: Any = None) -> Prediction:
        """Forecast ``y`` with the orders and coefficients of ``form`` (an ArimaFit)."""
        z = (np.log(y) if form.form.log else y)[form.start :]
        inside, ahead = _exogenous(len(z), horizon, form.form)
        out = _quietly(
            lambda: form.model.forward(y=z, h=horizon, X=inside, X_future=ahead, level=list(LEVELS))
        )
        prediction = _from_statsforecast(out)
        return prediction.map(np.exp) if form.form.log else prediction

    def roll(
        self, y: FloatArray, season: int, horizon: int, origins: tuple[int, ...]
    ) -> list[Prediction]:
        """Forecast from each origin with the orders and coefficients of the first.

        The most severe way to be judged, and the quick one.
        """
        form = self.specify(y[: origins[0]], season, quick=True)
        return [self.predict(y[:origin], season, horizon, form) for origin in origins]


@dataclass(frozen=True)
class ArimaFit:
    """Orders, the library's model with its coefficients, and the first period it was fitted to."""

    form: ArimaForm
    model: Any
    start: int = 0


def _exogenous(n: int, horizon: int, form: ArimaForm) -> tuple[FloatArray, FloatArray] | Any:
    if not form.fourier:
        return None, None
    return (
        fourier_terms(0, n, form.period, form.fourier),
        fourier_terms(n, horizon, form.period, form.fourier),
    )


def log_helps(y: FloatArray, season: int) -> bool:
    """Say whether the airline model is likelier for log y than for y.

    Compares the AIC of ARIMA(0,1,1)(0,1,1) on both, brought to the scale of the data by the
    Jacobian, + 2 sum log y.  False for series that are not positive or hardly vary.
    """
    from statsforecast.models import ARIMA

    if np.min(y) <= 0 or np.max(y) / np.min(y) < 1.5:
        return False
    seasonal = int(1 < season <= LONG_ARIMA_SEASON and len(y) > 2 * season + 5)
    m = season if seasonal else 1

    def aic(z: FloatArray) -> float:
        model = ARIMA(order=(0, 1, 1), season_length=m, seasonal_order=(0, seasonal, seasonal))
        return float(_quietly(lambda: model.fit(z)).model_["aic"])

    lost = 1 + seasonal * m
    try:
        return aic(np.log(y)) + 2.0 * float(np.sum(np.log(y[lost:]))) < aic(y)
    except Exception:  # noqa: BLE001 - the library raises bare Exceptions; then no logarithm
        return False


def _fourier_pairs(z: FloatArray, period: int) -> int:
    """Return the number of pairs with the least AICc beside a smooth trend."""
    n = len(z)
    t = np.linspace(-1.0, 1.0, n)
    trend = np.column_stack([t**k for k in range(4)])
    best, best_aicc = 0, np.inf
    for pairs in range(min(period // 2, 10, n // 10) + 1):
        X = np.hstack([trend, fourier_terms(0, n, period, pairs)])
        rss = float(np.sum((z - X @ np.linalg.lstsq(X, z, rcond=None)[0]) ** 2))
        k = X.shape[1] + 1
        if n - k - 1 <= 0 or rss <= 0:
            break
        aicc = n * np.log(rss / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1)
        if aicc < best_aicc:
            best, best_aicc = pairs, aicc
    return best


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
        out = _quietly(lambda: model.forecast(y=z, h=horizon, level=list(LEVELS)))
        ahead = last[np.arange(horizon) % len(last)]
        prediction = _from_statsforecast(out).map(lambda part: part + ahead)
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
    fitted = _quietly(lambda: AutoETS(season_length=m, model=allowed).fit(z)).model_
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
        return _from_statsforecast(
            _quietly(lambda: model.forecast(y=y, h=horizon, level=list(LEVELS)))
        )


class Ces(Candidate):
    """Complex exponential smoothing, form chosen by AICc.

    Source: I. Svetunkov, N. Kourentzes and J. K. Ord (2022), Complex exponential smoothing, Naval
    Research Logistics 69(8), 1108-1123.
    """

    name = "ces"

    def predict(self, y: FloatArray, season: int, horizon: int, form: Any = None) -> Prediction:
        """Estimate on ``y`` and forecast.

        The model is linear, so its interval follows from its impulse response: the change of the
        forecasts when the last observation changes (instead of thousands of simulated paths).
        """
        from statsforecast.models import AutoCES

        fitted = _quietly(lambda: AutoCES(season_length=season).fit(y))
        mean = np.asarray(fitted.predict(horizon)["mean"], dtype=float)
        shock = float(np.std(y)) or 1.0
        moved = y.copy()
        moved[-1] += shock
        base, changed = (
            np.asarray(_quietly(partial(fitted.forward, y=z, h=horizon))["mean"], dtype=float)
            for z in (y, moved)
        )
        response = (changed - base) / shock
        variance = np.concatenate([[1.0], 1.0 + np.cumsum(response[:-1] ** 2)])
        sigma = float(np.sqrt(fitted.model_["sigma2"]))
        return _normal(mean, sigma * np.sqrt(variance))


def median_of(predictions: list[Prediction]) -> Prediction:
    """Return the median of several predictions, part by part.

    Source: F. Petropoulos and I. Svetunkov (2020), A simple combination of univariate models,
    International Journal of Forecasting 36(1), 110-115.
    """
    return Prediction(
        *(
            np.median([getattr(p, part) for p in predictions], axis=0)
            for part in ("mean", "lo80", "hi80", "lo95", "hi95")
        )
    )
