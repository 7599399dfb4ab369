"""Automatic ARIMA as a candidate of the forecast."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.methods.candidates import LEVELS, Candidate, Prediction, from_statsforecast, quietly
from analytics.methods.descent import descend

FloatArray = NDArray[np.float64]
# ARIMA is estimated on at most this many of the last periods: its search takes seconds beyond.
ARIMA_PERIODS = 600
# The exact likelihood is slow on long series; the library's own limit.
EXACT_PERIODS = 150
EXACT_SEASON = 4
LONG_ARIMA_SEASON = 12


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

        Orders are searched by the exact likelihood where there is no season or a short one, else
        by the conditional one. Unless ``quick``, or long, the result then has to beat the plainer
        models next to it by the exact one. (For months the exact search takes five times as long.)
        """
        fit = self._specified(y, season, log=self.log, quick=quick)
        if fit.form.log and fit.form.constant == "drift":
            # A drift of logarithms is growth without end, and one that overshoots.
            return self._specified(y, season, log=False, quick=quick)
        return fit

    def _specified(self, y: FloatArray, season: int, *, log: bool, quick: bool) -> ArimaFit:
        start = max(len(y) - ARIMA_PERIODS, 0)
        z = (np.log(y) if log else y)[start:]
        long = season > LONG_ARIMA_SEASON
        pairs = _fourier_pairs(z, season) if long else 0
        exogenous = fourier_terms(0, len(z), season, pairs) if pairs else None
        exact = season <= EXACT_SEASON and len(z) <= EXACT_PERIODS
        model = _library().AutoARIMA(season_length=1 if long else season, approximation=not exact)
        fitted = quietly(lambda: model.fit(z, X=exogenous))
        form = _form_of(fitted, log=log, pairs=pairs, period=season if pairs else 1)
        if not (quick or exact or pairs or len(z) > EXACT_PERIODS):
            form, fitted = _plainer(form, fitted, z)
        return ArimaFit(form, fitted, start)

    def predict(self, y: FloatArray, season: int, horizon: int, form: Any = None) -> Prediction:
        """Forecast ``y`` with the orders and coefficients of ``form`` (an ArimaFit)."""
        z = (np.log(y) if form.form.log else y)[form.start :]
        inside, ahead = _exogenous(len(z), horizon, form.form)
        out = quietly(
            lambda: form.model.forward(y=z, h=horizon, X=inside, X_future=ahead, level=list(LEVELS))
        )
        prediction = from_statsforecast(out)
        return prediction.map(np.exp) if form.form.log else prediction

    def roll(
        self, y: FloatArray, season: int, horizon: int, origins: tuple[int, ...]
    ) -> list[Prediction]:
        """Forecast from each origin with the orders and coefficients of the first.

        The most severe way to be judged, and the quick one.
        """
        form = self.specify(y[: origins[0]], season, quick=True)
        return [self.predict(y[:origin], season, horizon, form) for origin in origins]


def _library() -> Any:
    """Return statsforecast's models, which then search with the quicker BFGS."""
    from statsforecast import arima, models

    arima.__dict__["minimize"] = descend
    return models


@dataclass(frozen=True)
class ArimaFit:
    """Orders, the library's model with its coefficients, and the first period it was fitted to."""

    form: ArimaForm
    model: Any
    start: int = 0


def _form_of(fitted: Any, *, log: bool, pairs: int, period: int) -> ArimaForm:
    p, q, P, Q, m, d, D = (int(part) for part in fitted.model_["arma"])
    names = set(fitted.model_["coef"])
    constant = "drift" if "drift" in names else "mean" if "intercept" in names else ""
    return ArimaForm(p, d, q, P, D, Q, m, constant, log, pairs, period)


def _plainer(form: ArimaForm, fitted: Any, z: FloatArray) -> tuple[ArimaForm, Any]:
    """Return the best by exact AICc of ``form``, the airline model and the steps between them."""
    inner = dict.fromkeys([(form.p, form.q), (0, 1)])
    outer = dict.fromkeys([(form.P, form.Q), (0, 1)]) if form.season > 1 else {(0, 0): None}
    for (p, q), (P, Q) in product(inner, outer):
        other = replace(form, p=p, q=q, P=P, Q=Q)
        if other == form:
            continue
        model = _library().ARIMA(
            order=(p, form.d, q),
            season_length=form.season,
            seasonal_order=(P, form.D, Q),
            include_mean=form.constant == "mean",
            include_drift=form.constant == "drift",
        )
        try:
            rival = quietly(partial(model.fit, z))
        except Exception:  # noqa: BLE001, S112 - the library raises bare Exceptions; form stays
            continue
        if float(rival.model_["aicc"]) < float(fitted.model_["aicc"]):
            form, fitted = other, rival
    return form, fitted


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
    if np.min(y) <= 0 or np.max(y) / np.min(y) < 1.5:
        return False
    seasonal = int(1 < season <= LONG_ARIMA_SEASON and len(y) > 2 * season + 5)
    m = season if seasonal else 1

    def aic(z: FloatArray) -> float:
        model = _library().ARIMA(
            order=(0, 1, 1), season_length=m, seasonal_order=(0, seasonal, seasonal)
        )
        return float(quietly(lambda: model.fit(z)).model_["aic"])

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
