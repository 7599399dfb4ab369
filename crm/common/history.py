"""History by database triggers: who changed what, from what to what.

A change stores the row as it was before; creation stands on the record itself
(``created_at``, ``created_by``), so inserts cost nothing extra.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any, TypeVar

import pghistory
import pghistory.middleware
import pghistory.runtime
import pgtrigger
from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from crm.common.models import QUIET_FIELDS

M = TypeVar("M", bound=models.Model)
# What is prepared (crm.common.prepared) only reads: nothing need be told before it who asks.
pghistory.runtime.IGNORED_SQL_PREFIXES += ("prepare ", "execute ")  # type: ignore[assignment]  # its type has the length


def tracked(*, but: Iterable[str] = (), sums: Iterable[str] = ()) -> Callable[[type[M]], type[M]]:
    """Class decorator: keep the old row on each update and delete.

    ``but`` names columns that change without a person's edit (rollups), ``sums`` those that lines
    add up to: that they rise from 0 with a new record's first lines is no change.
    """

    def decorate(model: type[M]) -> type[M]:
        names = {field.name for field in model._meta.fields}
        exclude = [name for name in [*QUIET_FIELDS, *but] if name in names]
        update = pghistory.UpdateEvent(row=pghistory.Old)
        if sums:
            update = pghistory.UpdateEvent(
                row=pghistory.Old, condition=_edited(model, {*exclude, *sums}, sums)
            )
        return pghistory.track(update, pghistory.DeleteEvent(), exclude=exclude)(model)

    return decorate


def tracked_part(model: type[M]) -> type[M]:
    """Class decorator for what hangs on records: a link, a tag, a price.

    Each change and removal keeps the old row, and what a person or a job puts there keeps the new
    one; samples and restored dumps, which nobody puts there, do not. Only a proxy of the table
    between two models has no changes: its rows come and go.
    """
    events: list[Any] = [
        pghistory.InsertEvent(condition=pgtrigger.Condition(_BY_SOMEBODY)),
        pghistory.DeleteEvent(),
    ]
    if model._meta.proxy:
        return pghistory.track(*events, obj_field=None)(model)
    return pghistory.track(*events, pghistory.UpdateEvent(row=pghistory.Old))(model)


def tracked_lines(model: type[M]) -> type[M]:
    """Class decorator for a record's lines, which are written anew together.

    Lines that change or go are kept as they were. Which ones come instead needs nothing kept: they
    stand there, or the next change has kept them.
    """
    # A name of its own: the usual one and “sales.QuoteLine” have the hash of “sales.Quote”.
    update = pghistory.UpdateEvent(row=pghistory.Old, trigger_name="line_update")
    return pghistory.track(
        update, pghistory.DeleteEvent(),
        exclude=[one.name for one in model._meta.fields if one.generated],
    )(model)  # fmt: skip


_BY_SOMEBODY = "NULLIF(CURRENT_SETTING('pghistory.context_id', true), '') IS NOT NULL"


def _edited(
    model: type[models.Model], others: Collection[str], sums: Iterable[str]
) -> pgtrigger.Condition:
    """Any tracked column is another one; sums but for a new record's first ones."""
    columns = [field.column for field in model._meta.fields if field.name not in others]
    told = [f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in columns]
    told += [
        f'(OLD."{name}" IS DISTINCT FROM NEW."{name}" AND (OLD."{name}" <> 0 OR OLD."version" > 1))'
        for name in sums
    ]
    return pgtrigger.Condition(" OR ".join(told))


def events_of(model: type[models.Model]) -> Any:
    """The manager of what the triggers kept of a tracked model."""
    return apps.get_model(model._meta.app_label, f"{model.__name__}Event")._default_manager


def held_at(rows: Any, wanted: Q, moment: datetime) -> Any:
    """Those of ``rows``, of a tracked model, that were there and ``wanted`` at a moment.

    ``wanted`` names tracked columns: each row is asked as its first change since has kept it, or
    as it is where none came.
    """
    events = events_of(rows.model)
    since = events.filter(pgh_obj=OuterRef("pk"), pgh_created_at__gt=moment)
    change = Subquery(since.order_by("pgh_created_at", "pgh_id").values("pk")[:1])
    kept = Exists(events.filter(wanted, pk=OuterRef("change")))
    there = rows.filter(created_at__lte=moment).alias(change=change)
    return there.filter(Q(change=None) & wanted | kept)


def value_at(model: type[models.Model], name: str) -> Coalesce:
    """What a tracked column of the rows of ``held_at`` held at its moment."""
    events = events_of(model)
    kept = events.filter(pk=OuterRef("change")).values(name)
    return Coalesce(Subquery(kept[:1]), F(name))


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Names the user of each write; the address stays out of the history."""

    def get_context(self, request: Any) -> dict[str, Any]:
        user = getattr(request, "user", None)
        return {"user": user.pk if user and user.is_authenticated else None}
