"""Who may take records out in bulk. The reach is the records' own, see ``exportable``."""

from __future__ import annotations

from typing import Any

from crm.records.lists import ListQuery
from crm.records.resources import SELLERS

REP_MAX_ROWS = 5_000


def may_export(user: Any) -> bool:
    return user.role in SELLERS


def exports_own_only(user: Any, resource: Any) -> bool:
    """Representatives take out their own rows, and the price list, which is no secret."""
    return user.is_rep and resource.kind != "sales.product"


def exportable(query: ListQuery) -> Any:
    """The rows of a list that the user may take out."""
    records = query.records()
    if not exports_own_only(query.user, query.resource):
        return records
    own = query.resource.model.objects.editable_by(query.user)
    return records.filter(pk__in=own.values("pk"))
