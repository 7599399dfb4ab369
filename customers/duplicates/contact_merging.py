"""Merging two contacts into one, and undoing it, each in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.errors import EditConflictError, RefusedError
from crm.common.services import record_restore
from customers.duplicates.heirs import hand_on, heirs_of
from customers.duplicates.models import ContactMerge, ContactPair
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
from customers.models import Affiliation, Contact

PART = ("role", "is_primary", "active")


@transaction.atomic
def contact_merge(
    *,
    survivor: int,
    other: int,
    actor: Any,
    choices: Mapping[str, str] | None = None,
    versions: tuple[int, int] | None = None,
    submission: UUID | None = None,
) -> ContactMerge:
    """Make ``survivor`` of both: its values by ``choices``, all that hangs on ``other``, and the
    part of ``other`` at customers for whom both work.

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
        raise RefusedError(_("A contact cannot be merged with itself."))
    keep, gone = lock_both(Contact, survivor, other)
    made = ContactMerge.objects.filter(submission=submission).first() if submission else None
    if made is not None:
        return made
    allowed = Contact.objects.mergeable_by(actor).filter(pk__in=[survivor, other])
    if set(allowed.values_list("pk", flat=True)) != {survivor, other}:
        raise PermissionDenied
    if versions is not None and (keep.version, gone.version) != versions:
        raise EditConflictError(keep)
    ledger: dict[str, Any] = {"parts": _unite_parts(keep.pk, gone.pk)}
    ledger["moved"] = [moved for one in relations(Contact) if (moved := move(one, keep, gone))]
    ledger["pairs"] = settle_pairs(ContactPair, keep.pk, gone.pk, actor)
    ledger |= take_values(keep, gone, merged_values(keep, gone, choices or {}), actor)
    return ContactMerge.objects.create(
        winner=keep, loser=gone, ledger=ledger, submission=submission, made_by=actor
    )


@transaction.atomic
def contact_merge_undo(*, pk: int, actor: Any) -> tuple[ContactMerge, list[str]]:
    """Make two of them again: every row, part and value goes back where it was.

    Gives the merge, and the fields that were edited since and keep their new value.

    Raises
    ------
    PermissionDenied
        The actor may not undo the merge.
    RefusedError
        The survivor was itself merged since.
    """
    merge = ContactMerge.objects.select_for_update().filter(pk=pk).first()
    if merge is None:
        raise PermissionDenied
    if merge.undone_at is not None and ContactMerge.objects.visible_to(actor).filter(pk=pk):
        return merge, []
    keep, gone = lock_both(Contact, merge.winner_id, merge.loser_id)
    if ContactMerge.objects.filter(loser=merge.winner_id, undone_at=None).exists():
        raise RefusedError(_("The surviving record was merged itself. Undo that merge first."))
    if not ContactMerge.objects.undoable_by(actor).filter(pk=pk).exists():
        raise PermissionDenied
    hand_on(merge.ledger, heirs_of(merge))
    kept = give_back_values(keep, gone, merge.ledger)
    for moved in merge.ledger["moved"]:
        move_back(moved, keep, gone)
    _divide_parts(merge.ledger["parts"])
    reopen_pairs(ContactPair, merge.ledger["pairs"], gone.pk)
    merge.undone_at, merge.undone_by = timezone.now(), actor
    merge.save(update_fields=["undone_at", "undone_by"])
    return merge, kept


def contact_restore(*, model: type[Contact], pk: int, actor: Any) -> Contact:
    """Take a contact out of the trash; one that was merged gets back what it had."""
    merge = ContactMerge.objects.filter(loser=pk, undone_at=None).first()
    if merge is None:
        return record_restore(model=model, pk=pk, actor=actor)
    contact_merge_undo(pk=merge.pk, actor=actor)
    return model.objects.get(pk=pk)


def _unite_parts(keep: int, gone: int) -> list[list[Any]]:
    """Where both work, the survivor's part takes what the other's says: its role when it has
    none, that it is the primary contact, that it works there now.

    Gives [[id of a part, what it was, what it became]], for the way back.
    """
    changed: list[list[Any]] = []
    mine = {part.customer_id: part for part in Affiliation.objects.filter(contact=keep)}
    for theirs in Affiliation.objects.filter(contact=gone, customer__in=mine).order_by("pk"):
        part = mine[theirs.customer_id]
        united = {
            "role": part.role or theirs.role,
            "is_primary": part.is_primary or theirs.is_primary,
            "active": part.active or theirs.active,
        }
        # A customer has one primary contact: the other one gives it up first.
        changed += _change_part(theirs, {**_part(theirs), "is_primary": False})
        changed += _change_part(part, united)
    return changed


def _part(part: Affiliation) -> dict[str, Any]:
    return {name: getattr(part, name) for name in PART}


def _change_part(part: Affiliation, values: dict[str, Any]) -> list[list[Any]]:
    before = _part(part)
    if before == values:
        return []
    Affiliation.objects.filter(pk=part.pk).update(**values)
    return [[part.pk, before, values]]


def _divide_parts(changed: list[list[Any]]) -> None:
    """The parts as they were, unless somebody has changed them since."""
    for pk, before, after in reversed(changed):
        part = Affiliation.objects.filter(pk=pk, **after).first()
        if part is None:
            continue
        others = Affiliation.objects.filter(customer=part.customer_id, is_primary=True)
        if before["is_primary"] and others.exclude(pk=pk).exists():
            before = {**before, "is_primary": False}
        Affiliation.objects.filter(pk=pk).update(**before)
