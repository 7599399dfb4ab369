"""The records that a chunk of rows may mean: known ones, new ones, changed ones.

Rows come by the thousand, so records are looked up by the chunk, written by the chunk, and
locked until then. A dry run works the same way and writes to a shelf instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from customers.imports.changes import CUSTOM, ChangeLog
from customers.imports.copying import ExactEncoder, copy_new, new_ids
from customers.imports.trials import Shelf

WRITTEN_AT_ONCE = 500
FEW = 5


@dataclass(frozen=True)
class Key:
    """A way to find records.

    ``of`` gives a record's value, "" when it has none; ``where`` the rows that have one of some
    values. ``everywhere``: the value is unique over all teams and the trash.
    """

    name: str
    of: Callable[[Any], str]
    where: Callable[[Collection[str]], Q]
    everywhere: bool = False


def by_column(name: str, *, everywhere: bool = False) -> Key:
    """A key that is a text column."""
    return Key(
        name, lambda record: getattr(record, name), lambda values: Q((f"{name}__in", values)),
        everywhere,
    )  # fmt: skip


class Pool:
    """Records of one model, found by keys.

    Parameters
    ----------
    model
        Its manager offers ``visible_to`` and ``editable_by`` unless ``reach`` is False.
    actor
        Who imports; None is the system.
    kept
        The columns that a dry run must remember beside the keys' own.
    """

    def __init__(
        self,
        model: type[models.Model],
        keys: Iterable[Key],
        *,
        actor: Any = None,
        reach: bool = True,
        shelf: Shelf | None = None,
        kept: Iterable[str] = (),
    ) -> None:
        self.model = model
        self._keys = {key.name: key for key in keys}
        self._actor = actor
        self._reach = reach
        self._shelf = shelf
        self._kept = tuple(kept)
        self._label = model._meta.label_lower
        self._manager: Any = model._default_manager
        self._ids: Iterator[int] = new_ids(model)
        self._forget()

    def look_up(
        self,
        wanted: Mapping[str, Collection[str]],
        few: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """Forget the last chunk; find what has one of the values of a key, and lock it.

        Of each value in ``few``, by column, some records at most: enough to tell one from several.
        A thousand people may have one name.
        """
        self._forget()
        for column, values in (few or {}).items():
            self._some |= self._few(column, values)
        asked = {name: set(values) - {""} for name, values in wanted.items()}
        self._remember(self._fetch(asked))

    def look_up_more(self, wanted: Mapping[str, Collection[str]]) -> None:
        """As ``look_up``, without forgetting."""
        asked = {name: set(values) - {""} for name, values in wanted.items()}
        self._remember(self._fetch(asked))

    def find(self, key: str, value: str) -> list[Any]:
        """The records with this value now, the oldest first."""
        of = self._keys[key].of
        return [record for record in self._by.get((key, value), ()) if of(record) == value]

    def may_write(self, record: Any) -> bool:
        return record.pk in self.new or record.pk in self._writable

    def may_see(self, record: Any) -> bool:
        return record.pk in self.new or record.pk in self._visible

    def add(self, record: Any) -> None:
        """A new record; it gets its id now."""
        record.pk = self._shelf.new_id() if self._shelf else next(self._ids)
        self.new[record.pk] = record
        self._index(record)

    def change(self, record: Any, values: Mapping[str, Any]) -> bool:
        """Give a record values by column; whether any of them was new. ``custom`` is merged."""
        before, after = _differences(record, values)
        if not after:
            return False
        set_values(record, after)
        self._index(record)
        if record.pk not in self.new:
            first = self._before.setdefault(record.pk, {})
            for name, value in before.items():
                first.setdefault(name, value)
            self._after.setdefault(record.pk, {}).update(after)
            self.changed[record.pk] = record
        return True

    def write(self, changes: ChangeLog) -> None:
        """Store what is new and changed, and tell the undo ledger."""
        if self._shelf is not None:
            self._put_away(self._shelf)
            return
        for record in (*self.new.values(), *self.changed.values()):
            if hasattr(record, "search_texts"):
                record.search = record.search_texts()
        copy_new(list(self.new.values()))
        changes.made(self.new.values())
        self._write_changed(changes)

    def _forget(self) -> None:
        self.new: dict[int, Any] = {}
        self.changed: dict[int, Any] = {}
        self._by: dict[tuple[str, str], list[Any]] = {}
        self.known: dict[int, Any] = {}
        self._writable: set[int] = set()
        self._visible: set[int] = set()
        self._some: set[int] = set()
        self._before: dict[int, dict[str, Any]] = {}
        self._after: dict[int, dict[str, Any]] = {}

    def _fetch(self, asked: Mapping[str, set[str]]) -> list[Any]:
        pks = set(self._some)
        for name, values in asked.items():
            if values:
                key = self._keys[name]
                rows = self._scope(everywhere=key.everywhere).filter(key.where(values))
                pks.update(rows.values_list("pk", flat=True))
                if self._shelf is not None:
                    pks |= self._shelf.ids(self._label, name, values)
        pks -= self.known.keys()
        if not pks:
            return []
        self._writable |= self._editable(pks)
        seen = self._scope(everywhere=False).filter(pk__in=pks)
        self._visible |= set(seen.values_list("pk", flat=True)) | {pk for pk in pks if pk < 0}
        found = self._manager.filter(pk__in=pks).order_by("pk")
        if self._shelf is None:
            return list(found.select_for_update(of=("self",)))
        return self._overlaid(list(found), pks, self._shelf)

    def _few(self, column: str, values: Collection[str]) -> set[int]:
        """The ids of at most ``FEW`` records of each value, by an index of the column."""
        one = RawSQL("asked.value", [])  # of the outer query
        named = self._scope(everywhere=False).filter(**{column: one}).order_by()
        sql, params = named.values_list("pk").query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT found.id FROM unnest(%s::text[]) AS asked(value)"  # noqa: S608  # the ORM's
                f" CROSS JOIN LATERAL ({sql} LIMIT {FEW}) AS found(id)",
                [list(values), *params],
            )
            pks = {pk for (pk,) in cursor.fetchall()}
        if self._shelf is not None:
            pks |= self._shelf.ids(self._label, column, values, most=FEW)
        return pks

    def _scope(self, *, everywhere: bool) -> Any:
        if everywhere or not self._reach:
            return self._manager.all()
        return (
            self._manager.alive() if self._actor is None else self._manager.visible_to(self._actor)
        )

    def _editable(self, pks: set[int]) -> set[int]:
        if not self._reach:
            return set(pks)
        manager = self._manager
        allowed = manager.alive() if self._actor is None else manager.editable_by(self._actor)
        writable = set(allowed.filter(pk__in=pks).values_list("pk", flat=True))
        return writable | {pk for pk in pks if pk < 0}

    def _remember(self, records: Iterable[Any]) -> None:
        for record in records:
            self.known[record.pk] = record
            self._index(record)

    def _index(self, record: Any) -> None:
        for name, key in self._keys.items():
            value = key.of(record)
            if value:
                named = self._by.setdefault((name, value), [])
                if record not in named:
                    named.append(record)

    def _write_changed(self, changes: ChangeLog) -> None:
        if not self.changed:
            return
        columns = {name for after in self._after.values() for name in after}
        fields = {
            "custom" if name.startswith(CUSTOM) else self.model._meta.get_field(name).name
            for name in columns
        }
        versioned = hasattr(self.model, "search_texts")
        now = timezone.now()
        for pk, record in self.changed.items():
            if versioned:
                record.version += 1
                record.updated_at = now
            changes.changed(record, self._before[pk], self._after[pk])
        if versioned:
            fields |= {"search", "version", "updated_at"} | derived(self.model, fields)
        self._manager.bulk_create(
            self.changed.values(), batch_size=WRITTEN_AT_ONCE, update_conflicts=True,
            unique_fields=["id"], update_fields=sorted(fields),
        )  # fmt: skip

    def _put_away(self, shelf: Shelf) -> None:
        records = {**self.new, **self.changed}
        shelf.put(
            self._label,
            (
                (pk, {name: key.of(record) for name, key in self._keys.items()},
                 {name: getattr(record, name) for name in self._kept})
                for pk, record in records.items()
            ),
        )  # fmt: skip

    def _overlaid(self, found: list[Any], pks: set[int], shelf: Shelf) -> list[Any]:
        """Known records as earlier rows of the dry run would have left them, then its new ones."""
        kept = shelf.values(self._label, pks)
        records = {record.pk: record for record in found}
        for pk in sorted(kept, key=lambda pk: (pk < 0, abs(pk))):
            record = records.setdefault(pk, self.model(pk=pk))
            for name, value in kept[pk].items():
                field: Any = self.model._meta.get_field(name)
                setattr(record, name, field.to_python(value))
        return list(records.values())


def _differences(record: Any, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(before, after) of the columns that differ; added fields as ``custom.<key>``."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, value in values.items():
        if name == "custom":
            for key, stored in value.items():
                if record.custom.get(key) != stored:
                    before[CUSTOM + key] = record.custom.get(key)
                    after[CUSTOM + key] = stored
        elif getattr(record, name) != value:
            before[name] = getattr(record, name)
            after[name] = value
    return before, after


def set_values(record: Any, values: Mapping[str, Any]) -> None:
    """Give a record values by column; ``custom.<key>`` None takes the key away."""
    custom = dict(record.custom) if hasattr(record, "custom") else {}
    for name, value in values.items():
        if not name.startswith(CUSTOM):
            setattr(record, name, value)
        elif value is None:
            custom.pop(name.removeprefix(CUSTOM), None)
        else:
            custom[name.removeprefix(CUSTOM)] = value
    if hasattr(record, "custom"):
        record.custom = custom


def derived(model: type[models.Model], fields: Collection[str]) -> set[str]:
    """What is made of other fields when a record is stored, and must be stored with them."""
    known = {field.name for field in model._meta.concrete_fields}
    return {"name_key"} & known if "name" in fields else set()


def as_json(values: Mapping[str, Any]) -> Any:
    """Values as the undo ledger keeps them."""
    return json.loads(json.dumps(values, cls=ExactEncoder))
