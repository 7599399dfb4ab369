"""The service desk at a glance: what is open, what is late, how it went, what is coming."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from crm.common import formats
from crm.common.charting import Chart
from crm.common.days import between_days
from service import measures
from service.models import ServiceRequest
from service.offers import desk_panels

PERIODS = {
    30: gettext_lazy("Last 30 days"),
    90: gettext_lazy("Last 90 days"),
    365: gettext_lazy("Last 12 months"),
}
DEFAULT_DAYS = 30


class Desk:
    """The requests that a reader sees, or their own ones, over the last days."""

    def __init__(self, user: Any, asked: Mapping[str, str]) -> None:
        self.user, self.now = user, timezone.now()
        days = asked.get("days", "")
        known = days.isdecimal() and len(days) < 5 and int(days) in PERIODS
        self.days = int(days) if known else DEFAULT_DAYS
        self.today = timezone.localdate(self.now)
        self.first = self.today - timedelta(days=self.days - 1)
        self.mine = bool(asked.get("mine")) and user.is_agent

    @property
    def requests(self) -> Any:
        """What is counted; lists show the same with ``rows_url``."""
        seen = ServiceRequest.objects.visible_to(self.user)
        return seen.filter(owner=self.user.pk) if self.mine else seen

    def rows_url(self, **asked: Any) -> str:
        """The list of the requests that a figure counts."""
        if self.mine:
            asked["owner"] = self.user.pk
        return f"{reverse('service:request_list')}?{urlencode(asked)}"

    def within(self, field: str) -> dict[str, datetime]:
        """The reader's days from the first to today."""
        return between_days(field, self.first, self.today)

    def span(self, name: str) -> dict[str, str]:
        """The same for the list's filter of that name."""
        return {f"{name}_from": self.first.isoformat(), f"{name}_until": self.today.isoformat()}


def desk_page(user: Any, asked: Mapping[str, str]) -> dict[str, Any]:
    """Everything on the page, in a fixed number of queries."""
    desk = Desk(user, asked)
    panels = [
        {"template": panel.template, "context": context}
        for panel in sorted(desk_panels, key=lambda entry: entry.order)
        if (context := panel.context(user, desk)) is not None
    ]
    return {
        "desk": desk, "periods": list(PERIODS.items()), "standing": standing(desk),
        "service": service(desk), "ages": ages(desk), "backlog": backlog_chart(desk),
        "desk_panels": panels,
    }  # fmt: skip


def _figure(label: str, value: str, url: str, hint: str = "", tone: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "url": url, "hint": hint, "tone": tone}


def standing(desk: Desk) -> list[dict[str, Any]]:
    """Where the open requests stand now."""
    names = ("open", "new", "unassigned", "due", "breached", "waiting")
    found = measures.measured(desk.requests.open(), *names, now=desk.now)
    labels = {
        "open": pgettext("requests", "Open"),
        "new": pgettext("request status", "New"),
        "unassigned": _("Unassigned"),
        "due": _("Due soon"),
        "breached": _("Overdue"),
        "waiting": pgettext("request status", "Waiting for customer"),
    }
    asked: dict[str, dict[str, Any]] = {name: {"status": name} for name in names}
    asked["unassigned"] = {"status": "open", "unassigned": "true"}
    return [
        _figure(labels[name], formats.number(found[name]), desk.rows_url(**asked[name]))
        for name in names
    ]


def service(desk: Desk) -> list[dict[str, Any]]:
    """How it went in the period: answers, resolutions, marks."""
    return [*_response(desk), *_resolution(desk), *_marks(desk)]


def _share(part: int, whole: int) -> str:
    return formats.percent(part / whole) if whole else "–"


def _time(seconds: float | None) -> str:
    return formats.duration(seconds) or "–"


