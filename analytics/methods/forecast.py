"""How much will we sell? Forecasts with intervals, chosen by how well they did on unseen data."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from dataclasses import replace
from typing import Any

import pandas as pd

from analytics.methods.columns import require_columns, unit_notices
from analytics.methods.copies import summed_copies
from analytics.methods.errors import Notice
from analytics.methods.forecast_groups import plan_groups, shared_notices
from analytics.methods.forecast_result import ForecastResult, SeriesForecast
from analytics.methods.periods_in_columns import periods_as_rows
from analytics.methods.series_forecast import check_horizon, forecast_series
from analytics.methods.timeseries import Fill, RegularSeries, regular_series

__all__ = ["ForecastResult", "SeriesForecast", "forecast", "forecast_each", "forecast_series"]

# Starting processes takes seconds; below this many series it is not worth it.
WORTH_CORES = 8


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
        Columns.  Without a date, a column for each period will do (``periods_in_columns``).  A
        group that cannot be forecast becomes a notice.
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
    turned: list[Notice] = []
    if group is None:
        frame, date, turned = periods_as_rows(frame, value, date, group)
        series = regular_series(frame, value, date, **options)
        one = forecast_series(series, horizon, diagnostics=True)
        done = ForecastResult({None: one}, series.rows_used, series.rows_dropped, one.notices)
    else:
        done = _forecast_groups(frame, value, horizon, date, group, options)
    doubts = [*turned, *unit_notices(frame, value), *(summed_copies([], frame) if date else ())]
    return replace(done, notices=(*doubts, *done.notices))


def _forecast_groups(
    frame: pd.DataFrame,
    value: str,
    horizon: int,
    date: str | None,
    group: str,
    options: dict[str, Any],
) -> ForecastResult:
    plan = plan_groups(frame, value, date=date, group=group, **options)
    each = forecast_each(list(plan.series.values()), horizon)
    done: dict[str | None, SeriesForecast] = dict(zip(plan.series, each, strict=True))
    told = [[notice.to_dict() for notice in one.notices] for one in each]
    shared = shared_notices(list(zip(plan.series, told, strict=True)))
    notices = (*plan.notices, *shared)
    return ForecastResult(done, plan.rows_used, plan.rows_dropped, notices)


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
