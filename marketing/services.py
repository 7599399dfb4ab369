"""Every write about campaigns and what they did with each customer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.common.registries import Moved
from crm.common.services import record_create, record_restore, record_trash, record_update
from customers.models import Customer
from customers.querysets import moved_rows
from marketing.experiments.holding import held_out
from marketing.models import Activity, Campaign

MOST_CUSTOMERS = 10_000


class AlreadyInCampaignError(RefusedError):
    """A customer takes part in a campaign once."""

    def __init__(self, campaign: Campaign, customer: Customer) -> None:
        names = {"customer": customer, "campaign": campaign}
        super().__init__(_("%(customer)s already takes part in “%(campaign)s”.") % names)


class HeldOutError(RefusedError):
    """Whoever is the control of a running experiment is not addressed."""

    def __init__(self, campaign: Campaign, customer: Customer) -> None:
        names = {"customer": customer, "campaign": campaign}
        super().__init__(
            _(
                "%(customer)s is held out of “%(campaign)s” as the control of a running "
                "experiment; addressing them would spoil it."
            )
            % names
        )


@dataclass(frozen=True)
class Added:
    """How many customers were added, took part already, and are held out as control."""

    new: int
    there: int
    held: int


def campaign_create(*, actor: Any, submission: UUID | None = None, **values: Any) -> Campaign:
    """A campaign of the manager's team; an administrator's is the whole company's.

    Raises PermissionDenied for other roles.
    """
    if not (actor.is_manager or actor.is_admin):
        raise PermissionDenied
    return record_create(record=Campaign(**values), actor=actor, submission=submission)


campaign_update = partial(record_update, model=Campaign)
campaign_trash = partial(record_trash, model=Campaign)
campaign_restore = partial(record_restore, model=Campaign)


@transaction.atomic
def campaign_add_customers(*, pk: int, actor: Any, customers: Iterable[int]) -> Added:
    """Plan one activity with each customer.

    Representatives add their own customers, managers their team's. Those whom a running
    experiment holds out as control are left out.

    Raises
    ------
    PermissionDenied
        The campaign is not visible, or a customer is not among them; nothing is added.
    RefusedError
        Too many at once, or the campaign is over.
    """
    wanted = set(customers)
    if len(wanted) > MOST_CUSTOMERS:
        raise RefusedError(
            _("Add at most %(limit)s customers at a time.") % {"limit": MOST_CUSTOMERS}
        )
    campaign = campaign_open(actor, pk)
    found = list(Customer.objects.editable_by(actor).filter(pk__in=wanted))
    if len(found) != len(wanted):
        raise PermissionDenied
    held = held_out(campaign, found)
    new = activities_plan(campaign=campaign, customers=found, actor=actor)
    return Added(len(new), len(found) - len(new) - len(held), len(held))


def activities_plan(
    *, campaign: Campaign, customers: Iterable[Customer], actor: Any
) -> list[Activity]:
    """One planned activity with each customer that has none in the campaign; gives the new ones.

    Customers whom a running experiment holds out get none.

    The campaign is locked and the customers are the actor's to add: the caller has checked both.
    """
    customers = list(customers)
    there = Activity.objects.alive().filter(campaign=campaign, customer__in=customers)
    taken = set(there.values_list("customer", flat=True)) | held_out(campaign, customers)
    now = timezone.now()
    new = [
        Activity(
            campaign=campaign, customer=customer, owner_id=customer.owner_id,
            team_id=customer.team_id, created_by=actor, happened_at=now,
        )
        for customer in customers
        if customer.pk not in taken
    ]  # fmt: skip
    return Activity.objects.bulk_create(new, batch_size=1_000)


@transaction.atomic
def activity_create(
    *,
    actor: Any,
    campaign: Campaign,
    customer: Customer,
    submission: UUID | None = None,
    **values: Any,
) -> Activity:
    """One customer's part in a campaign.

    Raises
    ------
    PermissionDenied
        The actor does not see the campaign, or the customer is not among the actor's.
    AlreadyInCampaignError
        The customer takes part already.
    HeldOutError
        An experiment holds the customer out.
    """  # fmt: skip
    campaign = campaign_open(actor, campaign.pk)
    if not Customer.objects.editable_by(actor).filter(pk=customer.pk).exists():
        raise PermissionDenied
    if submission and (twin := Activity.objects.filter(submission=submission).first()):
        return twin
    if Activity.objects.alive().filter(campaign=campaign, customer=customer).exists():
        raise AlreadyInCampaignError(campaign, customer)
    if held_out(campaign, [customer]):
        raise HeldOutError(campaign, customer)
    values.setdefault("happened_at", timezone.now())
    activity = Activity(campaign=campaign, customer=customer, **values)
    activity.team_id = customer.team_id
    activity.owner_id = activity.owner_id or customer.owner_id
    return record_create(record=activity, actor=actor, submission=submission)


def activity_update(
    *, pk: int, actor: Any, changes: dict[str, Any], expected_version: int | None = None
) -> Activity:
    """Change stage, result, time, revenue or note; campaign and customer stay."""
    fixed = {"campaign", "customer"}
    changes = {name: value for name, value in changes.items() if name not in fixed}
    return record_update(
        model=Activity, pk=pk, actor=actor, changes=changes, expected_version=expected_version
    )


def activity_set_result(
    *, pk: int, actor: Any, result: str, revenue: Decimal | None = None
) -> Activity:
    """成功, 失败 or back to pending, as of now. A second click changes nothing."""
    activity = Activity.objects.editable_by(actor).filter(pk=pk).first()
    if activity is None:
        raise PermissionDenied
    if activity.result == result and revenue is None:
        return activity
    changes: dict[str, Any] = {"result": result}
    if result != Activity.Result.PENDING:
        changes["happened_at"] = timezone.now()
    if revenue is not None:
        changes["revenue"] = revenue
    return record_update(model=Activity, pk=pk, actor=actor, changes=changes)


activity_trash = partial(record_trash, model=Activity)


def activity_restore(*, pk: int, actor: Any) -> Activity:
    """Take an activity out of the trash, unless the customer was added again meanwhile."""
    try:
        with transaction.atomic():
            return record_restore(model=Activity, pk=pk, actor=actor)
    except IntegrityError:
        activity = Activity.objects.select_related("campaign", "customer").get(pk=pk)
        raise AlreadyInCampaignError(activity.campaign, activity.customer) from None


def follow_customer(
    *,
    customer_ids: Collection[int],
    old_owner_id: int | None,
    new_owner_id: int | None,
    team_id: int | None,
) -> list[Moved]:
    """Activities go with their customers to the new owner and team."""
    activities = Activity.objects.filter(customer__in=customer_ids)
    theirs = activities.filter(owner=old_owner_id)
    strays = activities.exclude(team=team_id)
    moved = [row for records in (theirs, strays) for row in moved_rows(records)]
    theirs.update(owner=new_owner_id)
    strays.update(team=team_id)
    return moved


def campaign_open(actor: Any, pk: int) -> Campaign:
    """The campaign, locked, so that two people cannot add one customer twice."""
    visible = Campaign.objects.visible_to(actor).filter(pk=pk).values("pk")
    campaign: Campaign | None = (
        Campaign.objects.select_for_update(of=("self",)).filter(pk__in=visible).first()
    )
    if campaign is None:
        raise PermissionDenied
    if campaign.status in {Campaign.Status.FINISHED, Campaign.Status.CANCELLED}:
        raise RefusedError(
            _("“%(campaign)s” is over; nobody can be added any more.") % {"campaign": campaign}
        )
    return campaign
