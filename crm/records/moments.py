"""Many moments in one zone, which is asked once a day and not for each of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache

DAY = 86_400


class _Offsets(dict[int, int | None]):
    """Seconds that a zone is ahead on a day in UTC, by its ordinal; None where they change."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, day: int) -> int | None:
        began = datetime.fromordinal(day).replace(tzinfo=UTC)
        hours = [began + timedelta(hours=hour) for hour in range(25)]
        ahead = {moment.astimezone(self._zone).utcoffset() or timedelta() for moment in hours}
        self[day] = found = round(ahead.pop().total_seconds()) if len(ahead) == 1 else None
        return found


def local_clock(zone: tzinfo) -> Callable[[datetime], tuple[int, int]]:
    """What gives a moment's day in ``zone``, as its ordinal, and the second of that day."""
    offsets = _Offsets(zone)

    def found(moment: datetime) -> tuple[int, int]:
        day = moment.toordinal()
        ahead = offsets[day] if moment.tzinfo is UTC else None
        if ahead is None:
            moment = moment.astimezone(zone)
            day, ahead = moment.toordinal(), 0
        second = moment.hour * 3600 + moment.minute * 60 + moment.second + ahead
        if 0 <= second < DAY:
            return day, second
        return (day + 1, second - DAY) if second > 0 else (day - 1, second + DAY)

    return found


@cache
def shares_of_a_day() -> str:
    """Eight decimals of the share of the day for each of its seconds, one after the other."""
    return _each_second(lambda second: f"{second / DAY:.8f}"[2:])


@cache
def clocks() -> str:
    """08:05:00 for each second of a day, one after the other."""
    return _each_second(lambda at: f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}")


def _each_second(written: Callable[[int], str]) -> str:
    hours = (range(start, start + 3600) for start in range(0, DAY, 3600))
    return "".join("".join(map(written, hour)) for hour in hours)
