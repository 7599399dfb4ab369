"""Who may take records out in bulk. The reach is the records' own, see ``exportable``."""

from __future__ import annotations

from typing import Any

from crm.records.lists import ListQuery
from crm.records.resources import SELLERS

REP_MAX_ROWS = 5_000


def may_export(user: Any) -> bool:
    return user.role in SELLERS


def exportable(query: ListQuery) -> Any:
    """The rows of a list that the user may take out: representatives their own ones only."""
    records = query.records()
    if not query.user.is_rep:
        return records
    own = query.resource.model.objects.editable_by(query.user)
    if query.resource.model._meta.label_lower == "sales.product":  # the price list is no secret
        return records
    return records.filter(pk__in=own.values("pk"))
