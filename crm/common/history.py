"""History by database triggers: who changed what, from what to what.

A change stores the row as it was before; creation stands on the record itself
(``created_at``, ``created_by``), so inserts cost nothing extra.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pghistory
import pghistory.middleware
from django.db import models

from crm.common.models import QUIET_FIELDS

M = TypeVar("M", bound=models.Model)


def tracked(*, but: Iterable[str] = ()) -> Callable[[type[M]], type[M]]:
    """Class decorator: keep the old row on each update and delete.

    ``but`` names columns that change without a person's edit (rollups).
    """

    def decorate(model: type[M]) -> type[M]:
        names = {field.name for field in model._meta.fields}
        exclude = [name for name in [*QUIET_FIELDS, *but] if name in names]
        return pghistory.track(
            pghistory.UpdateEvent(row=pghistory.Old),
            pghistory.DeleteEvent(),
            exclude=exclude,
        )(model)

    return decorate


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Names the user of each write; the address stays out of the history."""

    def get_context(self, request: Any) -> dict[str, Any]:
        user = getattr(request, "user", None)
        return {"user": user.pk if user and user.is_authenticated else None}
