"""Keyset pagination: page 500 costs what page 1 costs."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.db.models.expressions import OrderBy

COUNT_CAP = 10_000


@dataclass(frozen=True)
class Sort:
    """An order that a list offers: by one column, then by id."""

    key: str
    field: str
    nullable: bool = False

    def ordering(self, descending: bool) -> list[OrderBy]:
        column, tie = F(self.field), F("pk")
        if descending:
            return [column.desc(nulls_last=True if self.nullable else None), tie.desc()]
        return [column.asc(nulls_last=True if self.nullable else None), tie.asc()]

    def beyond(self, value: Any, pk: int, descending: bool) -> Q:
        """Rows that come after (value, pk) in the order."""
        step = "lt" if descending else "gt"
        tie = Q(**{f"pk__{step}": pk})
        if value is None:
            return Q(**{f"{self.field}__isnull": True}) & tie
        bound = Q(**{f"{self.field}__{step}e": value}) & (
            Q(**{f"{self.field}__{step}": value}) | tie
        )
        return bound | Q(**{f"{self.field}__isnull": True}) if self.nullable else bound

    def before(self, value: Any, pk: int, descending: bool) -> Q:
        """Rows that come before (value, pk) in the order."""
        step = "gt" if descending else "lt"
        tie = Q(**{f"pk__{step}": pk})
        if value is None:
            return Q(**{f"{self.field}__isnull": False}) | tie
        return Q(**{f"{self.field}__{step}e": value}) & (
            Q(**{f"{self.field}__{step}": value}) | tie
        )


@dataclass(frozen=True)
class Page:
    rows: Sequence[Any]
    next_cursor: str | None
    previous_cursor: str | None


def paginate(
    queryset: Any, sort: Sort, *, descending: bool, size: int, after: str = "", before: str = ""
) -> Page:
    """One page of ``queryset`` in the order of ``sort``; a broken cursor gives the first page."""
    model = queryset.model
    if before and (mark := _read(before, model, sort)):
        rows = _previous_rows(queryset, sort, mark, descending, size)
        has_previous, has_next = len(rows) > size, True
        rows = rows[-size:]
    else:
        mark = _read(after, model, sort) if after else None
        if mark:
            queryset = queryset.filter(sort.beyond(*mark, descending))
        rows = list(queryset.order_by(*sort.ordering(descending))[: size + 1])
        has_previous, has_next = mark is not None, len(rows) > size
        rows = rows[:size]
    return Page(
        rows=rows,
        next_cursor=_write(rows[-1], sort) if rows and has_next else None,
        previous_cursor=_write(rows[0], sort) if rows and has_previous else None,
    )


def _previous_rows(
    queryset: Any, sort: Sort, mark: tuple[Any, int], descending: bool, size: int
) -> list[Any]:
    """Up to ``size + 1`` rows before the mark, in the list's order."""
    column, tie = F(sort.field), F("pk")
    nulls = True if sort.nullable else None
    backwards = (
        [column.asc(nulls_first=nulls), tie.asc()]
        if descending
        else [column.desc(nulls_first=nulls), tie.desc()]
    )
    found = queryset.filter(sort.before(*mark, descending)).order_by(*backwards)
    return list(found[: size + 1])[::-1]


def capped_count(queryset: Any, cap: int = COUNT_CAP) -> tuple[int, bool]:
    """(count, is it complete): counting stops at ``cap``."""
    found = queryset.order_by()[: cap + 1].count()
    return min(found, cap), found <= cap


def first_rows(queryset: Any, size: int, cap: int) -> tuple[list[Any], int, bool]:
    """The first rows, and how many there are as ``capped_count`` says; counted only when there
    are more."""
    rows = list(queryset[: size + 1])
    if len(rows) <= size:
        return rows, len(rows), True
    return rows[:size], *capped_count(queryset, cap)


def is_cursor(token: str, model: Any, sort: Sort) -> bool:
    """Whether ``paginate`` finds a place by this token."""
    return _read(token, model, sort) is not None


def _write(record: Any, sort: Sort) -> str:
    value: Any = record
    for part in sort.field.split("__"):
        value = getattr(value, part, None)
    packed = json.dumps([None if value is None else str(value), record.pk])
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _read(token: str, model: Any, sort: Sort) -> tuple[Any, int] | None:
    try:
        packed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        text, pk = json.loads(packed)
        if not isinstance(pk, int) or not (text is None or isinstance(text, str)):
            return None
        return (None if text is None else _field(model, sort.field).to_python(text)), pk
    except (ValueError, TypeError, UnicodeDecodeError, ValidationError):
        return None


def _field(model: Any, path: str) -> Any:
    *parents, last = path.split("__")
    for part in parents:
        model = model._meta.get_field(part).related_model
    return model._meta.get_field(last)
