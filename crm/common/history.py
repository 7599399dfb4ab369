"""History by database triggers: who changed what, from what to what.

A change stores the row as it was before; creation stands on the record itself
(``created_at``, ``created_by``), so inserts cost nothing extra.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

import pghistory
import pghistory.middleware
import pghistory.runtime
from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from crm.common.models import QUIET_FIELDS

M = TypeVar("M", bound=models.Model)
# What is prepared (crm.common.prepared) only reads: nothing need be told before it who asks.
pghistory.runtime.IGNORED_SQL_PREFIXES += ("prepare ", "execute ")  # type: ignore[assignment]  # its type has the length


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


def held_at(rows: Any, wanted: Q, moment: datetime) -> Any:
    """Those of ``rows``, of a tracked model, that were there and ``wanted`` at a moment.

    ``wanted`` names tracked columns: each row is asked as its first change since has kept it, or
    as it is where none came.
    """
    events = apps.get_model(rows.model._meta.app_label, f"{rows.model.__name__}Event").objects
    since = events.filter(pgh_obj=OuterRef("pk"), pgh_created_at__gt=moment)
    change = Subquery(since.order_by("pgh_created_at", "pgh_id").values("pk")[:1])
    kept = Exists(events.filter(wanted, pk=OuterRef("change")))
    there = rows.filter(created_at__lte=moment).alias(change=change)
    return there.filter(Q(change=None) & wanted | kept)


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Names the user of each write; the address stays out of the history."""

    def get_context(self, request: Any) -> dict[str, Any]:
        user = getattr(request, "user", None)
        return {"user": user.pk if user and user.is_authenticated else None}
