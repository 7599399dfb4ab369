"""Every write about communications and follow-ups."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from communications.models import Communication, FollowUp
from crm.common.registries import Moved
from crm.common.roles import Role
from crm.common.services import (
    record_create,
    record_lock,
    record_restore,
    record_trash,
    record_update,
)
from customers.models import Customer
from customers.querysets import moved_rows

MORNING = time(9)  # when a step is due whose hour nobody said


@transaction.atomic
def communication_log(
    *,
    actor: Any,
    customer: Customer,
    submission: UUID | None = None,
    next_title: str = "",
    next_due_at: datetime | None = None,
    **values: Any,
) -> Communication:
    """Write down what was said, by default just now; with ``next_title`` also plan the next step.

    Raises
    ------
    PermissionDenied
        The actor does not see the customer.
    """  # fmt: skip
    values["customer"] = _seen_customer(actor, customer)
    values["happened_at"] = values.get("happened_at") or timezone.now()
    values.setdefault("owner", actor)
    communication = record_create(
        record=Communication(**values), actor=actor, submission=submission
    )
    if next_title:
        about = {name: values[name] for name in ("about_kind", "about_id") if name in values}
        follow_up_create(
            actor=actor, customer=customer, contact=values.get("contact"), title=next_title,
            due_at=next_due_at or tomorrow_morning(),
            submission=uuid5(submission, "next step") if submission else None, **about,
        )  # fmt: skip
    return communication


@transaction.atomic
def communication_update(
    *, pk: int, actor: Any, changes: dict[str, Any], expected_version: int | None = None
) -> Communication:
    if "customer" in changes:
        changes = {**changes, "customer": _seen_customer(actor, changes["customer"])}
    return record_update(
        model=Communication, pk=pk, actor=actor, changes=changes, expected_version=expected_version
    )


communication_trash = partial(record_trash, model=Communication)
communication_restore = partial(record_restore, model=Communication)


@transaction.atomic
def follow_up_create(
    *, actor: Any, customer: Customer, submission: UUID | None = None, **values: Any
) -> FollowUp:
    """Plan something to do for a customer; the actor does it unless another owner is named.

    Raises
    ------
    PermissionDenied
        The actor does not see the customer.
    """
    values["customer"] = _seen_customer(actor, customer)
    values["owner"] = values.get("owner") or actor
    return record_create(record=FollowUp(**values), actor=actor, submission=submission)


def follow_ups_plan(
    *, records: Iterable[Any], actor: Any, title: str, due_at: datetime, about: str = ""
) -> list[FollowUp]:
    """One follow-up with each customer, for its owner (the actor where there is none).

    With ``about`` (a kind of ``About``) the records are of that kind instead, and each gets one
    about it, with its customer. They are locked and the actor's to change: the caller has
    checked it.
    """
    made = [
        FollowUp(
            customer_id=record.customer_id if about else record.pk, kind=FollowUp.Kind.CALL,
            about_kind=about, about_id=record.pk if about else None, title=title, due_at=due_at,
            owner_id=record.owner_id or actor.pk, team_id=record.team_id, created_by=actor,
        )
        for record in records
    ]  # fmt: skip
    for follow_up in made:
        follow_up.search = follow_up.search_texts()
    return FollowUp.objects.bulk_create(made, batch_size=1_000)


@transaction.atomic
def follow_up_update(
    *, pk: int, actor: Any, changes: dict[str, Any], expected_version: int | None = None
) -> FollowUp:
    if "customer" in changes:
        changes = {**changes, "customer": _seen_customer(actor, changes["customer"])}
    return record_update(
        model=FollowUp, pk=pk, actor=actor, changes=changes, expected_version=expected_version
    )


follow_up_trash = partial(record_trash, model=FollowUp)
follow_up_restore = partial(record_restore, model=FollowUp)


@transaction.atomic
def follow_up_done(*, pk: int, actor: Any) -> FollowUp:
    """Tick it off; ticking twice keeps the first time."""
    follow_up: FollowUp = record_lock(FollowUp.objects.editable_by(actor), pk)
    if follow_up.done_at is None:
        follow_up.done_at, follow_up.done_by = timezone.now(), actor
        _save(follow_up, "done_at", "done_by")
    return follow_up


@transaction.atomic
def follow_up_undo_done(*, pk: int, actor: Any) -> FollowUp:
    follow_up: FollowUp = record_lock(FollowUp.objects.editable_by(actor), pk)
    if follow_up.done_at is not None:
        follow_up.done_at, follow_up.done_by = None, None
        _save(follow_up, "done_at", "done_by")
    return follow_up


@transaction.atomic
def follow_up_reschedule(*, pk: int, actor: Any, due_at: datetime) -> FollowUp:
    follow_up: FollowUp = record_lock(FollowUp.objects.editable_by(actor), pk)
    follow_up.due_at = due_at
    _save(follow_up, "due_at")
    return follow_up


def follow_up_snooze(*, pk: int, actor: Any, days: int = 1) -> tuple[FollowUp, datetime]:
    """Put it off by whole days from its day or today, whichever is later, at its time of day.

    Gives the follow-up and when it was due before.
    """
    with transaction.atomic():
        follow_up: FollowUp = record_lock(FollowUp.objects.editable_by(actor), pk)
        before = follow_up.due_at
        due, today = timezone.localtime(before), timezone.localdate()
        later = max(due.date(), today) + timedelta(days=days)
        follow_up.due_at = timezone.make_aware(
            datetime.combine(later, due.time().replace(tzinfo=None))
        )
        _save(follow_up, "due_at")
    return follow_up, before


def follow_up_hand_over(
    *,
    customer_ids: Collection[int],
    old_owner_id: int | None,
    new_owner_id: int | None,
    team_id: int | None,
) -> list[Moved]:
    """Customers changed hands: their team follows, and so does the old owner's open work.

    Open work of colleagues who no longer see the customers goes to the new owner as well.
    """
    talks = Communication.objects.filter(customer__in=customer_ids).exclude(team=team_id)
    steps = FollowUp.objects.filter(customer__in=customer_ids)
    strays = steps.exclude(team=team_id)
    left_behind = Q(owner__role__in=[Role.REP, Role.MANAGER]) & ~Q(owner__team=team_id)
    moving = steps.alive().open()
    moving = moving.filter(Q(owner=old_owner_id)) | moving.filter(left_behind)
    given = FollowUp.objects.filter(pk__in=moving.values("pk")).exclude(owner=new_owner_id)
    moved = [row for records in (talks, strays, given) for row in moved_rows(records)]
    given_ids = [pk for _customer, _kind, pk, *_ in moved_rows(given)]
    talks.update(team=team_id)
    strays.update(team=team_id)
    FollowUp.objects.filter(pk__in=given_ids).update(
        owner=new_owner_id, version=F("version") + 1, updated_at=timezone.now()
    )
    return moved


def tomorrow_morning() -> datetime:
    """Nine o'clock tomorrow in the reader's zone: when a next step without a time is due."""
    return timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=1), MORNING))


def _seen_customer(actor: Any, customer: Customer) -> Customer:
    """The customer as it is now, locked so that its team cannot change under the new record."""
    locked = Customer.objects.visible_to(actor).select_for_update(of=("self",))
    found: Customer | None = locked.filter(pk=customer.pk).first()
    if found is None:
        raise PermissionDenied
    return found


def _save(follow_up: FollowUp, *fields: str) -> None:
    follow_up.version += 1
    follow_up.save(update_fields=[*fields, "version"])
