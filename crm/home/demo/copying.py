"""Rows on their way into PostgreSQL: gathered as CSV, sent by COPY."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models

from crm.common.models import Record
from crm.common.ngrams import vector_literal

NULL = r"\N"
RECORD_COLUMNS = (
    "owner_id", "team_id", "created_at", "created_by_id", "updated_at", "trashed_at",
    "trashed_by_id", "search", "version",
)  # fmt: skip


@lru_cache(maxsize=20_000)
def search_literal(*texts: str) -> str:
    """The search column of a record; talks and tasks repeat, so their literals are kept."""
    return vector_literal(texts)


def money(cents: int) -> str:
    """Cents as a decimal number; exact below ten trillion."""
    return f"{cents / 100:.2f}"


class Table:
    """One table's rows of the current chunk; numbers them on from the highest id.

    Columns that are not named get their field's default, when they must hold something.
    """

    def __init__(self, model: type[models.Model], columns: Sequence[str]) -> None:
        self.name = model._meta.db_table
        named = ("id", *(RECORD_COLUMNS if issubclass(model, Record) else ()), *columns)
        fields = {f.column: f for f in model._meta.concrete_fields if not f.generated}
        if unknown := set(named) - set(fields):
            raise LookupError(f"{self.name} has no column {', '.join(sorted(unknown))}")
        rest = {n: f.get_default() for n, f in fields.items() if n not in named and not f.null}
        self.columns = (*named, *rest)
        self._defaults = tuple(rest.values())
        self.last_id = model._base_manager.aggregate(top=models.Max("pk"))["top"] or 0
        self._renew()

    def _renew(self) -> None:
        self._buffer = io.StringIO()
        self._writer = csv.writer(self._buffer, lineterminator="\n")

    def add(self, *values: Any) -> int:
        """One row without its id, in the order of the columns; gives the id."""
        self.last_id += 1
        self._writer.writerow((self.last_id, *values, *self._defaults))
        return self.last_id

    def flush(self) -> None:
        """Send the gathered rows."""
        if not self._buffer.tell():
            return
        self._buffer.seek(0)
        columns = ", ".join(f'"{column}"' for column in self.columns)
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(
                f"COPY {self.name} ({columns}) FROM STDIN (FORMAT csv, NULL '{NULL}')",
                self._buffer,
            )
        self._renew()

    def set_sequence(self) -> None:
        """The next record made by hand gets the next number."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [self.name])
            set_sequence(cursor.fetchone()[0], self.last_id)


def set_sequence(sequence: str, last: int) -> None:
    """Let a sequence go on after ``last``."""
    if last:
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(%s::regclass, %s)", [sequence, last])


def last_of(sequence: str) -> int:
    """The last number that a sequence gave, 0 when none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(pg_sequence_last_value(%s::regclass), 0)", [sequence])
        return int(cursor.fetchone()[0])
