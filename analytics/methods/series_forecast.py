"""One series: models are judged on the known past, their weighted mean forecasts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.methods.arima import Arima, ArimaForm, log_helps
from analytics.methods.arima_diagnostics import ArimaDiagnostics, diagnose
from analytics.methods.backtest import (
    Backtest,
    Score,
    ensure_sane,
    mostly_nothing,
    plan_origins,
    run_backtest,
)
from analytics.methods.calibration import calibrated, interval_factors
from analytics.methods.candidates import (
    LONG_SEASON,
    Candidate,
    Prediction,
    SeasonalNaive,
    combined,
)
from analytics.methods.cycle import Autoregression, find_cycle
from analytics.methods.errors import DataProblem, Notice
from analytics.methods.festival import Festive, festival_shares, find_festival
from analytics.methods.forecast_result import ForecastModel, SeriesForecast
from analytics.methods.launch import since_launch
from analytics.methods.one_thread import one_thread
from analytics.methods.outlying import outlying_period, written
from analytics.methods.repeating import Repeating, find_repeating
from analytics.methods.smoothing import Ces, Ets, Theta
from analytics.methods.stopped import silence
from analytics.methods.timeseries import RegularSeries

FloatArray = NDArray[np.float64]
NAIVE = "seasonal_naive"
COMBINATION = "combination"
# A model of more than this many times the best one's error would have next to no weight.
GOOD_ENOUGH = 3.0
# Where a cycle is seen, most models do not know it, and being wrong alike they outvote the rest.
GOOD_ENOUGH_IN_CYCLES = 1.5
# How errors of the backtest weigh. ARIMA keeps the coefficients of the first origin there: with new
# ones it would err by 6 % less. Repeating the past does better on few origins than afterwards.
WEIGHED = {Arima.name: 0.94, NAIVE: 1.3}
# A forecast counts as better than the seasonal naive one from one per cent on.
BETTER = 0.99
# What the seasonal naive forecast is given of the mean, until that is better than it.
SHARES_OF_NAIVE = (0.0, 0.25, 0.5, 0.75)
# A factor of the intervals that is told.
WORTH_SAYING = 1.05
# Exact likelihood takes many seconds beyond this length, and only describes the model.
DIAGNOSED_PERIODS = 400
MAX_HORIZON = 400
LABELS = {
    NAIVE: "Seasonal naive",
    "arima": "ARIMA",
    "ets": "Exponential smoothing",
    "theta": "Dynamic optimised Theta",
    "ces": "Complex exponential smoothing",
    "autoregression": "Autoregression",
}


def check_horizon(horizon: int) -> None:
    if not 1 <= horizon <= MAX_HORIZON:
        rule = f"between 1 and {MAX_HORIZON}"
        raise DataProblem("bad_parameter", {"name": "horizon", "rule": rule, "value": horizon})


def forecast_series(
    series: RegularSeries, horizon: int, *, diagnostics: bool = False
) -> SeriesForecast:
    """Forecast one regular series.

    Candidates: automatic ARIMA, exponential smoothing, dynamic optimised Theta, complex
    exponential smoothing, the seasonal naive forecast and, where the series goes through cycles of
    no calendar season, a long autoregression.  Their mean is used, weighted by their
    MASE in a rolling-origin backtest; where it is not better there than the seasonal naive
    forecast, it leans to that as far as makes it better, and where nothing does, the seasonal
    naive forecast is used and that is said.

    Parameters
    ----------
    series : RegularSeries
        At least two seasons (``timeseries.regular_series`` sees to it).
    horizon : int
        Periods ahead.
    diagnostics : bool
        Also estimate the automatic ARIMA by exact likelihood: coefficients, Ljung–Box.

    Returns
    -------
    SeriesForecast
        A series without negative values gets none; zeros before a launch are left out of it.
    """
    check_horizon(horizon)
    series = since_launch(series)
    if float(np.ptp(series.y)) == 0.0:
        return _constant(series, horizon, list(series.notices))
    with one_thread():
        return _judged(series, horizon, diagnostics=diagnostics)


def _judged(series: RegularSeries, horizon: int, *, diagnostics: bool) -> SeriesForecast:
    """Backtest the candidates, choose, and forecast with the whole series."""
    y = series.y
    notices = [*series.notices, *_first_look(series)]
    first = plan_origins(len(y), series.season, horizon)[0][0]
    candidates = _candidates(series, y[:first], horizon, notices)
    test = run_backtest(y, series.season, horizon, candidates)
    notices += [Notice("model_failed", {"model": LABELS[name]}) for name in test.failed]
    floor = 0.0 if float(np.min(y)) >= 0 else -np.inf
    scores = {name: test.score(_not_below(floor, made)) for name, made in test.predictions.items()}
    chosen, weights = _choose(test, scores, floor)
    fitted = _Final(y, series.season, horizon, candidates)
    prediction, chosen, members = fitted.predict(chosen, weights, notices)
    prediction, factor = _calibrate(prediction, test, chosen, notices)
    prediction = _not_below(floor, [prediction])[0]
    order = fitted.order() if diagnostics else fitted.known_order()
    notices += [Notice("no_better_than_naive")] if chosen == NAIVE else []
    notices += _backtest_notices(test, horizon)
    short = len(y) <= DIAGNOSED_PERIODS
    checked = diagnose(y, order) if diagnostics and order and short else None
    return SeriesForecast(
        series=series,
        prediction=prediction,
        chosen=chosen,
        models=_ranked(scores, chosen, members, order),
        score=scores[chosen],
        naive=scores[NAIVE],
        order=order,
        diagnostics=checked,
        origins=len(test.origins),
        judged_steps=test.horizon,
        interval_factor=factor,
        notices=tuple(notices + _residual_notice(checked, chosen)),
    )


def _first_look(series: RegularSeries) -> list[Notice]:
    if stopped := silence(series):
        return [stopped]
    if mostly_nothing(series.y):
        return [Notice("mostly_nothing", {"percent": 100.0 * float(np.mean(series.y == 0))})]
    place = outlying_period(series.y)
    if place is None:
        return []
    period = str(place + 1) if series.dates is None else series.dates[place].date().isoformat()
    params = {"period": period, "value": written(series.y[place])}
    return [Notice("one_period_decides", params)]


def _candidates(
    series: RegularSeries, past: FloatArray, horizon: int, notices: list[Notice]
) -> list[Candidate]:
    """The rivals, beside the Spring Festival where ``past``, the first training part, shows it;
    the naive one stays as it is."""
    season = series.season
    shares = festival_shares(series, horizon)
    festival = find_festival(past, shares, series.frequency, season)
    repeating = find_repeating(past, series.frequency, season)
    rest = festival.without(past) if festival else past
    log = log_helps(rest - repeating[1](past, 0) if repeating else rest, season)
    # Without a season, logarithms of ARIMA overshoot: near zero, and where growth bends.
    models: list[Candidate] = [Arima(log=log and season > 1), Ets(log=log), Theta()]
    models += [] if season > LONG_SEASON else [Ces()]
    if season == 1 and (length := find_cycle(rest)):
        notices.append(Notice("cycle_seen", {"periods": length}))
        models.append(Autoregression())
    if festival:
        notices.append(Notice("festival_seen"))
        models = [Festive(one, shares, series.frequency) for one in models]
    if repeating:
        code, effect = repeating
        notices.append(Notice(code))
        models = [Repeating(one, effect) for one in models]
    return [SeasonalNaive(), *models]


def _not_below(floor: float, made: list[Prediction]) -> list[Prediction]:
    return [one.map(lambda part: np.maximum(part, floor)) for one in made]


def _choose(test: Backtest, scores: dict[str, Score], floor: float) -> tuple[str, dict[str, float]]:
    """Return the chosen name and the weights of the mean; adds the mean to ``scores``.

    The mean is cut at ``floor`` after it is taken, as that of the forecast itself is: members
    already cut there would leave the lower end of their mean above the floor.
    """
    weights = _weights(scores)
    if len(weights) < 2:
        return next(iter(weights), NAIVE), {}
    enough = BETTER * scores[NAIVE].loss
    for share in SHARES_OF_NAIVE:
        leaning = _leaning(weights, share)
        at_origins = zip(*(test.predictions[name] for name in leaning), strict=True)
        made = [combined(at, list(leaning.values())) for at in at_origins]
        score = test.score(_not_below(floor, made))
        better = score.loss < enough
        if better or not share:
            scores[COMBINATION], test.predictions[COMBINATION] = score, made
        if better:
            return COMBINATION, leaning
    return NAIVE, weights


def _weights(scores: dict[str, Score]) -> dict[str, float]:
    """Of the good models by 1 / error squared, the best first; they add up to 1.

    Source: J. M. Bates and C. W. J. Granger (1969), The combination of forecasts, Operational
    Research Quarterly 20(4), 451-468.
    """
    losses = {name: score.loss * WEIGHED.get(name, 1.0) for name, score in scores.items()}
    near = GOOD_ENOUGH_IN_CYCLES if Autoregression.name in scores else GOOD_ENOUGH
    best = min(losses.values())
    good = sorted((loss, name) for name, loss in losses.items() if loss <= near * best)
    squared = {name: (best / loss) ** 2 if best else 1.0 for loss, name in good}
    return {name: weight / sum(squared.values()) for name, weight in squared.items()}


def _leaning(weights: dict[str, float], share: float) -> dict[str, float]:
    """The weights with ``share`` of them all given to the seasonal naive forecast."""
    kept = {name: (1.0 - share) * weight for name, weight in weights.items()}
    return kept | {NAIVE: kept.get(NAIVE, 0.0) + share} if share else kept


class _Final:
    """The models on the whole series, each fitted at most once."""

    def __init__(
        self, y: FloatArray, season: int, horizon: int, candidates: list[Candidate]
    ) -> None:
        self.y, self.season, self.horizon = y, season, horizon
        self.candidates = {candidate.name: candidate for candidate in candidates}
        self.forms: dict[str, Any] = {}

    def predict(
        self, chosen: str, weights: dict[str, float], notices: list[Notice]
    ) -> tuple[Prediction, str, list[str]]:
        """Return the prediction, and what it is really made of should a model fail here."""
        wanted = list(weights) if chosen == COMBINATION else [chosen]
        made: dict[str, Prediction] = {}
        for name in wanted:
            try:
                made[name] = self._one(name)
            except Exception:  # noqa: BLE001 - the libraries raise bare Exceptions
                notices.append(Notice("model_failed", {"model": LABELS[name]}))
        if not made:
            return self._one(NAIVE), NAIVE, []
        if len(made) == 1:
            return next(iter(made.values())), next(iter(made)), list(weights)
        kept = [weights[name] for name in made]
        return combined(list(made.values()), kept), COMBINATION, list(made)

    def _one(self, name: str) -> Prediction:
        prediction = self.candidates[name].predict(
            self.y, self.season, self.horizon, self._form(name)
        )
        ensure_sane(prediction, self.y)
        return prediction

    def _form(self, name: str) -> Any:
        if name not in self.forms:
            self.forms[name] = self.candidates[name].specify(self.y, self.season)
        return self.forms[name]

    def known_order(self) -> ArimaForm | None:
        """Return the automatic ARIMA's orders if it took part in the forecast."""
        fit = self.forms.get(Arima.name)
        return fit.form if fit else None

    def order(self) -> ArimaForm | None:
        """Return the automatic ARIMA's orders, None where it cannot be fitted."""
        try:
            return self._form(Arima.name).form
        except Exception:  # noqa: BLE001 - the library raises bare Exceptions
            return None


