"""How much will we sell? Forecasts with intervals, chosen by how well they did on unseen data."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from typing import Any

import pandas as pd

from analytics.methods.columns import require_columns
from analytics.methods.errors import DataProblem, Notice
from analytics.methods.forecast_result import ForecastResult, SeriesForecast
from analytics.methods.series_forecast import check_horizon, forecast_series
from analytics.methods.timeseries import Fill, RegularSeries, regular_series

__all__ = ["ForecastResult", "SeriesForecast", "forecast", "forecast_each", "forecast_series"]

# Starting processes takes seconds; below this many series it is not worth it.
WORTH_CORES = 8
# Notices on the data or the setting, worth repeating above the groups; those on one group's fit
# stand under the group.
_SHARED = {"season_by_frequency", "season_unknown", "short_weekly_no_season", "times_to_days"}


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
    check_horizon(horizon)
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
    regular: dict[str, RegularSeries] = {}
    for name, part in frame.groupby(group, sort=True):
        try:
            series = regular_series(part, value, date, **options)
        except DataProblem as problem:
            dropped += len(part)
            reasons.append(str(problem))
            notices.append(Notice("group_failed", {"group": str(name), "reason": str(problem)}))
            continue
        dropped += series.rows_dropped
        regular[str(name)] = series
    done.update(zip(regular, forecast_each(list(regular.values()), horizon), strict=True))
    if not done:
        if not reasons:
            raise DataProblem("no_usable_rows")
        raise DataProblem("groups_all_failed", {"reason": reasons[0]})
    seen = {notice.text: notice for one in done.values() for notice in one.notices}
    notices += [notice for notice in seen.values() if notice.code in _SHARED]
    return ForecastResult(done, len(frame) - dropped, dropped, tuple(notices))


def forecast_each(series: list[RegularSeries], horizon: int) -> list[SeriesForecast]:
    """Forecast several series, on all cores where there are enough of them.

    The figures do not depend on the number of cores.
    """
    cores = _cores()
    if cores < 2 or len(series) < WORTH_CORES:
        return [forecast_series(one, horizon) for one in series]
    from sklearn.utils.parallel import Parallel, delayed

    work = (delayed(_quiet_forecast)(one, horizon) for one in series)
    done: list[SeriesForecast] = Parallel(n_jobs=cores, backend="loky")(work)
    return done


def _cores() -> int:
    # A daemon, as the workers of a pool are, may not have children.
    return 1 if multiprocessing.current_process().daemon else os.cpu_count() or 1


def _quiet_forecast(series: RegularSeries, horizon: int) -> SeriesForecast:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the answer carries its own warnings
        return forecast_series(series, horizon)
