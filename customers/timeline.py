"""Everything that happened with a customer: one UNION over the apps' sources, newest first."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, DateTimeField, Value
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils import timezone
from django.utils.safestring import SafeString

from crm.common.addresses import record_url
from crm.common.prepared import Prepared
from crm.common.registries import TimelineSource, timeline_sources
from customers.timeline_entries import entries_html

TIMELINE_PAGE = 20


@dataclass(frozen=True)
class TimelineFilter:
    """Which groups of sources, none meaning all; only what the reader did."""

    groups: tuple[str, ...] = ()
    mine: bool = False

    @classmethod
    def of(cls, asked: QueryDict) -> TimelineFilter:
        """The filter that an address asks for; unknown kinds are ignored."""
        known = {group for source in timeline_sources for group in (source.key, _group(source))}
        kinds = {kind for kind in asked.getlist("kind") if kind in known}
        return cls(tuple(sorted(kinds)), bool(asked.get("mine")))

    def sources(self) -> list[TimelineSource]:
        wanted = set(self.groups)
        found = timeline_sources
        return [s for s in found if not wanted or {s.key, _group(s)} & wanted]

    @property
    def query(self) -> list[tuple[str, str]]:
        return [("kind", group) for group in self.groups] + ([("mine", "1")] if self.mine else [])


def _group(source: TimelineSource) -> str:
    return source.group or source.key


def timeline_page(
    user: Any, customer_id: int, chosen: TimelineFilter | None = None, cursor: str = ""
) -> dict[str, Any]:
    """One page of the timeline, in one query.

    ``cursor`` is that of the page before; a broken one gives the first page. Gives ``html`` (list
    items), ``empty``, ``next_url`` and the filter's ``groups`` and ``mine``.
    """
    chosen = chosen or TimelineFilter()
    mark = _read_cursor(cursor)
    keys = tuple(source.key for source in chosen.sources())
    values: dict[str, Any] = {"customer_id": customer_id} | ({"until": mark[0]} if mark else {})
    found = [
        {name.removeprefix("event_"): value for name, value in row.items()}
        for row in _PAGE.fetch(user, keys, chosen.mine, **values)
    ]
    if mark:
        seen = next((i for i, row in enumerate(found) if _key(row) == mark), -1)
        found = found[seen + 1 :]
    page = found[:TIMELINE_PAGE]
    more = len(found) > TIMELINE_PAGE
    return {
        "html": _html(page),
        "empty": not page,
        "next_url": _next_url(customer_id, chosen, page[-1]) if more else "",
        "groups": timeline_groups(chosen),
        "mine": chosen.mine,
        "customer_id": customer_id,
    }


def timeline_groups(chosen: TimelineFilter) -> list[dict[str, Any]]:
    """What the timeline can be narrowed to."""
    return [
        {"key": s.key, "label": s.label, "icon": s.icon, "chosen": s.key in chosen.groups}
        for s in sorted(timeline_sources, key=lambda source: source.order)
        if not s.group
    ]


def timeline_values(queryset: Any, key: str, at: str, **columns: Any) -> Any:
    """Shape a source's queryset for the timeline's UNION: every branch has the same columns."""
    texts = {
        f"event_{name}": Cast(columns.get(name, Value("")), CharField())
        for name in ("title", "text", "extra", "who")
    }
    return queryset.annotate(
        event_source=Value(key, CharField()), event_at=Cast(at, DateTimeField()), **texts
    ).values("event_source", "pk", "event_at", *texts)


def _union(
    user: Any, keys: Sequence[str], mine: bool, customer_id: int, until: datetime | None = None
) -> Any:
    branches = []
    for source in timeline_sources:
        if source.key not in keys:
            continue
        rows = source.rows(user, customer_id)
        if mine:
            rows = rows.filter(**{source.actor: user.pk})
        if until:
            rows = rows.filter(event_at__lte=until)
        branches.append(rows.order_by("-event_at", "-pk")[: TIMELINE_PAGE * 2 + 1])
    first, *others = branches
    if not others:
        return first
    union = first.union(*others, all=True)
    return union.order_by("-event_at", "event_source", "-pk")[: TIMELINE_PAGE * 2 + 1]


_PAGE = Prepared(_union)


def _html(rows: Iterable[dict[str, Any]]) -> SafeString:
    by_key = {source.key: source for source in timeline_sources}
    entries = []
    for row in rows:
        source = by_key[row["source"]]
        entries.append(
            {"icon": source.icon, "when": row["at"], "who": row["who"], **source.describe(row)}
        )
    return entries_html(entries)


def _key(row: dict[str, Any]) -> tuple[datetime, str, int]:
    return row["at"], row["source"], row["pk"]


def _next_url(customer_id: int, chosen: TimelineFilter, last: dict[str, Any]) -> str:
    packed = json.dumps([last["at"].isoformat(), last["source"], last["pk"]])
    cursor = base64.urlsafe_b64encode(packed.encode()).decode()
    query = urlencode([*chosen.query, ("cursor", cursor)])
    return f"{record_url('customers:timeline', customer_id)}?{query}"


def _read_cursor(token: str) -> tuple[datetime, str, int] | None:
    try:
        at, source, pk = json.loads(base64.urlsafe_b64decode(token))
        moment = datetime.fromisoformat(at)
    except (ValueError, TypeError):
        return None
    return (moment, source, pk) if timezone.is_aware(moment) else None
