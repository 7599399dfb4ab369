"""What a staffing suggestion says, on its page and on the service desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.charts import weekday_names
from analytics.models import Run
from crm.common import formats
from crm.common.charting import Chart
from crm.records.resources import KEEPERS

QUESTION = gettext_lazy("How many people does it take?")
EXPLANATION = gettext_lazy(
    "Requests of the last twelve weeks are counted in the business hour in which they could be "
    "worked on; what came in at night waits for the opening. Erlang C says how many people answer "
    "80 of 100 within the promised time when work arrives by chance. The mean hour gives the "
    "number of people; the range goes from a quarter less work per request to the busiest fifth "
    "of weeks with a quarter more."
)
Page = tuple[str, list[Chart], list[tuple[str, str]], list[tuple[str, str]]]


def staffing_page(run: Run) -> Page:
    result = run.result
    return _sentence(result), [people(result), work(result)], _quality(result), [
        (_("See the service desk"), reverse("service:desk"))
    ]  # fmt: skip


def _hours_of(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The open hours of the coming week, holidays left out."""
    monday = date.fromisoformat(result["week"])
    closed = {(date.fromisoformat(day) - monday).days for day in result["closed"]}
    return [hour for hour in result["hours"] if hour["weekday"] not in closed]


def _sentence(result: dict[str, Any]) -> str:
    hours = _hours_of(result)
    if not hours:
        return _("The desk is closed in the coming week.")
    peak = max(hours, key=lambda hour: (hour["agents"], hour["mean"]))
    alone = _(
        "In the week from %(week)s, requests bring about %(load)s hours of work. To keep the "
        "promise takes %(hours)s hours of presence (%(low)s to %(high)s), with one person there at "
        "a time."
    )
    several = _(
        "In the week from %(week)s, requests bring about %(load)s hours of work. To keep the "
        "promise takes %(hours)s hours of presence (%(low)s to %(high)s), at most %(peak)s people "
        "at once (%(weekday)s from %(hour)s:00)."
    )
    return (alone if peak["agents"] == 1 else several) % {
        "week": formats.day(date.fromisoformat(result["week"])),
        "load": formats.number(sum(map(_load(result), hours)), 1),
        "hours": formats.number(sum(hour["agents"] for hour in hours)),
        "low": formats.number(sum(hour["lo"] for hour in hours)),
        "high": formats.number(sum(hour["hi"] for hour in hours)),
        "peak": formats.number(peak["agents"]),
        "weekday": weekday_names()[peak["weekday"]],
        "hour": peak["hour"],
    }


def _load(result: dict[str, Any]) -> Callable[[dict[str, Any]], float]:
    """Hours of work that the requests of an hour bring."""
    seconds = float(result["handling"]["seconds"])
    return lambda hour: float(hour["mean"]) * seconds / 3600


def findings(run: Run) -> list[str]:
    """What it rests on."""
    return assumptions(run.result)


def assumptions(result: dict[str, Any]) -> list[str]:
    """What the suggestion rests on, in plain words."""
    handling = result["handling"]
    said = [
        _(
            "A request is taken to need %(time)s of work: the recorded calls about %(requests)s "
            "resolved requests, and %(minutes)s minutes for each of their %(replies)s replies and "
            "notes (assumed: writing is not timed)."
        )
        % {
            "time": formats.duration(handling["seconds"]),
            "requests": formats.number(handling["requests"]),
            "minutes": formats.number(handling["reply_minutes"]),
            "replies": formats.number(handling["replies"]),
        },
        _(
            "%(share)s of requests are to be answered within %(time)s, the promise of the service "
            "level over the priorities that came in."
        )
        % {
            "share": formats.percent(result["target"]),
            "time": formats.duration(result["within"]),
        },
    ]
    if result["closed"]:
        days = formats.listed(formats.day(date.fromisoformat(day)) for day in result["closed"])
        said.append(_("Closed on %(days)s.") % {"days": days})
    return said


