"""The company's calendar: holidays, seasons, business hours, and the way from a day to a moment.

Times are counted in minutes since midnight, in Shanghai, of the first day of the history.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
HISTORY_DAYS = 742  # two years in whole weeks, and the broken weeks at both ends
DAY = 24 * 60
SHIFTS = ((9 * 60, 12 * 60), (13 * 60 + 30, 18 * 60))

# First days of the lunar year, dragon boat and mid-autumn days, month * 100 + day.
_LUNAR = {
    2020: (125, 625, 1001), 2021: (212, 614, 921), 2022: (201, 603, 910), 2023: (122, 622, 929),
    2024: (210, 610, 917), 2025: (129, 531, 1006), 2026: (217, 619, 925), 2027: (206, 609, 915),
    2028: (126, 528, 1003), 2029: (213, 616, 922), 2030: (203, 605, 912), 2031: (123, 624, 1001),
    2032: (211, 612, 919), 2033: (131, 601, 908), 2034: (219, 620, 927), 2035: (208, 610, 916),
}  # fmt: skip
YEARS = range(min(_LUNAR) + 3, max(_LUNAR))

SEASON_AMPLITUDE = 0.25
SEASON_PEAK = 320  # day of the year: mid-November, before budgets end
SPRING_FACTOR = 0.2
TREND_PER_WEEK = 0.002
_ORDER_WEEKDAY = (1.0, 1.1, 1.05, 1.0, 0.9, 0.35, 0.25)
_TALK_WEEKDAY = (1.0, 1.05, 0.95, 1.0, 0.8, 0.12, 0.06)
_TALK_HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 4, 14, 16, 12, 3, 6, 13, 14, 11, 7, 2, 2, 1, 1, 0, 0)
_HOURS = tuple(accumulate(_TALK_HOURS))


def _dates(year: int, key: int, before: int, after: int) -> list[date]:
    centre = date(year, key // 100, key % 100)
    return [centre + timedelta(days=shift) for shift in range(-before, after + 1)]


def holidays(year: int) -> dict[date, str]:
    """Public holidays of mainland China with their usual bridge days."""
    spring, dragon, autumn = _LUNAR[year]
    short = year % 100
    tomb = int(short * 0.2422 + 4.81) - short // 4  # the solar term's day in April, 2000-2099
    named = {
        "元旦": _dates(year, 101, 0, 0),
        "春节": _dates(year, spring, 1, 6),
        "清明节": _dates(year, 400 + tomb, 0, 0),
        "劳动节": _dates(year, 501, 0, 4),
        "端午节": _dates(year, dragon, 0, 0),
        "中秋节": _dates(year, autumn, 0, 0),
        "国庆节": _dates(year, 1001, 0, 6),
    }
    return {day: name for name, days in named.items() for day in days}


def spring_festival(day: date) -> bool:
    """Whether the day lies in the weeks when nobody orders."""
    key = _LUNAR[day.year][0]
    shift = (day - date(day.year, key // 100, key % 100)).days
    return -5 <= shift <= 10


def season(day: date) -> float:
    """The yearly wave between -1 and 1."""
    return math.cos(2 * math.pi * (day.timetuple().tm_yday - SEASON_PEAK) / 365.25)


class Clock:
    """Days and minutes of the history that ends with ``today``, which is its day ``last``."""

    def __init__(self, today: date, now: datetime) -> None:
        self.today = today
        self.now = now
        self.last = HISTORY_DAYS
        self.start = today - timedelta(days=HISTORY_DAYS)
        self.holidays: dict[date, str] = {}
        for year in range(self.start.year - 1, today.year + 2):
            self.holidays |= holidays(year)
        self._zero = datetime.combine(self.start, time(), SHANGHAI).astimezone(UTC)
        self.order_days = self._profile(self._order_weight)
        self.talk_days = self._profile(self._talk_weight)
        self._open_business()

    def _profile(self, weight: Callable[[date], float]) -> list[float]:
        days = (self.date(day) for day in range(self.last + 1))
        return [0.0, *accumulate(weight(day) for day in days)]

    def _order_weight(self, day: date) -> float:
        weeks = (day - self.start).days / 7
        wave = 1 + SEASON_AMPLITUDE * season(day)
        spring = SPRING_FACTOR if spring_festival(day) else 1.0
        return _ORDER_WEEKDAY[day.weekday()] * wave * spring * (1 + TREND_PER_WEEK * weeks)

    def _talk_weight(self, day: date) -> float:
        return _TALK_WEEKDAY[day.weekday()] * (0.05 if day in self.holidays else 1.0)

    def _open_business(self) -> None:
        """Intervals of business time with the minutes that were worked before each."""
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._worked: list[int] = []
        worked = 0
        for day in range(-400, self.last + 120):
            when = self.date(day)
            if when.weekday() > 4 or when in self.holidays:
                continue
            for opens, closes in SHIFTS:
                self._starts.append(day * DAY + opens)
                self._ends.append(day * DAY + closes)
                self._worked.append(worked)
                worked += closes - opens

    def date(self, day: int) -> date:
        return self.start + timedelta(days=day)

    def at(self, minute: float) -> datetime:
        """The moment of a minute of the history, in UTC."""
        return self._zero + timedelta(minutes=int(minute))

    def draw_day(self, rng: Random, profile: list[float], first: int, last: int) -> int:
        """A day in [first, last], by the weights of the profile."""
        low, high = profile[max(first, 0)], profile[min(last, self.last) + 1]
        return bisect_right(profile, low + (high - low) * rng.random(), 1) - 1

    def draw_minute(self, rng: Random) -> int:
        """A minute of the day, by the hours at which people talk."""
        hour = bisect_right(_HOURS, _HOURS[-1] * rng.random())
        return hour * 60 + int(rng.random() * 60)

    def business_after(self, minute: int, worked: int) -> int:
        """The minute at which ``worked`` business minutes have passed since ``minute``."""
        total = self._business_before(minute) + worked
        index = max(bisect_left(self._worked, total) - 1, 0)
        return self._starts[index] + total - self._worked[index]

    def business_between(self, first: int, last: int) -> int:
        return self._business_before(last) - self._business_before(first)

    def _business_before(self, minute: int) -> int:
        index = bisect_right(self._starts, minute) - 1
        if index < 0:
            return 0
        return self._worked[index] + min(minute, self._ends[index]) - self._starts[index]
