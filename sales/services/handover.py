"""What deals and orders do when their customer changes hands."""

from __future__ import annotations

from django.db.models import F, Q
from django.utils import timezone

from sales.models import Deal, Order

OPEN_ORDERS = [Order.Status.DRAFT, Order.Status.CONFIRMED, Order.Status.SHIPPED]


def follow_customer(
    *, customer_id: int, old_owner_id: int | None, new_owner_id: int | None, team_id: int | None
) -> None:
    """Give the old owner's open deals and orders, and nobody's, to the customer's new owner.

    Everything of the customer moves to the customer's team. Closed deals and completed orders
    keep the person who made them, so that past figures stand.
    """
    step = {"version": F("version") + 1, "updated_at": timezone.now()}
    deals = Deal.objects.filter(customer=customer_id)
    orders = Order.objects.filter(customer=customer_id)
    for records in (deals, orders):
        records.exclude(team=team_id).update(team=team_id, **step)
    if old_owner_id == new_owner_id:
        return
    theirs = Q(owner=old_owner_id) | Q(owner__isnull=True)
    deals.alive().open().filter(theirs).update(owner=new_owner_id, **step)
    orders.alive().filter(theirs, status__in=OPEN_ORDERS).update(owner=new_owner_id, **step)
