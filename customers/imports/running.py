"""Doing an import, for real or as a dry run; the same for the browser and the command line."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.imports.changes import ChangeLog
from customers.imports.checking import refuse_too_many, sample_rows
from customers.imports.encoding import FileRefusedError
from customers.imports.guessing import as_places
from customers.imports.layout import Layout, Row, Wish
from customers.imports.ledger import Ledger
from customers.imports.mapped import MappedImporter
from customers.imports.reading import count_rows, read_layout, read_rows
from customers.imports.registry import Importer, Setting, importers, kinds_for
from customers.imports.trials import Shelf
from customers.models import ImportBatch

COMMON_REASONS = {
    "cells": gettext_lazy("The row has more or fewer cells than the header."),
    "left_out": gettext_lazy(
        "Some rows came in without cells that cannot be read."
        " The file of rejected rows has them too."
    ),
}


class Work(Protocol):
    """What an import needs of whoever runs it; a ``JobContext`` is one."""

    @property
    def checkpoint(self) -> dict[str, Any]: ...
    def set_checkpoint(self, value: dict[str, Any]) -> None: ...
    def progress(self, done: int, total: int = 0, note: str = "") -> None: ...
    def guard(self) -> AbstractContextManager[None]: ...


class Pace:
    """How many rows go into one transaction: about half a second's work.

    Whoever changes one of its records waits for its end, at most as long as the lock timeout.
    """

    FIRST, FEWEST, SECONDS = 500, 50, 0.5

    def __init__(self, most: int) -> None:
        self._most = most
        self.rows = min(self.FIRST, most)

    def took(self, seconds: float) -> None:
        """The last transaction took so long."""
        fitting = int(self.rows * self.SECONDS / max(seconds, 0.001))
        self.rows = min(max(fitting, self.FEWEST), 4 * self.rows, self._most)


def import_run(*, batch: ImportBatch, work: Work) -> ImportBatch:
    """Import the batch's file, chunk by chunk, each exactly once.

    A row is a row of the file. A chunk's records, the sums, the undo ledger and the place
    reached commit together; after an interruption the next attempt goes on there.

    Raises
    ------
    FileRefusedError
        The batch is marked as refused; nothing was imported.
    """
    if batch.state != ImportBatch.State.RUNNING:
        return batch
    path = file_of(batch)
    try:
        layout, source, total = _look_through(path, batch)
    except FileRefusedError as refusal:
        with work.guard():
            _refuse(batch, refusal)
        raise
    ledger = _ledger(batch, layout, ".rejects.csv", ChangeLog(batch.pk))
    ledger.restore(work.checkpoint)
    rows = read_rows(path, layout)
    for row in islice(rows, ledger.rows):
        if len(row.cells) == len(layout.header):
            source.remember(row)
    work.progress(ledger.rows, total)
    pace = Pace(source.chunk)
    while chunk := list(islice(rows, pace.rows)):
        began = time.monotonic()
        with work.guard():
            _load(source, chunk, len(layout.header), ledger)
            ledger.changes.write()
            work.set_checkpoint(ledger.save())
            work.progress(ledger.rows, total)
        pace.took(time.monotonic() - began)
    with work.guard():
        _finish(batch, layout, ledger)
        work.set_checkpoint(ledger.save())
    return batch


def trial_run(*, batch: ImportBatch, work: Work) -> ImportBatch:
    """What an import would do, exactly, without doing it: the sums stand in ``batch.trial``.

    Raises
    ------
    FileRefusedError
        The file cannot be imported; the batch is a draft again and keeps the reason.
    """
    if batch.state != ImportBatch.State.TRYING:
        return batch
    path = file_of(batch)
    with closing(Shelf()) as shelf:
        try:
            layout, source, total = _look_through(path, batch, shelf)
        except FileRefusedError as refusal:
            with work.guard():
                _end_trial(batch, {"problem": refusal.message})
            raise
        ledger = _ledger(batch, layout, ".trial.csv", None)
        ledger.restore({})
        rows = read_rows(path, layout)
        while chunk := list(islice(rows, source.chunk)):
            _load(source, chunk, len(layout.header), ledger)
            ledger.save()
            work.progress(ledger.rows, total)
    with work.guard():
        _end_trial(batch, ledger.sums())
    return batch


def importer_for(batch: ImportBatch, layout: Layout, shelf: Shelf | None = None) -> Importer:
    """The importer of the batch's kind, set as the person chose."""
    return importers[batch.kind](layout.header, setting_of(batch, layout, shelf))


