"""Whether an actor may sell to a customer; checked inside the transaction, before the write."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from customers.models import Customer


def require_seller(actor: Any, customer: Customer) -> None:
    """Raise PermissionDenied unless ``actor`` sells and sees the customer.

    ``None`` is the system itself: imports and jobs that were allowed before.
    """
    if actor is None:
        return
    if actor.is_agent or not Customer.objects.visible_to(actor).filter(pk=customer.pk).exists():
        raise PermissionDenied


def require_keeper(actor: Any) -> None:
    """Raise PermissionDenied unless ``actor`` keeps the catalogue and the plan."""
    if actor is not None and not (actor.is_manager or actor.is_admin):
        raise PermissionDenied
