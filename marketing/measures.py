"""The one definition of every figure of campaigns; dashboards and pages sum with these.

A campaign costs what was entered by hand and what was imported from advertising platforms; what
it brought is on the customers' activities.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, Q, Sum, Value
from django.db.models.functions import Coalesce

MONEY: DecimalField[Any, Any] = DecimalField(max_digits=18, decimal_places=2)
_NOTHING = Value(Decimal(0))
COST = F("actual_cost") + F("ad_spend")

CAMPAIGN: Mapping[str, Any] = {
    "campaigns": Count("pk"),
    "cost": Coalesce(Sum(COST), _NOTHING, output_field=MONEY),
    "budget": Coalesce(Sum("budget"), _NOTHING, output_field=MONEY),
}
ACTIVITY: Mapping[str, Any] = {
    "customers": Count("pk"),
    "success": Count("pk", filter=Q(result="success")),
    "decided": Count("pk", filter=~Q(result="pending")),
    "brought": Coalesce(Sum("revenue"), _NOTHING, output_field=MONEY),
}
# Of spends, in the company's currency; the conversions are those that the platforms count.
SPEND: Mapping[str, Any] = {
    "spent": Coalesce(Sum("amount"), _NOTHING, output_field=MONEY),
    "impressions": Sum("impressions"),
    "clicks": Sum("clicks"),
    "conversions": Sum("conversions"),
}


def share(part: int | Decimal | None, whole: int | None) -> float | None:
    """Clicks per impression; None where one is not known or nothing."""
    return float(part / whole) if part is not None and whole else None


def cost_per(spent: Decimal, n: int | Decimal | None) -> Decimal | None:
    """What one click or conversion cost; None without any."""
    return spent / n if n else None


def success_rate(success: int, decided: int) -> float | None:
    """Successes among those whose result is known; None without any."""
    return success / decided if decided else None


def return_on(cost: Decimal | None, brought: Decimal | None) -> float | None:
    """(brought - cost) / cost; None without a cost."""
    return float((brought or 0) / cost - 1) if cost else None
