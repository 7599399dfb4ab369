"""Names of companies and people in the form that comparing needs; never shown, never stored alone.

Full width becomes half width, traditional characters simplified ones; legal forms (有限公司, Co.
Ltd, GmbH), punctuation and the spaces within Chinese go. A place before a company's name or in
brackets is cut off softly: it is kept apart, so that a comparison may still ask for it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from crm.common.characters import SIMPLIFIED
from crm.common.places import LONGEST_PLACE, PLACES

_CHINESE_FORM = re.compile(
    r"(?:集团)?(?:股份|控股)?(?:有限责任公司|有限公司|公司)$|(?:集团|股份|控股|有限|总公司)$"
)
# The same characters in any order: the form is where people mistype unnoticed.
_CHINESE_FORM_MISTYPED = re.compile(r"[有限责任股份集团控公司]{2,}[公司]$")
_LATIN_FORM = re.compile(
    r"(?:^|\s)(?:co|ltd|limited|inc|incorporated|corp|corporation|company|llc|llp|lp|plc|gmbh|ag|kg|"
    r"sa|sarl|sas|bv|nv|pty|pte|srl|spa|oy|ab|aps|kk|group|holdings?)$"
)
_BRANCH = re.compile(r"分公司$|分店$|办事处$|分行$")
_NOISE = re.compile(r"[^\w\s]|_")
_SPACE = re.compile(r"\s+")
_CJK = r"\u3400-\u4dbf\u4e00-\u9fff"
_CJK_GAP = re.compile(rf"(?<=[{_CJK}])\s+(?=[{_CJK}])")
_EAST_ASIAN = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_BRACKETS = re.compile(r"\(([^()]{1,12})\)")
_SHORTEST_CORE = 2
LONGEST_KEY = 120


@dataclass(frozen=True)
class NameParts:
    """``core``: the name without legal form and place; ``place``: the place or ""."""

    core: str
    place: str


def full_name(given: str, family: str) -> str:
    """A person's name from its parts: Chinese, Japanese and Korean names begin with the family.

    >>> full_name("Zoë", "Müller"), full_name("小明", "王"), full_name("David", "陈")
    ('Zoë Müller', '王小明', 'David 陈')
    """
    if all(_EAST_ASIAN.fullmatch(part) for part in (given, family) if part):
        return f"{family}{given}"
    return f"{given} {family}".strip()


def fold(text: str) -> str:
    """One spelling of a text: half width, lower case, simplified, no punctuation.

    >>> fold("ＡＢＣ　雲海科技、")
    'abc 云海科技'
    """
    plain = unicodedata.normalize("NFKC", text).casefold().translate(SIMPLIFIED)
    return _tidy(_NOISE.sub(" ", plain))


def name_parts(text: str) -> NameParts:
    """Take a company's or person's name apart.

    >>> name_parts("北京市云海科技股份有限公司")
    NameParts(core='云海科技', place='北京')
    >>> name_parts("Smith, John")
    NameParts(core='john smith', place='')
    """
    plain = unicodedata.normalize("NFKC", text).casefold().translate(SIMPLIFIED)
    place = ""
    for bracketed in _BRACKETS.findall(plain):
        if (found := _as_place(_tidy(bracketed))) and not place:
            place = found
            plain = plain.replace(f"({bracketed})", " ")
    whole = _in_order(plain)
    core = _without_form(whole)
    if not place:
        # Without a legal form it may be a person or a school that is called like a place.
        place, core = _leading_place(core, 4 if core == whole else _SHORTEST_CORE)
    return NameParts((core or whole)[:LONGEST_KEY], place)


def name_key(text: str) -> str:
    """What two spellings of one name share: the core without spaces.

    >>> name_key("上海 雲海科技 有限公司") == name_key("云海科技")
    True
    """
    return name_parts(text).core.replace(" ", "")


def person_key(text: str) -> str:
    """What two spellings of one person's name share, whatever order its words stand in.

    >>> person_key("Smith, John") == person_key("John  SMITH")
    True
    >>> person_key("張　偉")
    '张伟'
    """
    words = fold(text).split(" ")
    return "".join(sorted(words) if text.isascii() else words)[:LONGEST_KEY]


def _tidy(text: str) -> str:
    return _CJK_GAP.sub("", _SPACE.sub(" ", text).strip())


def _in_order(plain: str) -> str:
    """Without punctuation; “Smith, John” in the order of speaking."""
    parts = [_tidy(_NOISE.sub(" ", part)) for part in plain.split(",")]
    if len(parts) == 2 and all(parts) and not _LATIN_FORM.search(parts[1]):
        return _tidy(f"{parts[1]} {parts[0]}")
    # "L.L.C." and "S.A." are words, not letters.
    return _tidy(_NOISE.sub(" ", re.sub(r"(?<=\b\w)\.(?=\w\b)", "", plain)))


def _without_form(name: str) -> str:
    """Cut legal forms off the end while a name remains; a branch is a company of its own."""
    while not _BRANCH.search(name):
        shorter = _CHINESE_FORM_MISTYPED.sub("", name)
        if len(shorter) < _SHORTEST_CORE:
            shorter = _CHINESE_FORM.sub("", name)
        shorter = _LATIN_FORM.sub("", shorter).strip()
        if shorter == name or len(shorter) < _SHORTEST_CORE:
            return name
        name = shorter
    return name


def _leading_place(name: str, shortest: int) -> tuple[str, str]:
    """The place that a Chinese name begins with, and the rest, if that is long enough."""
    place, rest = "", name
    while True:
        for size in range(min(LONGEST_PLACE, len(rest)), 1, -1):
            if rest[:size] in PLACES:
                break
        else:
            return place, rest
        shorter = re.sub(r"^(?:省|市)", "", rest[size:])
        if len(shorter.replace(" ", "")) < shortest:
            return place, rest
        place, rest = rest[:size], shorter.strip()


def _as_place(text: str) -> str:
    bare = re.sub(r"(?:省|市)$", "", text)
    return bare if bare in PLACES else ""
