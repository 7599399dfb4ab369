"""The pages of a record: list, detail, form, trash, history, type-ahead.

Each view parses, authorises by fetching through ``visible_to``, calls one service or selector
and renders. GET never writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.forms import BooleanField
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views import View

from crm.common.changes import record_changes
from crm.common.columns import Column
from crm.common.errors import EditConflictError, RefusedError
from crm.common.forms import RecordForm
from crm.common.keyset import Page, Sort, capped_count, paginate
from crm.common.registries import page_actions
from crm.common.resources import Resource
from crm.common.returning import safe_next

PAGE_SIZES = (25, 50, 100)
DEFAULT_PAGE_SIZE = 50
TYPE_AHEAD_LIMIT = 20


class ResourceView(View):
    """A page of one resource; 404 for roles that never see such records."""

    resource: Resource = None  # type: ignore[assignment]  # given to as_view

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.resource.may_read(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def records(self) -> Any:
        """What the user may see, with what the pages show of it."""
        found = self.resource.model.objects.visible_to(self.request.user)
        return self._shaped(found)

    def _shaped(self, found: Any) -> Any:
        """With what the pages show beside the record's own columns, in as few queries as can be."""
        found = found.select_related(*self.resource.select) if self.resource.select else found
        return found.annotate(**self.resource.annotate).prefetch_related(*self.resource.prefetch)

    def fetch(self, pk: int) -> Any:
        """The record with ``can_edit`` and ``can_trash``, or 404."""
        model, user = self.resource.model, self.request.user
        same = {"pk": OuterRef("pk")}
        record = (
            self.records()
            .annotate(
                can_edit=Exists(self.resource.editable_by(user).filter(**same)),
                can_trash=Exists(model.objects.trashable_by(user).filter(**same)),
            )
            .filter(pk=pk)
            .first()
        )
        if record is None:
            raise Http404
        return record

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return render(self.request, template, {"resource": self.resource, **context}, status=status)


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


