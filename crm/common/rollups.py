"""Rollups kept by the database: statement triggers, so that bulk writes stay fast.

Each rollup is one SQL statement that refreshes the parents whose ids the changed rows name.
"""

from dataclasses import dataclass

import pgtrigger


@dataclass(frozen=True)
class Rollup:
    """The three triggers that keep one parent table in step with a child table.

    ``refresh`` is an UPDATE of the parents with ``{ids}`` where their ids go;
    ``parent`` is the child's column that names the parent.
    """

    name: str
    parent: str
    refresh: str

    def _trigger(self, suffix: str, operation: pgtrigger.Operation, ids: str) -> pgtrigger.Trigger:
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
            func=self.refresh.format(ids=ids) + " RETURN NULL;",
        )

    @property
    def insert(self) -> pgtrigger.Trigger:
        ids = f"SELECT DISTINCT {self.parent} FROM new_rows"  # noqa: S608  # names of our own
        return self._trigger("insert", pgtrigger.Insert, ids)

    @property
    def update(self) -> pgtrigger.Trigger:
        ids = f"SELECT {self.parent} FROM new_rows UNION SELECT {self.parent} FROM old_rows"  # noqa: S608  # as above
        return self._trigger("update", pgtrigger.Update, ids)

    @property
    def delete(self) -> pgtrigger.Trigger:
        ids = f"SELECT DISTINCT {self.parent} FROM old_rows"  # noqa: S608  # as above
        return self._trigger("delete", pgtrigger.Delete, ids)

    @property
    def all(self) -> list[pgtrigger.Trigger]:
        return [self.insert, self.update, self.delete]
