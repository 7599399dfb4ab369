"""Merging two customers into one, and undoing it, each in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.errors import EditConflictError, RefusedError
from customers.duplicates.heirs import hand_on, heirs_of
from customers.duplicates.models import DuplicatePair, Merge
from customers.duplicates.moving import (
    give_back_values,
    lock_both,
    move,
    move_back,
    reopen_pairs,
    settle_pairs,
    take_values,
)
from customers.duplicates.relations import relations
from customers.duplicates.values import merged_values
from customers.models import Customer


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
    keep, gone = lock_both(Customer, survivor, other)
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
    ledger["moved"] = [moved for one in relations() if (moved := move(one, keep, gone))]
    ledger["tags"] = _unite_tags(keep, gone)
    ledger["pairs"] = settle_pairs(DuplicatePair, keep.pk, gone.pk, actor)
    ledger |= take_values(keep, gone, merged_values(keep, gone, choices or {}), actor)
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
    keep, gone = lock_both(Customer, merge.winner_id, merge.loser_id)
    if keep is not None and Merge.objects.filter(loser=keep, undone_at=None).exists():
        raise RefusedError(_("The surviving record was merged itself. Undo that merge first."))
    if not Merge.objects.undoable_by(actor).filter(pk=pk).exists() or not (keep and gone):
        raise PermissionDenied
    ledger = merge.ledger
    hand_on(ledger, heirs_of(merge))
    kept = give_back_values(keep, gone, ledger)
    keep.tags.remove(*ledger["tags"])
    for moved in ledger["moved"]:
        move_back(moved, keep, gone)
    reopen_pairs(DuplicatePair, ledger["pairs"], gone.pk)
    merge.undone_at, merge.undone_by = timezone.now(), actor
    merge.save(update_fields=["undone_at", "undone_by"])
    return merge, kept


def survivor_of(pk: int, merges: type[Any] = Merge) -> int | None:
    """The customer (by ``ContactMerge``: the contact) that stands for ``pk`` after one or several
    merges; None without one."""
    seen = {pk}
    while True:
        found = merges._default_manager.filter(loser=pk, undone_at=None)
        after = found.values_list("winner", flat=True).first()
        if after is None or after in seen:
            return pk if len(seen) > 1 else None
        seen.add(after)
        pk = after


def _unite_tags(keep: Customer, gone: Customer) -> list[int]:
    mine = set(keep.tags.values_list("pk", flat=True))
    added = [pk for pk in gone.tags.values_list("pk", flat=True) if pk not in mine]
    keep.tags.add(*added)
    return added
