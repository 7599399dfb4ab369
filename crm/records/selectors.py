"""Reads of saved views (the tabs above a list and their counts) and of attached files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.common import formats
from crm.common.prepared import Prepared
from crm.records.keyset import capped_count
from crm.records.lists import LAYOUT, ListQuery
from crm.records.models import Attachment, SavedView

MOST_FILES = 100


def view_tabs(query: ListQuery) -> list[dict[str, Any]]:
    """Ready-made views and those that the user pinned, the open one marked; without counts."""
    tabs: list[dict[str, Any]] = []
    here = {(k, v) for k, v in query.params.items() if k not in LAYOUT and v}
    opened = query.params.get("view", "")
    if query.resource.tabs is not None:
        for label, text in query.resource.tabs(query.user):
            wanted = {tuple(part.split("=", 1)) for part in text.split("&") if part}
            active = not opened and here == wanted
            tabs.append({"label": label, "url": f"?{text}", "active": active})
    for view in _PINNED.fetch(query.user, kind=query.resource.kind):
        active = opened == str(view.pk)
        tabs.append({"label": view.name, "url": view_url(view), "active": active, "view": view})
    return tabs


def _pinned(user: Any, kind: str) -> Any:
    views = SavedView.objects.visible_to(user).filter(kind=kind, pinned_by=user.pk)
    return views.distinct()


_PINNED = Prepared(_pinned)


def view_url(view: SavedView) -> str:
    """The address part that opens a saved view: everything stands in it."""
    columns = {"columns": ",".join(view.columns)} if view.columns else {}
    extra = urlencode({**columns, "view": view.pk}, safe=",")
    return "?" + "&".join(filter(None, [view.query, extra]))


def view_urls(query: ListQuery, asked: str = "") -> dict[str, str]:
    """Where views of this list are kept, saved and counted."""
    asked = asked or urlencode({"kind": query.resource.kind, "query": query.text})
    opened = quote(query.params.get("view", ""))
    return {
        "views_url": f"{reverse('records:view_list')}?{asked}",
        "save_url": f"{reverse('records:view_create')}?{asked}",
        "counts_url": f"{reverse('records:view_counts')}?{asked}&view={opened}",
    }


def counted_tabs(query: ListQuery) -> list[dict[str, Any]]:
    """The tabs with the number of rows behind each pinned view; counting stops at the cap."""
    tabs = view_tabs(query)
    for tab in tabs:
        view = tab.get("view")
        if view is not None:
            saved = ListQuery.of(query.resource, query.user, view.query)
            found, exact = capped_count(saved.records())
            tab["count"] = formats.number(found) + ("" if exact else "+")
    return tabs


def views_of(query: ListQuery) -> Sequence[dict[str, Any]]:
    """Every view of this list that the user sees, with what the user may do with it."""
    user = query.user
    views = SavedView.objects.visible_to(user).filter(kind=query.resource.kind)
    editable = set(SavedView.objects.editable_by(user).values_list("pk", flat=True))
    pinned = set(views.filter(pinned_by=user.pk).values_list("pk", flat=True))
    return [
        {
            "view": view,
            "url": query.resource.url("list") + view_url(view),
            "may_edit": view.pk in editable,
            "is_pinned": view.pk in pinned,
            "hint": _("by %(name)s") % {"name": view.owner} if view.owner_id != user.pk else "",
        }
        for view in views.select_related("owner").distinct()
    ]


def file_rows(user: Any, model: type[Any], pk: int) -> list[Attachment]:
    """The files of a record that the user sees, with ``can_trash``."""
    mine = Attachment.objects.trashable_by(user).filter(pk=OuterRef("pk"))
    found = Attachment.objects.of(model, pk).select_related("created_by")
    return list(found.annotate(can_trash=Exists(mine))[:MOST_FILES])
