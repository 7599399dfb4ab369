"""Merging two customers into one, and undoing it, each in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.errors import EditConflictError, RefusedError
from customers.duplicates.models import DuplicatePair, Merge
from customers.duplicates.relations import Relation, clashes, relation, relations
from customers.duplicates.values import merged_values
from customers.models import Customer

State = DuplicatePair.State
# A row that may not stand beside the survivor's moves after this change; others stay behind.
EASED: dict[str, dict[str, Any]] = {"affiliation_one_primary": {"is_primary": False}}


@transaction.atomic
def customer_merge(
    *,
    survivor: int,
    other: int,
    actor: Any,
    choices: Mapping[str, str] | None = None,
    versions: tuple[int, int] | None = None,
    submission: UUID | None = None,
) -> Merge:
    """Make ``survivor`` of both: its values by ``choices``, everything that hangs on ``other``.

    ``other`` goes into the trash and points to the survivor.  The same ``submission`` merges once.

    Raises
    ------
    PermissionDenied
        The actor may not merge both records; nothing is written.
    RefusedError
        They are one record.
    EditConflictError
        One of them changed since ``versions`` were read.
    """
    if survivor == other:
        raise RefusedError(_("A customer cannot be merged with itself."))
    keep, gone = _lock_both(survivor, other)
    made = Merge.objects.filter(submission=submission).first() if submission else None
    if made is not None:
        return made
    allowed = set(
        Customer.objects.mergeable_by(actor)
        .filter(pk__in=[survivor, other])
        .values_list("pk", flat=True)
    )
    if keep is None or gone is None or allowed != {survivor, other}:
        raise PermissionDenied
    if versions is not None and (keep.version, gone.version) != versions:
        raise EditConflictError(keep)
    ledger: dict[str, Any] = {"versions": [keep.version, gone.version]}
    ledger["moved"] = [moved for one in relations() if (moved := _move(one, keep, gone))]
    ledger["tags"] = _unite_tags(keep, gone)
    ledger["pairs"] = _settle_pairs(keep.pk, gone.pk, actor)
    ledger |= _take_values(keep, gone, merged_values(keep, gone, choices or {}), actor)
    return Merge.objects.create(
        winner=keep, loser=gone, ledger=ledger, submission=submission, made_by=actor
    )


@transaction.atomic
def merge_undo(*, pk: int, actor: Any) -> tuple[Merge, list[str]]:
    """Make two of them again: every row, tag and value goes back where it was.

    Returns
    -------
    tuple
        The merge, and the names of the fields that were edited since and keep their new value.

    Raises
    ------
    PermissionDenied
        The actor may not undo the merge.
    RefusedError
        The survivor was itself merged since.
    """
    merge = Merge.objects.select_for_update().filter(pk=pk).first()
    if merge is None:
        raise PermissionDenied
    if merge.undone_at is not None and Merge.objects.visible_to(actor).filter(pk=pk).exists():
        return merge, []
    keep, gone = _lock_both(merge.winner_id, merge.loser_id)
    if keep is not None and Merge.objects.filter(loser=keep, undone_at=None).exists():
        raise RefusedError(_("The surviving record was merged itself. Undo that merge first."))
    if not Merge.objects.undoable_by(actor).filter(pk=pk).exists() or not (keep and gone):
        raise PermissionDenied
    ledger = merge.ledger
    kept = _give_back_values(keep, gone, ledger)
    keep.tags.remove(*ledger["tags"])
    for moved in ledger["moved"]:
        _move_back(moved, keep, gone)
    _reopen_pairs(ledger["pairs"], keep.pk, gone.pk)
    merge.undone_at, merge.undone_by = timezone.now(), actor
    merge.save(update_fields=["undone_at", "undone_by"])
    return merge, kept


def survivor_of(pk: int) -> int | None:
    """The customer that stands for ``pk`` after one or several merges; None without one."""
    seen = {pk}
    while True:
        found = Merge.objects.filter(loser=pk, undone_at=None).values_list("winner", flat=True)
        after = found.first()
        if after is None or after in seen:
            return pk if len(seen) > 1 else None
        seen.add(after)
        pk = after


def _lock_both(one: int, other: int) -> tuple[Customer | None, Customer | None]:
    """Both records, locked in the order of their ids, so that two merges never wait in a ring."""
    locked = Customer.objects.select_for_update(of=("self",)).filter(pk__in=[one, other])
    found = {customer.pk: customer for customer in locked.order_by("pk")}
    return found.get(one), found.get(other)


def _move(one: Relation, keep: Customer, gone: Customer) -> dict[str, Any] | None:
    """Move the rows of one relation; what the ledger needs to bring them back."""
    blocked = clashes(one, keep.pk, gone.pk)
    eased: dict[str, list[int]] = {}
    left: set[int] = set()
    for name, pks in blocked.items():
        if name in EASED:
            eased[name] = pks
        else:
            left |= set(pks)
    columns = ("pk", "team") if one.follows_team else ("pk",)
    rows = [row for row in one.rows(gone.pk).order_by("pk").values_list(*columns)
            if row[0] not in left]  # fmt: skip
    if not rows and not left:
        return None
    for name, pks in eased.items():
        one.model._base_manager.filter(pk__in=pks).exclude(pk__in=left).update(**EASED[name])
    change: dict[str, Any] = {one.field: keep.pk}
    if one.follows_team:
        change["team"] = keep.team_id
    one.model._base_manager.filter(pk__in=[row[0] for row in rows]).update(**change)
    teams: dict[str, list[Any]] = {}
    for row in rows:
        teams.setdefault(str(row[1]) if one.follows_team else "", []).append(row[0])
    return {
        "model": one.label, "field": one.field, "rows": teams, "eased": eased, "left": sorted(left)
    }  # fmt: skip


def _move_back(moved: dict[str, Any], keep: Customer, gone: Customer) -> None:
    one = relation(moved["model"], moved["field"])
    if one is None:
        return
    for team, pks in moved["rows"].items():
        change: dict[str, Any] = {one.field: gone.pk}
        if one.follows_team:
            change["team"] = None if team == "None" else int(team)
        one.rows(keep.pk).filter(pk__in=pks).update(**change)
    for name, pks in moved["eased"].items():
        before = {field: not value for field, value in EASED[name].items()}
        one.rows(gone.pk).filter(pk__in=pks).update(**before)


def _unite_tags(keep: Customer, gone: Customer) -> list[int]:
    mine = set(keep.tags.values_list("pk", flat=True))
    added = [pk for pk in gone.tags.values_list("pk", flat=True) if pk not in mine]
    keep.tags.add(*added)
    return added


def _take_values(
    keep: Customer, gone: Customer, values: dict[str, Any], actor: Any
) -> dict[str, Any]:
    before = {name: getattr(keep, name) for name in values}
    lent = {}
    if values.get("external_id"):
        # Unique over all records, the trash included: the other one lends it.
        lent["external_id"], gone.external_id = gone.external_id, ""
    gone.trashed_at, gone.trashed_by = timezone.now(), actor
    gone.version += 1
    gone.save(update_fields=["external_id", "trashed_at", "trashed_by", "version"])
    for name, value in values.items():
        setattr(keep, name, value)
    keep.version += 1
    # The triggers have just written the sums of the moved rows: they must not be written over.
    keep.save(update_fields=[*values, "version"])
    return {"before": before, "after": values, "lent": lent}


def _give_back_values(keep: Customer, gone: Customer, ledger: dict[str, Any]) -> list[str]:
    """The values before the merge, except those that somebody has edited since."""
    kept, restored = [], []
    for name, value in ledger["before"].items():
        if getattr(keep, name) == ledger["after"][name]:
            setattr(keep, name, value)
            restored.append(name)
        elif getattr(keep, name) != value:
            kept.append(name)
    keep.version += 1
    keep.save(update_fields=[*restored, "version"])
    if "external_id" not in kept:
        for name, value in ledger["lent"].items():
            setattr(gone, name, value)
    gone.trashed_at = gone.trashed_by = None
    gone.version += 1
    gone.save(update_fields=[*ledger["lent"], "trashed_at", "trashed_by", "version"])
    return kept


def _settle_pairs(keep: int, gone: int, actor: Any) -> dict[str, Any]:
    """The pair itself is merged; what resembled the other one now resembles the survivor."""
    settled: dict[str, Any] = {"merged": {}, "moved": {}}
    pairs = DuplicatePair.objects.filter(Q(first=gone) | Q(second=gone)).select_for_update()
    for pair in pairs.order_by("pk"):
        third = pair.second_id if pair.first_id == gone else pair.first_id
        first, second = sorted((keep, third))
        known = DuplicatePair.objects.filter(first=first, second=second).exists()
        if third == keep or known or pair.state != State.OPEN:
            settled["merged"][str(pair.pk)] = pair.state
            pair.state, pair.decided_by, pair.decided_at = State.MERGED, actor, timezone.now()
        else:
            settled["moved"][str(pair.pk)] = third
            pair.first_id, pair.second_id = first, second
        pair.save()
    return settled


def _reopen_pairs(settled: dict[str, Any], keep: int, gone: int) -> None:
    for pk, third in settled["moved"].items():
        first, second = sorted((gone, third))
        pairs = DuplicatePair.objects.filter(pk=pk)
        if not DuplicatePair.objects.filter(first=first, second=second).exists():
            pairs.update(first=first, second=second)
    for pk, state in settled["merged"].items():
        decided = {} if state != State.OPEN else {"decided_by": None, "decided_at": None}
        DuplicatePair.objects.filter(pk=pk).update(state=state, **decided)
