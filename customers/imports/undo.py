"""Takes an import back: what it made is removed, what it changed gets its old values again.

What others did meanwhile stays: a value that was changed since, a record that was changed
since or has others' work attached. Each is named on the import's page.

The undo ledger is read from its end, and a second time for records that stood in the way of
each other, such as a product of an order's lines. Three rules keep records together:

- a child (``Importer.parents``: a tag put on, a role, a line) of a record that the import made
  goes with it, or stays with it;
- values that the import gave to a record which it made itself are not taken back one by one;
- columns that follow from each other (``Importer.together``) are restored together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pghistory.models
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Max
from django.utils import timezone

from crm.records.models import Attachment
from customers.duplicates.models import ContactPair, DuplicatePair
from customers.duplicates.relations import computed_models
from customers.imports.changes import CREATED, CUSTOM
from customers.imports.pool import as_json, derived, set_values
from customers.imports.registry import Importer, importers
from customers.imports.running import Work
from customers.models import ImportBatch, ImportChange

PAGE = 500
NAMED = 200
# What machines found of a record, as `computed_models`, holds it not back.
PAIRS = {DuplicatePair, ContactPair}


def undo_run(*, batch: ImportBatch, work: Work) -> ImportBatch:
    """Take the batch back, page by page of its undo ledger, each exactly once."""
    if batch.state != ImportBatch.State.UNDOING:
        return batch
    kind = importers.get(batch.kind)
    undo = _Undo(batch, kind)
    state: dict[str, Any] = work.checkpoint or _nothing()
    every = ImportChange.objects.filter(batch=batch)
    made = every.filter(what=CREATED)
    total = state.get("total") or every.count() + made.count()
    while True:
        page = _page(made if state["again"] else every, state)
        if not page and state["again"]:
            break
        with work.guard():
            if page:
                undo.take_back(page, state)
                state = {**state, "below": page[-1].pk, "done": state["done"] + len(page)}
            else:
                state = {**state, "below": None, "again": True}
            state["total"] = total
            work.set_checkpoint(state)
            work.progress(state["done"], total)
    with work.guard():
        batch.state = ImportBatch.State.UNDONE
        batch.undo = {**state, "at": timezone.now().isoformat()}
        batch.save(update_fields=["state", "undo"])
    return batch


def _nothing() -> dict[str, Any]:
    return {"again": False, "below": None, "done": 0, "removed": 0, "restored": 0,
            "kept_count": 0, "kept": []}  # fmt: skip


def _page(entries: Any, state: Mapping[str, Any]) -> list[ImportChange]:
    if state["below"] is not None:
        entries = entries.filter(pk__lt=state["below"])
    return list(entries.order_by("-pk")[:PAGE])


class _Undo:
    """One page of the ledger at a time; ``state`` counts what was done and names what stayed."""

    def __init__(
        self,
        batch: ImportBatch,
        kind: type[Importer] | None,
    ) -> None:
        self._entries = ImportChange.objects.filter(batch=batch)
        self._kind = kind or Importer
        self._parents: Mapping[str, str] = self._kind.parents
        self._together = self._kind.together

    def take_back(self, page: Sequence[ImportChange], state: dict[str, Any]) -> None:
        """Entries of one model that stand together are taken back together."""
        for label, what, entries in _runs(page):
            model = apps.get_model(label)
            if what == CREATED:
                self._remove(model, entries, state)
            else:
                self._restore(model, entries, state)

    def _remove(
        self, model: type[models.Model], entries: Sequence[ImportChange], state: dict[str, Any]
    ) -> None:
        label = model._meta.label_lower
        found = _locked(model, {entry.object_id for entry in entries})
        if label in self._parents:
            found = self._without_own_parents(model, found)
        held = self._held(model, found)
        keep = self._changed_since(label, found) | self._kind.stays(label, found) | held.keys()
        if state["again"]:
            for pk in sorted(keep & found.keys()):
                by = held.get(pk, "")
                _name(state, found[pk], "attached" if by else "edited", by=by)
        gone = found.keys() - keep
        model._default_manager.filter(pk__in=gone).delete()
        if label not in self._parents:
            state["removed"] += len(gone)

    def _without_own_parents(
        self, model: type[models.Model], found: dict[int, Any]
    ) -> dict[int, Any]:
        """The children of records that were there before the import."""
        field: Any = model._meta.get_field(self._parents[model._meta.label_lower])
        parents = {getattr(child, field.attname) for child in found.values()}
        own = self._made(field.related_model._meta.label_lower, parents)
        return {pk: c for pk, c in found.items() if getattr(c, field.attname) not in own}

    def _made(self, label: str, pks: Iterable[int]) -> set[int]:
        made = self._entries.filter(what=CREATED, model=label, object_id__in=set(pks))
        return set(made.values_list("object_id", flat=True))

    def _changed_since(self, label: str, found: Mapping[int, Any]) -> set[int]:
        """Records that somebody else wrote after the import; the trash does not count."""
        if not any(hasattr(record, "version") for record in found.values()):
            return set()
        told = self._entries.filter(model=label, object_id__in=found.keys())
        last = dict(
            told.values("object_id").annotate(v=Max("version")).values_list("object_id", "v")
        )
        return {
            pk
            for pk, record in found.items()
            if record.trashed_at is None and record.version != last.get(pk)
        }

    def _held(self, model: type[models.Model], found: Mapping[int, Any]) -> dict[int, str]:
        """Records to which something points that is not the import's own part of them: its kind."""
        kind = ContentType.objects.get_for_model(model)
        files = Attachment.objects.filter(content_type=kind, object_id__in=found.keys())
        file = Attachment._meta.label_lower
        held = dict.fromkeys(files.values_list("object_id", flat=True), file)
        relations: list[Any] = model._meta.get_fields(include_hidden=True)
        for relation in relations:
            if not (relation.auto_created and (relation.one_to_many or relation.one_to_one)):
                continue
            other = relation.related_model
            label = other._meta.label_lower
            if issubclass(other, pghistory.models.Event) or other in PAIRS | computed_models:
                continue
            name = relation.field.name
            pointing = other._default_manager.filter(**{f"{name}__in": found.keys() - held.keys()})
            if self._parents.get(label) == name:
                own = self._entries.filter(what=CREATED, model=label)
                pointing = pointing.exclude(pk__in=own.values("object_id"))
            column = pointing.values_list(relation.field.attname, flat=True).distinct()
            held |= dict.fromkeys(column, label)
        return held

    def _restore(
        self, model: type[models.Model], entries: Sequence[ImportChange], state: dict[str, Any]
    ) -> None:
        label = model._meta.label_lower
        pks = {entry.object_id for entry in entries}
        found = _locked(model, pks - self._made(label, pks))
        gone = _gone(model, entries)
        touched: dict[int, Any] = {}
        whole: dict[int, set[int]] = {}
        columns: set[str] = set()
        for entry in entries:
            record = found.get(entry.object_id)
            if record is None:
                continue
            back = self._restorable(record, entry, gone)
            if len(back) < len(entry.before):
                left = [name for name in entry.before if name not in back]
                _name(state, record, "changed", left)
            elif entry.version is not None and record.version == entry.version:
                whole.setdefault(entry.version, set()).add(record.pk)
            if back:
                _set_back(record, back)
                columns |= back.keys()
                touched[record.pk] = record
        _save(model, touched, columns)
        self._as_if_unchanged(label, whole)
        state["restored"] += len(touched)

    def _as_if_unchanged(self, label: str, whole: Mapping[int, set[int]]) -> None:
        """What earlier imports did to records that are now as they left them can be undone too."""
        for version, pks in whole.items():
            earlier = ImportChange.objects.filter(model=label, object_id__in=pks)
            earlier.filter(version=version - 1).update(version=version + 1)

    def _restorable(
        self, record: Any, entry: ImportChange, gone: set[tuple[str, Any]]
    ) -> dict[str, Any]:
        """The old values of columns that still have the value which the import gave."""
        same = {name for name in entry.before if _value(record, name) == entry.after[name]}
        same -= {name for name in same if (name, entry.before[name]) in gone}
        for group in self._together.get(entry.model, ()):
            told = set(group) & entry.before.keys()
            if not told <= same:
                same -= told
        return {name: value for name, value in entry.before.items() if name in same}


