"""What currencies are worth in the company's own; the app that keeps the rates says where."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings

CENT = Decimal("0.01")
Rates = Sequence[tuple[date, Decimal]]
# (currency) → (first day, rate) in the order of the days.
tables: list[Callable[[str], Rates]] = []


class RateBook:
    """The rates of many days; each currency is asked for once."""

    def __init__(self) -> None:
        self._known: dict[str, Rates] = {}

    def on(self, currency: str, day: date) -> Decimal | None:
        """One unit in the company's currency: the last rate up to ``day``; None without any."""
        if currency == settings.BASE_CURRENCY:
            return Decimal(1)
        if currency not in self._known:
            found = [row for table in tables for row in table(currency)]
            self._known[currency] = sorted(found)
        rates = self._known[currency]
        place = bisect_right([first for first, _rate in rates], day)
        return rates[place - 1][1] if place else None


def rounded(amount: Decimal) -> Decimal:
    """In cents, half away from zero as PostgreSQL rounds."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