def setting_of(batch: ImportBatch, layout: Layout, shelf: Shelf | None = None) -> Setting:
    kind, options = importers[batch.kind], batch.options
    actor = batch.created_by
    mapping, month_first, comma_decimals = None, options.get("month_first", False), False
    if issubclass(kind, MappedImporter):
        sample = sample_rows(file_of(batch), layout)
        if "mapping" in options:
            mapping = as_places(options["mapping"])
        else:
            mapping = kind.guess(layout.header, actor, sample)
            month_first = kind.month_leads(layout.header, sample)
        comma_decimals = kind.comma_leads(mapping, actor, sample)
    currency = options.get("currency") or kind.default_currency or settings.BASE_CURRENCY
    owner = options.get("owner") or (actor.pk if actor is not None and actor.is_rep else None)
    return Setting(
        actor=actor,
        team_id=batch.team_id,
        currency=currency,
        source=batch.filename[:120],
        owner_id=owner,
        mapping=mapping,
        key=options.get("key", ""),
        overwrites=options.get("overwrites", False),
        lenient=options.get("lenient", False),
        adds_customers=options.get("adds_customers", True),
        month_first=month_first,
        comma_decimals=comma_decimals,
        tag_ids=tuple(options.get("tags", ())),
        answers=options.get("answers", {}),
        shelf=shelf,
    )


def file_of(batch: ImportBatch) -> Path:
    return Path(default_storage.path(batch.file.name))


def reason_label(kind: type[Importer] | None, code: str) -> str:
    """A reason for leaving a row out, in the reader's language."""
    own = kind.reason_labels() if kind is not None else {}
    return str({**COMMON_REASONS, **own}.get(code, code))


def _labels(kind: type[Importer]) -> Callable[[str], str]:
    return lambda code: reason_label(kind, code)


def _ledger(batch: ImportBatch, layout: Layout, suffix: str, changes: ChangeLog | None) -> Ledger:
    path = file_of(batch).with_suffix(suffix)
    return Ledger(path, layout.titles, _labels(importers[batch.kind]), changes)


def _load(source: Importer, chunk: list[Row], width: int, ledger: Ledger) -> None:
    whole, notes = [], source.notes(chunk, width)
    for row in chunk:
        if len(row.cells) == width:
            whole.append(row)
        elif row.line in notes:
            ledger.take(1)
        else:
            ledger.reject(row, "cells")
    if whole:
        source.load(whole, ledger)


def _look_through(
    path: Path, batch: ImportBatch, shelf: Shelf | None = None
) -> tuple[Layout, Importer, int]:
    """The whole file once, before anything is written."""
    if importers.get(batch.kind) not in kinds_for(batch.created_by):
        raise FileRefusedError(_("You may no longer import this."))
    layout = read_layout(path, Wish.of(batch.options))
    source = importer_for(batch, layout, shelf)
    total = count_rows(path, layout, source.survey)
    refuse_too_many(total, batch.created_by)
    return layout, source, total


def _refuse(batch: ImportBatch, refusal: FileRefusedError) -> None:
    batch.state = ImportBatch.State.REFUSED
    batch.problem = refusal.message
    batch.finished_at = timezone.now()
    batch.save()


def _end_trial(batch: ImportBatch, sums: dict[str, Any]) -> None:
    batch.state = ImportBatch.State.DRAFT
    batch.trial = {"stamp": batch.options.get("stamp", 0), **sums}
    batch.save(update_fields=["state", "trial"])


def _finish(batch: ImportBatch, layout: Layout, ledger: Ledger) -> None:
    batch.encoding = layout.encoding or layout.format.upper()
    batch.rows_in = ledger.rows
    batch.created, batch.updated = ledger.created, ledger.updated
    batch.skipped, batch.rejected = ledger.skipped, ledger.rejected
    batch.reasons = ledger.reasons
    batch.objects_made = {name: count for name, count in ledger.objects.items() if count}
    batch.options = {**batch.options, "header": layout.titles[:50], "warnings": ledger.warnings}
    if ledger.rejected or "left_out" in ledger.warnings:
        batch.rejects.name = str(Path(batch.file.name).with_suffix(".rejects.csv"))
    batch.state = ImportBatch.State.FINISHED
    batch.finished_at = timezone.now()
    batch.save()
