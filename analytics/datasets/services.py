"""Writes of datasets: upload, cleaning steps, trash; each reads the table anew in a job."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.datasets.models import Analysis, Dataset
from analytics.datasets.questions import QUESTIONS
from crm.common import formats
from crm.common.errors import RefusedError
from crm.jobs.services import job_enqueue
from crm.records.resources import KEEPERS
from crm.records.uploads import harmless_name

MOST_BYTES = 50 * 1024 * 1024
MOST_STEPS = 30
READ_KIND, ANALYSE_KIND = "dataset_read", "dataset_analyse"


@transaction.atomic
def dataset_upload(*, actor: Any, upload: UploadedFile, name: str = "") -> Dataset:
    """Keep the file and have it read; its team is the actor's.

    Raises
    ------
    RefusedError
        An empty file, or one that is too large.
    """
    if actor.role not in KEEPERS:
        raise PermissionDenied
    size = upload.size or 0
    if size == 0:
        raise RefusedError(_("The file is empty."))
    if size > MOST_BYTES:
        limit = MOST_BYTES // 1024**2
        raise RefusedError(_("The file is larger than %(limit)d MB.") % {"limit": limit})
    filename = harmless_name(upload.name or "")
    dataset = Dataset(
        name=name.strip()[:120] or filename[:120], team_id=actor.team_id, created_by=actor,
        filename=filename, size=size,
    )  # fmt: skip
    dataset.file.save(f"{uuid.uuid4().hex}.data", upload, save=False)
    dataset.save()
    return _read_anew(dataset, actor)


@transaction.atomic
def dataset_step_add(
    *, pk: int, actor: Any, step: Mapping[str, Any], expected_version: int
) -> Dataset:
    """Clean one step further."""
    dataset = _lock(pk, actor, expected_version)
    if len(dataset.steps) >= MOST_STEPS:
        raise RefusedError(_("A dataset takes %(n)d steps at most.") % {"n": MOST_STEPS})
    dataset.steps = [*dataset.steps, dict(step)]
    return _read_anew(dataset, actor)


@transaction.atomic
def dataset_step_remove(*, pk: int, actor: Any, position: int, expected_version: int) -> Dataset:
    """Take one step back, whichever it is; the others stay."""
    dataset = _lock(pk, actor, expected_version)
    if not 0 <= position < len(dataset.steps):
        raise RefusedError(_("There is no such step."))
    dataset.steps = [step for number, step in enumerate(dataset.steps) if number != position]
    return _read_anew(dataset, actor)


@transaction.atomic
def dataset_trash(*, pk: int, actor: Any) -> Dataset:
    dataset = _found(Dataset.objects.visible_to(actor), pk)
    dataset.trashed_at = timezone.now()
    dataset.save(update_fields=["trashed_at"])
    return dataset


@transaction.atomic
def dataset_restore(*, pk: int, actor: Any) -> Dataset:
    dataset = _found(Dataset.objects.in_reach_of(actor), pk)
    dataset.trashed_at = None
    dataset.save(update_fields=["trashed_at"])
    return dataset


def dataset_remove(dataset: Dataset) -> None:
    """For good: the rows, and the files after the commit."""
    files = [dataset.file, *(one.file for one in dataset.analyses.all() if one.file)]
    dataset.delete()
    for file in files:
        transaction.on_commit(partial(file.storage.delete, file.name))


@transaction.atomic
def analysis_start(
    *, pk: int, actor: Any, method: str, options: Mapping[str, Any], again: Analysis | None = None
) -> Analysis:
    """Ask a method about a dataset as it is cleaned now, or as it was for one done ``again``."""
    dataset = _found(Dataset.objects.visible_to(actor), pk)
    if dataset.state != Dataset.State.READY or method not in QUESTIONS:
        raise RefusedError(_("The table must be read first."))
    analysis = Analysis.objects.create(
        dataset=dataset, method=method, options=dict(options),
        steps=again.steps if again else dataset.steps, created_by=actor, reproduces=again,
    )  # fmt: skip
    analysis.job = job_enqueue(
        kind=ANALYSE_KIND, params={"analysis": analysis.pk}, actor=actor,
        title=formats.labelled(QUESTIONS[method].title, dataset.name),
        url=analysis.get_absolute_url(),
    )  # fmt: skip
    analysis.save(update_fields=["job"])
    return analysis


def _read_anew(dataset: Dataset, actor: Any) -> Dataset:
    dataset.version += 1
    dataset.state = Dataset.State.READING
    dataset.job = job_enqueue(
        kind=READ_KIND, params={"dataset": dataset.pk, "version": dataset.version}, actor=actor,
        title=_("Read the table: %(name)s") % {"name": dataset.name},
        url=dataset.get_absolute_url(),
    )  # fmt: skip
    dataset.save()
    return dataset


def _lock(pk: int, actor: Any, expected_version: int) -> Dataset:
    dataset = _found(Dataset.objects.visible_to(actor), pk)
    if dataset.version != expected_version:
        raise RefusedError(
            _("Somebody changed the steps in the meantime. Look at them and try again.")
        )
    return dataset


def _found(reach: Any, pk: int) -> Dataset:
    locked = Dataset.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if locked is None or not reach.filter(pk=pk).exists():
        raise PermissionDenied
    return locked
