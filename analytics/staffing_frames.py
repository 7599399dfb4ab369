"""The work of the service desk: when requests arrive in business hours, and what each takes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from analytics.frames import Scope
from analytics.service_frames import requests_of
from communications.models import Communication
from crm.accounts.models import User
from crm.common.days import day_start
from crm.common.roles import Role
from service.models import SLA, Reply
from service.selectors import business_calendar
from service.sla import Calendar

if TYPE_CHECKING:
    import pandas as pd

WEEKS = 12
# What a reply or note takes to write; calls are recorded, writing is not.
REPLY_MINUTES = 6.0
# Without a promise of first response.
DEFAULT_PROMISE = 4 * 3600.0


@dataclass(frozen=True)
class Handling:
    """What a request takes, as far as it is recorded."""

    requests: int
    call_seconds: float
    replies: int
    reply_minutes: float

    @property
    def seconds(self) -> float:
        """Work per request, in seconds; 0 without any."""
        work = self.call_seconds + 60.0 * self.reply_minutes * self.replies
        return work / self.requests if self.requests else 0.0


def arrivals(scope: Scope) -> pd.DataFrame:
    """One row per request of the last twelve whole weeks: ``at``, the local time when it can be
    worked on (the next opening, where it came in outside the business hours).

    ``frame.attrs``: ``handling``, ``within`` (the promised first response in seconds, the mean
    over the priorities that came in), ``open`` (hours that the desk is open, (weekday, hour)),
    ``week`` (the coming Monday), ``closed`` (its holidays), ``agents`` (people who may answer).
    """
    import pandas as pd

    zone = ZoneInfo(settings.TIME_ZONE)
    today = scope.today or timezone.now().astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    start, end = (day_start(day, zone) for day in (monday - timedelta(weeks=WEEKS), monday))
    found = requests_of(scope).filter(opened_at__gte=start, opened_at__lt=end)
    calendar = business_calendar()
    moments = found.order_by("opened_at", "pk").values_list("opened_at", flat=True)
    frame = pd.DataFrame({"at": _workable(moments.iterator(chunk_size=20_000), calendar, zone)})
    coming = monday + timedelta(weeks=1)
    frame.attrs = {
        "handling": asdict(_handling(scope, start, end)),
        "within": _promise(found),
        "open": _open_hours(calendar),
        "week": coming.isoformat(),
        "closed": _closed(calendar, coming),
        "agents": _agents(scope),
    }
    return frame


def _workable(moments: Any, calendar: Calendar, zone: ZoneInfo) -> list[datetime]:
    """When each can be worked on, as the clock on the wall says."""
    known: dict[datetime, datetime] = {}
    made = []
    for moment in moments:
        # One look-up per minute: shifts begin and end on whole ones.
        minute = moment.replace(second=0, microsecond=0)
        if minute not in known:
            known[minute] = next(calendar.periods(minute))[0].astimezone(zone)
        made.append(known[minute].replace(tzinfo=None))
    return made


def _handling(scope: Scope, start: datetime, end: datetime) -> Handling:
    """Calls and replies about the requests that were resolved in the weeks."""
    done = requests_of(scope).filter(resolved_at__gte=start, resolved_at__lt=end)
    calls = Communication.objects.alive().filter(
        about_kind="request", about_id__in=done.values("pk")
    )
    seconds = calls.aggregate(total=Sum("duration_seconds"))["total"] or 0
    written = Reply.objects.filter(request__in=done.values("pk"), author__isnull=False)
    return Handling(done.count(), float(seconds), written.count(), REPLY_MINUTES)


def _promise(found: Any) -> float:
    promised = dict(SLA.objects.values_list("priority", "first_response_minutes"))
    minutes = [promised[p] for p in found.values_list("priority", flat=True) if p in promised]
    return 60.0 * sum(minutes) / len(minutes) if minutes else DEFAULT_PROMISE


def _open_hours(calendar: Calendar) -> list[tuple[int, int]]:
    """Hours of the week with any open time, Monday 0."""
    if not calendar.shifts:
        return [(day, hour) for day in range(7) for hour in range(24)]
    return [
        (day, hour)
        for day, shifts in sorted(calendar.shifts.items())
        for hour in range(24)
        if any(opens < time(hour, 59, 59) and closes > time(hour) for opens, closes in shifts)
    ]


def _closed(calendar: Calendar, monday: date) -> list[str]:
    week = [monday + timedelta(days=k) for k in range(7)]
    return [day.isoformat() for day in week if day in calendar.holidays]


def _agents(scope: Scope) -> int:
    people = User.objects.filter(is_active=True, role=Role.AGENT)
    return people.filter(team=scope.team_id).count() if scope.team_id else people.count()
