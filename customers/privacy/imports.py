"""Files that were imported, and what their batches tell of rows: none may name an erased person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from pghistory.core import event_models

from crm.common.errors import RefusedError
from crm.records.personal.erasing import Work, blank_columns, remove_files
from crm.records.personal.identifiers import BLANKED, Identifiers
from crm.records.personal.registry import Subject
from customers.imports.encoding import FileRefusedError
from customers.imports.layout import Wish
from customers.imports.reading import read_layout, read_rows
from customers.models import Customer, ImportBatch, ImportChange

State = ImportBatch.State
_BUSY = (State.RUNNING, State.TRYING, State.UNDOING)
_TEXTS = ("filename", "options", "problem", "reasons", "trial", "undo")


def clean_imports(subject: Subject, work: Work) -> int:
    """Remove the files in which the person stands; what the batches tell of other rows stays.

    Raises
    ------
    RefusedError
        An import is running that holds the person.
    """
    touched = set(_changes_of(subject).values_list("batch", flat=True).distinct())
    removed = 0
    for batch in ImportBatch.objects.select_related("job").order_by("pk").iterator(200):
        work.progress(0)
        in_file = batch.pk in touched or _stands_in_file(batch, subject.identifiers)
        if in_file and batch.state in _BUSY and batch.job is not None and not batch.job.is_over:
            raise RefusedError(
                _("An import is running that holds this person. Carry this out when it is over.")
            )
        with work.guard():
            removed += _forget_file(batch) if in_file else 0
            _forget_rows(batch, subject.identifiers)
    return removed


def _changes_of(subject: Subject) -> Any:
    from customers.personal import import_changes

    return ImportChange.objects.filter(import_changes(subject))


def _stands_in_file(batch: ImportBatch, identifiers: Identifiers) -> bool:
    """Whether a row of the file names the person; a file that cannot be read counts as one."""
    if not batch.file:
        return False
    path = Path(default_storage.path(batch.file.name))
    if not path.exists():
        return False
    try:
        layout = read_layout(path, Wish.of(batch.options))
        if any(identifiers.stand_in(name) for name in layout.header):
            return True
        return any(identifiers.stand_in("\n".join(row.cells)) for row in read_rows(path, layout))
    except FileRefusedError:
        return True


def _forget_file(batch: ImportBatch) -> int:
    """The file with what was written beside it; a draft goes with its file."""
    if not batch.file:
        return 0
    stem = Path(batch.file.name)
    remove_files([batch.file.name, *(str(stem.with_suffix(f".{end}.csv")) for end in _BESIDE)])
    if batch.state == State.DRAFT:
        batch.delete()
    else:
        ImportBatch.objects.filter(pk=batch.pk).update(file="", rejects="")
    return 1


_BESIDE = ("rejects", "trial")


def _forget_rows(batch: ImportBatch, identifiers: Identifiers) -> None:
    """What the batch tells of the person; a file that is called like them named others' source."""
    if identifiers.stand_in(batch.filename):
        source = batch.filename[:120]
        Customer.objects.filter(source=source).update(source=BLANKED)
        for event in event_models(tracks_model=Customer):
            event._base_manager.filter(source=source).update(source=BLANKED)
    if batch.pk:
        blank_columns(_TEXTS, batch, identifiers)
