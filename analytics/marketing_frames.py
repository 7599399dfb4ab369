"""Spend and revenue as a frame: one row per period."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from analytics.frames import Scope, weekly_sales
from marketing.models import MarketResult, Spend

if TYPE_CHECKING:
    import pandas as pd

WEEK = timedelta(days=7)


def marketing_weeks(scope: Scope) -> pd.DataFrame:
    """One row per period with revenue: ``week``, ``revenue``, one column per channel of spend,
    then the numeric influences that were recorded with it.

    The revenue is that of the market results; where none are recorded, the sales of each whole
    week from the first week with spend to the last.  Spend of other periods than the rows' counts
    in each row by the days that they share.  ``frame.attrs`` names ``channels``, ``controls`` and
    the ``source`` of the revenue: "results" or "orders".
    """
    import pandas as pd

    where = _market_rows(scope)
    results = list(MarketResult.objects.filter(**where).order_by("starts_on", "pk"))
    spends = list(
        Spend.objects.filter(**where)
        .values_list("starts_on", "ends_on", "channel")
        .annotate(spent=Sum("amount"))
        .order_by("starts_on", "channel")
    )
    spends = [(*period, _column(channel), spent) for *period, channel, spent in spends]
    if results:
        periods, revenue = _of_results(results)
    else:
        periods, revenue = _of_sales(replace(scope, team_id=where.get("team")), spends)
    frame = pd.DataFrame(
        {"week": [pd.Timestamp(start) for start, _end in periods], "revenue": revenue}
    )
    channels = sorted({channel for _start, _end, channel, _spent in spends})
    for channel, column in _columns(periods, spends, channels).items():
        frame[channel] = column
    controls = {}
    if len(results) == len(periods):  # teams' influences cannot be added up
        controls = _controls(results, taken={"week", "revenue", *channels})
    for name, values in controls.items():
        frame[name] = values
    source = "results" if results else "orders"
    frame.attrs = {"channels": channels, "controls": list(controls), "source": source}
    return frame


def _column(channel: str) -> str:
    """A channel's column, unlike the frame's own; the end is left out where it is shown."""
    return f"{channel}_S" if channel in {"week", "revenue"} else channel


def _market_rows(scope: Scope) -> dict[str, Any]:
    """A team's own market results or spend, else those of the whole company."""
    if scope.team_id is None:
        return {}
    own = {"team": scope.team_id}
    for model in (MarketResult, Spend):
        if model.objects.filter(**own).exists():
            return own
    return {"team": None}


Period = tuple[date, date]


def _of_results(results: list[MarketResult]) -> tuple[list[Period], list[float]]:
    ends: dict[date, date] = {}
    revenue: dict[date, float] = {}
    for result in results:
        start = result.starts_on
        ends[start] = max(result.ends_on, ends.get(start, result.ends_on))
        revenue[start] = revenue.get(start, 0.0) + float(result.revenue)
    return list(ends.items()), list(revenue.values())


def _of_sales(scope: Scope, spends: list[Any]) -> tuple[list[Period], list[float]]:
    if not spends:
        return [], []
    first, last = spends[0][0], max(end for _start, end, *_rest in spends)
    sales = weekly_sales(scope)
    rows = [
        (week.date(), float(sold))
        for week, sold in zip(sales.get("week", []), sales.get("sales", []), strict=True)
        if week.date() >= first - timedelta(days=first.weekday()) and week.date() < last
    ]
    return [(week, week + WEEK) for week, _sold in rows], [sold for _week, sold in rows]


def _columns(
    periods: list[Period], spends: list[Any], channels: list[str]
) -> dict[str, list[float]]:
    """The spend of each channel in each period, by shared days."""
    columns = {channel: [0.0] * len(periods) for channel in channels}
    starts = [start for start, _end in periods]
    for start, end, channel, spent in spends:
        at = max(bisect_right(starts, start) - 1, 0)
        while at < len(periods) and periods[at][0] < end:
            shared = (min(end, periods[at][1]) - max(start, periods[at][0])).days
            if shared > 0:
                columns[channel][at] += float(spent) * shared / (end - start).days
            at += 1
    return columns


def _controls(results: list[MarketResult], taken: set[str]) -> dict[str, list[float]]:
    """Recorded influences that are numbers in every period."""
    names = set.intersection(*(set(r.controls) for r in results)) if results else set()
    columns: dict[str, list[float]] = {}
    for name in sorted(names - taken):
        values = [r.controls[name] for r in results]
        if all(isinstance(value, int | float) for value in values):
            columns[name] = [float(value) for value in values]
    return columns
