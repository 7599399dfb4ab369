"""How much will we sell? Forecasts with intervals, chosen by how well they did on unseen data."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.arima_diagnostics import ArimaDiagnostics, diagnose
from analytics.methods.backtest import Backtest, Score, ensure_sane, plan_origins, run_backtest
from analytics.methods.calibration import floored, interval_factor, widened
from analytics.methods.candidates import (
    LONG_SEASON,
    Arima,
    ArimaForm,
    Candidate,
    Ces,
    Ets,
    Prediction,
    SeasonalNaive,
    Theta,
    log_helps,
    median_of,
)
from analytics.methods.columns import require_columns
from analytics.methods.errors import DataProblem, Notice
from analytics.methods.serialise import jsonable
from analytics.methods.timeseries import Fill, RegularSeries, regular_series

FloatArray = NDArray[np.float64]
NAIVE = "seasonal_naive"
COMBINATION = "combination"
# The median of models is chosen unless one model alone was this much better in the backtest:
# differences smaller than that on a handful of origins are luck (Petropoulos and Svetunkov 2020).
CLEARLY_BETTER = 0.90
# A model enters the median when its error is at most this many times the best one's.
GOOD_ENOUGH = 1.5
# A model counts as better than the seasonal naive forecast from one per cent on.
BETTER = 0.99
# Exact likelihood takes many seconds beyond this length, and only describes the model.
DIAGNOSED_PERIODS = 400
MAX_HORIZON = 400


@dataclass(frozen=True)
class ForecastModel:
    """One competitor: its form and its figures on unseen data."""

    name: str
    label: str
    score: Score
    chosen: bool
    member: bool

    def to_dict(self) -> dict[str, Any]:
        """Return name, label, figures, and whether it was chosen or part of the median."""
        return {
            "name": self.name,
            "label": self.label,
            **jsonable(self.score),
            "chosen": self.chosen,
            "member": self.member,
        }


@dataclass(frozen=True)
class SeriesForecast:
    """The forecast of one series.

    Attributes
    ----------
    prediction : Prediction
        Each part of shape (horizon,), in the unit of the series.
    chosen : str
        Name of the model used.
    models : tuple of ForecastModel
        All competitors, best first.
    score, naive : Score
        Backtest figures of the chosen model and of the seasonal naive forecast.
    order : ArimaForm or None
        The automatic ARIMA on the whole series.  With ``diagnostics`` also when another model was
        chosen; else None then, to save the search.
    origins, judged_steps : int
        Number of backtest origins, and the steps judged at each.
    interval_factor : float
        What the model's interval half-widths were multiplied by after the backtest; 1 for none.
    """

    series: RegularSeries
    prediction: Prediction
    chosen: str
    models: tuple[ForecastModel, ...]
    score: Score
    naive: Score
    order: ArimaForm | None
    diagnostics: ArimaDiagnostics | None
    origins: int
    judged_steps: int
    interval_factor: float
    notices: tuple[Notice, ...] = ()

    def backtest_dict(self) -> dict[str, Any]:
        """Return the figures on unseen data."""
        return {
            **jsonable(self.score),
            "naive_mase": jsonable(self.naive.mase),
            "naive_smape": jsonable(self.naive.smape),
            "origins": self.origins,
            "horizon": self.judged_steps,
        }

    def rows(self, group: str | None = None) -> list[dict[str, Any]]:
        """Return one row per step: group, step, date, mean and interval ends."""
        p = self.prediction
        dates = self.series.future_dates(len(p.mean))
        return [
            {
                "group": group,
                "step": k + 1,
                "date": dates[k] if dates else None,
                "mean": jsonable(p.mean[k]),
                "lo80": jsonable(p.lo80[k]),
                "hi80": jsonable(p.hi80[k]),
                "lo95": jsonable(p.lo95[k]),
                "hi95": jsonable(p.hi95[k]),
            }
            for k in range(len(p.mean))
        ]

    def to_dict(self, group: str | None = None) -> dict[str, Any]:
        """Return everything but the forecast rows, JSON-safe."""
        return {
            "group": group,
            "periods": len(self.series.y),
            "season": self.series.season,
            "frequency": self.series.frequency or None,
            "chosen": self.chosen,
            "order": jsonable(self.order),
            "diagnostics": jsonable(self.diagnostics),
            "interval_factor": self.interval_factor,
            "backtest": self.backtest_dict(),
            "models": jsonable(list(self.models)),
            "warnings": [notice.text for notice in self.notices],
        }


@dataclass(frozen=True)
class ForecastResult:
    """Forecasts of one or several series.

    Attributes
    ----------
    groups : dict of (str or None) to SeriesForecast
        The single key None without grouping.
    rows_used, rows_dropped : int
    notices : tuple of Notice
    """

    groups: dict[str | None, SeriesForecast]
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer.

        ``backtest`` holds means over the groups, ``chosen`` the model most often used, ``order``
        is given for a single series (per group it stands under ``groups``).
        """
        each = list(self.groups.values())
        tests = [one.backtest_dict() for one in each]
        single = each[0] if len(each) == 1 else None
        return {
            "models": _pooled_models(each),
            "chosen": Counter(one.chosen for one in each).most_common(1)[0][0],
            "order": jsonable(single.order) if single else None,
            "season": single.series.season if single else None,
            "forecast": [row for group, one in self.groups.items() for row in one.rows(group)],
            "backtest": {key: _mean([test[key] for test in tests]) for key in tests[0]},
            "groups": [one.to_dict(group) for group, one in self.groups.items()],
            "rows_used": self.rows_used,
            "rows_dropped": self.rows_dropped,
            "warnings": [notice.text for notice in self.notices],
        }


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _pooled_models(each: list[SeriesForecast]) -> list[dict[str, Any]]:
    if len(each) == 1:
        return jsonable(list(each[0].models))
    names = dict.fromkeys(model.name for one in each for model in one.models)
    pooled = []
    for name in names:
        same = [m for one in each for m in one.models if m.name == name]
        figures = [jsonable(m.score) for m in same]
        pooled.append(
            {
                "name": name,
                "label": name,
                **{key: _mean([f[key] for f in figures]) for key in figures[0]},
                "chosen": sum(m.chosen for m in same),
                "member": sum(m.member for m in same),
            }
        )
    return sorted(pooled, key=lambda m: np.inf if m["mase"] is None else m["mase"])


