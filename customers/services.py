"""Every write about customers, contacts, needs and tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.common.roles import is_rep
from crm.common.services import (
    record_create,
    record_lock,
    record_restore,
    record_trash,
    record_update,
)
from customers.affiliations import Part, contact_link
from customers.models import Contact, Customer, Need, Segment
from customers.ownership import hand_over

CONTACT_DETAILS = frozenset({"phone", "email", "address", "city", "region", "country"})


@transaction.atomic
def customer_create(
    *, actor: Any, submission: UUID | None = None, tags: Iterable[Any] = (), **values: Any
) -> Customer:
    """A new customer; owned by the representative who makes it."""
    customer = record_create(record=Customer(**values), actor=actor, submission=submission)
    customer.tags.set(tags)
    return customer


@transaction.atomic
def customer_update(
    *, pk: int, actor: Any, changes: dict[str, Any], expected_version: int | None = None
) -> Customer:
    """Change a customer; agents may change contact details only.

    A new owner takes the open work of the old one along, see ``ownership_followers``.
    """
    allowed = Customer.objects.editable_by(actor)
    if set(changes) <= CONTACT_DETAILS:
        allowed = Customer.objects.contact_details_editable_by(actor)
    before = Customer.objects.filter(pk=pk).values("owner_id", "team_id").first()
    if "owner" in changes and changes["owner"] is not None:
        changes = {**changes, "team": changes["owner"].team}
    customer = record_update(
        model=Customer, pk=pk, actor=actor, changes=changes,
        expected_version=expected_version, allowed=allowed,
    )  # fmt: skip
    _hand_over(customer, before)
    return customer


@transaction.atomic
def customer_take(*, pk: int, actor: Any) -> Customer:
    """A representative takes a customer that nobody owns; taking one's own changes nothing.

    Raises
    ------
    RefusedError
        When a colleague was faster.
    PermissionDenied
        When the customer is out of sight, or the actor sells nothing.
    """
    locked = Customer.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if not is_rep(actor):
        raise PermissionDenied
    if locked and locked.owner_id and Customer.objects.visible_to(actor).filter(pk=pk).exists():
        if locked.owner_id == actor.pk:
            return locked
        raise RefusedError(
            _("%(owner)s has taken %(name)s already.") % {"owner": locked.owner, "name": locked}
        )
    customer: Customer = record_lock(Customer.objects.takeable_by(actor), pk)
    before = {"owner_id": None, "team_id": customer.team_id}
    customer.owner = actor
    customer.version += 1
    customer.save()
    _hand_over(customer, before)
    return customer


def _hand_over(customer: Customer, before: Mapping[str, Any] | None) -> None:
    if before is None:
        raise PermissionDenied
    if (before["owner_id"], before["team_id"]) != (customer.owner_id, customer.team_id):
        hand_over(
            customer_ids=[customer.pk], old_owner_id=before["owner_id"],
            new_owner_id=customer.owner_id, team_id=customer.team_id,
        )  # fmt: skip


customer_trash = partial(record_trash, model=Customer)
customer_restore = partial(record_restore, model=Customer)


@transaction.atomic
def contact_create(
    *,
    actor: Any,
    customer: Customer | None = None,
    role: str = "",
    is_primary: bool = False,
    submission: UUID | None = None,
    **values: Any,
) -> Contact:
    """A new person, working for ``customer`` when one is given.

    Raises
    ------
    PermissionDenied
        The actor may not edit the customer's contact details.
    """
    contact = Contact(team_id=customer.team_id if customer else None, **values)
    contact = record_create(record=contact, actor=actor, submission=submission)
    if customer is not None:
        part = Part(role, is_primary)
        contact_link(actor=actor, customer_id=customer.pk, contact_id=contact.pk, part=part)
    return contact


contact_update = partial(record_update, model=Contact)
contact_trash = partial(record_trash, model=Contact)
contact_restore = partial(record_restore, model=Contact)


def need_create(*, actor: Any, submission: UUID | None = None, **values: Any) -> Need:
    """Something a visible customer wants."""
    need = Need(**values)
    need.team_id = need.customer.team_id
    return record_create(record=need, actor=actor, submission=submission)


def need_update(
    *, pk: int, actor: Any, changes: dict[str, Any], expected_version: int | None = None
) -> Need:
    return record_update(
        model=Need, pk=pk, actor=actor, changes=changes, expected_version=expected_version
    )


need_trash = partial(record_trash, model=Need)
need_restore = partial(record_restore, model=Need)


@dataclass(frozen=True)
class SegmentLabel:
    """A cluster to be written: its lasting key, names, definition and customers' ids."""

    key: int
    name: str
    name_en: str
    definition: dict[str, Any]
    customers: Sequence[int]


_LABELS_AT_ONCE = 2_000  # customers that are locked for others, in one short transaction


def segments_fill(
    *, team_id: int | None, labels: Sequence[SegmentLabel], guard: Callable[[], Any]
) -> None:
    """Move customers into the cluster segments of a team (None: the whole company), in parts.

    Each part is a transaction within ``guard()``; running it again goes on. A segment keeps its
    row as long as its key lives; new ones are not offered before ``segments_show``.
    """
    with guard():
        kept = {
            label.key: Segment.objects.get_or_create(
                origin=Segment.Origin.CLUSTER, team_id=team_id, key=label.key,
                defaults={"name": label.name, "name_en": label.name_en, "active": False},
            )[0].pk
            for label in labels
        }  # fmt: skip
    scope = Customer.objects.filter(team=team_id) if team_id else _without_own_segments()
    labelled = {pk for label in labels for pk in label.customers}
    stale = scope.filter(segment__isnull=False).values_list("pk", flat=True)
    _label(scope, [pk for pk in stale if pk not in labelled], None, guard)
    for label in labels:
        _label(scope, label.customers, kept[label.key], guard)


@transaction.atomic
def segments_show(*, team_id: int | None, labels: Sequence[SegmentLabel], built_at: Any) -> None:
    """Name and offer the segments that ``segments_fill`` filled; others become inactive."""
    known = Segment.objects.filter(origin=Segment.Origin.CLUSTER, team=team_id)
    for label in labels:
        known.filter(key=label.key).update(
            name=label.name, name_en=label.name_en, definition=label.definition,
            size=len(label.customers), built_at=built_at, active=True,
        )  # fmt: skip
    known.exclude(key__in=[label.key for label in labels]).update(active=False, size=0)


def _without_own_segments() -> Any:
    """Customers of teams that are not segmented by themselves."""
    own = Segment.objects.filter(
        origin=Segment.Origin.CLUSTER, active=True, team__isnull=False
    ).values("team")
    return Customer.objects.exclude(team__in=own)


def _label(
    scope: Any, customers: Sequence[int], segment_id: int | None, guard: Callable[[], Any]
) -> None:
    moving = scope.filter(~Q(segment=segment_id) | Q(segment=None)) if segment_id else scope
    for start in range(0, len(customers), _LABELS_AT_ONCE):
        part = moving.filter(pk__in=customers[start : start + _LABELS_AT_ONCE]).order_by("pk")
        with guard():
            locked = part.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True)
            Customer.objects.filter(pk__in=list(locked)).update(segment=segment_id)
