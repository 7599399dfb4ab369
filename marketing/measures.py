"""The one definition of every figure of campaigns; dashboards and pages sum with these.

Costs are those that stand on the campaigns; what they brought is on the customers' activities.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Q, Sum, Value
from django.db.models.functions import Coalesce

MONEY: DecimalField[Any, Any] = DecimalField(max_digits=18, decimal_places=2)
_NOTHING = Value(Decimal(0))

CAMPAIGN: Mapping[str, Any] = {
    "campaigns": Count("pk"),
    "cost": Coalesce(Sum("actual_cost"), _NOTHING, output_field=MONEY),
    "budget": Coalesce(Sum("budget"), _NOTHING, output_field=MONEY),
}
ACTIVITY: Mapping[str, Any] = {
    "customers": Count("pk"),
    "success": Count("pk", filter=Q(result="success")),
    "decided": Count("pk", filter=~Q(result="pending")),
    "brought": Coalesce(Sum("revenue"), _NOTHING, output_field=MONEY),
}


def success_rate(success: int, decided: int) -> float | None:
    """Successes among those whose result is known; None without any."""
    return success / decided if decided else None


def return_on(cost: Decimal | None, brought: Decimal | None) -> float | None:
    """(brought - cost) / cost; None without a cost."""
    return float((brought or 0) / cost - 1) if cost else None