class RecordDetail(ResourceView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.fetch(pk)
        resource = self.resource
        role = request.user.role  # type: ignore[union-attr]  # signed in
        extra = resource.detail_context(request, record) if resource.detail_context else {}
        facts = [
            (fact.column.label, fact.column.render(record))
            for fact in resource.facts
            if fact.always or fact.column.value(record) not in (None, "")
        ]
        actions = [
            action.template
            for action in page_actions
            if action.model_label == record._meta.label_lower and role in action.roles
        ]
        context = {"record": record, "facts": facts, "page_actions": actions, **extra}
        return self.page(resource.detail_template, context)


class RecordHistory(ResourceView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.fetch(pk)
        return self.page("records/history.html", {"changes": record_changes(record)})


class RecordCreate(ResourceView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.resource.may_create(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        initial = self.resource.initial(request) if self.resource.initial else {}
        form = self.resource.form(user=request.user, initial=initial)
        return self._form(form)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.resource.form(request.POST, user=request.user)
        if not form.is_valid():
            return self._form(form, status=422)
        try:
            record = self.resource.create(
                actor=request.user,
                submission=form.cleaned_data.get("submission"),
                **form.changes(),
            )
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
            return self._form(form, status=422)
        messages.success(request, _("Saved: %(name)s") % {"name": record})
        return redirect(safe_next(request, record.get_absolute_url()))

    def _form(self, form: RecordForm, status: int = 200) -> HttpResponse:
        back = safe_next(self.request, "")
        home = back or self.resource.url("list")
        context = {"form": form, "record": None, "cancel_url": home, "next": back}
        return self.page(self.resource.form_template, context, status)


class RecordEdit(ResourceView):
    """Edits with a version check: the second of two editors sees both values."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self._editable(pk)
        return self._form(self.resource.form(user=request.user, instance=record), record)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self._editable(pk)
        data = self._settled(request, record)
        form = self.resource.form(data, user=request.user, instance=record)
        if not form.is_valid():
            return self._form(form, record, status=422)
        try:
            saved = self.resource.update(
                pk=pk, actor=request.user, changes=form.changes(),
                expected_version=form.cleaned_data.get("expected_version"),
            )  # fmt: skip
        except EditConflictError as conflict:
            return self._conflict(form, conflict.current)
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
            return self._form(form, record, status=422)
        messages.success(request, _("Saved: %(name)s") % {"name": saved})
        return redirect(saved.get_absolute_url())

    def _settled(self, request: HttpRequest, record: Any) -> Any:
        """What was sent, with the other editor's value where the person chose to keep it."""
        data = request.POST.copy()
        theirs = self.resource.form(user=request.user, instance=record)
        for key in [key for key in data if key.startswith("keep_")]:
            bound = theirs.fields.get(key.removeprefix("keep_"))
            if data[key] != "theirs" or bound is None:
                continue
            field = theirs[key.removeprefix("keep_")]
            value = field.value()
            items = value if isinstance(value, list) else [value]
            prepared = [bound.prepare_value(item) for item in items]
            if isinstance(bound, BooleanField) and not value:
                data.pop(field.html_name, None)
            else:
                shown = [bound.widget.format_value(item) for item in prepared]
                data.setlist(field.html_name, _flat(shown))
        return data

    def _editable(self, pk: int) -> Any:
        record = self.fetch(pk)
        if not record.can_edit:
            raise PermissionDenied
        return record

    def _form(
        self, form: RecordForm, record: Any, status: int = 200, **context: Any
    ) -> HttpResponse:
        context |= {"form": form, "record": record, "cancel_url": record.get_absolute_url()}
        return self.page(self.resource.form_template, context, status)

    def _conflict(self, form: RecordForm, current: Any) -> HttpResponse:
        """Show both values; what was typed stays in the form, now against the new version."""
        theirs = self.resource.form(user=self.request.user, instance=current)
        rows = [
            {
                "name": name,
                "label": form.fields[name].label,
                "theirs": _shown(theirs, name, theirs.initial.get(name)),
                "yours": _shown(form, name, form.cleaned_data.get(name)),
            }
            for name in form.changes()
            if _plain(theirs.initial.get(name)) != _plain(form.cleaned_data.get(name))
        ]
        data: Any = form.data
        data = data.copy()
        data["expected_version"] = str(current.version)
        retry = self.resource.form(data, user=self.request.user, instance=current)
        retry.is_valid()
        return self._form(retry, current, status=409, conflicts=rows)


def _flat(values: Sequence[Any]) -> list[str]:
    flat: list[str] = []
    for value in values:
        flat.extend(map(str, value) if isinstance(value, list) else [str(value or "")])
    return flat


def _plain(value: Any) -> Any:
    """A value as comparable text: records by id, lists of records by their ids."""
    if hasattr(value, "all"):
        value = list(value.all())
    if isinstance(value, list | tuple) or (
        hasattr(value, "__iter__") and not isinstance(value, str)
    ):
        return sorted(str(_plain(item)) for item in value)
    return str(getattr(value, "pk", value) if value is not None else "")


def _shown(form: RecordForm, name: str, value: Any) -> str:
    field = form.fields[name]
    if isinstance(value, list | tuple) or hasattr(value, "all"):
        items = value.all() if hasattr(value, "all") else value
        return "、".join(str(item) for item in items)
    queryset = getattr(field, "queryset", None)
    if queryset is not None and isinstance(value, int):
        return str(queryset.model._default_manager.filter(pk=value).first() or "")
    for key, label in getattr(field, "choices", ()) if queryset is None else ():
        if str(key) == str(value):
            return str(label)
    return "" if value is None else str(value)


class RecordTrash(ResourceView):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.fetch(pk)
        self.resource.trash(pk=pk, actor=request.user)
        undo = self.resource.url("restore", pk)
        messages.success(
            request, _("Deleted: %(name)s") % {"name": record}, extra_tags=f"undo:{undo}"
        )
        return redirect(self.resource.url("list"))


class RecordRestore(ResourceView):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        trash = self.resource.model.objects.restorable_by(request.user)
        if not trash.filter(pk=pk).exists():
            raise Http404
        record = self.resource.restore(pk=pk, actor=request.user)
        messages.success(request, _("Restored: %(name)s") % {"name": record})
        return redirect(record.get_absolute_url())


class RecordOptions(ResourceView):
    """Choices for a select, as one types: ``?q=`` → ``[{"value": 1, "text": "…"}]``."""

    def get(self, request: HttpRequest) -> JsonResponse:
        text = request.GET.get("q", "").strip()
        records = self.resource.model.objects.visible_to(request.user)
        if text:
            records = records.search_for(text)
        found = records.order_by("-updated_at", "-pk")[:TYPE_AHEAD_LIMIT]
        options = [{"value": record.pk, "text": str(record)} for record in found]
        return JsonResponse(options, safe=False)


def resource_urls(resource: Resource, base: str = "", **views: type[ResourceView]) -> list[Any]:
    """The addresses of a resource below ``base`` ("" or "deals/").

    Keyword arguments replace a page's view: ``detail=MyDetail``.
    """
    pages: dict[str, tuple[str, type[ResourceView]]] = {
        "list": ("", RecordList),
        "create": ("new/", RecordCreate),
        "options": ("options/", RecordOptions),
        "detail": ("<int:pk>/", RecordDetail),
        "edit": ("<int:pk>/edit/", RecordEdit),
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
