"""Queries that are made and planned once and then run with other values.

Building and compiling a query with its permissions takes Django longer than PostgreSQL takes to
answer it, and planning it takes PostgreSQL longer than running it; a page that is opened all day
asks ten of them. A ``Prepared`` compiles its query once per role and language, with slots where the
reader's ids and the given values go, and is a prepared statement of each connection.

``build`` may use of the user only what ``crm.common.roles.Person`` has: ``pk``, ``role``,
``team_id``. Everything else that varies is a value or part of the variant.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any, cast
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, prefetch_related_objects
from django.db.models.query import (  # type: ignore[attr-defined]  # stubs lack it
    ModelIterable,
    get_related_populators,
)
from django.utils.translation import get_language
from psycopg2.extensions import AsIs

from crm.common.roles import Role

# Values that no record and no moment has: where they stand among the parameters is a slot.
_FIRST_SLOT = 8_999_999_999_999_000_000
_MOST_KEPT = 200
_FIRST_MOMENT = datetime(9997, 3, 1, tzinfo=UTC)
_FIRST_DAY = date(9996, 3, 1)
_TEXT = "\x00"  # no text that reaches the database holds it

# What each connection has prepared, by the name there.
_prepared: WeakKeyDictionary[Any, dict[_Compiled, str]] = WeakKeyDictionary()
_numbers = count(1)


@dataclass(frozen=True)
class Reader:
    """A user of one role, with slots for ids."""

    role: str
    pk: int
    team_id: int | None

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def is_manager(self) -> bool:
        return self.role == Role.MANAGER

    @property
    def is_rep(self) -> bool:
        return self.role == Role.REP

    @property
    def is_agent(self) -> bool:
        return self.role == Role.AGENT


NOBODY = Reader("", 0, None)  # asks what depends on no reader


@dataclass(frozen=True, eq=False)
class _Compiled:
    queryset: QuerySet[Any]
    compiler: Any
    sql: str  # with $1, $2 … where the values go, and "%%" for "%"
    types: Sequence[str]
    names: Sequence[str]  # of the values, in their order

    @cached_property
    def converters(self) -> dict[int, Any]:
        """From what the database gives to what the fields hold, by column."""
        fields = [selected[0] for selected in self.compiler.select[: self.compiler.col_count]]
        found: dict[int, Any] = self.compiler.get_converters(fields)
        return found

    @cached_property
    def parts(self) -> _Parts:
        select, klass = self.compiler.select, self.compiler.klass_info
        first, last = klass["select_fields"][0], klass["select_fields"][-1] + 1
        names = [column[0].target.attname for column in select[first:last]]
        related = get_related_populators(klass, select, self.compiler.connection.alias)
        return _Parts(klass["model"], slice(first, last), names, related)


@dataclass(frozen=True)
class _Parts:
    """What of a row makes a record, and what its related ones."""

    model: Any
    own: slice
    names: Sequence[str]
    related: Sequence[Any]


class Prepared:
    """``Prepared(build).fetch(user, pk=7)`` gives the rows of ``build(user, pk=7)``.

    ``build(user, *variant, **values)`` gives a queryset of records or of ``values()``. Values are
    ids, moments, days or texts; the variant holds what changes the query itself.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        self._build = build
        self._kept: dict[Hashable, _Compiled | None] = {}

    def fetch(self, user: Any, *variant: Hashable, **values: int | str | date) -> list[Any]:
        """The rows: records with their annotations and selected relations, or dicts."""
        kinds = tuple(sorted((name, type(value).__name__) for name, value in values.items()))
        key = (user.role, user.team_id is None, get_language(), variant, kinds)
        if key not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = self._compile(user, variant, values)
        compiled = self._kept[key]
        if compiled is None:  # nobody of this role sees any
            return []
        given = {**values, "reader": user.pk, "team": user.team_id}
        return _rows(compiled, [given[name] for name in compiled.names])

    def _compile(
        self, user: Any, variant: Sequence[Hashable], values: dict[str, Any]
    ) -> _Compiled | None:
        team = None if user.team_id is None else _FIRST_SLOT + 1
        reader = Reader(user.role, _FIRST_SLOT, team)
        stand_ins = {
            name: _stand_in(value, number)
            for number, (name, value) in enumerate(sorted(values.items()))
        }
        queryset = self._build(reader, *variant, **stand_ins)
        compiler = queryset.query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        slots = {stand_in: name for name, stand_in in stand_ins.items()}
        unused = [name for stand_in, name in slots.items() if stand_in not in params]
        if unused:
            raise ValueError(f"the query makes no use of {', '.join(unused)}")
        slots |= {reader.pk: "reader", **({team: "team"} if team else {})}
        used = list(dict.fromkeys(param for param in params if _is_slot(param, slots)))
        filled = [
            AsIs(f"${used.index(param) + 1}") if _is_slot(param, slots) else param
            for param in params
        ]
        with connection.cursor() as cursor:
            text = cursor.mogrify(sql, filled).decode().replace("%", "%%")
        names = [slots[stand_in] for stand_in in used]
        return _Compiled(queryset, compiler, text, [_type(value) for value in used], names)