def _runs(
    page: Sequence[ImportChange],
) -> Iterable[tuple[str, str, list[ImportChange]]]:
    """Neighbouring entries about one model that do the same; no record twice in a run."""
    run: list[ImportChange] = []
    seen: set[int] = set()
    for entry in page:
        fits = run and (run[0].model, run[0].what) == (entry.model, entry.what)
        if run and (not fits or entry.object_id in seen):
            yield run[0].model, run[0].what, run
            run, seen = [], set()
        run.append(entry)
        seen.add(entry.object_id)
    if run:
        yield run[0].model, run[0].what, run


def _gone(model: type[models.Model], entries: Sequence[ImportChange]) -> set[tuple[str, Any]]:
    """(column, old value) of references to records that are no longer there."""
    asked: dict[str, set[Any]] = {}
    for entry in entries:
        for name, value in entry.before.items():
            if value is not None and not name.startswith(CUSTOM):
                field = model._meta.get_field(name)
                if field.many_to_one:
                    asked.setdefault(name, set()).add(value)
    gone: set[tuple[str, Any]] = set()
    for name, pks in asked.items():
        other: Any = model._meta.get_field(name).related_model
        there = set(other._default_manager.filter(pk__in=pks).values_list("pk", flat=True))
        gone |= {(name, pk) for pk in pks - there}
    return gone