def forecast(
    frame: pd.DataFrame,
    value: str,
    *,
    horizon: int,
    date: str | None = None,
    group: str | None = None,
    season: int | None = None,
    fill: Fill = "auto",
    frequency: str | None = None,
) -> ForecastResult:
    """Forecast a column of a frame, for each group apart when asked.

    Parameters
    ----------
    frame : DataFrame
        Rows in any order; see ``timeseries.regular_series`` for dates, gaps and duplicates.
    value : str
        Numeric column to forecast.
    horizon : int
        Periods ahead, 1 to 400.
    date, group : str, optional
        Columns.  A group that cannot be forecast becomes a notice.
    season : int, optional
        Periods per season; by default from the dates.
    fill, frequency
        As in ``timeseries.regular_series``.

    Returns
    -------
    ForecastResult

    Raises
    ------
    DataProblem, InsufficientData
        The series, or every group, cannot be forecast; the text says what is missing.
    """
    _check_horizon(horizon)
    require_columns(frame, [value] + [name for name in (date, group) if name])
    options: dict[str, Any] = {"season": season, "fill": fill, "frequency": frequency}
    if group is None:
        series = regular_series(frame, value, date, **options)
        one = forecast_series(series, horizon, diagnostics=True)
        return ForecastResult({None: one}, series.rows_used, series.rows_dropped, one.notices)
    return _forecast_groups(frame, value, horizon, date, group, options)


def _forecast_groups(
    frame: pd.DataFrame,
    value: str,
    horizon: int,
    date: str | None,
    group: str,
    options: dict[str, Any],
) -> ForecastResult:
    if len(frame) == 0:
        raise DataProblem("no_rows")
    done: dict[str | None, SeriesForecast] = {}
    notices: list[Notice] = []
    reasons: list[str] = []
    unnamed = int(frame[group].isna().sum())
    dropped = unnamed
    if unnamed:
        notices.append(Notice("rows_missing_dropped", {"rows": unnamed}))
    for name, part in frame.groupby(group, sort=True):
        try:
            series = regular_series(part, value, date, **options)
        except DataProblem as problem:
            dropped += len(part)
            reasons.append(str(problem))
            notices.append(Notice("group_failed", {"group": str(name), "reason": str(problem)}))
            continue
        dropped += series.rows_dropped
        done[str(name)] = forecast_series(series, horizon)
    if not done:
        raise DataProblem("groups_all_failed", {"reason": reasons[0] if reasons else "—"})
    seen = {notice.text: notice for one in done.values() for notice in one.notices}
    notices += [notice for notice in seen.values() if notice.code in _SHARED]
    return ForecastResult(done, len(frame) - dropped, dropped, tuple(notices))


# Notices on the data or the setting, worth repeating above the groups; those on one group's fit
# stand under the group.
_SHARED = {"season_by_frequency", "season_unknown", "short_weekly_no_season", "times_to_days"}


def _check_horizon(horizon: int) -> None:
    if not 1 <= horizon <= MAX_HORIZON:
        rule = f"between 1 and {MAX_HORIZON}"
        raise DataProblem("bad_parameter", {"name": "horizon", "rule": rule, "value": horizon})


