"""The days that a row of a report is about: a day, a range, a week, a month."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from customers.imports.days import day
from customers.imports.problems import CellError

Period = tuple[date, date]  # both included
_BETWEEN = re.compile(r"\s*[~～至到–—→]\s*|\s+(?:-|to)\s+", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
_NAMED_MONTH = re.compile(r"([A-Za-z]{3,9})\.?[\s-]+(\d{4})")
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEK = timedelta(days=6)


def period(month_first: bool) -> Callable[[str], Period]:
    """2026-11-02, 2026-11-02 - 2026-11-08, 2026/11/2 至 2026/11/8, November 2026, 2026年11月."""
    to_day = day(month_first)

    def clean(said: str) -> Period:
        if found := _MONTH.fullmatch(said):
            return _month(int(found[1]), int(found[2]))
        if (found := _NAMED_MONTH.fullmatch(said)) and found[1][:3].casefold() in _NAMES:
            return _month(int(found[2]), _NAMES.index(found[1][:3].casefold()) + 1)
        parts = _BETWEEN.split(said)
        if len(parts) > 2:
            raise CellError("bad_date")
        return to_day(parts[0]), to_day(parts[-1])

    return clean


def week(month_first: bool) -> Callable[[str], Period]:
    """The week that begins on the day that is told."""
    to_period = period(month_first)

    def clean(said: str) -> Period:
        first, last = to_period(said)
        return first, max(last, first + WEEK)

    return clean


def month(month_first: bool) -> Callable[[str], Period]:
    """The month in which the day lies."""
    to_period = period(month_first)

    def clean(said: str) -> Period:
        first, last = to_period(said)
        return _month(first.year, first.month) if first == last else (first, last)

    return clean


def _month(year: int, number: int) -> Period:
    try:
        first = date(year, number, 1)
    except ValueError:
        raise CellError("bad_date") from None
    return first, first.replace(day=monthrange(year, number)[1])
