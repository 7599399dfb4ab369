"""Starting, doing and describing an import; the same for the browser and the command line."""

from __future__ import annotations

import uuid
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.common.cells import plain_name
from crm.jobs.services import job_enqueue
from customers.imports import customer_rows  # noqa: F401  # registers the kind
from customers.imports.encoding import FileRefusedError
from customers.imports.ledger import Ledger
from customers.imports.reading import Layout, Row, count_rows, read_layout, read_rows
from customers.imports.registry import Importer, Setting, guess_kind, importers, kinds_for
from customers.models import ImportBatch

JOB_KIND = "import"
REP_MAX_ROWS = 5_000
# Larger files are looked through by the job: the page answers at once.
CHECKED_AT_UPLOAD = 10 * 1024 * 1024

COMMON_REASONS = {
    "cells": gettext_lazy("The row has more or fewer cells than the header."),
}


class Work(Protocol):
    """What an import needs of whoever runs it; a ``JobContext`` is one."""

    @property
    def checkpoint(self) -> dict[str, Any]: ...
    def set_checkpoint(self, value: dict[str, Any]) -> None: ...
    def progress(self, done: int, total: int = 0, note: str = "") -> None: ...
    def guard(self) -> AbstractContextManager[None]: ...


def may_import(user: Any) -> bool:
    return bool(kinds_for(user))


def import_check(*, path: Path, kind: str, actor: Any, complete: bool = True) -> str:
    """Look a file through before anything is written, and give its kind.

    Parameters
    ----------
    path
        The file.
    kind
        A registered kind, or "" to tell it by the header.
    actor
        Who imports; None for the system.
    complete
        Read every row; else only encoding and header.

    Raises
    ------
    FileRefusedError
        One sentence with the line and the cause.
    """
    if path.stat().st_size > settings.IMPORT_MAX_BYTES:
        limit = settings.IMPORT_MAX_BYTES // (1024 * 1024)
        raise FileRefusedError(_("The file is larger than %(limit)s MB.") % {"limit": limit})
    layout = read_layout(path)
    offered = list(importers.values()) if actor is None else kinds_for(actor)
    kind = kind or guess_kind(layout.header, offered)
    if not kind:
        raise FileRefusedError(
            _("The columns fit nothing that can be imported; choose what the file holds.")
        )
    if importers.get(kind) not in offered:
        raise PermissionDenied
    importers[kind].places(layout.header)
    if complete:
        _refuse_too_many(count_rows(path, layout), actor)
    return kind


def import_start(
    *,
    actor: Any,
    path: Path,
    name: str,
    kind: str = "",
    team_id: int | None = None,
    currency: str = "",
) -> ImportBatch:
    """Keep the file and let a job import it.

    Raises
    ------
    FileRefusedError
        Nothing was kept.
    """  # fmt: skip
    small = path.stat().st_size <= CHECKED_AT_UPLOAD
    kind = import_check(path=path, kind=kind, actor=actor, complete=small)
    with transaction.atomic():
        batch = batch_create(
            actor=actor, path=path, name=name, kind=kind, team_id=team_id, currency=currency
        )
        batch.job = job_enqueue(
            kind=JOB_KIND,
            params={"batch": batch.pk},
            actor=actor,
            title=_("Import: %(file)s") % {"file": batch.filename},
            url=reverse("customers:import_detail", args=[batch.pk]),
        )
        batch.save(update_fields=["job"])
    return batch


def batch_create(
    *, actor: Any, path: Path, name: str, kind: str, team_id: int | None, currency: str
) -> ImportBatch:
    """The file under a name of ours, and its row. Only administrators choose the team."""
    chosen = actor is None or actor.is_admin
    batch = ImportBatch(
        kind=kind,
        filename=plain_name(name),
        options={"currency": currency} if currency else {},
        team_id=team_id if chosen and team_id else getattr(actor, "team_id", None),
        created_by=actor,
    )
    with path.open("rb") as stream:
        batch.file.save(f"{uuid.uuid4().hex}.csv", File(stream), save=False)
    batch.save()
    return batch


