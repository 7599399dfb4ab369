"""Blanks what the tables hold on a person, in steps that go on after an interruption.

First files and sessions, then the rows that hang on the person, then texts in which anybody may be
named, last the person, in one transaction with what the caller writes about it. Until that last
step the names are still there, so that a second attempt finds the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Protocol

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from pghistory.core import event_models

from crm.common.models import Record
from crm.records.personal.identifiers import BLANKED, Identifiers
from crm.records.personal.registry import (
    ROOTS,
    Holding,
    Hunt,
    Subject,
    cleaners,
    hunts,
    in_order,
)

CHUNK = 500


class Work(Protocol):
    """What erasing needs of whoever runs it; a ``JobContext`` is one."""

    @property
    def checkpoint(self) -> dict[str, Any]: ...
    def set_checkpoint(self, value: dict[str, Any]) -> None: ...
    def progress(self, done: int, total: int = 0, note: str = "") -> None: ...
    def guard(self) -> AbstractContextManager[None]: ...


Step = Callable[[Subject, Work], int]


def erase(*, subject: Subject, work: Work, finish: Callable[[dict[str, int]], None]) -> None:
    """Erase the person; ``finish(counts)`` runs in the transaction that blanks them themselves.

    ``counts`` says how many rows of each kind were blanked; it holds no values.
    """
    before, after = _steps()
    state = {"step": 0, "counts": {}, "over": False, **work.checkpoint}
    total = len(before) + 1 + len(after)
    for number, (key, step) in enumerate(before):
        if number < state["step"] or state["over"]:
            continue
        done = step(subject, work)
        counts = {**state["counts"], key: state["counts"].get(key, 0) + done}
        state = {**state, "step": number + 1, "counts": counts}
        with work.guard():
            work.set_checkpoint(state)
            work.progress(number + 1, total)
    if not state["over"]:
        with work.guard():
            _erase_roots(subject, state["counts"])
            finish(state["counts"])
            state = {**state, "over": True}
            work.set_checkpoint(state)
    for _key, step in after:
        step(subject, work)
    work.progress(total, total)


def _steps() -> tuple[list[tuple[str, Step]], list[tuple[str, Step]]]:
    """What comes before the person themselves is blanked, and what comes after."""
    first: list[tuple[str, Step]] = [
        (key, cleaner.clean) for key, cleaner in cleaners.items() if not cleaner.last
    ]
    # Hunting comes after: it would blank by what some rows are found.
    first += [
        (holding.label, partial(_erase_rows, holding))
        for holding in in_order()
        if holding.order < ROOTS
    ]
    first += [(hunt.model._meta.label_lower, partial(_hunt, hunt)) for hunt in hunts]
    last = [(key, cleaner.clean) for key, cleaner in cleaners.items() if cleaner.last]
    return first, last


def _erase_rows(holding: Holding, subject: Subject, work: Work) -> int:
    after, done = 0, 0
    while True:
        with work.guard():
            ids = list(
                holding.of(subject).filter(pk__gt=after).order_by("pk").distinct()
                .values_list("pk", flat=True)[:CHUNK]
            )  # fmt: skip
            if not ids:
                _blank_history(holding, models.Q(pk__in=[]), subject)
                return done
            _blank(holding, ids)
            _blank_history(holding, models.Q(pgh_obj__in=ids), subject)
        after, done = ids[-1], done + len(ids)


def _erase_roots(subject: Subject, counts: dict[str, int]) -> None:
    """The person themselves, and what colleagues wrote about them while this was going on."""
    for holding in in_order():
        rows = holding.of(subject)
        if holding.order < ROOTS:
            rows = rows.filter(_written_since(holding))
        ids = list(rows.values_list("pk", flat=True))
        _blank(holding, ids)
        _blank_history(holding, models.Q(pgh_obj__in=ids), subject)
        counts[holding.label] = counts.get(holding.label, 0) + len(ids)


def _written_since(holding: Holding) -> models.Q:
    """Rows in which something stands that erasing would have blanked."""
    if holding.gone:
        return models.Q()
    found = models.Q(pk__in=[])
    for column, blank in holding.blank.items():
        if blank is None:
            found |= models.Q(**{f"{column}__isnull": False})
        elif isinstance(blank, str | bytes):
            found |= ~models.Q(**{column: blank})
    return found


def _blank(holding: Holding, ids: list[int]) -> None:
    rows = holding.model._base_manager.filter(pk__in=ids)
    remove_files(
        name for names in rows.values_list(*holding.files) for name in names if holding.files
    )
    if holding.gone:
        rows.delete()
        return
    values = {column: _value(blank, "pk") for column, blank in holding.blank.items()}
    values |= holding.also
    if issubclass(holding.model, Record):
        # Whoever has the form open gets a conflict instead of writing the old values again.
        values |= {"version": F("version") + 1, "updated_at": timezone.now()}
    rows.update(**values)


def _blank_history(holding: Holding, known: models.Q, subject: Subject) -> None:
    """The old rows that triggers kept, also of records that no longer exist."""
    for event in event_models(tracks_model=holding.model):
        columns = {field.name for field in event._meta.fields}
        values = {
            column: _value(blank, "pgh_obj_id")
            for column, blank in holding.blank.items()
            if column in columns
        }
        if "customer" in columns:
            known |= models.Q(customer__in=subject.customers)
        if "contact" in columns and holding.gone:
            known |= models.Q(contact__in=subject.contacts)
        if holding.gone:
            event._base_manager.filter(known).delete()
        elif values:
            event._base_manager.filter(known).update(**values)


def _value(blank: Any, key: str) -> Any:
    return blank(key) if callable(blank) else blank


def _hunt(hunt: Hunt, subject: Subject, work: Work) -> int:
    """Page through a table and blank the texts that name the person."""
    found, last = 0, None
    rows = hunt.model._base_manager.order_by("pk").only("pk", *hunt.columns)
    while page := list((rows if last is None else rows.filter(pk__gt=last))[:CHUNK]):
        last = page[-1].pk
        heal = hunt.heal or partial(blank_columns, hunt.columns)
        named = [row for row in page if hunt.every or _names(row, hunt, subject)]
        if named:
            with work.guard():
                found += sum(heal(row, subject.identifiers) for row in named)
        work.progress(0)
    return found


def _names(row: Any, hunt: Hunt, subject: Subject) -> bool:
    read = hunt.read(row) if hunt.read else [getattr(row, column) for column in hunt.columns]
    return bool(subject.identifiers.blanked(read) != read)


def blank_columns(columns: Iterable[str], row: Any, identifiers: Identifiers) -> bool:
    """Blank each text of a row that names the person; says whether there was one.

    A short text becomes one of its own: it may have to be the only one of its kind.
    """
    changed = {}
    for column in columns:
        value = getattr(row, column)
        blanked = identifiers.blanked(value)
        if blanked != value:
            changed[column] = f"{BLANKED} {row.pk}" if isinstance(value, str) else blanked
    if changed:
        type(row)._base_manager.filter(pk=row.pk).update(**changed)
    return bool(changed)


def remove_files(names: Iterable[str]) -> None:
    """Remove stored files once the transaction is through."""
    for name in filter(None, names):
        transaction.on_commit(partial(default_storage.delete, name), robust=True)
