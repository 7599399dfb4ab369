"""Many tables by one migration operation.

Django renders its models again after each operation that changes one, and everything here is
related to everything: an operation per table and trigger costs half a minute on a fresh database.
`Together` applies a whole app's operations to the state first and renders once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.migrations.operations.base import Operation

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState


class Together(Operation):
    """``operations`` as one; each must come out the same when it sees the state after the last.

    True of `CreateModel` with all its fields, of `AddTrigger` and of SQL; not of operations that
    change a table which another of them made.
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
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """``from_state`` has everything, ``to_state`` nothing of it: tables take their triggers."""
        for operation in reversed(self.operations):
            if not hasattr(operation, "trigger"):
                operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Make {len(self.operations)} tables and triggers"
