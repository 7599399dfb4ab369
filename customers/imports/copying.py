"""Many new rows at once by PostgreSQL's COPY: several times as fast as INSERT."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models


class ExactEncoder(DjangoJSONEncoder):
    """JSON that keeps the microseconds of times."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_AT_ONCE = 500


def copy_new(records: Sequence[models.Model]) -> None:
    """Store new records of one model, as ``bulk_create`` does; their ids are not read back.

    Ids that were given before (``new_ids``) are kept. Triggers fire as for one INSERT. A breach
    of a constraint raises IntegrityError.
    """
    if not records:
        return
    meta = records[0]._meta
    fields = [
        field
        for field in meta.concrete_fields
        if not (field.generated or (field is meta.auto_field and records[0].pk is None))
    ]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    cells = [_column(field, records) for field in fields]
    text = io.StringIO("\n".join(map("\t".join, zip(*cells, strict=True))) + "\n")
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {quote(meta.db_table)} ({columns}) FROM STDIN", text)


def new_ids(model: type[models.Model]) -> Iterator[int]:
    """Ids for new records, taken from the table's own sequence some hundred at a time."""
    table, column = model._meta.db_table, model._meta.pk.column
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [table, column, _AT_ONCE],
            )
            found = [pk for (pk,) in cursor.fetchall()]
        yield from found


def escaped(text: str) -> str:
    """A text as COPY takes it; looking first is ten times as fast as translating."""
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        return text.translate(_ESCAPES)
    return text


def _column(field: Any, records: Sequence[models.Model]) -> list[str]:
    """The cells of one column. Most columns say the same in every row: that is written once."""
    values = [field.pre_save(record, True) for record in records]
    first = values[0]
    if all(value is first for value in values):
        return [_cell(field.get_prep_value(first))] * len(values)
    if isinstance(field, models.CharField | models.TextField):
        return [_cell(value) for value in values]
    return [_cell(field.get_prep_value(value)) for value in values]


def _cell(value: Any) -> str:
    """A value in the text format of COPY."""
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    return "\\N" if value is None else escaped(str(value))
