"""Every write about an import: a file becomes a draft, then a dry run, an import, undone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.common.cells import plain_name
from crm.common.errors import RefusedError
from crm.jobs.services import job_cancel, job_enqueue
from customers.imports import contact_rows, customer_rows  # noqa: F401  # register the kinds
from customers.imports.checking import import_check, sample_rows
from customers.imports.guessing import signature
from customers.imports.layout import Layout, Wish
from customers.imports.mapped import MappedImporter
from customers.imports.reading import read_layout
from customers.imports.registry import importers, kinds_for, missing_column
from customers.imports.running import file_of
from customers.models import ImportBatch, ImportMapping, Tag

JOB_KIND, TRIAL_KIND, UNDO_KIND = "import", "import_trial", "import_undo"
# Larger files are looked through by the job: the page answers at once.
CHECKED_AT_UPLOAD = 10 * 1024 * 1024
State = ImportBatch.State


def may_import(user: Any) -> bool:
    return bool(kinds_for(user))


def import_open(
    *, actor: Any, path: Path, name: str, kind: str = "", team_id: int | None = None
) -> ImportBatch:
    """Keep a file as a draft, with its columns assigned as far as they can be guessed.

    Raises
    ------
    FileRefusedError
        Nothing was kept.
    """
    small = path.stat().st_size <= CHECKED_AT_UPLOAD
    remembered = None if kind else _remembered(actor, read_layout(path))
    if remembered is not None and importers.get(remembered.kind) in kinds_for(actor):
        kind = remembered.kind
    kind, layout, rows = import_check(path=path, kind=kind, actor=actor, complete=small)
    with transaction.atomic():
        batch = batch_create(
            actor=actor, path=path, name=name, kind=kind, team_id=team_id, state=State.DRAFT
        )
        _propose(batch, layout)
        batch.options["rows"] = rows
        batch.save(update_fields=["options"])
    return batch


def batch_create(
    *,
    actor: Any,
    path: Path,
    name: str,
    kind: str,
    team_id: int | None = None,
    currency: str = "",
    answers: Mapping[str, Any] | None = None,
    state: str = State.RUNNING,
) -> ImportBatch:
    """The file under a name of ours, and its row. Only administrators choose the team."""
    chosen = actor is None or actor.is_admin
    batch = ImportBatch(
        kind=kind,
        filename=plain_name(name),
        options={
            name: value
            for name, value in {"currency": currency, "answers": answers}.items()
            if value
        },
        team_id=team_id if chosen and team_id else getattr(actor, "team_id", None),
        created_by=actor,
        state=state,
    )
    with path.open("rb") as stream:
        batch.file.save(f"{uuid.uuid4().hex}.csv", File(stream), save=False)
    batch.save()
    return batch


@transaction.atomic
def import_read_as(*, pk: int, actor: Any, wish: Wish, kind: str) -> ImportBatch:
    """Read a draft's file another way, or as another kind; its columns are guessed anew.

    Raises
    ------
    FileRefusedError
        It cannot be read so; the draft stays as it was.
    """
    batch = lock_draft(pk, actor)
    path = file_of(batch)
    small = path.stat().st_size <= CHECKED_AT_UPLOAD
    kind, layout, rows = import_check(
        path=path, kind=kind, actor=actor, complete=small, wish=wish
    )  # fmt: skip
    batch.kind = kind
    batch.options = {"rows": rows, "reading": wish.stored(), "stamp": _stamp(batch)}
    _propose(batch, layout)
    batch.save(update_fields=["kind", "options"])
    return batch


@transaction.atomic
def import_map(
    *, pk: int, actor: Any, mapping: Mapping[int, str], options: Mapping[str, Any]
) -> ImportBatch:
    """Assign a draft's columns and say how its rows are taken; remembered for the next file.

    ``options``: key, overwrites, lenient, adds_customers, month_first, owner (a user), tags,
    currency, answers (to the kind's own questions, by name).

    Raises
    ------
    FileRefusedError
        The column that the kind needs is missing.
    RefusedError
        The owner or a tag is not the actor's to give.
    """
    batch = lock_draft(pk, actor)
    kind = importers[batch.kind]
    if issubclass(kind, MappedImporter):
        allowed = {target.key for target in kind.offered(actor)}
        mapping = {place: key for place, key in mapping.items() if key in allowed}
        if missing := kind.missing(mapping.values()):
            raise missing_column(kind.label_of(missing))
    chosen = _chosen(actor, options)
    batch.options = {**batch.options, **chosen, "stamp": _stamp(batch)}
    batch.options["mapping"] = {str(place): key for place, key in mapping.items()}
    batch.save(update_fields=["options"])
    layout = read_layout(file_of(batch), Wish.of(batch.options))
    ImportMapping.objects.update_or_create(
        user=actor, signature=signature(layout.header),
        defaults={
            "kind": batch.kind, "team_id": actor.team_id, "mapping": batch.options["mapping"],
            "options": {name: chosen[name] for name in _REMEMBERED if name in chosen},
        },
    )  # fmt: skip
    return batch


_REMEMBERED = ("key", "overwrites", "lenient", "adds_customers", "month_first", "answers")


def _chosen(actor: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options as they are kept, after a look at the actor's rights."""
    chosen = {name: options[name] for name in (*_REMEMBERED, "currency") if name in options}
    owner = options.get("owner")
    if owner is not None and not may_own(actor, owner):
        raise RefusedError(_("You cannot give records to this colleague."))
    tags = [tag.pk for tag in options.get("tags", ())]
    if Tag.objects.filter(pk__in=tags).count() != len(tags):
        raise RefusedError(_("One of the tags no longer exists."))
    return {**chosen, "owner": owner.pk if owner else None, "tags": tags}


def may_own(actor: Any, owner: User) -> bool:
    """Whether ``actor`` may give new records to ``owner``."""
    if not owner.is_active:
        return False
    return actor.is_admin or (actor.is_manager and owner.team_id == actor.team_id)


@transaction.atomic
def import_try(*, pk: int, actor: Any) -> ImportBatch:
    """Let a job find out what the import would do."""
    batch = _lock(pk, actor)
    if batch.state == State.TRYING and not _over(batch):
        return batch
    _require_draft(batch)
    title = _("Dry run: %(file)s") % {"file": batch.filename}
    return _hand_to_job(batch, TRIAL_KIND, State.TRYING, actor, title)


@transaction.atomic
def import_begin(*, pk: int, actor: Any) -> ImportBatch:
    """Let a job import the file; a second call does nothing."""
    batch = _lock(pk, actor)
    if batch.state in {State.RUNNING, State.FINISHED}:
        return batch
    _require_draft(batch)
    if batch.job is not None and not batch.job.is_over:
        job_cancel(job=batch.job, actor=actor)
    title = _("Import: %(file)s") % {"file": batch.filename}
    return _hand_to_job(batch, JOB_KIND, State.RUNNING, actor, title)


@transaction.atomic
def import_undo(*, pk: int, actor: Any) -> ImportBatch:
    """Let a job take back what the import did; a second call does nothing.

    Raises
    ------
    PermissionDenied
        The actor does not see the import.
    RefusedError
        There is nothing to take back.
    """
    batch: ImportBatch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=pk)
    if not ImportBatch.objects.visible_to(actor).filter(pk=pk).exists():
        raise PermissionDenied
    if batch.state in {State.UNDOING, State.UNDONE}:
        return batch
    if not can_undo(batch):
        raise RefusedError(_("Only an import that has ended can be undone."))
    title = _("Undo the import: %(file)s") % {"file": batch.filename}
    return _hand_to_job(batch, UNDO_KIND, State.UNDOING, actor, title)