def import_run(*, batch: ImportBatch, work: Work) -> ImportBatch:
    """Import the batch's file, chunk by chunk, each exactly once.

    A row is a row of the file. A chunk's records, the sums and the place reached commit
    together; after an interruption the next attempt goes on there.

    Raises
    ------
    FileRefusedError
        The batch is marked as refused; nothing was imported.
    """
    if batch.state == ImportBatch.State.FINISHED:
        return batch
    path = Path(default_storage.path(batch.file.name))
    try:
        layout, source, total = _look_through(path, batch)
    except FileRefusedError as refusal:
        _refuse(batch, refusal, work)
        raise
    kind = importers[batch.kind]
    ledger = Ledger(_rejects_path(batch), layout.header, lambda code: reason_label(kind, code))
    ledger.restore(work.checkpoint)
    width = len(layout.header)
    rows = read_rows(path, layout)
    for row in islice(rows, ledger.rows):
        if len(row.cells) == width:
            source.remember(row)
    work.progress(ledger.rows, total)
    while chunk := list(islice(rows, kind.chunk)):
        with work.guard():
            _load(source, chunk, width, ledger)
            work.set_checkpoint(ledger.save())
            work.progress(ledger.rows, total)
    with work.guard():
        _finish(batch, layout, ledger)
        work.set_checkpoint(ledger.save())
    return batch


def reason_label(kind: type[Importer] | None, code: str) -> str:
    """A reason for leaving a row out, in the reader's language."""
    known = {**COMMON_REASONS, **(kind.reasons if kind else {})}
    return str(known.get(code, code))


def _load(source: Importer, chunk: list[Row], width: int, ledger: Ledger) -> None:
    whole = []
    for row in chunk:
        if len(row.cells) == width:
            whole.append(row)
        else:
            ledger.reject(row, "cells")
    if whole:
        source.load(whole, ledger)


def _look_through(path: Path, batch: ImportBatch) -> tuple[Layout, Importer, int]:
    """The whole file once, before anything is written."""
    layout = read_layout(path)
    kind = importers[batch.kind]
    source = kind(layout.header, _setting(batch, kind))
    total = count_rows(path, layout, source.survey)
    _refuse_too_many(total, batch.created_by)
    return layout, source, total


def _refuse_too_many(rows: int, actor: Any) -> None:
    if actor is not None and actor.is_rep and rows > REP_MAX_ROWS:
        raise FileRefusedError(
            _("The file has %(rows)s rows; a sales rep may import %(limit)s at a time.")
            % {"rows": rows, "limit": REP_MAX_ROWS}
        )


def _setting(batch: ImportBatch, kind: type[Importer]) -> Setting:
    currency = batch.options.get("currency") or kind.default_currency or settings.BASE_CURRENCY
    return Setting(batch.created_by, batch.team_id, currency, batch.filename[:120])


def _rejects_path(batch: ImportBatch) -> Path:
    return Path(default_storage.path(batch.file.name)).with_suffix(".rejects.csv")


def _refuse(batch: ImportBatch, refusal: FileRefusedError, work: Work) -> None:
    with work.guard():
        batch.state = ImportBatch.State.REFUSED
        batch.problem = refusal.message
        batch.finished_at = timezone.now()
        batch.save()


def _finish(batch: ImportBatch, layout: Layout, ledger: Ledger) -> None:
    batch.encoding = layout.encoding
    batch.rows_in = ledger.rows
    batch.created, batch.updated = ledger.created, ledger.updated
    batch.skipped, batch.rejected = ledger.skipped, ledger.rejected
    batch.reasons = ledger.reasons
    batch.objects_made = {name: count for name, count in ledger.objects.items() if count}
    batch.options = {**batch.options, "header": layout.header[:50], "warnings": ledger.warnings}
    if ledger.rejected:
        batch.rejects.name = str(Path(batch.file.name).with_suffix(".rejects.csv"))
    batch.state = ImportBatch.State.FINISHED
    batch.finished_at = timezone.now()
    batch.save()
