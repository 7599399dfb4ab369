"""Words in dates: months of several languages, Chinese numerals, weekdays, halves of the day."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

import pandas as pd

_MONTHS = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jänner feber mrz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
)
_ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_SHORTEST = 3
_NUMERALS = {"正": 1, "十": 10, "十一": 11, "十二": 12}
_NUMERALS |= {numeral: k for k, numeral in enumerate("一二三四五六七八九", start=1)}
_FIGURES = str.maketrans("〇零一二三四五六七八九", "00123456789")
_LATER = ("下午", "晚上", "中午")
_WORD = re.compile(r"[^\W\d_]{3,}\.?")
# What is read as it stands; millions of cells are.
_AS_IT_IS = r"[\d\sTZ.,:/+-]*(?:[AP]M)?|\d{4}年\d{1,2}月\d{1,2}日(?:\s[\d:时点分秒]*)?"
# Each other cell goes through all of these; the order matters.
_PLAIN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), plain)
    for pattern, plain in (
        (r"\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?\s*", " "),
        (r"^(?:Mo|Di|Mi|Do|Fr|Sa|So|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch)[.,]*\s+", ""),
        (r"(?<=月)份", ""),
        (r"^(\d\d)年(?=\d{1,2}月)", r"20\1年"),
        (r"^(\d{1,2})月\s*(\d{4})年?$", r"\2年\1月"),
        (r"(?<=日)(?=\d)", " "),
        (r"\b([ap])\.\s?m\.", r"\1m"),
        (r"(?<=\s)(\d{1,2})\s*Uhr$", r"\1:00"),
        (r"\s*Uhr$", ""),
        (r"\s*[\[(][A-Za-z_/ ]+[\])]$", ""),  # a zone's name behind its offset
        (r"(?:GMT|UTC)(?=[+-]\d)", ""),
        (r"^(?:Quartal\s*([1-4])|([1-4])\.\s*Quartal)[\s/]*(?=\d)", r"Q\1\2 "),
        (r"^(\d{1,2})\.?\s*(KW|CW)[-\s/]*(?=\d)", r"\2 \1 "),
        (r"^(\d{1,2})\.\s*(?=[A-Za-z])", r"\1 "),
    )
)


def plain_words(written: pd.Series) -> pd.Series:
    """Dates with English months and figures for Chinese numerals; cells without words as they are.

    ``5. März 2024`` becomes ``5 Mar 2024``, ``2024年十二月`` ``2024年12月``, ``2024年1月5日 星期五
    下午3点`` ``2024年1月5日 3点 pm``.
    """
    worded = written[~written.str.fullmatch(_AS_IT_IS, flags=re.IGNORECASE)]
    return worded.map(_plain).reindex(written.index).fillna(written)


def _plain(text: str) -> str:
    text = re.sub(r"^[〇零一二三四五六七八九]{4}(?=年)", lambda m: m[0].translate(_FIGURES), text)
    text = re.sub(r"(十[一二]?|[一二三四五六七八九正])(?=月)", _numeral, text)
    text = re.sub(r"\s*(上午|下午|早上|晚上|凌晨|中午)\s*(\d.*)$", _half_behind, text)
    text = _WORD.sub(_month, text)
    for pattern, plain in _PLAIN:
        text = pattern.sub(plain, text)
    return text.strip()


def _numeral(found: re.Match[str]) -> str:
    return str(_NUMERALS[found[1]])


def _half_behind(found: re.Match[str]) -> str:
    return f" {found[2]} {'pm' if found[1] in _LATER else 'am'}"


def _month(found: re.Match[str]) -> str:
    return _BY_START.get(_bare(found[0]), found[0])


def _bare(word: str) -> str:
    """Lower case, without accents and the point of an abbreviation."""
    parts = unicodedata.normalize("NFKD", word.rstrip(".").casefold())
    return "".join(mark for mark in parts if not unicodedata.combining(mark))


def _by_start() -> dict[str, str]:
    """The English month of each beginning of a month's name that means one month only."""
    meant = defaultdict(set)
    for language in _MONTHS:
        for english, name in zip(_ENGLISH, language.split(), strict=True):
            bare = _bare(name)
            for length in range(_SHORTEST, len(bare) + 1):
                meant[bare[:length]].add(english)
    return {start: months.pop() for start, months in meant.items() if len(months) == 1}


_BY_START = _by_start()
