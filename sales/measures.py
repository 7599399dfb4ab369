"""The one definition of every sales figure; pages, plans, dashboards and reports sum with these.

Money is in the base currency: an order counts with its own rate, that of its day. Days are the
company's (``TIME_ZONE``), the same for every reader; periods are half-open, [start, end).

The names in ``ORDER``, ``LINE`` and ``DEAL`` are what can be asked for: ``over(orders,
"revenue", "orders")`` gives one dict, ``grouped(orders, {"channel": "channel"}, "revenue")`` a
row per group. Records come from ``visible_to(user)``; which of them count is decided here.
``SALES_DAY`` and ``DEAL_SUM`` give the same figures from the sums that the database keeps
(``SalesDay``, ``DealSum``) in a time that does not grow with the number of orders and deals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import (
    Avg,
    Case,
    Count,
    DecimalField,
    F,
    Max,
    Min,
    Q,
    StdDev,
    Sum,
    Value,
    Variance,
    When,
)
from django.db.models.functions import Cast, Coalesce, NullIf, Round, TruncDate
from django.utils import timezone

from crm.common import days
from crm.common.aggregates import Percentile
from crm.common.grouping_sets import Keys, grouping_sets

MONEY: DecimalField[Any, Any] = DecimalField(max_digits=22, decimal_places=2)
UNROUNDED: DecimalField[Any, Any] = DecimalField(max_digits=28, decimal_places=6)


def _money(total: Any) -> Any:
    """A sum as money, 0 where there is no row."""
    return Coalesce(total, Value(Decimal(0)), output_field=MONEY)


def _cents(figure: Any) -> Any:
    """A figure as money, null where there is no row."""
    return Round(Cast(figure, UNROUNDED), 2, output_field=MONEY)


# Orders ----------------------------------------------------------------------------------------

_SALE, _REFUND = Q(kind="sale"), Q(kind="refund")

# Revenue is sales less refunds. Mean, median, variance and deviation describe the sales alone: a
# refund is no small sale. Variance and deviation are those of a sample (n - 1).
ORDER: Mapping[str, Any] = {
    "revenue": _money(Sum("total_base")),
    "sold": _money(Sum("total_base", filter=_SALE)),
    "refunded": _money(-Sum("total_base", filter=_REFUND)),
    "orders": Count("pk", filter=_SALE),
    "refunds": Count("pk", filter=_REFUND),
    "customers": Count("customer", filter=_SALE, distinct=True),
    "mean": _cents(Avg("total_base", filter=_SALE)),
    "median": _cents(Percentile("total_base", filter=_SALE)),
    "variance": _cents(Variance("total_base", sample=True, filter=_SALE)),
    "sd": _cents(StdDev("total_base", sample=True, filter=_SALE)),
    "least": Min("total_base", filter=_SALE),
    "most": Max("total_base", filter=_SALE),
}

# Of lines, for figures by product. A line counts at its order's rate; lines add up to their
# order within cents. Those in the base currency are not multiplied: it takes an eighth of the time.
LINE_BASE = Case(
    When(order__rate=1, then=F("total")),
    default=Round(F("total") * F("order__rate"), 2, output_field=MONEY),
    output_field=MONEY,
)
_SALE_LINE = Q(order__kind="sale")
LINE: Mapping[str, Any] = {
    "revenue": _money(Sum(LINE_BASE)),
    "quantity": Coalesce(Sum("quantity"), Value(Decimal(0)), output_field=UNROUNDED),
    "orders": Count("order", filter=_SALE_LINE, distinct=True),
    "mean": _cents(Avg(LINE_BASE, filter=_SALE_LINE)),
    "median": _cents(Percentile(LINE_BASE, filter=_SALE_LINE)),
    "variance": _cents(Variance(LINE_BASE, sample=True, filter=_SALE_LINE)),
    "sd": _cents(StdDev(LINE_BASE, sample=True, filter=_SALE_LINE)),
    "least": Min(LINE_BASE, filter=_SALE_LINE),
    "most": Max(LINE_BASE, filter=_SALE_LINE),
}


# Deals -----------------------------------------------------------------------------------------

OPEN, WON, LOST = Q(closed_at__isnull=True), Q(stage__kind="won"), Q(stage__kind="lost")

# Amount x probability of one deal, unrounded: sums are rounded once, at the end.
WEIGHTED = Cast(F("amount_base") * F("probability") / Value(Decimal(100)), UNROUNDED)

# Lost deals are not open: they are in no forecast.
DEAL: Mapping[str, Any] = {
    "deals": Count("pk"),
    "amount": _money(Sum("amount_base")),
    "open": Count("pk", filter=OPEN),
    "open_amount": _money(Sum("amount_base", filter=OPEN)),
    "weighted": _money(Round(Sum(WEIGHTED, filter=OPEN), 2)),
    "won": Count("pk", filter=WON),
    "won_amount": _money(Sum("amount_base", filter=WON)),
    "lost": Count("pk", filter=LOST),
    "lost_amount": _money(Sum("amount_base", filter=LOST)),
}

# How long won deals took from their creation to their closing; read from the deals alone.
DEAL_TIME: Mapping[str, Any] = {
    "cycle": Avg(F("closed_at") - F("created_at"), filter=WON),
}

# How the amounts of deals spread; read from the deals alone, the kept sums cannot tell.
DEAL_SPREAD: Mapping[str, Any] = {
    "mean": _cents(Avg("amount_base")),
    "median": _cents(Percentile("amount_base")),
    "variance": _cents(Variance("amount_base", sample=True)),
    "sd": _cents(StdDev("amount_base", sample=True)),
    "least": Min("amount_base"),
    "most": Max("amount_base"),
}

# The same from the kept sums ---------------------------------------------------------------------

SALES_DAY: Mapping[str, Any] = {
    "revenue": _money(Sum("revenue")),
    "sold": _money(Sum("sold")),
    "refunded": _money(Sum("sold") - Sum("revenue")),
    "orders": Coalesce(Sum("orders"), 0),
    "refunds": Coalesce(Sum("refunds"), 0),
    "mean": _cents(Cast(Sum("sold"), UNROUNDED) / NullIf(Sum("orders"), 0)),
}

_OPEN_SUM = Q(closed_on__isnull=True)
DEAL_SUM: Mapping[str, Any] = {
    "deals": Coalesce(Sum("deals"), 0),
    "amount": _money(Sum("amount")),
    "open": Coalesce(Sum("deals", filter=_OPEN_SUM), 0),
    "open_amount": _money(Sum("amount", filter=_OPEN_SUM)),
    "weighted": _money(Round(Sum("weighted", filter=_OPEN_SUM), 2)),
    "won": Coalesce(Sum("deals", filter=WON), 0),
    "won_amount": _money(Sum("amount", filter=WON)),
    "lost": Coalesce(Sum("deals", filter=LOST), 0),
    "lost_amount": _money(Sum("amount", filter=LOST)),
}


def win_rate(won: int, lost: int) -> float | None:
    """Won / (won + lost) of the deals that were closed; None when none was."""
    return won / (won + lost) if won + lost else None


# Asking ----------------------------------------------------------------------------------------


# Columns of the kept sums have the names of measures; an aggregate must not find another one.
_APART = "measured_"


def over(records: Any, *names: str) -> dict[str, Any]:
    """The measures of all ``records`` that count: orders, lines of orders, or deals."""
    table, counted = _table(records)
    asked = {f"{_APART}{name}": table[name] for name in names}
    found = counted.order_by().aggregate(**asked)
    return {name: found[f"{_APART}{name}"] for name in names}


def grouped(records: Any, keys: Mapping[str, Any], *names: str) -> Any:
    """A queryset with a dict per group: ``keys`` maps names to fields or expressions.

    No key may have the name of a measure that is asked for.
    """
    table, counted = _table(records)
    fields = [name for name, path in keys.items() if name == path]
    named = {
        name: F(path) if isinstance(path, str) else path
        for name, path in keys.items()
        if name != path
    }
    groups = counted.order_by().values(*fields, **named)
    asked = {f"{_APART}{name}": table[name] for name in names}
    return groups.alias(**asked).annotate(**{name: F(f"{_APART}{name}") for name in names})


def by_sets(
    records: Any, keys: Mapping[str, Any], sets: Sequence[Keys], *names: str
) -> Iterator[tuple[Keys, dict[str, Any]]]:
    """As ``grouped``, by several sets of the keys in one reading; () is what ``over`` gives."""
    return grouping_sets(grouped(records, keys, *names), tuple(keys), *sets)


def revenue(orders: Any) -> Decimal:
    """Σ of the orders that count, refunds negative; ``orders`` or their sums by day."""
    total: Decimal = over(orders, "revenue")["revenue"]
    return total


def weighted_open(deals: Any) -> Decimal:
    """Σ amount × probability of the deals that are open now; ``deals`` or their sums."""
    total: Decimal = over(deals, "weighted")["weighted"]
    return total


def _table(records: Any) -> tuple[Mapping[str, Any], Any]:
    """The measures of this kind of record, and those of the records that count."""
    kind = records.model._meta.model_name
    if kind == "order":
        return ORDER, records.counted()
    if kind == "orderline":
        counted = records.filter(order__trashed_at__isnull=True)
        return LINE, counted.exclude(order__status__in=["draft", "cancelled"])
    kept = {"salesday": SALES_DAY, "dealsum": DEAL_SUM}
    return kept.get(kind, {**DEAL, **DEAL_SPREAD, **DEAL_TIME}), records.alive()


# Days ------------------------------------------------------------------------------------------


def company_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def company_today() -> date:
    return timezone.localdate(timezone=company_zone())


def day_start(day: date) -> datetime:
    """The moment a day begins in the company's zone."""
    return days.day_start(day, company_zone())


def within(start: date, end: date, field: str = "ordered_at") -> dict[str, datetime]:
    """Filter arguments: the moment lies in the company's days [start, end)."""
    return {f"{field}__gte": day_start(start), f"{field}__lt": day_start(end)}


def company_day(field: str = "ordered_at") -> Any:
    """The company's day of a moment, as an expression."""
    return TruncDate(field, tzinfo=company_zone())
