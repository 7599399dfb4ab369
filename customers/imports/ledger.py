"""What became of each row: rows in = created + updated + skipped + rejected, always."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Self

from django.utils.translation import gettext as _

from crm.common.cells import safe_cell
from customers.imports.changes import ChangeLog
from customers.imports.layout import Row

EXAMPLES = 20
EXAMPLE_CELLS = 12
EXAMPLE_LENGTH = 60


class RowRejectedError(Exception):
    """A row is left out; ``reason`` is one of the importer's, ``place`` the column's."""

    def __init__(self, reason: str, place: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


class Ledger:
    """Counts rows by outcome and keeps the rejected ones.

    The state travels through the job's checkpoint, so that an interrupted import goes on with
    the right sums; the file of rejects is cut back to what was committed. ``changes`` takes
    what the rows did to records, so that it can be undone.
    """

    def __init__(
        self,
        rejects: Path,
        header: Sequence[str],
        label: Callable[[str], str],
        changes: ChangeLog | None = None,
    ) -> None:
        self.rows = 0
        self.created = 0
        self.updated = 0
        self.skipped = 0
        self.rejected = 0
        self.reasons: dict[str, dict[str, Any]] = {}
        self.objects: Counter[str] = Counter()
        self.warnings: list[str] = []
        self.changes = changes or ChangeLog(None)
        self._path = rejects
        self._bytes = 0
        self._header = header
        self._label = label
        self._pending: list[list[str]] = []

    def take(self, rows: int, *, created: int = 0, updated: int = 0) -> None:
        """``rows`` rows are done; those neither created nor updated were unchanged."""
        self.rows += rows
        self.created += created
        self.updated += updated
        self.skipped += rows - created - updated

    def reject(
        self,
        row: Row,
        reason: str,
        place: int | None = None,
        cells: Mapping[int, str] | None = None,
    ) -> None:
        """One row is left out, for one of the importer's reasons; ``place`` is the cell's.

        ``cells`` are all that cannot be read, place → reason: the file of rejects names each.
        """
        self.rows += 1
        self.rejected += 1
        group = self.reasons.setdefault(reason, {"count": 0, "rows": []})
        group["count"] += 1
        if len(group["rows"]) < EXAMPLES:
            group["rows"].append(self._example(row, place))
        missing = [""] * (len(self._header) - len(row.cells))
        why = self._all(row, cells) if cells else self._why(row, reason, place)
        self._pending.append([*row.cells, *missing, str(row.line), why])

    def leave_out(self, row: Row, cells: Mapping[int, str]) -> None:
        """Cells of a row that came in were left out; the row stands among the rejects."""
        self.warn("left_out")
        why = _("Came in without this: %(why)s") % {"why": self._all(row, cells)}
        self._pending.append([*row.cells, str(row.line), why])

    def _all(self, row: Row, cells: Mapping[int, str]) -> str:
        return " · ".join(self._why(row, cells[place], place) for place in sorted(cells))

    def _example(self, row: Row, place: int | None) -> dict[str, Any]:
        shown = [cell[:EXAMPLE_LENGTH] for cell in row.cells[:EXAMPLE_CELLS]]
        example: dict[str, Any] = {"line": row.line, "cells": shown}
        if place is not None:
            example |= {"column": self._header[place], "value": row.cells[place][:EXAMPLE_LENGTH]}
            example["place"] = place
        return example

    def _why(self, row: Row, reason: str, place: int | None) -> str:
        label = self._label(reason)
        if place is None:
            return label
        return _("%(reason)s Column “%(column)s”: “%(value)s”") % {
            "reason": label, "column": self._header[place], "value": row.cells[place],
        }  # fmt: skip

    def warn(self, reason: str) -> None:
        """Something about the whole file that the person should know."""
        if reason not in self.warnings:
            self.warnings.append(reason)

    def sums(self) -> dict[str, Any]:
        """The counts, the reasons and what was made."""
        return {
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "skipped": self.skipped,
            "rejected": self.rejected,
            "reasons": deepcopy(self.reasons),
            "objects": {name: count for name, count in self.objects.items() if count},
            "warnings": list(self.warnings),
        }

    def save(self) -> dict[str, Any]:
        """Write the rejects to disk and give the state for the checkpoint."""
        if self._pending:
            self._append()
        return {**self.sums(), "bytes": self._bytes}

    def restore(self, state: dict[str, Any]) -> Self:
        """Go on from a checkpoint; {} starts anew."""
        for name in ("rows", "created", "updated", "skipped", "rejected"):
            setattr(self, name, state.get(name, 0))
        self.reasons = deepcopy(state.get("reasons", {}))
        self.objects = Counter(state.get("objects", {}))
        self.warnings = list(state.get("warnings", []))
        self._bytes = state.get("bytes", 0)
        if self._path.exists():
            os.truncate(self._path, self._bytes)
        return self

    def _append(self) -> None:
        text = io.StringIO()
        writer = csv.writer(text)
        if not self._bytes:
            text.write("\ufeff")
            writer.writerow([safe_cell(name) for name in self._header] + [_("line"), _("reason")])
        writer.writerows([safe_cell(cell) for cell in cells] for cells in self._pending)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as stream:
            stream.write(text.getvalue().encode())
            stream.flush()
            os.fsync(stream.fileno())
        self._bytes = self._path.stat().st_size
        self._pending = []
