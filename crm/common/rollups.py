"""Rollups kept by the database: statement triggers, so that bulk writes stay fast.

Each rollup is one SQL statement that refreshes the parents whose ids the changed rows name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pgtrigger

CUSTOMERS = "customers_customer"


@dataclass(frozen=True)
class Rollup:
    """The three triggers that keep one parent table in step with a child table.

    ``refresh`` is an UPDATE of the parents with ``{ids}`` where their ids go; ``parent`` is the
    child's column that names the parent, a row of ``table``; ``watched`` are the child's columns
    that the refresh reads: changes of others leave the parent alone.

    The parents are locked first. A refresh that counted before it waited for its parent would
    write what it saw then, without the row of the writer it waited for; the statement after the
    lock sees that row.
    """

    name: str
    parent: str
    watched: Sequence[str]
    refresh: str
    table: str = CUSTOMERS

    def _trigger(self, suffix: str, operation: pgtrigger.Operation, ids: str) -> pgtrigger.Trigger:
        references = {
            "insert": pgtrigger.Referencing(new="new_rows"),
            "update": pgtrigger.Referencing(old="old_rows", new="new_rows"),
            "delete": pgtrigger.Referencing(old="old_rows"),
        }
        # In the order of the ids, so that writers for the same parents wait and never deadlock.
        wanted = f"SELECT id FROM {self.table} WHERE id IN ({ids})"  # noqa: S608  # names of our own
        lock = f"PERFORM 1 FROM ({wanted} ORDER BY id FOR NO KEY UPDATE) AS locked; "
        return pgtrigger.Trigger(
            name=f"{self.name}_{suffix}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=references[suffix],
            func=f"{lock}{self.refresh.format(ids=ids)} RETURN NULL;",
        )

    @property
    def insert(self) -> pgtrigger.Trigger:
        ids = f"SELECT DISTINCT {self.parent} FROM new_rows"  # noqa: S608  # as above
        return self._trigger("insert", pgtrigger.Insert, ids)

    @property
    def update(self) -> pgtrigger.Trigger:
        columns = [self.parent, *self.watched]
        new, old = (", ".join(f"{side}.{name}" for name in columns) for side in ("n", "o"))
        ids = (
            f"SELECT unnest(ARRAY[n.{self.parent}, o.{self.parent}]) "  # noqa: S608  # as above
            f"FROM new_rows AS n JOIN old_rows AS o USING (id) "
            f"WHERE ({new}) IS DISTINCT FROM ({old})"
        )
        return self._trigger("update", pgtrigger.Update, ids)

    @property
    def delete(self) -> pgtrigger.Trigger:
        ids = f"SELECT DISTINCT {self.parent} FROM old_rows"  # noqa: S608  # as above
        return self._trigger("delete", pgtrigger.Delete, ids)

    @property
    def all(self) -> list[pgtrigger.Trigger]:
        return [self.insert, self.update, self.delete]
