"""What deals and orders do when their customer changes hands."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from crm.common.registries import Moved
from customers.querysets import moved_rows
from sales.models import Deal, Order

OPEN_ORDERS = [Order.Status.DRAFT, Order.Status.CONFIRMED, Order.Status.SHIPPED]


def follow_customer(
    *,
    customer_ids: Collection[int],
    old_owner_id: int | None,
    new_owner_id: int | None,
    team_id: int | None,
) -> list[Moved]:
    """Give the old owner's open deals and orders, and nobody's, to the customers' new owner.

    Everything of the customers moves to their team. Closed deals and completed orders keep the
    person who made them, so that past figures stand.
    """
    step = {"version": F("version") + 1, "updated_at": timezone.now()}
    deals = Deal.objects.filter(customer__in=customer_ids)
    orders = Order.objects.filter(customer__in=customer_ids)
    theirs = Q(owner=old_owner_id) | Q(owner__isnull=True)
    given: list[Any] = []
    if old_owner_id != new_owner_id:
        given = [
            deals.alive().open().filter(theirs),
            orders.alive().filter(theirs, status__in=OPEN_ORDERS),
        ]
    strays = [records.exclude(team=team_id) for records in (deals, orders)]
    moved = [row for records in (*given, *strays) for row in moved_rows(records)]
    for records in strays:
        records.update(team=team_id, **step)
    for records in given:
        records.update(owner=new_owner_id, **step)
    return moved
