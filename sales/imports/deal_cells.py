"""What the cells of deals mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from customers.imports.headers import LOST_REASON_CALLED, plain
from customers.imports.problems import CellError
from customers.imports.targets import choice_names, code_in, number
from sales.models import Deal

CENT = Decimal("0.01")
# Signs that only one currency has.
SIGNS = {
    "US$": "USD", "HK$": "HKD", "NT$": "TWD", "S$": "SGD", "A$": "AUD", "C$": "CAD", "€": "EUR",
    "£": "GBP", "₹": "INR", "₩": "KRW", "₽": "RUB", "RMB": "CNY", "RM": "MYR",
}  # fmt: skip
LOST_NAMES = choice_names(Deal.LostReason.choices, LOST_REASON_CALLED)


def amount(said: str) -> Decimal:
    found = number(said).quantize(CENT)
    if found < 0:
        raise CellError("bad_number")
    return found


def probability(said: str) -> int:
    """A whole number of per cent; 0.4 is 40 when no per cent sign says otherwise."""
    found = number(said)
    if 0 < found < 1 and "%" not in said:
        found *= 100
    if not 0 <= found <= 100:
        raise CellError("bad_number")
    return int(found)


CALLED = {
    "人民币": "CNY", "元": "CNY", "rmb": "CNY", "美元": "USD", "美金": "USD", "欧元": "EUR",
    "英镑": "GBP", "港币": "HKD", "港元": "HKD", "日元": "JPY", "新台币": "TWD",
    "us dollar": "USD", "euro": "EUR", "pound sterling": "GBP", "yuan renminbi": "CNY",
}  # fmt: skip


def currency(said: str) -> str:
    code = CALLED.get(said.strip().casefold(), said.strip().upper())
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise CellError("bad_currency")
    return code


def currency_beside(said: str) -> str:
    """The code of the currency that an amount names; "" when it names none, or only “$”."""
    told = said.upper().replace(" ", "")
    found = next((code for sign, code in SIGNS.items() if sign in told), "")
    return found or code_in(said)


_TITLED = re.compile(r"[(（]\s*(?:[百千]?万|亿|千)?(.+?)\s*[)）]\s*$")


def currency_in(title: str) -> str:
    """The code of the currency in a column's title: Amount (USD), 金额（万美元）."""
    found = _TITLED.search(title)
    return (CALLED.get(found[1].casefold()) or code_in(found[1])) if found else ""


def lost(values: Mapping[str, Any]) -> tuple[str, str]:
    """(reason, what was said when it is none of ours)."""
    said = values.get("lost_reason", "")
    known = LOST_NAMES.get(plain(said))
    return known or Deal.LostReason.OTHER.value, "" if known else said
