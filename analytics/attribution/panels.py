"""What is credited to a campaign, and to one customer's part in it, on their pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings

from analytics.attribution.credit import Credit, Terms, credit_of
from analytics.attribution.declaring import declared
from analytics.attribution.lists import written
from analytics.attribution.tables import MANY_TOUCHES, kept_year
from crm.records.resources import KEEPERS
from marketing.models import Activity, Campaign
from sales.models import Order


def campaign_panel(user: Any, campaign: Campaign) -> dict[str, Any] | None:
    """Of the orders that the reader sees; by the declared rule.

    A campaign of very many activities would take a second: a keeper reads what the night added up.
    """
    touched = Activity.objects.alive().filter(campaign=campaign.pk).values("customer")
    if user.role in KEEPERS and touched.order_by()[: MANY_TOUCHES + 1].count() > MANY_TOUCHES:
        return _kept(user, campaign)
    seen = Order.objects.visible_to(user).counted().filter(customer__in=touched)
    return _panel(user, seen, campaign.pk)


def activity_panel(user: Any, activity: Activity) -> dict[str, Any] | None:
    seen = Order.objects.visible_to(user).counted().filter(customer=activity.customer_id)
    return _panel(user, seen, activity.campaign_id, customer=activity.customer_id)


def _kept(user: Any, campaign: Campaign) -> dict[str, Any]:
    """What the newest table of a year says of the campaign; no amount where there is none."""
    words, kept = _words(user, declared(), campaign.pk), kept_year(user)
    if kept is None:
        return words | {"amount": None}
    rows, as_of = kept
    none = Credit(campaign.pk, 0, Decimal(0))
    credit = next((one for one in rows if one.campaign == campaign.pk), none)
    return words | {"amount": credit.amount, "orders": credit.orders, "as_of": as_of}


def _panel(user: Any, orders: Any, campaign: int, customer: int | None = None) -> dict[str, Any]:
    terms = declared()
    credit = credit_of(orders, terms, campaign)
    told = {"amount": credit.amount, "orders": credit.orders}
    return _words(user, terms, campaign, customer) | told


def _words(user: Any, terms: Terms, campaign: int, customer: int | None = None) -> dict[str, Any]:
    query = f"credited={written(terms, campaign)}"
    return {
        "label": terms.label, "currency": settings.BASE_CURRENCY, "keeper": user.role in KEEPERS,
        "query": f"{query}&customer={customer}" if customer else query,
    }  # fmt: skip