def _calibrate(
    prediction: Prediction, test: Backtest, chosen: str, notices: list[Notice]
) -> tuple[Prediction, float]:
    """Make intervals as wide as the backtest asks for; say so where it held too few values."""
    made = test.predictions[chosen]
    factors = interval_factors(test, made)
    if factors[80] >= WORTH_SAYING:
        notices.append(Notice("intervals_widened", {"factor": factors[80]}))
    return calibrated(prediction, test, made, factors), factors[80]


def _backtest_notices(test: Backtest, horizon: int) -> list[Notice]:
    notices = []
    if test.horizon < horizon:
        notices.append(Notice("short_backtest", {"steps": test.horizon, "horizon": horizon}))
    if len(test.origins) < 3:
        notices.append(Notice("few_origins", {"origins": len(test.origins)}))
    return notices


def _residual_notice(checked: ArimaDiagnostics | None, chosen: str) -> list[Notice]:
    if checked is None or chosen != Arima.name or checked.ljung_box_p is None:
        return []
    if checked.ljung_box_p >= 0.05:
        return []
    return [Notice("residuals_correlated", {"model": "ARIMA", "p": checked.ljung_box_p})]


def _ranked(
    scores: dict[str, Score], chosen: str, members: list[str], order: ArimaForm | None
) -> tuple[ForecastModel, ...]:
    labels = LABELS | {COMBINATION: "Weighted mean of " + ", ".join(members)}
    if order:
        labels["arima"] = order.label
    models = [
        ForecastModel(name, labels[name], score, name == chosen, name in members)
        for name, score in scores.items()
    ]
    return tuple(sorted(models, key=lambda m: (m.score.loss, not m.chosen)))


def _constant(series: RegularSeries, horizon: int, notices: list[Notice]) -> SeriesForecast:
    flat = np.full(horizon, float(series.y[-1]))
    score = Score(mase=float("nan"), smape=0.0, coverage80=1.0, coverage95=1.0)
    return SeriesForecast(
        series=replace(series, notices=()),
        prediction=Prediction(flat, flat, flat, flat, flat),
        chosen=NAIVE,
        models=(ForecastModel(NAIVE, "Seasonal naive", score, chosen=True, member=False),),
        score=score,
        naive=score,
        order=None,
        diagnostics=None,
        origins=0,
        judged_steps=0,
        interval_factor=1.0,
        notices=(*notices, Notice("constant_series")),
    )
