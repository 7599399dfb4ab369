"""The list of a kind of record: filters, order, keyset pages, cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString

from crm.common.columns import Column
from crm.records.keyset import Page, Sort, capped_count, paginate
from crm.records.resources import Resource
from crm.records.views.base import ResourceView

PAGE_SIZES = (25, 50, 100)
DEFAULT_PAGE_SIZE = 50


class RecordList(ResourceView):
    def get(self, request: HttpRequest) -> HttpResponse:
        in_trash = request.GET.get("state") == "trash"
        filterset = self.resource.filterset(
            request.GET, queryset=self._source(in_trash), request=request
        )
        queryset = filterset.qs if filterset.is_valid() else filterset.queryset.none()
        sort, descending = self._order()
        page = paginate(
            queryset, sort, descending=descending, size=self._size(),
            after=request.GET.get("after", ""), before=request.GET.get("before", ""),
        )  # fmt: skip
        count, exact = capped_count(queryset)
        columns = [column for column in self.resource.columns if column.default]
        context = {
            "filterset": filterset, "columns": self._heads(columns, sort, descending),
            "rows": _cells(page, columns), "page": page, "count": count, "count_exact": exact,
            "in_trash": in_trash, "may_create": self.resource.may_create(request.user),
            "is_filtered": any(request.GET.get(name) for name in filterset.filters),
            "chips": _chips(request, filterset),
            "next_url": self._link(after=page.next_cursor) if page.next_cursor else "",
            "previous_url": self._link(before=page.previous_cursor) if page.previous_cursor else "",
            "tabs": _tabs(request, self.resource),
            **(self.resource.list_context(request) if self.resource.list_context else {}),
        }  # fmt: skip
        fragment = request.headers.get("HX-Target") == "list"
        template = self.resource.list_template + ("#list" if fragment else "")
        return self.page(template, context)

    def _source(self, in_trash: bool) -> Any:
        if not in_trash:
            return self.records()
        return self._shaped(self.resource.model.objects.restorable_by(self.request.user))

    def _order(self) -> tuple[Sort, bool]:
        asked = self.request.GET.get("sort", "")
        for text in (asked, self.resource.default_sort):
            sort = self.resource.sort(text.lstrip("-"))
            if sort:
                return sort, text.startswith("-")
        raise Http404

    def _size(self) -> int:
        asked = self.request.GET.get("size", "")
        return int(asked) if asked in map(str, PAGE_SIZES) else DEFAULT_PAGE_SIZE

    def _link(self, **changes: Any) -> str:
        kept = {
            key: values
            for key, values in self.request.GET.lists()
            if key not in {"after", "before"} and key not in changes
        }
        return "?" + urlencode({**kept, **changes}, doseq=True)

    def _heads(
        self, columns: Sequence[Column], sort: Sort, descending: bool
    ) -> list[dict[str, Any]]:
        heads = []
        for column in columns:
            mine = column.sort == sort.key and bool(column.sort)
            flip = f"-{column.sort}" if not (mine and descending) else column.sort
            heads.append(
                {
                    "label": column.label,
                    "css": column.css,
                    "url": self._link(sort=flip) if column.sort else "",
                    "direction": ("desc" if descending else "asc") if mine else "",
                    "numeric": "num" in column.css,
                }
            )
        return heads


def _cells(page: Page, columns: Sequence[Column]) -> list[tuple[Any, SafeString]]:
    """Each record with its row's cells, joined here: a template loop over cells is slow.

    Labels (shown on phones) are translated once, not per row; ``format_html_join`` escapes.
    """
    heads = []
    for place, column in enumerate(columns):
        css = f"{column.css} cell-main".strip() if place == 0 else column.css
        heads.append((column, escape(column.label), css))
    return [
        (
            record,
            format_html_join(
                "",
                '<td data-label="{}" class="{}">{}</td>',
                ((label, css, column.render(record)) for column, label, css in heads),
            ),
        )
        for record in page.rows
    ]


def _tabs(request: HttpRequest, resource: Resource) -> list[dict[str, Any]]:
    """Ready-made views of a list, as links with their filters."""
    if resource.tabs is None:
        return []
    ignored = {"sort", "after", "before", "size"}
    here = {(k, v) for k, v in request.GET.items() if k not in ignored and v}
    tabs = []
    for label, query in resource.tabs(request.user):
        wanted = {tuple(part.split("=", 1)) for part in query.split("&") if part}
        tabs.append({"label": label, "url": f"?{query}", "active": here == wanted})
    return tabs


def _chips(request: HttpRequest, filterset: Any) -> list[dict[str, Any]]:
    """The filters in use, each with the address that takes it away."""
    chips = []
    for name, item in filterset.filters.items():
        values = [value for value in request.GET.getlist(name) if value]
        if not values or name not in filterset.form.fields:
            continue
        rest = request.GET.copy()
        for key in (name, "after", "before"):
            rest.pop(key, None)
        shown = "、".join(_choice_label(filterset.form.fields[name], v) for v in values)
        chips.append({"label": f"{item.label}: {shown}", "remove_url": "?" + rest.urlencode()})
    return chips


def _choice_label(field: Any, value: str) -> str:
    queryset = getattr(field, "queryset", None)
    if queryset is not None:
        found = queryset.filter(pk=value).first() if value.isdigit() else None
        return str(found or value)
    for key, label in getattr(field, "choices", ()):
        if str(key) == value:
            return str(label)
    return value
