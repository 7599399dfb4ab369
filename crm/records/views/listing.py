"""The list of a kind of record: filters, order, keyset pages, cells."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.common import formats
from crm.common.columns import Column
from crm.common.markup import joined, piece
from crm.common.templatetags.ui import icon
from crm.records.bulk import actions_for
from crm.records.inline import inline_names
from crm.records.keyset import (
    Page,
    RelatedSort,
    Rows,
    Sort,
    capped_count,
    gathered,
    paginate,
)
from crm.records.lists import LAYOUT, ListQuery
from crm.records.permissions import exports_own_only, may_export
from crm.records.plain import keyed_rows, plain_rows, whole_count
from crm.records.selectors import view_tabs, view_urls
from crm.records.services.exports import formats_of
from crm.records.views.base import ResourceView

PAGE_SIZES = (25, 50, 100)
DEFAULT_PAGE_SIZE = 50


class RecordList(ResourceView):
    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        query = ListQuery(self.resource, user, request.GET)
        in_trash = request.GET.get("state") == "trash"
        filterset = query.filterset(self._source(query, in_trash=in_trash))
        found = filterset.qs if filterset.is_valid() else filterset.queryset.none()
        sort, descending = query.order()
        columns = query.columns()
        is_filtered = any(request.GET.get(name) for name in filterset.filters)
        whole = self.resource.prepared and not is_filtered and not in_trash
        count, exact = whole_count(self.resource, user) if whole else capped_count(found)
        rows_of = self._rows_of(query, whole=whole, in_trash=in_trash)
        gathering = gathered(found, count) if is_filtered else found
        page = paginate(
            gathering if rows_of else self.resource.listed(gathering, user, columns),
            sort, descending=descending, size=self._size(), rows_of=rows_of,
            after=request.GET.get("after", ""), before=request.GET.get("before", ""),
        )  # fmt: skip
        actions = [] if in_trash else actions_for(self.resource, user)
        selectable = bool(actions) or (may_export(user) and not in_trash)
        rows = _cells(
            page, columns, user, selectable=selectable,
            inline=[] if in_trash else self._inline(user),
        )  # fmt: skip
        context = {
            "filterset": filterset, "heads": self._heads(columns, sort, descending),
            "rows": rows, "body": _body(rows), "page": page, "selectable": selectable,
            "count": count, "count_exact": exact, "in_trash": in_trash,
            "bulk_actions": actions, "list_query": query.text,
            "may_create": self.resource.may_create(user), "may_export": may_export(user),
            "export_formats": formats_of(self.resource.kind),
            "exports_own_only": exports_own_only(user, self.resource),
            "is_filtered": is_filtered,
            "all_filters": "filters" in request.GET,
            "chips": _chips(request, filterset),
            "choices": _column_choices(query, columns) if "panel" in request.GET else None,
            "kept": _kept(query, filterset), "tabs": view_tabs(query),
            **self._urls(query, page),
            **(self.resource.list_context(request) if self.resource.list_context else {}),
        }  # fmt: skip
        return self.page(self._template(request), context)

    def _source(self, query: ListQuery, *, in_trash: bool) -> Any:
        return self.resource.model.objects.restorable_by(query.user) if in_trash else query.seen()

    def _rows_of(self, query: ListQuery, *, whole: bool, in_trash: bool) -> Rows | None:
        """How the rows are got, if by a query that is compiled once."""
        if in_trash or not query.has_usual_columns:
            return None
        if whole and query.is_usual and (rows := plain_rows(self.resource, query.user)):
            return rows
        by_related = isinstance(query.order()[0], RelatedSort)
        return None if by_related else partial(keyed_rows, self.resource, query.user)

    def _inline(self, user: Any) -> set[str]:
        """The columns that are edited in the list itself."""
        return set(self.resource.inline_in_list) & inline_names(self.resource, user)

    def _urls(self, query: ListQuery, page: Page) -> dict[str, str]:
        """The addresses on the page."""
        asked = urlencode({"kind": self.resource.kind, "query": query.text})
        after, before = page.next_cursor, page.previous_cursor
        urls = {name: self.resource.url(name) for name in ("list", "create", "bulk", "export")}
        return {
            **{f"{name}_url": url for name, url in urls.items()},
            "restore_name": self.resource.name("restore"),
            "next_url": self._link(after=after) if after else "",
            "previous_url": self._link(before=before) if before else "",
            "filters_url": self._link(filters="all"),
            "columns_url": self._link(panel="columns"),
            **view_urls(query, asked),
        }

    def _template(self, request: HttpRequest) -> str:
        """The whole page, or the part that htmx asks for."""
        part = {"list": "list", "list-filters": "filters", "list-columns": "columns"}
        asked = part.get(request.headers.get("HX-Target", ""))
        return f"records/_list.html#{asked}" if asked else self.resource.list_template

    def _size(self) -> int:
        asked = self.request.GET.get("size", "")
        return int(asked) if asked in map(str, PAGE_SIZES) else DEFAULT_PAGE_SIZE

    def _link(self, **changes: Any) -> str:
        kept = {
            key: values
            for key, values in self.request.GET.lists()
            if key not in {"after", "before", "panel"} and key not in changes
        }
        return "?" + urlencode({**kept, **changes}, doseq=True)

    def _heads(self, columns: Sequence[Column], sort: Sort, descending: bool) -> SafeString:
        """The head row; as ``components/th.html``, but a list has many."""
        return joined(self._head(column, sort, descending) for column in columns)

    def _head(self, column: Column, sort: Sort, descending: bool) -> str:
        css = ' class="cell-num"' if "num" in column.css else ""
        if not column.sort:
            return format_html('<th scope="col"{}>{}</th>', joined([css]), column.label)
        mine = column.sort == sort.key
        url = self._link(sort=f"-{column.sort}" if not (mine and descending) else column.sort)
        arrow = icon(f"arrow-{'down' if descending else 'up'}", "icon-inline") if mine else ""
        direction = "descending" if descending else "ascending"
        if mine:
            css += f' aria-sort="{direction}"'
        return format_html(
            '<th scope="col"{}><a class="th-sort" href="{}" hx-get="{}" hx-target="#list"'
            ' hx-push-url="true">{}{}</a></th>',
            joined([css]), url, url, column.label, arrow,
        )  # fmt: skip


def _cells(
    page: Page, columns: Sequence[Column], user: Any, *, selectable: bool, inline: Collection[str]
) -> list[tuple[Any, SafeString]]:
    """Each record with its row's cells, joined here: a template loop over cells is slow.

    Labels (shown on phones) are translated once, not per row.
    """
    heads = []
    for place, column in enumerate(columns):
        css = f"{column.css} cell-main".strip() if place == 0 else column.css
        field = f' data-field="{column.key}"' if column.key in inline else ""
        head = f'<td data-label="{escape(column.label)}" class="{css}"'
        heads.append((f"{head}>", f"{head}{field}>", column.renderer()))
    select, own_only = escape(_("Select")), user.pk if user.is_rep else None
    rows = []
    for record in page.rows:
        parts = [
            '<td class="cell-check"><input type="checkbox" class="form-check-input row-check"'
            f' form="bulk" name="ids" value="{record.pk}" data-bulk-item'
            f' aria-label="{select}: {piece(str(record))}"></td>'
        ] if selectable else []  # fmt: skip
        mine = own_only is None or record.owner_id == own_only
        for head, editable, render in heads:
            parts += (editable if mine else head, piece(render(record)), "</td>")
        rows.append((record, joined(parts)))
    return rows


def _body(rows: Sequence[tuple[Any, SafeString]]) -> SafeString:
    return joined(
        f'<tr data-href="{piece(record.get_absolute_url())}">{cells}</tr>\n'
        for record, cells in rows
    )


def _kept(query: ListQuery, filterset: Any) -> list[tuple[str, str]]:
    """The parts of the address that are no filters and stay when a filter changes."""
    return [
        (name, value)
        for name, values in query.params.lists()
        if name not in {"after", "before", "panel", "state"} and name not in filterset.filters
        for value in values
        if value
    ]


def _column_choices(query: ListQuery, shown: Sequence[Column]) -> dict[str, Any]:
    """What the column chooser offers, and the address parts that it keeps."""
    keys = {column.key for column in shown}
    offered = query.all_columns()
    kept = [
        (name, value)
        for name, values in query.params.lists()
        for value in values
        if value and name not in {"columns", "column", "after", "before", "panel"}
    ]
    return {
        "first": offered[0],
        "offered": [(column, column.key in keys) for column in offered[1:]],
        "kept": kept,
    }


def _chips(request: HttpRequest, filterset: Any) -> list[dict[str, Any]]:
    """The filters in use, each with the address that takes it away."""
    chips = []
    for name, item in filterset.filters.items():
        values = [value for value in request.GET.getlist(name) if value]
        if not values or name in LAYOUT or name not in filterset.form.fields:
            continue
        rest = request.GET.copy()
        for key in (name, "after", "before"):
            rest.pop(key, None)
        chosen = filterset.form.cleaned_data.get(name) if filterset.is_valid() else None
        shown = (
            str(chosen) if isinstance(chosen, Model)  # found when the form was checked
            else formats.listed(_choice_label(filterset.form.fields[name], v) for v in values)
        )  # fmt: skip
        label = formats.labelled(item.label, shown)
        chips.append({"label": label, "remove_url": "?" + rest.urlencode()})
    return chips


def _choice_label(field: Any, value: str) -> str:
    if hasattr(field, "said"):
        return str(field.said(value))
    queryset = getattr(field, "queryset", None)
    if queryset is not None:
        found = queryset.filter(pk=value).first() if value.isdecimal() else None
        return str(found or value)
    for key, label in getattr(field, "choices", ()):
        if str(key) == value:
            return str(label)
    return value
