"""Names of companies that belong together and are not one: branches, stores, two cities."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

from crm.common.characters import SIMPLIFIED
from crm.common.names import name_parts
from crm.common.places import CITIES, COUNTRY, LONGEST_PLACE, MUNICIPALITIES, PLACES

_BRANCH = r"(?:分公司|分店|门店|店|分厂|厂|分行|支行|营业部|门市部|办事处|分部|部|校区)"
_ORDINAL = re.compile(rf"第?([一二三四五六七八九十]{{1,3}})号?(?={_BRANCH})")
_NUMBER = re.compile(r"\d+")
_BRANCH_PLACE = re.compile(rf"([\u4e00-\u9fff]{{2,6}}?)(?:省|市)?{_BRANCH}$")
_LATIN_BRACKET = re.compile(r"\(([a-z][a-z .-]{2,20})\)")
_ALIKE = 0.6
LONG = 3


def tells_apart(one: str, other: str) -> bool:
    """Whether two names name two companies, however alike they are.

    They do where both give a number, a place or a word in brackets, and not the same one.  A name
    that gives none may be the other one written short.

    >>> tells_apart("云海科技第一分公司", "云海科技第二分公司")
    True
    >>> tells_apart("Sunrise Trading (Shanghai) Ltd", "Sunrise Trading Ltd")
    False
    """
    first, second = (
        unicodedata.normalize("NFKC", name).casefold().translate(SIMPLIFIED).strip()
        for name in (one, other)
    )
    return (
        _other_numbers(_numbers(first), _numbers(second))
        or _other_place(_places(first), _places(second))
        or _other_bracket(first, second)
    )


def _numbers(name: str) -> list[str]:
    return [found.lstrip("0") for found in _NUMBER.findall(name)] + _ORDINAL.findall(name)


def _other_numbers(one: list[str], other: list[str]) -> bool:
    """Neither holds the other's; in longer ones a slip is likelier than another number."""
    left, right = set(one) - set(other), set(other) - set(one)
    if not left or not right:
        return False
    from rapidfuzz.distance import OSA  # two megabytes that hardly any process needs

    first, second = "".join(one), "".join(other)
    slips = int(OSA.distance(first, second))
    return slips > (0 if max(len(first), len(second)) < LONG else 1)


def _places(name: str) -> set[str]:
    """Those that the name begins with or has in brackets, or that of the branch."""
    branch = _BRANCH_PLACE.search(name)
    ends = [branch[1][start:] for start in range(len(branch[1]) - 1)] if branch else []
    if found := next((place for place in ends if place in PLACES), ""):
        return {found}
    places, rest = set(), name
    while place := _leading(rest):
        places.add(place)
        rest = rest[len(place) :]
    return places or ({name_parts(name).place} - {""})


def _leading(name: str) -> str:
    beginnings = (name[:size] for size in range(LONGEST_PLACE, 1, -1))
    return next((place for place in beginnings if place in PLACES), "")


def _other_place(one: set[str], other: set[str]) -> bool:
    """Neither holds the other's (a brand may be called like a city), and both are of one kind:
    a province and a city may be one place."""
    left, right = one - other - {COUNTRY}, other - one - {COUNTRY}
    if not left or not right:
        return False
    kinds = [{place in CITIES for place in places} for places in (left, right)]
    return kinds[0] == kinds[1] or bool((left | right) & MUNICIPALITIES)


def _other_bracket(one: str, other: str) -> bool:
    words = [_LATIN_BRACKET.findall(name) for name in (one, other)]
    if not all(words):
        return False
    return all(SequenceMatcher(None, a, b).ratio() < _ALIKE for a in words[0] for b in words[1])
