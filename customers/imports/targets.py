"""The fields that columns may go to, and how a cell's text becomes a field's value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import list_currencies
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from phonenumbers import SUPPORTED_REGIONS

from crm.common.countries import region_of
from crm.common.phones import normalise_phone
from crm.records.custom import Added, Type
from customers.imports.days import day
from customers.imports.headers import NO, YES, Names, plain
from customers.imports.problems import CellError

Text = str | Promise
# A blank cell cannot empty the field.
KEEP = object()
MOST = Decimal(10) ** 12


REASONS: dict[str, Text] = {
    "bad_phone": _("The phone number cannot be read."),
    "bad_email": _("The e-mail address is not valid."),
    "bad_choice": _("The choice is unknown."),
    "too_long": _("The cell is too long for its field."),
    "bad_date": _("The date cannot be read."),
    "bad_number": _("This is no number."),
    "bad_boolean": _("This is neither yes nor no."),
}


@dataclass(frozen=True)
class Target:
    """A field that a column may go to.

    ``clean`` turns a cell's text into the value or raises ``CellError``. ``joins`` puts the
    texts of several columns together; otherwise the first that says something counts.
    ``splits`` parts a cell that says several, of which the first that can be read counts;
    ``more`` is whether a text says more than its value.
    ``empty`` is the value of a blank cell when blank cells overwrite.
    """

    key: str
    label: Text
    group: Text = ""
    clean: Callable[[str], Any] = str.strip
    empty: Any = KEEP
    joins: str = ""
    needs_order: bool = False  # a date: day or month first matters
    timed: bool = False  # a date: a time of day is kept
    figures: bool = False  # a number: what its comma means matters
    choices: bool = False  # only some words are understood
    abroad: Callable[[str, str], Any] | None = None  # as ``clean``, told the row's country
    splits: re.Pattern[str] | None = None
    more: Callable[[str, Any], bool] = lambda _said, _value: False

    def read(self, said: str, country: str) -> tuple[Any, bool]:
        """(the value, does the cell say more) of a text; CellError when it says none."""
        value = self._first(said, country)
        return value, self.more(said, value)

    def _first(self, said: str, country: str) -> Any:
        try:
            return self._value(said, country)
        except CellError:
            parts = [part for part in self.splits.split(said) if part] if self.splits else []
            for part in parts if len(parts) > 1 else ():
                with suppress(CellError):
                    return self._value(part, country)
            raise

    def _value(self, said: str, country: str) -> Any:
        return self.abroad(said, country) if self.abroad and country else self.clean(said)


def text(limit: int) -> Callable[[str], str]:
    """Any text of at most ``limit`` characters."""

    def clean(said: str) -> str:
        if len(said) > limit:
            raise CellError("too_long")
        return said

    return clean


def length_of(model: type[models.Model], field: str) -> Callable[[str], str]:
    return text(getattr(model._meta.get_field(field), "max_length", None) or 100_000)


def dialled_from(country: str) -> str:
    """The code of a country that has telephone numbers of its own, else ""."""
    code = region_of(country)
    return code if code in SUPPORTED_REGIONS else ""


# 021-58881234-801; elsewhere what follows the dash is part of the number.
_CHINESE_EXTENSION = re.compile(
    r"((?:\+?86[-\s]*)?\(?0\d{2,3}\)?[-\s]*\d{7,8})\s*-\s*\d{1,5}", re.ASCII
)


@lru_cache(maxsize=10_000)
def phone(said: str, country: str = "") -> str:
    """E.164; a number without its country's code is one of ``country``, else of our own."""
    region = dialled_from(country) or settings.DEFAULT_PHONE_REGION
    found = _CHINESE_EXTENSION.fullmatch(said) if region == "CN" else None
    try:
        return normalise_phone(found[1] if found else said, region)
    except ValidationError:
        raise CellError("bad_phone") from None


# What stands between several numbers and addresses in one cell; Google writes “:::”.
PHONES = re.compile(
    r"\s*(?:[;；,，、|\n]|:::|或|\bor\b|[/／](?=\s*(?:\+|0|\d{7}))|\s(?=\+|1[3-9]\d{9}(?!\d)))\s*"
)
MAILS = re.compile(r"(?:[\s;；,，、|/]|:::)+")


def more_mails(said: str, _address: str) -> bool:
    return said.count("@") > 1


# Ids of Salesforce: reports give 15 characters, its data export 18 of the same id.
_SHORT_ID = re.compile(r"(?=.*[A-Za-z])(?:001|003|00Q|006)[0-9A-Za-z]{12}")
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def whole_id(said: str) -> str:
    """An external id; the short form of Salesforce's gets the three letters that say its case.

    Source: Salesforce, “Differences between 15-digit and 18-digit IDs”.
    """
    if not _SHORT_ID.fullmatch(said):
        return said
    parts = (said[start : start + 5] for start in (0, 5, 10))
    capitals = (sum(letter.isupper() << place for place, letter in enumerate(p)) for p in parts)
    return said + "".join(_CHECKS[number] for number in capitals)


def external_id(model: type[models.Model]) -> Callable[[str], str]:
    """What another system calls a record of ``model``."""
    fits = length_of(model, "external_id")
    return lambda said: fits(whole_id(said))


def ids(said: str) -> list[str]:
    """Several external ids in one cell."""
    return [whole_id(word) for word in words(said)]


