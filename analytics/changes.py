"""Of which customers and deals something changed that their scores are drawn from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from communications.models import About, Communication, FollowUp
from customers.models import Customer
from sales.models import Deal, Order, Quote, StageChange
from service.models import ServiceRequest, Survey

# A row may carry a moment that lies this long before it is committed.
SLACK = timedelta(minutes=5)
OF_CUSTOMERS = (Order, Communication, ServiceRequest, Deal)


def customers_since(moment: datetime) -> list[int]:
    """Customers whose own record, orders, talks, requests, marks or deals changed."""
    marked = Survey.objects.filter(answered_at__gte=moment, request__customer__isnull=False)
    found = set(marked.values_list("request__customer", flat=True))
    found.update(_since(Customer, moment, "pk"))
    for model in OF_CUSTOMERS:
        found.update(_since(model, moment, "customer"))
    return sorted(found - {None})


def deals_since(moment: datetime) -> list[int]:
    """Deals that changed, or whose next steps, quotes, or customers' records, talks, orders or
    other deals did."""
    customers: set[int] = set()
    customers.update(_since(Customer, moment, "pk"))
    for model in (Communication, Order, Deal):
        customers.update(_since(model, moment, "customer"))
    theirs = Deal.objects.alive().filter(customer__in=customers - {None}, closed_at=None)
    found = {*theirs.values_list("pk", flat=True), *_since(Deal, moment, "pk")}
    found.update(_since(Quote, moment, "deal"))
    steps = FollowUp.objects.filter(about_kind=About.DEAL)
    found.update(_since(FollowUp, moment, "about_id", steps))
    found.update(StageChange.objects.filter(at__gte=moment).values_list("deal", flat=True))
    return sorted(found - {None})


def _since(model: type[Any], moment: datetime, column: str, rows: Any = None) -> set[Any]:
    """What ``column`` says in the rows that were changed, or thrown away, since a moment."""
    rows = model.objects.all() if rows is None else rows
    changed = rows.alive().filter(updated_at__gte=moment)
    gone = rows.filter(trashed_at__gte=moment)
    found: set[Any] = set()
    for part in (changed, gone):
        found.update(part.order_by().values_list(column, flat=True).distinct())
    return found
