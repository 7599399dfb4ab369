"""Writes about files that belong to records."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.common.services import record_lock
from crm.records.models import Attachment
from crm.records.resources import Resource
from crm.records.uploads import check_upload


def attachment_add(
    *, actor: Any, resource: Resource, record_id: int, upload: Any, submission: UUID | None = None
) -> Attachment:
    """Keep an uploaded file with a record that the actor may edit.

    A second call with the same ``submission`` gives the file of the first one.

    Raises
    ------
    PermissionDenied
        The actor may not edit the record.
    RefusedError
        The file is of no kind that is taken, or not what its name says.
    """
    checked = check_upload(upload, settings.FILE_MAX_BYTES)
    kept = None
    try:
        with transaction.atomic():
            _locked(actor, resource, record_id)
            attachment = Attachment(
                content_type=ContentType.objects.get_for_model(resource.model),
                object_id=record_id, name=checked.name, media_type=checked.media_type,
                size=checked.size, submission=submission, created_by=actor,
            )  # fmt: skip
            attachment.file.save(checked.name, upload, save=False)
            kept = attachment.file.name
            attachment.save(force_insert=True)
    except BaseException as error:
        if kept:  # the row is not there, so neither is the file
            Attachment._meta.get_field("file").storage.delete(kept)
        twin = submission and Attachment.objects.filter(submission=submission).first()
        if isinstance(error, IntegrityError) and twin:
            return twin
        raise
    return attachment


@transaction.atomic
def attachment_trash(*, pk: int, actor: Any) -> Attachment:
    """Put a file into the trash."""
    attachment: Attachment = record_lock(Attachment.objects.trashable_by(actor), pk)
    attachment.trashed_at, attachment.trashed_by = timezone.now(), actor
    attachment.save(update_fields=["trashed_at", "trashed_by"])
    return attachment


@transaction.atomic
def attachment_restore(*, pk: int, actor: Any) -> Attachment:
    """Take a file out of the trash."""
    attachment: Attachment = record_lock(Attachment.objects.restorable_by(actor), pk)
    attachment.trashed_at, attachment.trashed_by = None, None
    attachment.save(update_fields=["trashed_at", "trashed_by"])
    return attachment


def _locked(actor: Any, resource: Resource, pk: int) -> Any:
    if not resource.may_read(actor):
        raise PermissionDenied
    return record_lock(resource.editable_by(actor), pk)
