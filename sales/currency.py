"""Amounts in the base currency, by the exchange rate of a day."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from crm.common import formats
from crm.common.errors import RefusedError
from sales.models import ExchangeRate

CENT = Decimal("0.01")


class MissingRateError(RefusedError):
    """Nobody has said what the currency is worth on that day."""

    def __init__(self, currency: str, day: date) -> None:
        super().__init__(
            _(
                "There is no exchange rate for %(currency)s on %(day)s. "
                "An administrator can add one."
            )
            % {"currency": currency, "day": formats.day(day)}
        )


def rate_on(currency: str, day: date) -> Decimal:
    """One unit of ``currency`` in the base currency: the last rate up to ``day``.

    Raises
    ------
    MissingRateError
        No rate is known up to that day.
    """
    if currency == settings.BASE_CURRENCY:
        return Decimal(1)
    rates = ExchangeRate.objects.filter(currency=currency, from_date__lte=day)
    rate = rates.order_by("-from_date").values_list("rate", flat=True).first()
    if rate is None:
        raise MissingRateError(currency, day)
    return rate


def to_base(amount: Decimal, currency: str, day: date) -> Decimal:
    """``amount`` in the base currency, rounded to cents; raises ``MissingRateError``."""
    return converted(amount, rate_on(currency, day))


def converted(amount: Decimal, rate: Decimal) -> Decimal:
    """``amount × rate`` in cents, half away from zero as PostgreSQL rounds."""
    return (amount * rate).quantize(CENT, rounding=ROUND_HALF_UP)


def rate_table(currency: str) -> list[tuple[date, Decimal]]:
    """(first day, rate), the oldest first."""
    rates = ExchangeRate.objects.filter(currency=currency).order_by("from_date")
    return list(rates.values_list("from_date", "rate"))


def known_currencies() -> list[tuple[str, str]]:
    """Choices: the base currency, then those that have a rate."""
    found = ExchangeRate.objects.order_by("currency").values_list("currency", flat=True)
    codes = dict.fromkeys([settings.BASE_CURRENCY, *found.distinct()])
    return [(code, code) for code in codes]
