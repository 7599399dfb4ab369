"""The pages of a record: list, detail, form, trash, history, type-ahead.

Each view parses, authorises by fetching through ``visible_to``, calls one service or selector
and renders. GET never writes.
"""

from __future__ import annotations

from typing import Any

from django.urls import path

from crm.records.resources import Resource
from crm.records.views.base import ResourceView
from crm.records.views.forms import RecordCreate, RecordEdit
from crm.records.views.inline import RecordField
from crm.records.views.listing import DEFAULT_PAGE_SIZE, RecordList
from crm.records.views.lists import ListBulk, ListExport
from crm.records.views.pages import (
    RecordDetail,
    RecordHistory,
    RecordOptions,
    RecordRestore,
    RecordTrash,
)

__all__ = [
    "DEFAULT_PAGE_SIZE",
    "ListBulk",
    "ListExport",
    "RecordCreate",
    "RecordDetail",
    "RecordEdit",
    "RecordField",
    "RecordHistory",
    "RecordList",
    "RecordOptions",
    "RecordRestore",
    "RecordTrash",
    "ResourceView",
    "resource_urls",
]


def resource_urls(resource: Resource, base: str = "", **views: type[ResourceView]) -> list[Any]:
    """The addresses of a resource below ``base`` ("" or "deals/").

    Keyword arguments replace a page's view: ``detail=MyDetail``.
    """
    pages: dict[str, tuple[str, type[ResourceView]]] = {
        "list": ("", RecordList),
        "create": ("new/", RecordCreate),
        "options": ("options/", RecordOptions),
        "bulk": ("bulk/", ListBulk),
        "export": ("export/", ListExport),
        "detail": ("<int:pk>/", RecordDetail),
        "edit": ("<int:pk>/edit/", RecordEdit),
        "field": ("<int:pk>/field/<slug:name>/", RecordField),
        "history": ("<int:pk>/history/", RecordHistory),
        "trash": ("<int:pk>/trash/", RecordTrash),
        "restore": ("<int:pk>/restore/", RecordRestore),
    }
    return [
        path(
            f"{base}{route}",
            views.get(page, view).as_view(resource=resource),
            name=f"{resource.prefix}{page}",
        )
        for page, (route, view) in pages.items()
    ]
