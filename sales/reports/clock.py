"""When a mailing is due, by the clock of whoever gets it.

Each turn has the day (in the recipient's zone) on which it fell due; that day is the key that
makes it happen once. An hour that a change of clocks leaves out strikes when the clock goes on;
one that comes twice strikes the first time.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from sales.measures import company_zone
from sales.models import ReportSchedule

DAY = timedelta(days=1)
# How late a turn is still made up for, when nothing ran at its hour.
CATCH_UP = {
    "daily": timedelta(hours=20), "workdays": timedelta(hours=20),
    "weekly": timedelta(days=3), "monthly": timedelta(days=7),
}  # fmt: skip


def zone_of(user: Any) -> ZoneInfo:
    try:
        return ZoneInfo(user.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)


def due_day(schedule: ReportSchedule, zone: ZoneInfo, now: datetime) -> date | None:
    """The day of the turn that is due by now, or None.

    Not due are turns from before the mailing was set up, and those missed by too much.
    """
    today = now.astimezone(zone).date()
    for back in range(CATCH_UP[schedule.frequency].days + 2):
        day = today - back * DAY
        if falls_on(schedule, day):
            struck = strikes(schedule, day, zone)
            if struck <= now:
                fresh = now - struck <= CATCH_UP[schedule.frequency]
                return day if fresh and struck > schedule.active_since else None
    return None


def next_turn(schedule: ReportSchedule, zone: ZoneInfo, now: datetime) -> datetime:
    """The next moment at which it strikes after now."""
    today = now.astimezone(zone).date()
    days = (today + ahead * DAY for ahead in range(40))
    moments = (strikes(schedule, day, zone) for day in days if falls_on(schedule, day))
    return next(moment for moment in moments if moment > now)


def strikes(schedule: ReportSchedule, day: date, zone: ZoneInfo) -> datetime:
    """The moment at which the schedule's hour strikes on that day in that zone."""
    return datetime.combine(day, time(schedule.hour), zone).astimezone(UTC)


def falls_on(schedule: ReportSchedule, day: date) -> bool:
    if schedule.frequency == ReportSchedule.Frequency.WORKDAYS:
        return day.isoweekday() <= 5
    if schedule.frequency == ReportSchedule.Frequency.WEEKLY:
        return day.isoweekday() == schedule.weekday
    if schedule.frequency == ReportSchedule.Frequency.MONTHLY:
        last = (day + DAY).day == 1
        return day.day == schedule.monthday or (last and day.day < schedule.monthday)
    return True


def company_day(moment: datetime) -> date:
    """The company's day at that moment: what “yesterday” in a report counts from."""
    return moment.astimezone(company_zone()).date()
