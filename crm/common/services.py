"""The writes that every record shares. Apps wrap them in ``<entity>_<verb>`` services."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.common.errors import EditConflictError
from crm.common.models import Record

R = TypeVar("R", bound=Record)


def record_create(*, record: R, actor: Any, submission: UUID | None = None) -> R:
    """Validate and store a new record.

    A second call with the same ``submission`` returns the record of the first one.
    Owner and team default to the actor's.
    """
    if record.owner_id is None and actor is not None and actor.is_rep:
        record.owner = actor
    if record.team_id is None:
        record.team_id = record.owner.team_id if record.owner else getattr(actor, "team_id", None)
    record.created_by = actor
    record.submission = submission
    model = type(record)
    try:
        with transaction.atomic():
            record.full_clean(validate_unique=True, exclude=["submission", "search"])
            record.save(force_insert=True)
    except (IntegrityError, ValidationError):
        twin = submission and model._default_manager.filter(submission=submission).first()
        if twin is None:
            raise
        return twin  # type: ignore[return-value]  # of the same model
    return record


def record_lock(queryset: Any, pk: int) -> Any:
    """The record, locked first and then found in what the actor may change.

    In this order a right that was taken away while waiting for the lock no longer counts.

    Raises
    ------
    PermissionDenied
        When the record is not in ``queryset``.
    """
    locked = queryset.model._default_manager.select_for_update(of=("self",))
    record = locked.filter(pk=pk).first()
    if record is None or not queryset.filter(pk=pk).exists():
        raise PermissionDenied
    return record


@transaction.atomic
def record_update(
    *,
    model: type[R],
    pk: int,
    actor: Any,
    changes: dict[str, Any],
    expected_version: int | None = None,
    allowed: Any = None,
) -> R:
    """Apply ``changes`` to a record that the actor may edit, counting its version up.

    Raises
    ------
    PermissionDenied
        The actor may not edit the record (checked before any write).
    EditConflictError
        The record is no longer at ``expected_version``.
    """  # fmt: skip
    queryset = model._default_manager.editable_by(actor) if allowed is None else allowed  # type: ignore[attr-defined]  # the managers of our records have it
    record: R = record_lock(queryset, pk)
    if expected_version is not None and record.version != expected_version:
        raise EditConflictError(record)
    many = {field.name for field in model._meta.many_to_many}
    for name, value in changes.items():
        if name not in many:
            setattr(record, name, value)
    record.version += 1
    record.full_clean(exclude=["submission", "search"])
    record.save()
    for name in many & set(changes):
        getattr(record, name).set(changes[name])
    return record


@transaction.atomic
def record_trash(*, model: type[R], pk: int, actor: Any) -> R:
    """Put a record into the trash."""
    record: R = record_lock(model._default_manager.trashable_by(actor), pk)  # type: ignore[attr-defined]  # the managers of our records have it
    record.trashed_at = timezone.now()
    record.trashed_by = actor
    record.version += 1
    record.save(update_fields=["trashed_at", "trashed_by", "version"])
    return record


@transaction.atomic
def record_restore(*, model: type[R], pk: int, actor: Any) -> R:
    """Take a record out of the trash."""
    record: R = record_lock(model._default_manager.restorable_by(actor), pk)  # type: ignore[attr-defined]  # the managers of our records have it
    record.trashed_at = None
    record.trashed_by = None
    record.version += 1
    record.save(update_fields=["trashed_at", "trashed_by", "version"])
    return record