def _response(desk: Desk) -> list[dict[str, Any]]:
    """Of the requests opened in the period."""
    opened = desk.requests.filter(**desk.within("opened_at"))
    names = ("requests", "response_median", "response_kept", "response_late")
    found = measures.measured(opened, *names, now=desk.now)
    kept, late = found["response_kept"], found["response_late"]
    span = desk.span("opened")
    return [
        _figure(_("Came in"), formats.number(found["requests"]), desk.rows_url(**span)),
        _figure(
            _("First response (median)"), _time(found["response_median"]),
            desk.rows_url(promise="answered", **span), _("by the clock"),
        ),
        _figure(
            _("Answered in time"), _share(kept, kept + late),
            desk.rows_url(promise="response_late", **span), _late(late),
        ),
    ]  # fmt: skip


def _late(late: int) -> str:
    said = ngettext("%(n)s too late", "%(n)s too late", late)
    return said % {"n": formats.number(late)}


def _resolution(desk: Desk) -> list[dict[str, Any]]:
    """Of the requests resolved in the period."""
    resolved = desk.requests.filter(**desk.within("resolved_at"))
    names = ("resolution_median", "resolution_kept", "resolution_late")
    found = measures.measured(resolved, *names, now=desk.now)
    kept, late = found["resolution_kept"], found["resolution_late"]
    span, median = desk.span("resolved"), _time(found["resolution_median"])
    return [
        _figure(_("Resolution (median)"), median, desk.rows_url(**span), _("by the clock")),
        _figure(
            _("Resolved in time"), _share(kept, kept + late),
            desk.rows_url(promise="resolution_late", **span), _late(late),
        ),
    ]  # fmt: skip


def _marks(desk: Desk) -> list[dict[str, Any]]:
    """Of the surveys sent in the period."""
    asked = desk.requests.filter(**desk.within("survey__sent_at"))
    found = measures.measured(asked, "mark", "asked", "marked", "low_mark", now=desk.now)
    span, mark = desk.span("surveyed"), found["mark"]
    low = _("%(n)s of 3 or less") % {"n": formats.number(found["low_mark"])}
    return [
        _figure(
            _("Mean mark (1 to 5)"), "–" if mark is None else formats.number(mark, 2),
            desk.rows_url(survey="low_mark", **span), low,
        ),
        _figure(
            _("Response rate"), _share(found["marked"], found["asked"]),
            desk.rows_url(survey="marked", **span),
            _("%(n)s asked") % {"n": formats.number(found["asked"])},
        ),
    ]  # fmt: skip


def ages(desk: Desk) -> list[dict[str, Any]]:
    """Open requests by the days since they came in, each with its rows."""
    counts = measures.by_age(desk.requests.open(), desk.today)
    labels = [
        _("Today"), _("1 to 2 days"), _("3 to 6 days"), _("7 to 29 days"), _("30 days and more")
    ]  # fmt: skip
    rows: list[dict[str, Any]] = []
    for age, label, count in zip(measures.AGES, labels, counts, strict=True):
        first, last = measures.age_bounds(desk.today, age)
        asked = {"status": "open", "opened_until": last.isoformat()}
        if first is not None:
            asked["opened_from"] = first.isoformat()
        rows.append({"label": label, "count": count, "url": desk.rows_url(**asked)})
    return rows


def backlog_chart(desk: Desk) -> Chart:
    """Open requests at the end of each day, with what came and went."""
    rows = measures.backlog(desk.requests, desk.first, desk.today)
    spec = {
        "type": "line", "zero": True, "x": [row[0].isoformat() for row in rows],
        "series": [
            {"name": _("Open at the end of the day"), "data": [row[3] for row in rows]},
            {"name": pgettext("request", "Opened"), "data": [row[1] for row in rows],
             "dashed": True},
            {"name": pgettext("requests", "Resolved"), "data": [row[2] for row in rows],
             "dashed": True},
        ],
    }  # fmt: skip
    columns = [
        _("Day"), pgettext("request", "Opened"), pgettext("requests", "Resolved"),
        _("Open at the end of the day"),
    ]  # fmt: skip
    note = _("A request that was reopened counts as open since it first came in.")
    return Chart("backlog", _("Backlog"), spec, columns, [list(row) for row in rows], note=note)