def _locked(model: type[models.Model], pks: Iterable[int]) -> dict[int, Any]:
    rows = model._default_manager.filter(pk__in=set(pks)).order_by("pk")
    return {record.pk: record for record in rows.select_for_update(of=("self",))}


def _value(record: Any, name: str) -> Any:
    """A column's value as the ledger writes it."""
    if name.startswith(CUSTOM):
        return record.custom.get(name.removeprefix(CUSTOM))
    return as_json({name: getattr(record, name)})[name]


def _set_back(record: Any, back: Mapping[str, Any]) -> None:
    values = {
        name: value if name.startswith(CUSTOM) else record._meta.get_field(name).to_python(value)
        for name, value in back.items()
    }
    set_values(record, values)


def _save(model: type[models.Model], touched: Mapping[int, Any], columns: set[str]) -> None:
    if not touched:
        return
    fields = {
        "custom" if name.startswith(CUSTOM) else model._meta.get_field(name).name
        for name in columns
    }
    if hasattr(model, "search_texts"):
        for record in touched.values():
            record.search = record.search_texts()
            record.version += 1
            record.updated_at = timezone.now()
        fields |= {"search", "version", "updated_at"} | derived(model, fields)
    model._default_manager.bulk_create(
        list(touched.values()), update_conflicts=True, unique_fields=["id"],
        update_fields=sorted(fields),
    )  # fmt: skip


def _name(
    state: dict[str, Any], record: Any, why: str, columns: Sequence[str] = (), by: str = ""
) -> None:
    """Count a record that stayed, and name it, and what hangs on it, while there is room."""
    state["kept_count"] += 1
    if len(state["kept"]) < NAMED:
        url = record.get_absolute_url() if hasattr(record, "get_absolute_url") else ""
        state["kept"].append(
            {"name": str(record), "url": str(url), "why": why, "model": record._meta.label_lower,
             "columns": list(columns), "by": by}
        )  # fmt: skip
