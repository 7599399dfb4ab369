"""Days as people and programs write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone

from crm.common.years import is_known
from customers.imports.problems import CellError

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")
# Days since 30 December 1899, as Excel shows a date in a cell without a date's format.
_SERIAL = re.compile(r"([2-6]\d{4})(?:\.\d+)?")
_RUN = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NAMED = re.compile(
    r"(?:(\d{1,2})[\s-]+)?([A-Za-z]{3,9})\.?[\s-]+(?:(\d{1,2}),?\s+)?(\d{4}|\d{2})\b"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def day(month_first: bool) -> Callable[[str], date]:
    """A day; ``month_first`` reads 3/4/2026 as the fourth of March. A time of day is left out.

    Days that can be read in one way only are read so: 31/12/2026, 12/31/2026, and with dots the
    day always stands first.
    """

    def clean(said: str) -> date:
        if found := _YEAR_FIRST.match(said) or _RUN.fullmatch(said):
            return _date(*map(int, found.groups()))
        if found := _YEAR_LAST.match(said):
            first, second, year = int(found[1]), int(found[3]), _year(found[4])
            by_month = second > 12 or (month_first and found[2] != "." and first <= 12)
            return _date(year, first, second) if by_month else _date(year, second, first)
        if found := _SERIAL.fullmatch(said):
            return date(1899, 12, 30) + timedelta(days=int(found[1]))
        return _named(said)

    return clean


def moment(month_first: bool) -> Callable[[str], date]:
    """A day, or a time of the person's zone when one is told (2026-03-04 10:00): a datetime."""
    to_day = day(month_first)

    def clean(said: str) -> date:
        try:
            found = datetime.fromisoformat(said)
        except ValueError:
            return to_day(said)
        if not is_known(found):
            raise CellError("bad_date")
        if ":" not in said:
            return found.date()
        return timezone.make_aware(found) if timezone.is_naive(found) else found

    return clean


def month_comes_first(cells: Iterable[str], default: bool = False) -> bool:
    """Whether 3/4/2026 is in March, told by days that can be no month."""
    for cell in cells:
        found = _YEAR_LAST.match(cell.strip())
        if found and int(found[1]) > 12:
            return False
        if found and int(found[3]) > 12:
            return True
    return default


def _named(said: str) -> date:
    """4 March 2026, 4-Mar-26, Mar 4, 2026."""
    found = _NAMED.match(said)
    number = found and (found[1] or found[3])
    if not found or not number or found[2][:3].casefold() not in _MONTHS:
        raise CellError("bad_date")
    month = _MONTHS.index(found[2][:3].casefold()) + 1
    return _date(_year(found[4]), month, int(number))


def _year(said: str) -> int:
    return int(said) + (2000 if len(said) < 4 else 0)


def _date(year: int, month: int, number: int) -> date:
    try:
        found = date(year, month, number)
    except ValueError:
        raise CellError("bad_date") from None
    if not is_known(found):
        raise CellError("bad_date")
    return found
