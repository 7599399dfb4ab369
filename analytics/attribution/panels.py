"""What is credited to a campaign, and to one customer's part in it, on their pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings

from analytics.attribution.credit import credited_orders
from analytics.attribution.declaring import declared
from analytics.attribution.lists import written
from crm.records.resources import KEEPERS
from marketing.models import Activity, Campaign
from sales.models import Order

AT_ONCE = 20_000


def campaign_panel(user: Any, campaign: Campaign) -> dict[str, Any] | None:
    """Of the orders that the reader sees; by the declared rule."""
    touched = Activity.objects.alive().filter(campaign=campaign.pk).values("customer")
    if touched.order_by()[: AT_ONCE + 1].count() > AT_ONCE:
        return None  # they would take a second; the table has the figure
    seen = Order.objects.visible_to(user).counted().filter(customer__in=touched)
    return _panel(user, seen, campaign.pk)


def activity_panel(user: Any, activity: Activity) -> dict[str, Any] | None:
    seen = Order.objects.visible_to(user).counted().filter(customer=activity.customer_id)
    return _panel(user, seen, activity.campaign_id, customer=activity.customer_id)


def _panel(user: Any, orders: Any, campaign: int, customer: int | None = None) -> dict[str, Any]:
    terms = declared()
    found = credited_orders(orders, terms, campaign)
    query = f"credited={written(terms, campaign)}"
    return {
        "amount": sum(found.values(), Decimal(0)), "orders": len(found), "label": terms.label,
        "currency": settings.BASE_CURRENCY, "keeper": user.role in KEEPERS,
        "query": f"{query}&customer={customer}" if customer else query,
    }  # fmt: skip
