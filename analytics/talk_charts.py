"""Pictures of communications: days and forecast, trend and seasons, hours, answers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from analytics.charts import clock_note, weekday_names
from analytics.series_charts import line, weekdays
from analytics.talk_frames import ALL, PERIODS
from communications.models import Communication
from crm.common import formats
from crm.common.charting import Chart
from service.models import ServiceRequest

YEAR = 365


def channel_names() -> dict[str, str]:
    """What the channels of communications and requests are called."""
    labels = {**dict(ServiceRequest.Channel.choices), **dict(Communication.Channel.choices)}
    return {ALL: _("All channels"), **{key: str(label) for key, label in labels.items()}}


def _days(result: dict[str, Any], period: str) -> tuple[int, list[date]]:
    """Where the shown days begin among the stored ones, and the days."""
    first = date.fromisoformat(result["first"])
    total = len(result["channels"][ALL]["counts"])
    start = max(0, total - (PERIODS[period] or total))
    return start, [first + timedelta(days=k) for k in range(start, total)]


def days(result: dict[str, Any], channel: str, period: str) -> Chart:
    """Communications per day, and the forecast with its band."""
    found = result["channels"][channel]
    start, shown = _days(result, period)
    actual = found["counts"][start:]
    steps = found.get("forecast", [])
    ahead = [shown[-1] + timedelta(days=step["step"]) for step in steps]
    bands = {key: [step[key] for step in steps] for key in ("mean", "lo80", "hi80", "lo95", "hi95")}
    spec = {
        "type": "fan", "x": [day.isoformat() for day in [*shown, *ahead]], "actual": actual,
        "labels": {"actual": _("Communications")}, **bands,
    }  # fmt: skip
    rows: list[list[Any]] = [
        [day, n, None, None, None, None, None] for day, n in zip(shown, actual, strict=True)
    ]
    rows += [
        [day, None, *(step[key] for key in bands)] for day, step in zip(ahead, steps, strict=True)
    ]
    columns = [
        _("Day"), _("Communications"), _("Forecast"), _("Low (80%)"), _("High (80%)"),
        _("Low (95%)"), _("High (95%)"),
    ]  # fmt: skip
    note = "" if steps else _("Too few communications on this channel for a forecast.")
    title = _("Communications by day: %(channel)s") % {"channel": channel_names()[channel]}
    return Chart("days", title, spec, columns, rows, note=note, height="lg")


def panels(result: dict[str, Any], channel: str, period: str) -> list[Chart]:
    """The parts of the series: trend, week, year where two are known, and the rest."""
    found = result["channels"][channel]
    if "parts" not in found:
        return []
    start, shown = _days(result, period)
    parts = found["parts"]
    counted = _("Communications")
    made = [
        line("trend", _("Trend (communications a day)"), shown, parts["trend"][start:], counted)
    ]
    if found["weekdays"]:
        made.append(weekdays(found["weekdays"], _("Communications a day")))
    wave = parts.get(f"season_{YEAR}")
    if wave is not None:
        year = [date.fromisoformat(result["first"]) + timedelta(days=k) for k in range(len(wave))]
        title = _("The year: more or fewer than usual")
        made.append(line("year", title, year[-YEAR:], wave[-YEAR:], counted))
    rest = line("rest", _("What is left"), shown, parts["remainder"][start:], counted)
    return [*made, rest]


def heat(result: dict[str, Any], channel: str, period: str) -> Chart:
    grid = result["heat"].get(channel, {}).get(period) or [[0] * 24 for _ in range(7)]
    names, hours = weekday_names(), [str(hour) for hour in range(24)]
    spec = {"type": "heatmap", "x": hours, "y": names, "values": grid}
    rows = [[name, *counts] for name, counts in zip(names, grid, strict=True)]
    title = _("When we talk (weekday × hour)")
    return Chart("heat", title, spec, [_("Weekday"), *hours], rows, note=clock_note())


def channels(result: dict[str, Any], period: str) -> Chart:
    """Communications by week and channel."""
    start, shown = _days(result, period)
    names = channel_names()
    mondays = [day - timedelta(days=day.weekday()) for day in shown]
    weeks = sorted(set(mondays))
    place = {week: k for k, week in enumerate(weeks)}
    sums = {}
    for channel in result["order"]:
        totals = [0] * len(weeks)
        for monday, n in zip(mondays, result["channels"][channel]["counts"][start:], strict=True):
            totals[place[monday]] += n
        sums[channel] = totals
    spec = {
        "type": "stacked", "x": [week.isoformat() for week in weeks],
        "series": [{"name": names[channel], "data": data} for channel, data in sums.items()],
    }  # fmt: skip
    rows = [[week, *(sums[channel][k] for channel in sums)] for k, week in enumerate(weeks)]
    columns = [_("Week from"), *(names[channel] for channel in sums)]
    return Chart("channels", _("Communications by week and channel"), spec, columns, rows)


def answers(result: dict[str, Any], kind: str, period: str) -> list[Chart]:
    """Waiting times by channel: the median as a bar, the 90th percentile beside it.

    No chart where no channel has a median within 14 days.
    """
    names = channel_names()
    rows = result["answers"][kind][period]
    known = [row for row in rows if row["median"] is not None]
    if not known:
        return []
    spec = {
        "type": "hbar", "labels_y": [names[row["channel"]] for row in known],
        "values": [round(row["median"], 2) for row in known],
        "texts": [
            _("%(median)s · 9 of 10 within %(p90)s")
            % {"median": _hours(row["median"]), "p90": _hours(row["p90"])}
            for row in known
        ],
    }  # fmt: skip
    table = [
        [names[row["channel"]], row["n"], formats.percent(row["answered"] / row["n"]),
         row["median"], row["p90"]]
        for row in rows
    ]  # fmt: skip
    columns = [
        _("Channel"), _("Waiting"), _("Answered within 14 days"), _("Median (hours)"),
        _("9 of 10 within (hours)"),
    ]  # fmt: skip
    titles = {
        "talks": _("Until we answered an incoming communication (hours)"),
        "requests": _("Until the first response to a request (hours)"),
    }
    note = _(
        "By the clock. What was not answered within 14 days counts with the longest waits; a dash "
        "says that the time lies beyond."
    )
    return [Chart(f"answers-{kind}", titles[kind], spec, columns, table, note=note)]


def _hours(hours: float | None) -> str:
    return _("over 14 days") if hours is None else formats.duration(hours * 3600)
