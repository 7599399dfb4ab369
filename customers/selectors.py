"""Page-shaped reads of customers, with a fixed number of queries."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

from django.db.models import CharField, DateTimeField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from crm.accounts.http import SignedInRequest
from crm.common.registries import TimelineSource, customer_panels, timeline_sources
from customers.models import Affiliation, Customer

TIMELINE_PAGE = 20


def customer_page(request: SignedInRequest, customer: Customer) -> dict[str, Any]:
    """What the customer's page shows beside the facts."""
    affiliations = (
        Affiliation.objects.filter(customer=customer, contact__trashed_at__isnull=True)
        .select_related("contact")
        .order_by("-is_primary", "-active", "contact__name")[:20]
    )
    return {
        "affiliations": list(affiliations),
        "can_take": request.user.is_rep and customer.owner_id is None,
        "panels": panels_of(request.user, customer),
        "timeline": timeline_page(request.user, customer.pk),
        "timeline_kinds": [(s.key, s.label) for s in timeline_sources],
    }


def panels_of(user: Any, customer: Customer) -> list[dict[str, Any]]:
    """The cards that the apps above put beside the customer."""
    shown = []
    for panel in sorted(customer_panels, key=lambda entry: entry.order):
        context = panel.context(user, customer)
        if context is not None:
            shown.append({"template": panel.template, "column": panel.column, **context})
    return shown


def contact_page(request: SignedInRequest, contact: Any) -> dict[str, Any]:
    visible = Customer.objects.visible_to(request.user)
    parts = contact.affiliations.filter(customer__in=visible).select_related("customer")
    return {"affiliations": list(parts[:50])}


def timeline_page(
    user: Any, customer_id: int, *, kind: str = "", cursor: str = ""
) -> dict[str, Any]:
    """One page of everything that happened with a customer, newest first, in one query.

    ``cursor`` is the ``next`` of the page before; a broken one gives the first page.
    """
    sources = {s.key: s for s in timeline_sources if not kind or s.key == kind}
    if not sources:
        return {"entries": [], "next": "", "kind": kind}
    mark = _read_cursor(cursor)
    branches = []
    for source in sources.values():
        rows = source.rows(user, customer_id)
        if mark:
            rows = rows.filter(event_at__lte=mark[0])
        branches.append(rows.order_by("-event_at", "-pk")[: TIMELINE_PAGE * 2 + 1])
    first, *others = branches
    ordered = first
    if others:
        union = first.union(*others, all=True)
        ordered = union.order_by("-event_at", "event_source", "-pk")[: TIMELINE_PAGE * 2 + 1]
    found = [{key.removeprefix("event_"): row[key] for key in row} for row in ordered]
    if mark:
        seen = next((i for i, row in enumerate(found) if _key(row) == mark), -1)
        found = found[seen + 1 :]
    page = found[:TIMELINE_PAGE]
    entries = [_entry(sources[row["source"]], row) for row in page]
    more = len(found) > TIMELINE_PAGE
    return {"entries": entries, "next": _write_cursor(page[-1]) if more else "", "kind": kind}


def timeline_values(queryset: Any, key: str, at: str, **columns: Any) -> Any:
    """Shape a source's queryset for the timeline's UNION: every branch has the same columns."""
    texts = {
        f"event_{name}": Cast(columns.get(name, Value("")), CharField())
        for name in ("title", "text", "extra", "who")
    }
    return queryset.annotate(
        event_source=Value(key, CharField()), event_at=Cast(at, DateTimeField()), **texts
    ).values("event_source", "pk", "event_at", *texts)


def _entry(source: TimelineSource, row: dict[str, Any]) -> dict[str, Any]:
    return {"icon": source.icon, "when": row["at"], "who": row["who"], **source.describe(row)}


def _key(row: dict[str, Any]) -> tuple[datetime, str, int]:
    return row["at"], row["source"], row["pk"]


def _write_cursor(row: dict[str, Any]) -> str:
    packed = json.dumps([row["at"].isoformat(), row["source"], row["pk"]])
    return base64.urlsafe_b64encode(packed.encode()).decode()


def _read_cursor(token: str) -> tuple[datetime, str, int] | None:
    try:
        at, source, pk = json.loads(base64.urlsafe_b64decode(token))
        moment = datetime.fromisoformat(at)
    except (ValueError, TypeError):
        return None
    return (moment, source, pk) if timezone.is_aware(moment) else None
