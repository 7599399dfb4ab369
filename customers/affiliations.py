"""Who works for whom, in which role: links between contacts and customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from crm.common.services import record_lock
from customers.models import Affiliation, Contact, Customer


@dataclass(frozen=True)
class Part:
    """What somebody is at a customer. An inactive person is never the primary contact."""

    role: str = ""
    is_primary: bool = False
    active: bool = True


@transaction.atomic
def contact_link(*, actor: Any, customer_id: int, contact_id: int, part: Part) -> Affiliation:
    """Link a contact to a customer, or change its part there; linking twice is linking once.

    A new primary contact replaces the old one.

    Raises
    ------
    PermissionDenied
        The actor may not edit the customer's contact details, or does not see the contact.
    """
    customer = _locked(actor, customer_id)
    if not Contact.objects.visible_to(actor).filter(pk=contact_id).exists():
        raise PermissionDenied
    primary = part.is_primary and part.active
    others = Affiliation.objects.filter(customer=customer)
    if primary:
        others.exclude(contact=contact_id).filter(is_primary=True).update(is_primary=False)
    values = {"role": part.role, "is_primary": primary, "active": part.active}
    linked, _ = Affiliation.objects.update_or_create(
        customer=customer, contact_id=contact_id, defaults=values
    )
    return linked


@transaction.atomic
def contact_unlink(*, actor: Any, customer_id: int, contact_id: int) -> Part | None:
    """Take the link away; the person stays. Gives the part it had, None when there was none.

    Raises as ``contact_link``.
    """
    customer = _locked(actor, customer_id)
    linked = Affiliation.objects.filter(customer=customer, contact=contact_id).first()
    if linked is None:
        return None
    part = Part(linked.role, linked.is_primary, linked.active)
    linked.delete()
    return part


def _locked(actor: Any, customer_id: int) -> Customer:
    """The customer, locked, so that two primary contacts cannot meet."""
    customer: Customer = record_lock(
        Customer.objects.contact_details_editable_by(actor), customer_id
    )
    return customer
