"""A lead becomes a customer with a first deal."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.common.services import record_lock
from customers.models import Customer, Need
from customers.services import customer_update
from sales.models import Deal
from sales.services.deals import deal_create, first_stage, need_convert


@transaction.atomic
def lead_convert(*, pk: int, actor: Any) -> Deal:
    """Make a lead an active customer with a first deal; a second call gives the same deal.

    The deal is that of the lead's most urgent open need, or one with the customer's name. The
    customer's row is locked first, so that of any number of calls at once one converts.

    Raises
    ------
    PermissionDenied
        The actor may not edit the customer.
    RefusedError
        There is no pipeline yet, or the customer is no lead and has no deal.
    """
    lead: Customer = record_lock(Customer.objects.editable_by(actor), pk)
    if lead.lifecycle != Customer.Lifecycle.LEAD:
        made = Deal.objects.alive().filter(customer=lead).order_by("-pk").first()
        if made is None:
            raise RefusedError(_("This customer is not a lead any more."))
        return made
    deal = _first_deal(lead, actor)
    customer_update(pk=pk, actor=actor, changes={"lifecycle": Customer.Lifecycle.ACTIVE})
    return deal


def _first_deal(lead: Customer, actor: Any) -> Deal:
    needs = Need.objects.editable_by(actor).filter(customer=lead, status=Need.Status.OPEN)
    need = needs.order_by("priority", "pk").first()
    if need is not None:
        return need_convert(pk=need.pk, actor=actor)
    stage = first_stage()
    if stage is None:
        raise RefusedError(_("There is no pipeline yet. An administrator sets it up."))
    return deal_create(actor=actor, customer=lead, stage=stage, name=lead.name, owner=lead.owner)