def _stand_in(value: int | str | date, number: int) -> int | str | date:
    if isinstance(value, str):
        return f"{_TEXT}{number}"
    if isinstance(value, datetime):
        return _FIRST_MOMENT.replace(microsecond=number)
    if isinstance(value, date):
        return _FIRST_DAY + timedelta(days=number)
    return _FIRST_SLOT + 2 + number


def _type(value: int | str | date) -> str:
    if isinstance(value, str):
        return "text"
    if isinstance(value, datetime):
        return "timestamptz"
    return "date" if isinstance(value, date) else "bigint"


def _is_slot(param: Any, slots: dict[Any, str]) -> bool:
    return isinstance(param, int | str | date) and param in slots


def _rows(compiled: _Compiled, params: list[Any]) -> list[Any]:
    compiler = compiled.compiler
    rows: Any = _answer(compiled, params)
    if compiled.converters:
        rows = compiler.apply_converters(rows, compiled.converters)
    if not issubclass(compiled.queryset._iterable_class, ModelIterable):
        names = _names(compiled.queryset.query)
        return [dict(zip(names, row, strict=True)) for row in rows]
    return _records(compiled, rows)


def _answer(compiled: _Compiled, values: list[Any]) -> list[Any]:
    """The raw rows; the first time on a connection the statement is prepared in the same round."""
    with connection.cursor() as cursor:
        prepared = _prepared.setdefault(connection.connection, {})
        name = prepared.get(compiled) or f"prepared_{next(_numbers)}"
        slots = f"({', '.join(['%s'] * len(values))})" if values else ""
        text = f"EXECUTE {name}{slots}"
        if compiled not in prepared:
            types = f"({', '.join(compiled.types)})" if values else ""
            text = f"PREPARE {name}{types} AS {compiled.sql}; {text}"
        cursor.execute(text, values)
        prepared[compiled] = name
        return cast("list[Any]", cursor.fetchall())


def _names(query: Any) -> list[str]:
    """As Django's ValuesIterable has them."""
    if query.selected:
        return list(query.selected)
    return [*query.extra_select, *query.values_select, *query.annotation_select]


def _records(compiled: _Compiled, rows: Any) -> list[Any]:
    """As Django's ModelIterable does it."""
    parts, database = compiled.parts, connection.alias
    annotations = (compiled.compiler.annotation_col_map or {}).items()
    found = []
    seen: list[dict[Any, Any]] = [{} for _ in parts.related]
    for row in rows:
        record = parts.model.from_db(database, parts.names, row[parts.own])
        for populator, known in zip(parts.related, seen, strict=True):
            _relate(populator, row, record, known)
        for name, position in annotations:
            setattr(record, name, row[position])
        found.append(record)
    lookups = compiled.queryset._prefetch_related_lookups  # type: ignore[attr-defined]  # no public name
    if found and lookups:
        prefetch_related_objects(found, *lookups)
    return found


def _relate(populator: Any, row: Any, record: Any, known: dict[Any, Any]) -> None:
    """Give the record its related one, made once for all records that have it."""
    key = row[populator.cols_start + populator.pk_idx]
    if key in known:
        populator.local_setter(record, known[key])
        return
    populator.populate(row, record)
    known[key] = populator.local_setter.__self__.get_cached_value(record)