def people(result: dict[str, Any]) -> Chart:
    """People needed by weekday and hour."""
    names = weekday_names()
    shown = _hours_of(result)
    known = {(hour["weekday"], hour["hour"]): hour for hour in shown}
    columns = sorted({hour["hour"] for hour in result["hours"]})
    weekdays = sorted({hour["weekday"] for hour in result["hours"]})
    grid = [
        [known[day, hour]["agents"] if (day, hour) in known else 0 for hour in columns]
        for day in weekdays
    ]
    spec = {
        "type": "heatmap", "x": [f"{hour}:00" for hour in columns],
        "y": [names[day] for day in weekdays], "values": grid,
    }  # fmt: skip
    rows = [
        [names[hour["weekday"]], f"{hour['hour']}:00", hour["mean"], hour["agents"], hour["lo"],
         hour["hi"], formats.percent(hour["waiting"])]
        for hour in shown
    ]  # fmt: skip
    heads = [
        _("Weekday"), _("Hour"), _("Requests (mean)"), _("People"), _("People (low)"),
        _("People (high)"), _("Must wait at all"),
    ]  # fmt: skip
    return Chart("people", _("People needed by hour"), spec, heads, rows)


def work(result: dict[str, Any]) -> Chart:
    """Hours of people and requests by day of the coming week."""
    rows = days(result)
    spec = {
        "type": "coefficients", "zero": 0, "x_name": _("Hours of presence (low to high)"),
        "labels_y": [row["label"] for row in rows],
        "estimate": [row["hours"] for row in rows], "lo": [row["lo"] for row in rows],
        "hi": [row["hi"] for row in rows],
    }  # fmt: skip
    heads = [
        _("Day"), _("Requests (mean)"), _("Hours of work"), _("People at most"),
        _("Hours of presence"), _("Hours (low)"), _("Hours (high)"),
    ]  # fmt: skip
    table = [
        [
            row["label"],
            row["requests"],
            row["load"],
            row["peak"],
            row["hours"],
            row["lo"],
            row["hi"],
        ]
        for row in rows
    ]
    return Chart("work", _("Hours of presence by day"), spec, heads, table)


def days(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The coming week day by day: requests, people at most, hours of work with their range."""
    monday = date.fromisoformat(result["week"])
    shown = _hours_of(result)
    made = []
    for weekday in sorted({hour["weekday"] for hour in shown}):
        hours = [hour for hour in shown if hour["weekday"] == weekday]
        day = monday + timedelta(days=weekday)
        made.append(
            {
                "label": f"{weekday_names()[weekday]} {formats.day(day)}",
                "requests": round(sum(hour["mean"] for hour in hours), 1),
                "load": round(sum(map(_load(result), hours)), 1),
                "peak": max(hour["agents"] for hour in hours),
                "hours": sum(hour["agents"] for hour in hours),
                "lo": sum(hour["lo"] for hour in hours), "hi": sum(hour["hi"] for hour in hours),
            }
        )  # fmt: skip
    return made


def _quality(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (_("Weeks"), formats.number(result["weeks"])),
        (_("Requests"), formats.number(result["requests"])),
        (_("Work per request"), formats.duration(result["handling"]["seconds"])),
        (_("Agents there are"), formats.number(result["agents"])),
    ]


def staffing_panel(user: Any, desk: Any) -> dict[str, Any] | None:
    """The suggestion on the service desk, for those who plan: managers and administrators."""
    if user.role not in KEEPERS:
        return None
    run = Run.objects.last_finished(Run.Method.STAFFING, None if user.is_admin else user.team_id)
    url = reverse("analytics:method", args=["staffing"])
    if run is None:
        return {"url": url, "start": reverse("analytics:start", args=["staffing"])}
    return {
        "run": run, "sentence": _sentence(run.result), "days": days(run.result),
        "assumptions": assumptions(run.result), "agents": run.result["agents"], "url": url,
    }  # fmt: skip