_SPOKEN = re.compile(r"(?:mailto:\s*|[^<>]*<\s*)?([^<>]+?)\s*>?[\s;,，；。.]*", re.IGNORECASE)


def email(said: str) -> str:
    """An address, also as mail programs show it: Ada Byron <ada@example.com>."""
    if found := _SPOKEN.fullmatch(said):
        said = found[1]
    try:
        validate_email(said)
    except ValidationError:
        raise CellError("bad_email") from None
    if len(said) > 254:
        raise CellError("too_long")
    return said


def choice(model: type[models.Model], field: str, called: Names) -> Callable[[str], str]:
    """One of a field's choices, by its value, its label in either language or another name."""
    names = choice_names(model._meta.get_field(field).choices, called)  # type: ignore[union-attr]  # a field with choices
    return among(names)


def among(names: Mapping[str, str]) -> Callable[[str], str]:
    def clean(said: str) -> str:
        found = names.get(plain(said))
        if found is None:
            raise CellError("bad_choice")
        return found

    return clean


def choice_names(choices: Any, called: Names) -> dict[str, str]:
    """Every name of every choice, in the form in which names are compared."""
    names: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            names |= {plain(str(label)): str(value) for value, label in choices}
    for value, others in called.items():
        names |= {plain(name): value for name in (*others, value)}
    return names


def boolean(said: str) -> bool:
    known = plain(said)
    if known in YES:
        return True
    if known in NO:
        return False
    raise CellError("bad_boolean")


_GROUPED = re.compile(r"[-+]?\d{1,3}(?:[,'\s]\d{2,3})*[,'\s]\d{3}(?:\.\d+)?")
_COMMA_DECIMAL = re.compile(r"[-+]?\d{1,3}(?:[.\s]?\d{3})*,\d+")
# A small m may be metres.
_TIMES = {
    "千": 10**3, "k": 10**3, "K": 10**3, "万": 10**4, "萬": 10**4, "百万": 10**6, "M": 10**6,
    "MM": 10**6, "mn": 10**6, "千万": 10**7, "亿": 10**8, "億": 10**8, "bn": 10**9, "十亿": 10**9,
}  # fmt: skip
SCALED = re.compile(rf"(.*\d)\s*({'|'.join(_TIMES)})")
_SCALE_IN_TITLE = re.compile(r"[(（/]\s*([百千]?万|亿|千)\s*(?:元|人民币|美元)?\s*[)）]?\s*$")
_COUNTED = re.compile(
    r"(.*[\d千万萬亿億])\s*(?:[件个個台套箱盒包只条张份次人位家单]|pcs?\.?)", re.IGNORECASE
)
_LANDS = "HK|US|AU?|CA?|NZ|SG?|NT|MX|CN|JP|RD?|BR|TT"
_SYMBOL = re.compile(rf"(?:(?<![A-Z])(?:{_LANDS})\s?)?[¥￥$€£₩₹₽₺฿₫₱₪₴]|元|人民币", re.IGNORECASE)
_CODE = re.compile(r"\b[A-Z]{2,3}(?![A-Z])", re.IGNORECASE)
_CODES = frozenset({"RMB", "RM", *list_currencies()})


def _bare(said: str) -> str:
    """A number without the currency around it."""
    said = _CODE.sub(lambda found: "" if found[0].upper() in _CODES else found[0], said)
    return _SYMBOL.sub("", said).replace("\u00a0", " ").strip()


def code_in(said: str) -> str:
    """The ISO code of a currency that stands beside a number, else ""."""
    codes = (found.upper() for found in _CODE.findall(said))
    return next((code for code in codes if code in _CODES and len(code) == 3), "")


@lru_cache(maxsize=10_000)
def number(said: str) -> Decimal:
    """A number as people write it: 1,234.50, 1.234,50, HK$1 234, 12,34,567, 12.5万, 12K, 3 件."""
    bare, times = _bare(said).removesuffix("%").strip(), 1
    if found := _COUNTED.fullmatch(bare):
        bare = found[1]
    if found := SCALED.fullmatch(bare):
        bare, times = found[1], _TIMES[found[2]]
    if _GROUPED.fullmatch(bare):
        bare = re.sub(r"[,'\s]", "", bare)
    elif _COMMA_DECIMAL.fullmatch(bare):
        bare = re.sub(r"[.\s]", "", bare).replace(",", ".")
    try:
        value = Decimal(bare) * times
    except ArithmeticError:
        raise CellError("bad_number") from None
    if not value.is_finite() or abs(value) >= MOST:
        raise CellError("bad_number")
    return value


def scale_in(title: str) -> str:
    """The unit in which a column's title says that its numbers are: 万 of 金额（万元）."""
    found = _SCALE_IN_TITLE.search(title)
    return found[1] if found else ""


def words(said: str) -> list[str]:
    """Several words in one cell, such as tags."""
    return list(
        dict.fromkeys(word.strip() for word in re.split(r"[,;，；、|\n]", said) if word.strip())
    )


def added_clean(added: Added, month_first: bool) -> Callable[[str], Any]:
    """How a cell becomes the stored value of a field that an administrator added."""
    if added.type == Type.NUMBER:
        return lambda said: added.stored(number(said))
    if added.type == Type.DATE:
        to_day = day(month_first)
        return lambda said: added.stored(to_day(said))
    if added.type == Type.CHOICE:
        return among({plain(choice): choice for choice in added.choices})
    if added.type == Type.BOOLEAN:
        return boolean
    return text(500)
