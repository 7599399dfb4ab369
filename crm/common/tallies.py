"""Sums kept by the database as differences: exact under any number of writers at once.

Where a rollup (``rollups.py``) counts the children of one parent again, a tally adds what changed
to the sums of a group. Two writers of one group wait for each other for the length of a commit,
and neither loses the other's part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pgtrigger


@dataclass(frozen=True)
class Tally:
    """The statement triggers on ``source`` that keep ``table``, one row per group of ``keys``.

    ``sums`` maps a column of ``table`` to what one row adds to it; ``keys`` maps a column to its
    expression; ``where`` says which rows count. Expressions name columns of ``source``.
    """

    name: str
    table: str
    source: str
    keys: Mapping[str, str]
    sums: Mapping[str, str]
    where: str

    @property
    def all(self) -> list[pgtrigger.Trigger]:
        new, old = self._rows("new_rows", ""), self._rows("old_rows", "-")
        return [
            self._trigger("insert", pgtrigger.Insert, [new]),
            self._trigger("update", pgtrigger.Update, [new, old]),
            self._trigger("delete", pgtrigger.Delete, [old]),
        ]

    @property
    def refill(self) -> str:
        """The statements that make the table anew, for rows written without the triggers."""
        return f"DELETE FROM {self.table}; " + self._add([self._rows(self.source, "")])  # noqa: S608  # names of our own

    def _trigger(
        self, suffix: str, operation: pgtrigger.Operation, rows: Sequence[str]
    ) -> pgtrigger.Trigger:
        references = {
            "insert": pgtrigger.Referencing(new="new_rows"),
            "update": pgtrigger.Referencing(old="old_rows", new="new_rows"),
            "delete": pgtrigger.Referencing(old="old_rows"),
        }
        return pgtrigger.Trigger(
            name=f"{self.name}_{suffix}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=references[suffix],
            func=self._add(rows) + " RETURN NULL;",
        )

    def _rows(self, source: str, sign: str) -> str:
        keys = ", ".join(f"{expression} AS {key}" for key, expression in self.keys.items())
        sums = ", ".join(
            f"{sign}({expression}) AS {name}" for name, expression in self.sums.items()
        )
        return f"SELECT {keys}, {sums} FROM {source} WHERE {self.where}"  # noqa: S608  # names of our own

    def _add(self, rows: Sequence[str]) -> str:
        keys, names = ", ".join(self.keys), list(self.sums)
        totals = ", ".join(f"sum({name}) AS {name}" for name in names)
        changed = " OR ".join(f"sum({name}) <> 0" for name in names)
        added = ", ".join(f"{name} = kept.{name} + excluded.{name}" for name in names)
        # In the order of the keys, so that writers of the same groups wait and never deadlock.
        return (
            f"INSERT INTO {self.table} AS kept ({keys}, {', '.join(names)}) "  # noqa: S608  # as above
            f"SELECT {keys}, {totals} FROM ({' UNION ALL '.join(rows)}) AS change "
            f"GROUP BY {keys} HAVING {changed} ORDER BY {keys} "
            f"ON CONFLICT ({keys}) DO UPDATE SET {added};"
        )
