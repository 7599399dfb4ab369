"""What can be done with many orders at once in a way of their own."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.records.bulk import BulkAction, bulk_actions, discard, take_out, trashable
from crm.records.resources import SELLERS, Resource
from sales.models import Order
from sales.services.balance import NOT_SOLD


def without_refund(resource: Resource, user: Any) -> Any:
    """Orders that may go: no refund of them stands, which would be left behind."""
    standing = Order.objects.alive().filter(refund_of=OuterRef("pk")).exclude(status__in=NOT_SOLD)
    return trashable(resource, user).filter(~Exists(standing))


def _refunded(n: int) -> str:
    return ngettext(
        "%(n)d was refused: a refund of it stands; cancel or delete the refund first.",
        "%(n)d were refused: refunds of them stand; cancel or delete the refunds first.",
        n,
    ) % {"n": n}


bulk_actions.append(
    BulkAction("trash", _("Delete"), "trash", SELLERS, discard, take_out, without_refund,
               kinds=frozenset({"sales.order"}), danger=True, choosable=trashable, held=_refunded)
)  # fmt: skip
