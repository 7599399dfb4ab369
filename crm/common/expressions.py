"""SQL for which Django has no word."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Func, Subquery


class IsAny(Func):
    """Whether a value is among an array's: one slot for any number of keys."""

    arg_joiner, template, output_field = " = ANY(", "%(expressions)s)", BooleanField()


class _AsStored:
    """Values are taken as the driver gives them.

    Django would turn each float into a float and each Decimal into a Decimal.
    """

    def get_db_converters(self, connection: Any) -> list[Any]:
        return []


class AsStored(_AsStored, Subquery):
    pass


class AsStoredFunc(_AsStored, Func):
    pass
