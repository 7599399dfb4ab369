"""Numbers whose comma stands before the decimals: 1.234,50."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"\d[\d.,'\s]*")
_COMMA = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d+,\d{1,2}|\d{1,3}(?:\.\d{3}){2,}")
_POINT = re.compile(r"\d{1,3}(?:,\d{3})+\.\d+|\d+\.(?:\d{1,2}|\d{4,})|\d{1,3}(?:,\d{3}){2,}")
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?")


def comma_leads(cells: Iterable[str]) -> bool:
    """Whether 1.234 is a thousand and more, told by numbers that can be read in one way only."""
    found = [number[0].strip() for cell in cells if (number := _NUMBER.search(cell))]
    if any(_POINT.fullmatch(number) for number in found):
        return False
    return any(_COMMA.fullmatch(number) for number in found)


def with_point(said: str) -> str:
    """The same number with a point: € 1.234,50 is € 1234.50, and 1.234 is 1234."""
    number = _NUMBER.search(said)
    if not number or not _GROUPED.fullmatch(number[0].strip()):
        return said
    pointed = number[0].replace(".", "").replace(",", ".")
    return said[: number.start()] + pointed + said[number.end() :]
