"""Needs that come up in what was said: made from a communication, shown with it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from communications.models import Communication
from crm.common.services import record_lock
from crm.records.resources import SELLERS
from customers.models import Customer, Need
from customers.services import need_create

MOST_SHOWN = 10


@transaction.atomic
def need_from_communication(*, pk: int, actor: Any) -> Need:
    """A need with the words of a communication, which it names as where it came from; asked again,
    the one that is there.

    Raises
    ------
    PermissionDenied
        The actor may not edit the communication, does not see its customer, or sells nothing.
    """
    communication: Communication = record_lock(Communication.objects.editable_by(actor), pk)
    if communication.need is not None and communication.need.trashed_at is None:
        return communication.need
    seen = Customer.objects.visible_to(actor).filter(pk=communication.customer_id)
    if actor.role not in SELLERS or not seen.exists():
        raise PermissionDenied
    title = communication.subject or communication.content.strip().partition("\n")[0]
    need = need_create(
        actor=actor, customer=communication.customer, title=title[:200] or str(communication),
        description=communication.content,
    )  # fmt: skip
    communication.need = need
    communication.version += 1
    communication.save(update_fields=["need", "version"])
    return need


def sources_of(user: Any, need: Need) -> dict[str, Any] | None:
    """The communications in which the need came up, newest first, as far as the user sees them."""
    said = Communication.objects.visible_to(user).filter(need=need.pk).select_related("owner")
    found = list(said.order_by("-happened_at", "-pk")[:MOST_SHOWN])
    return {"communications": found} if found else None
