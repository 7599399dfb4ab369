"""What part of the records a figure is about: whose, which team, which period."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.common.days import day_start
from sales.reports import periods

PERIODS = [
    ("month", _("This month")),
    ("quarter", _("This quarter")),
    ("year", _("This year")),
    ("12months", _("Last 12 months")),
    ("24months", _("Last 24 months")),
    ("custom", _("From … to …")),
]
DEFAULT_PERIOD = "12months"
SHARED = {"campaign", "activity"}  # visible_to narrows activities to one's own customers


@dataclass(frozen=True)
class Slice:
    """Records that ``user`` may see, of ``team_id`` when given, in the days [start, end)."""

    user: Any
    start: date
    end: date
    team_id: int | None = None
    period: str = "custom"
    # What was looked up for one page's several cards, by its name.
    found: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def of(self, model: type[Any]) -> Any:
        """The visible records of a model, in the chosen team; a representative's own ones.

        Campaigns belong to nobody's own figures; their activities are the representative's.
        """
        found = model.objects.visible_to(self.user)
        if self.user.is_rep and model._meta.model_name not in SHARED:
            return found.filter(owner=self.user)
        return found.filter(team=self.team_id) if self.team_id else found

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Start and end as moments in the reader's zone."""
        return day_start(self.start), day_start(self.end)

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    def within(self, field: str) -> dict[str, datetime]:
        """Filter arguments: the moment column lies in the period."""
        start, end = self.moments
        return {f"{field}__gte": start, f"{field}__lt": end}

    def previous(self) -> Slice:
        """The period before, as reports compare: the same days of the calendar period before."""
        start, end = self.start, self.end
        if self.period == "24months":
            start, end = periods.add_months(start, -24), periods.add_months(end, -24)
        else:
            start, end = periods.compared(self.period, start, end, "previous")
        return replace(self, start=start, end=end)


def slice_of(request: Any) -> tuple[Slice, str]:
    """The slice that an address asks for (``?period=&from=&to=&team=``) and the period's key.

    Anything unreadable falls back to the last 12 months; the team is an administrator's choice.
    """
    asked = request.GET
    key = asked.get("period", DEFAULT_PERIOD)
    today = timezone.localdate()
    start, end = _bounds(key, today)
    if key == "custom":
        start, end = _day(asked.get("from"), start), _day(asked.get("to"), today)
        end += timedelta(days=1)
        if end <= start:
            start, end = _bounds(DEFAULT_PERIOD, today)
            key = DEFAULT_PERIOD
    elif key not in dict(PERIODS):
        key = DEFAULT_PERIOD
    team = asked.get("team", "")
    team_id = int(team) if team.isdecimal() and len(team) < 10 and request.user.is_admin else None
    return Slice(request.user, start, end, team_id, key), key


def _bounds(key: str, today: date) -> tuple[date, date]:
    """The days of a named period, those of reports; the running month is one of its months."""
    if key == "24months":
        return periods.add_months(today.replace(day=1), -23), today + timedelta(days=1)
    known = key if key in {"month", "quarter", "year"} else DEFAULT_PERIOD
    return cast("tuple[date, date]", periods.bounds(known, today))


def _day(text: str | None, default: date) -> date:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return default
    return found if 1990 <= found.year <= 2200 else default
