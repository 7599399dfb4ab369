"""Keyset pagination: page 500 costs what page 1 costs."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.expressions import OrderBy

COUNT_CAP = 10_000
FEW = 3_000


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
        """Rows that come after (value, pk) in the order, none of them without a value."""
        step = "lt" if descending else "gt"
        return Q(**{f"{self.field}__{step}e": value}) & (
            Q(**{f"{self.field}__{step}": value}) | Q(**{f"pk__{step}": pk})
        )

    def present(self, records: Any) -> Any:
        """The records with a value, to be put in the order of ``plain``."""
        return records.filter(**{f"{self.field}__isnull": False})

    def absent(self, records: Any) -> Any:
        """Those without, which come last, by id."""
        return records.filter(**{f"{self.field}__isnull": True})

    @property
    def plain(self) -> Sort:
        return Sort(self.key, self.field)

    def annotated(self, records: Any) -> Any:
        """The records with ``field``, where it is not a column of theirs."""
        return records

    def parse(self, model: Any, text: str) -> Any:
        """A value as a cursor keeps it."""
        return _field(model, self.field).to_python(text)


@dataclass(frozen=True)
class RelatedSort(Sort):
    """By a column of a related row that not every record has (at most one); the records without
    come last, by id.

    ``field`` is the path of the column; ``where`` picks the rows, as arguments of ``filter``. An
    index on (column, record) of the related table serves it: those that have a row and those
    that have none are read one after the other.
    """

    where: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    nullable: bool = True

    def present(self, records: Any) -> Any:
        return self._having(records).annotate(sorted_by=F(self.field))

    def absent(self, records: Any) -> Any:
        return records.filter(~Exists(self._same(records)))

    @property
    def plain(self) -> Sort:
        return Sort(self.key, "sorted_by")

    def annotated(self, records: Any) -> Any:
        return records.annotate(sorted_by=Subquery(self._same(records).values(self.field)[:1]))

    def _having(self, records: Any) -> Any:
        return records.filter(**self.where, **{f"{self.field}__isnull": False})

    def _same(self, records: Any) -> Any:
        """The same record, if it has a value; in a subquery."""
        return self._having(records.model._base_manager.filter(pk=OuterRef("pk"))).order_by()

    def ordering(self, descending: bool) -> list[OrderBy]:
        """Of records that ``annotated`` gave."""
        return Sort(self.key, "sorted_by", nullable=True).ordering(descending)


@dataclass(frozen=True)
class Page:
    rows: Sequence[Any]
    next_cursor: str | None
    previous_cursor: str | None


Mark = tuple[Any, int]
Rows = Callable[[Any, Any, "Mark | None", bool, int, bool], Sequence[Any]]


def paginate(
    queryset: Any,
    sort: Sort,
    *,
    descending: bool,
    size: int,
    after: str = "",
    before: str = "",
    rows_of: Rows | None = None,
) -> Page:
    """One page of ``queryset`` in the order of ``sort``; a broken cursor gives the first page.

    ``rows_of`` gets them in another way, with the arguments of ``sorted_rows``.
    """  # fmt: skip
    model = queryset.model
    rows_of = rows_of or sorted_rows
    if before and (mark := _read(before, model, sort)):
        found = rows_of(queryset, sort, mark, not descending, size + 1, True)[::-1]
        has_previous, has_next = len(found) > size, True
        found = found[-size:]
    else:
        mark = _read(after, model, sort) if after else None
        found = rows_of(queryset, sort, mark, descending, size + 1, False)
        has_previous, has_next = mark is not None, len(found) > size
        found = found[:size]
    return Page(
        rows=found,
        next_cursor=_write(found[-1], sort) if found and has_next else None,
        previous_cursor=_write(found[0], sort) if found and has_previous else None,
    )


def rows_beyond(queryset: Any, sort: Sort, mark: Mark | None, descending: bool, most: int) -> Any:
    """Up to ``most`` rows beyond the mark, in an order in which each has a value."""
    if mark:
        queryset = queryset.filter(sort.beyond(*mark, descending))
    return queryset.order_by(*sort.ordering(descending))[:most]


def sorted_rows(
    queryset: Any, sort: Sort, mark: Mark | None, descending: bool, most: int, back: bool
) -> list[Any]:
    """The same in any order: the rows with a value, then those without; ``back``: the other way.

    They are read one after the other, so an index of the column serves either direction.
    """
    if not sort.nullable:
        return list(rows_beyond(queryset, sort, mark, descending, most))
    among_absent = mark is not None and mark[0] is None

    def having(limit: int) -> list[Any]:
        found, mine = sort.present(queryset), None if among_absent else mark
        return list(rows_beyond(found, sort.plain, mine, descending, limit))

    def lacking(limit: int) -> list[Any]:
        found = sort.absent(queryset)
        if among_absent and mark:
            found = found.filter(**{"pk__lt" if descending else "pk__gt": mark[1]})
        return list(found.order_by("-pk" if descending else "pk")[:limit])

    if back:
        rows = lacking(most) if among_absent else []
        return rows + having(most - len(rows)) if len(rows) < most else rows
    rows = [] if among_absent else having(most)
    return rows + lacking(most - len(rows)) if len(rows) < most else rows


def capped_count(queryset: Any, cap: int = COUNT_CAP) -> tuple[int, bool]:
    """(count, is it complete): counting stops at ``cap``."""
    found = queryset.order_by()[: cap + 1].count()
    return min(found, cap), found <= cap


def gathered(queryset: Any, count: int) -> Any:
    """The same rows; few are found before they are put in order.

    A database that expects many would read them in the order of an index, all others with them.
    """
    if count == 0:
        return queryset.none()
    if count > FEW:
        return queryset
    return queryset.filter(pk__in=queryset.order_by().values("pk")[: FEW + 1])


class CappedCount(Subquery):
    """How many rows a queryset has, counting at most one more than ``cap``; as an annotation."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"

    def __init__(self, queryset: Any, cap: int) -> None:
        super().__init__(queryset.order_by().values("pk")[: cap + 1], output_field=IntegerField())


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
    path = "sorted_by" if isinstance(sort, RelatedSort) else sort.field
    for part in path.split("__"):
        value = getattr(value, part, None)
    packed = json.dumps([None if value is None else str(value), record.pk])
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _read(token: str, model: Any, sort: Sort) -> tuple[Any, int] | None:
    try:
        packed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        text, pk = json.loads(packed)
        if not isinstance(pk, int) or not (text is None or isinstance(text, str)):
            return None
        return (None if text is None else sort.parse(model, text)), pk
    except (ValueError, TypeError, UnicodeDecodeError, ValidationError):
        return None


def _field(model: Any, path: str) -> Any:
    *parents, last = path.split("__")
    for part in parents:
        model = model._meta.get_field(part).related_model
    return model._meta.get_field(last)