def forecast_series(
    series: RegularSeries, horizon: int, *, diagnostics: bool = False
) -> SeriesForecast:
    """Forecast one regular series.

    Candidates: automatic ARIMA, exponential smoothing, dynamic optimised Theta, complex
    exponential smoothing, their median, and the seasonal naive forecast.  The one with the least
    MASE in a rolling-origin backtest is used, the median being preferred to a single model that is
    less than 10 % better; when none beats the seasonal naive forecast, that is used and said.

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
        Point forecasts are medians; a series without negative values gets none.
    """
    from threadpoolctl import threadpool_limits

    _check_horizon(horizon)
    if float(np.ptp(series.y)) == 0.0:
        return _constant(series, horizon, list(series.notices))
    # Thousands of tiny matrix products: on a busy machine a second thread only waits.
    with threadpool_limits(limits=1):
        return _judged(series, horizon, diagnostics=diagnostics)


def _judged(series: RegularSeries, horizon: int, *, diagnostics: bool) -> SeriesForecast:
    """Backtest the candidates, choose, and forecast with the whole series."""
    y = series.y
    notices = list(series.notices)
    first = plan_origins(len(y), series.season, horizon)[0][0]
    candidates = _candidates(series.season, log=log_helps(y[:first], series.season))
    test = run_backtest(y, series.season, horizon, candidates)
    notices += [Notice("model_failed", {"model": name}) for name in test.failed]
    floor = 0.0 if float(np.min(y)) >= 0 else -np.inf
    for name, made in test.predictions.items():
        test.predictions[name] = [p.map(lambda part: np.maximum(part, floor)) for p in made]
    scores = {name: test.score(made) for name, made in test.predictions.items()}
    chosen, members = _choose(test, scores)
    fitted = _Final(y, series.season, horizon, candidates)
    prediction, chosen, members = fitted.predict(chosen, members, notices)
    prediction, factor = _calibrate(prediction, test, chosen, notices)
    prediction = prediction.map(lambda part: np.maximum(part, floor))
    order = fitted.order() if diagnostics else fitted.known_order()
    if chosen == NAIVE:
        notices.append(Notice("no_better_than_naive"))
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


def _candidates(season: int, *, log: bool) -> list[Candidate]:
    models: list[Candidate] = [SeasonalNaive(), Arima(log=log), Ets(log=log), Theta()]
    return models if season > LONG_SEASON else [*models, Ces()]


def _choose(test: Backtest, scores: dict[str, Score]) -> tuple[str, list[str]]:
    """Return the chosen name and the members of the median; adds the median to ``scores``."""
    naive = scores[NAIVE].mase
    better = sorted((s.mase, name) for name, s in scores.items() if s.mase < BETTER * naive)
    if not better:
        return NAIVE, []
    best_mase, best = better[0]
    members = [name for error, name in better if error <= GOOD_ENOUGH * best_mase]
    if len(members) < 2:
        return best, []
    made = [median_of(list(at)) for at in zip(*(test.predictions[m] for m in members), strict=True)]
    scores[COMBINATION] = test.score(made)
    test.predictions[COMBINATION] = made
    if best_mase < CLEARLY_BETTER * scores[COMBINATION].mase:
        return best, members
    return COMBINATION, members


class _Final:
    """The models on the whole series, each fitted at most once."""

    def __init__(
        self, y: FloatArray, season: int, horizon: int, candidates: list[Candidate]
    ) -> None:
        self.y, self.season, self.horizon = y, season, horizon
        self.candidates = {candidate.name: candidate for candidate in candidates}
        self.forms: dict[str, Any] = {}

    def predict(
        self, chosen: str, members: list[str], notices: list[Notice]
    ) -> tuple[Prediction, str, list[str]]:
        """Return the prediction, and what it is really made of should a model fail here."""
        wanted = members if chosen == COMBINATION else [chosen]
        made: dict[str, Prediction] = {}
        for name in wanted:
            try:
                made[name] = self._one(name)
            except Exception:  # noqa: BLE001 - the libraries raise bare Exceptions
                notices.append(Notice("model_failed", {"model": name}))
        if not made:
            return self._one(NAIVE), NAIVE, []
        if len(made) == 1:
            return next(iter(made.values())), next(iter(made)), members
        return median_of(list(made.values())), COMBINATION, list(made)

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
    """Widen intervals that held too few values in the backtest, and say so."""
    factor = interval_factor(test, test.predictions[chosen])
    if factor > 1.0:
        notices.append(Notice("intervals_widened", {"factor": factor}))
    return floored(widened(prediction, factor), test, test.predictions[chosen]), factor


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
    labels = {
        NAIVE: "Seasonal naive",
        "arima": order.label if order else "ARIMA",
        "ets": "Exponential smoothing",
        "theta": "Dynamic optimised Theta",
        "ces": "Complex exponential smoothing",
        COMBINATION: "Median of " + ", ".join(members),
    }
    models = [
        ForecastModel(name, labels[name], score, name == chosen, name in members)
        for name, score in scores.items()
    ]
    return tuple(sorted(models, key=lambda m: (m.score.mase, not m.chosen)))


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
