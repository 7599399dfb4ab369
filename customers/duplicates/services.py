"""Writes about pairs of duplicates; merges stand in ``merging``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.common.names import name_key
from crm.common.services import record_restore
from crm.jobs.models import Job
from crm.jobs.services import job_enqueue
from customers.duplicates.merging import merge_undo
from customers.duplicates.models import DuplicatePair, Merge, Pair, State
from customers.models import Contact, Customer

JOB_KIND = "find_duplicates"  # done in analytics, where the method is


@dataclass(frozen=True)
class FoundPair:
    """Two customers' ids, the probability that they are one, and why: [{field, level, weight}]."""

    one: int
    other: int
    probability: float
    evidence: list[dict[str, Any]]


def search_start(*, actor: Any) -> Job:
    """Look for duplicates now; a search that is under way is joined.

    Raises PermissionDenied for roles that do not merge.
    """
    if not (actor.is_manager or actor.is_admin):
        raise PermissionDenied
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [JOB_KIND])
        open_states = [Job.State.QUEUED, Job.State.RUNNING]
        running = Job.objects.visible_to(actor).filter(kind=JOB_KIND, state__in=open_states)
        return running.first() or job_enqueue(
            kind=JOB_KIND, params={}, actor=actor, url="/customers/duplicates/"
        )


@transaction.atomic
def pairs_store(
    *, pairs: Sequence[FoundPair], found_at: datetime, model: type[Pair] = DuplicatePair
) -> int:
    """Write pairs that the search found; what somebody decided stays decided. Gives their number.

    Records that were deleted meanwhile are passed over.
    """
    records: Any = Customer if model is DuplicatePair else Contact
    ids = {pk for pair in pairs for pk in (pair.one, pair.other)}
    alive = set(records.objects.alive().filter(pk__in=ids).values_list("pk", flat=True))
    make: Any = model
    rows = [
        make(
            first_id=min(pair.one, pair.other), second_id=max(pair.one, pair.other),
            probability=pair.probability, evidence=pair.evidence, found_at=found_at,
        )
        for pair in pairs if pair.one in alive and pair.other in alive
    ]  # fmt: skip
    model.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["first", "second"],
        update_fields=["probability", "evidence", "found_at"],
    )  # fmt: skip
    return len(rows)


def pairs_forget(*, found_before: datetime, model: type[Pair] = DuplicatePair) -> int:
    """Drop open pairs that the last search did not find again. Gives their number."""
    stale = model.objects.filter(state=State.OPEN, found_at__lt=found_before)
    return stale.delete()[0]


@transaction.atomic
def pair_dismiss(*, pk: int, actor: Any, model: type[Pair] = DuplicatePair) -> Pair:
    """They are two: the pair is not shown again. Raises PermissionDenied."""
    return _decide(model, pk, actor, {State.OPEN, State.DISMISSED}, State.DISMISSED)


@transaction.atomic
def pair_reopen(*, pk: int, actor: Any, model: type[Pair] = DuplicatePair) -> Pair:
    """Look at a dismissed pair again. Raises PermissionDenied."""
    return _decide(model, pk, actor, {State.OPEN, State.DISMISSED}, State.OPEN)


def _decide(model: type[Pair], pk: int, actor: Any, known: set[State], state: State) -> Pair:
    pair = model.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if pair is None or not model.objects.decidable_by(actor).filter(pk=pk).exists():
        raise PermissionDenied
    if pair.state not in known:
        raise RefusedError(_("These two were merged already."))
    decided = state != State.OPEN
    pair.state = state
    pair.decided_by = actor if decided else None
    pair.decided_at = timezone.now() if decided else None
    pair.save(update_fields=["state", "decided_by", "decided_at"])
    return pair


def customer_restore(*, model: type[Customer], pk: int, actor: Any) -> Customer:
    """Take a customer out of the trash; one that was merged gets back what it had."""
    merge = Merge.objects.filter(loser=pk, undone_at=None).first()
    if merge is None:
        return record_restore(model=model, pk=pk, actor=actor)
    merge_undo(pk=merge.pk, actor=actor)
    return model.objects.get(pk=pk)


@transaction.atomic
def name_keys_refresh(*, names: Sequence[tuple[int, str, str]]) -> int:
    """Put keys right that an update of many rows passed by: (id, name, key). Gives their number."""
    wrong = [
        Customer(pk=pk, name=name, name_key=right)
        for pk, name, key in names
        if (right := name_key(name)) != key
    ]
    Customer.objects.bulk_update(wrong, ["name_key"], batch_size=1000)
    return len(wrong)
