"""Many changes by one migration operation.

Django renders its models again after each operation that changes one, and everything here is
related to everything: an operation per table, column and trigger costs half a minute on a fresh
database. `Together` applies all of a step's operations to the state first and renders once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState


class Together(Operation):
    """``operations`` as one: each sees the state before the first and the one after the last.

    A table that is made here is made with all that the others give it. Not for two changes of one
    column, nor for Python that reads what stands between.
    """

    serialization_expand_args = ["operations"]  # written one to a line

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        vars(state).pop("apps", None)  # rendered when a table is made, not after each change
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self._needed(of_tables=True):
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Tables take their triggers with them."""
        for operation in reversed(self._needed(of_tables=False)):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def _needed(self, *, of_tables: bool) -> list[Operation]:
        """Those that are not a part of making a table; its triggers when ``of_tables``."""
        made = {one.name_lower for one in self.operations if isinstance(one, CreateModel)}
        return [
            one
            for one in self.operations
            if getattr(one, "model_name", "").lower() not in made
            or (of_tables and hasattr(one, "trigger"))
        ]

    def describe(self) -> str:
        return f"Make {len(self.operations)} changes"
