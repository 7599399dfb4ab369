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


def currency(said: str) -> str:
    code = said.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise CellError("bad_currency")
    return code


def currency_beside(said: str) -> str:
    """The code of the currency that an amount names; "" when it names none, or only “$”."""
    told = said.upper().replace(" ", "")
    found = next((code for sign, code in SIGNS.items() if sign in told), "")
    return found or code_in(said)


def lost(values: Mapping[str, Any]) -> tuple[str, str]:
    """(reason, what was said when it is none of ours)."""
    said = values.get("lost_reason", "")
    known = LOST_NAMES.get(plain(said))
    return known or Deal.LostReason.OTHER.value, "" if known else said