def can_undo(batch: ImportBatch) -> bool:
    """Whether the import has ended, whole or in the middle."""
    stopped = batch.state == State.RUNNING and batch.job is not None and batch.job.is_over
    return (stopped or batch.state == State.FINISHED) and batch.changes.exists()


@transaction.atomic
def import_discard(*, pk: int, actor: Any) -> None:
    """Throw a draft and its file away."""
    batch = lock_draft(pk, actor)
    path = batch.file.name
    batch.delete()

    def remove() -> None:
        for suffix in ("", ".trial.csv"):
            default_storage.delete(str(Path(path).with_suffix(suffix)) if suffix else path)

    transaction.on_commit(remove, robust=True)


def lock_draft(pk: int, actor: Any) -> ImportBatch:
    """The draft, locked; PermissionDenied or RefusedError when it is not the actor's, or none."""
    batch = _lock(pk, actor)
    _require_draft(batch)
    return batch


def _lock(pk: int, actor: Any) -> ImportBatch:
    locked = ImportBatch.objects.select_for_update(of=("self",)).select_related("job")
    batch = locked.filter(pk=pk).first()
    if batch is None or not ImportBatch.objects.steerable_by(actor).filter(pk=pk).exists():
        raise PermissionDenied
    return batch


def _require_draft(batch: ImportBatch) -> None:
    gone = batch.state == State.TRYING and _over(batch)
    if batch.state != State.DRAFT and not gone:
        raise RefusedError(_("This import has already been started."))


def _over(batch: ImportBatch) -> bool:
    return batch.job is None or batch.job.is_over


def _hand_to_job(batch: ImportBatch, kind: str, state: str, actor: Any, title: str) -> ImportBatch:
    batch.state = state
    batch.job = job_enqueue(
        kind=kind,
        params={"batch": batch.pk},
        actor=actor,
        title=title,
        url=reverse("customers:import_detail", args=[batch.pk]),
    )
    batch.save(update_fields=["state", "job"])
    return batch


def _propose(batch: ImportBatch, layout: Layout) -> None:
    """Columns and options as they were the last time, else as guessed."""
    kind = importers[batch.kind]
    if not issubclass(kind, MappedImporter):
        return
    sample = sample_rows(file_of(batch), layout)
    remembered = _remembered(batch.created_by, layout, batch.kind)
    if remembered is not None:
        allowed = {target.key for target in kind.offered(batch.created_by)}
        kept = {place: key for place, key in remembered.mapping.items() if key in allowed}
        batch.options |= {**remembered.options, "mapping": kept, "remembered": True}
        return
    mapping = kind.guess(layout.header, batch.created_by, sample)
    batch.options["mapping"] = {str(place): key for place, key in mapping.items()}
    batch.options["month_first"] = kind.month_leads(layout.header, sample)
    batch.options["answers"] = kind.answers(layout.header)


def _remembered(actor: Any, layout: Layout, kind: str = "") -> ImportMapping | None:
    """How such a file was taken the last time, by oneself or else by the team."""
    if actor is None:
        return None
    known = ImportMapping.objects.visible_to(actor).filter(signature=signature(layout.header))
    if kind:
        known = known.filter(kind=kind)
    found = list(known.order_by("-updated_at")[:20])
    found.sort(key=lambda mapping: mapping.user_id != actor.pk)
    return found[0] if found else None


def _stamp(batch: ImportBatch) -> int:
    """Counts the draft's changes, so that a dry run knows whether it is still true."""
    return int(batch.options.get("stamp", 0)) + 1
