"""Business-hours arithmetic: when a promise falls due, and how much working time has passed.

Pure functions on a ``Calendar``; they know no database. Moments are aware; hours of shifts are
those of the calendar's zone, so a day on which its clocks change is shorter or longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Shift = tuple[time, time]
MINUTE = timedelta(minutes=1)
STOPPED = frozenset({"waiting", "resolved", "closed"})


@dataclass(frozen=True)
class Calendar:
    """When the clocks run: shifts by weekday (0 is Monday), and days without any.

    A calendar without shifts runs round the clock, holidays excepted.
    """

    shifts: Mapping[int, tuple[Shift, ...]]
    holidays: frozenset[date]
    zone: ZoneInfo

    @classmethod
    def of(
        cls, shifts: Iterable[tuple[int, time, time]], holidays: Iterable[date], zone: ZoneInfo
    ) -> Calendar:
        """From (weekday, from, until) in any order; overlapping shifts count once."""
        days: dict[int, list[Shift]] = {}
        for weekday, start, end in sorted(shifts):
            day = days.setdefault(weekday, [])
            if day and start <= day[-1][1]:
                day[-1] = (day[-1][0], max(day[-1][1], end))
            else:
                day.append((start, end))
        return cls({key: tuple(day) for key, day in days.items()}, frozenset(holidays), zone)

    def hours(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The open periods [start, end) of a day, in UTC."""
        if day in self.holidays:
            return
        if not self.shifts:
            yield self._utc(day, time.min), self._utc(day + timedelta(days=1), time.min)
            return
        for start, end in self.shifts.get(day.weekday(), ()):
            opens, closes = self._utc(day, start), self._utc(day, end)
            if opens < closes:  # a shift may fall into the hour that summer time skips
                yield opens, closes

    def periods(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open periods that end after ``moment``, in order, without end."""
        day = moment.astimezone(self.zone).date()
        while True:
            for opens, closes in self.hours(day):
                if closes > moment:
                    yield max(opens, moment.astimezone(UTC)), closes
            day += timedelta(days=1)

    def _utc(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


def add_business_minutes(start: datetime, minutes: float, calendar: Calendar) -> datetime:
    """The moment (UTC) when ``minutes`` of open time have passed since ``start``.

    Time that runs out as a shift ends falls due at that end, not at the next opening; zero
    minutes from outside the hours fall due at the next opening.

    >>> week = Calendar.of([(0, time(9), time(12)), (0, time(13), time(18))], [], ZoneInfo("UTC"))
    >>> add_business_minutes(datetime(2025, 3, 3, 11, 30, tzinfo=UTC), 60, week).hour
    13
    """
    left = max(minutes, 0) * MINUTE
    for opens, closes in calendar.periods(start):
        if opens + left <= closes:
            return opens + left
        left -= closes - opens
    raise AssertionError("periods are endless")


def business_minutes_between(start: datetime, end: datetime, calendar: Calendar) -> float:
    """Open minutes in [start, end); 0 when ``end`` is not after ``start``."""
    total = timedelta()
    if end <= start:
        return 0.0
    for opens, closes in calendar.periods(start):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total / MINUTE


def stopped_minutes(changes: Iterable[tuple[str, datetime]], calendar: Calendar) -> float:
    """Open minutes that a resolution clock stood still, over stops that have ended.

    ``changes`` are (status, since when) in order of time; resolved and then closed is one stop.
    """
    total, stop, since = 0.0, "", None
    for status, at in changes:
        next_stop = ("waiting" if status == "waiting" else "done") if status in STOPPED else ""
        if next_stop == stop:
            continue
        if since is not None:
            total += business_minutes_between(since, at, calendar)
        stop, since = next_stop, at if next_stop else None
    return total
