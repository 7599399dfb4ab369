"""The undo ledger: which records an import made, and which values it changed from what to what."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models

from customers.imports.copying import ExactEncoder, copy_new, escaped, new_ids

CREATED, UPDATED = "c", "u"
CUSTOM = "custom."


def make_new(records: Sequence[models.Model], changes: ChangeLog) -> None:
    """Store new records of one model with ids of their own, and tell the undo ledger."""
    if records:
        for record, pk in zip(records, new_ids(type(records[0])), strict=False):
            record.pk = pk
        copy_new(records)
        changes.made(records)


class ChangeLog:
    """Takes what a chunk does and writes it with the chunk; without a batch it keeps nothing."""

    def __init__(self, batch_id: int | None) -> None:
        self.batch_id = batch_id
        self._lines: list[str] = []

    def made(self, records: Iterable[models.Model]) -> None:
        """New records, whose ids are known."""
        if self.batch_id is None:
            return
        for record in records:
            version = getattr(record, "version", None)
            self._add(CREATED, record, version, {}, {})

    def changed(
        self, record: models.Model, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> None:
        """A record that is written now: the values of its columns before and after."""
        if self.batch_id is not None:
            self._add(UPDATED, record, getattr(record, "version", None), before, after)

    def write(self) -> None:
        """Store what came since the last call, by COPY, in the caller's transaction."""
        if not self._lines:
            return
        text = io.StringIO("\n".join(self._lines) + "\n")
        columns = "batch_id, what, model, object_id, version, before, after"
        with connection.cursor() as cursor, connection.wrap_database_errors:
            cursor.copy_expert(f"COPY customers_importchange ({columns}) FROM STDIN", text)
        self._lines = []

    def _add(
        self,
        what: str,
        record: models.Model,
        version: int | None,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
    ) -> None:
        told = "\\N" if version is None else str(version)
        values = (_json(before), _json(after)) if after else ("{}", "{}")
        label = record._meta.label_lower
        self._lines.append(
            f"{self.batch_id}\t{what}\t{label}\t{record.pk}\t{told}\t{values[0]}\t{values[1]}"
        )


def _json(values: Mapping[str, Any]) -> str:
    return escaped(json.dumps(values, cls=ExactEncoder, ensure_ascii=False))
