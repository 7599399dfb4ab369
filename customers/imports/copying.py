"""Many new rows at once by PostgreSQL's COPY: several times as fast as INSERT."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, models

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_new(records: Sequence[models.Model]) -> None:
    """Store new records of one model, as ``bulk_create`` does; their ids are not read back.

    Triggers fire as for one INSERT. A breach of a constraint raises IntegrityError.
    """
    if not records:
        return
    meta = records[0]._meta
    fields = [f for f in meta.concrete_fields if not (f.generated or f is meta.auto_field)]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    text = io.StringIO()
    for record in records:
        cells = [_cell(field.get_prep_value(field.pre_save(record, True))) for field in fields]
        text.write("\t".join(cells))
        text.write("\n")
    text.seek(0)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {quote(meta.db_table)} ({columns}) FROM STDIN", text)


def _cell(value: Any) -> str:
    """A value in the text format of COPY."""
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    return "\\N" if value is None else str(value).translate(_ESCAPES)
