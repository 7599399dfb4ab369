"""A forecast for each group: planned at one place, computed at any, put together again.

``plan_groups`` turns the frame into series, ``piece`` forecasts one, and ``answer`` makes of all
pieces what ``forecast`` would have said. Facts and pieces are JSON values.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analytics.methods.columns import date_column, numeric_column, require_columns
from analytics.methods.counted import counts_what_came
from analytics.methods.errors import DataProblem, Notice
from analytics.methods.forecast_result import answer_of, piece_of
from analytics.methods.periods_in_columns import periods_as_rows
from analytics.methods.series_forecast import check_horizon, forecast_series
from analytics.methods.timeseries import (
    Fill,
    RegularSeries,
    regular_series,
    unit_of,
    usual_unit,
    whole_periods,
)

# What is told of groups by name, and at most of so many of them.
_BY_NAME = {
    "leading_zeros_dropped": "groups_leading_zeros_dropped",
    "leading_zeros_kept": "groups_leading_zeros_kept",
    "nothing_since": "groups_stopped",
    "ends_with_zeros": "groups_stopped",
    "ends_early": "groups_end_early",
}
NAMED = 10
# Notices on the data or the setting, worth repeating above the groups; those on one group's fit
# stand under the group.
_SHARED = {
    "season_by_frequency", "season_unknown", "series_shortened", "short_weekly_no_season",
    "times_to_days",
}  # fmt: skip


@dataclass(frozen=True)
class GroupPlan:
    """The series of a frame's groups, in the order of their names.

    Attributes
    ----------
    series : dict of str to RegularSeries
    rows_used, rows_dropped : int
        Rows of the frame behind the series, and rows left out.
    notices : tuple of Notice
        On rows without a group and on groups that cannot be forecast.
    """

    series: dict[str, RegularSeries]
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]

    def facts(self) -> dict[str, Any]:
        """Return what ``answer`` needs beside the pieces."""
        return {
            "rows_used": self.rows_used,
            "rows_dropped": self.rows_dropped,
            "notices": [notice.to_dict() for notice in self.notices],
        }


def plan_groups(
    frame: pd.DataFrame,
    value: str,
    *,
    group: str,
    date: str | None = None,
    season: int | None = None,
    fill: Fill = "auto",
    frequency: str | None = None,
) -> GroupPlan:
    """Return the series of each group; parameters as in ``forecast.forecast``.

    Cells are read, and the period is chosen, by the rows of all groups: a group of few rows does
    not tell the order of day and month, nor that the table is monthly, nor where the table ends.

    Raises
    ------
    DataProblem
        A column cannot be read, or no group can be forecast.
    """
    require_columns(frame, [value, group] + [name for name in (date,) if name])
    if len(frame) == 0:
        raise DataProblem("no_rows")
    frame, date, turned = periods_as_rows(frame, value, date, group)
    frame = _read(frame, value, group, date)
    options: dict[str, Any] = {"season": season, "fill": fill, "frequency": frequency}
    total, notices = len(frame), turned
    if date:
        frame, covered = _covered(frame, date, frequency)
        notices += covered
        options["unit"] = usual_unit(part[date] for _, part in frame.groupby(group))
        options["until"] = frame[date].max()
        unit = unit_of(frequency) if frequency else options["unit"]
        if fill == "auto" and unit and counts_what_came(frame, value, date, group, unit):
            options["fill"] = "zero"
            notices.append(Notice("groups_zero_filled"))
    reasons: list[str] = []
    missing = int(frame[group].isna().sum())
    if missing:
        notices.append(Notice("rows_missing_dropped", {"rows": missing}))
    dropped = total - len(frame) + missing
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
    if not regular:
        refusal = ("groups_all_failed", {"reason": reasons[0]}) if reasons else ("no_usable_rows",)
        raise DataProblem(*refusal)
    return GroupPlan(regular, total - dropped, dropped, tuple(notices))


def _covered(
    frame: pd.DataFrame, date: str, frequency: str | None
) -> tuple[pd.DataFrame, list[Notice]]:
    """Without the rows of a first or last period that the table does not cover, which is told."""
    if not frequency:
        return frame, []
    unit, dated = unit_of(frequency), frame[date].notna()
    if not dated.any():
        return frame, []
    kept = dated.to_numpy().copy()
    kept[kept] = whole_periods(pd.Index(frame.loc[dated, date]), unit)
    rows = int(dated.sum() - kept.sum())
    told = [Notice("incomplete_periods_dropped", {"frequency": unit, "rows": rows})] if rows else []
    return frame[kept | ~dated.to_numpy()], told


def _read(frame: pd.DataFrame, value: str, group: str, date: str | None) -> pd.DataFrame:
    """The columns in question, with numbers and dates read."""
    frame = frame[list(dict.fromkeys((group, value, *((date,) if date else ()))))]
    frame = frame.assign(**{value: numeric_column(frame, value)})
    return frame.assign(**{date: date_column(frame, date)}) if date else frame


def piece(name: str, series: RegularSeries, horizon: int) -> dict[str, Any]:
    """Return one group's part of the answer."""
    check_horizon(horizon)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the answer carries its own warnings
        return piece_of(name, forecast_series(series, horizon))


def shared_notices(told: Sequence[tuple[str, Sequence[dict[str, Any]]]]) -> list[Notice]:
    """Return what is said above the groups, of each group's name and notices (``to_dict``)."""
    every = [(group, one) for group, notices in told for one in notices]
    once = {one["text"]: one for _, one in every if one["code"] in _SHARED}
    shared = [Notice(one["code"], one["params"]) for one in once.values()]
    for code, by_name in _BY_NAME.items():
        groups = [group for group, one in every if one["code"] == code]
        if groups:
            names = ", ".join(groups[:NAMED]) + (" …" if len(groups) > NAMED else "")
            shared.append(Notice(by_name, {"groups": names, "count": len(groups)}))
    return shared


def answer(facts: dict[str, Any], pieces: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the command line's answer made of a plan's facts and its pieces, in their order."""
    shared = shared_notices([(part["told"]["group"], part["notices"]) for part in pieces])
    cautions = [one["text"] for one in facts["notices"]] + [notice.text for notice in shared]
    return answer_of(pieces, facts["rows_used"], facts["rows_dropped"], cautions)
