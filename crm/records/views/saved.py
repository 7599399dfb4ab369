"""Saved views of lists; what became of a change of many rows and of an export."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import SignedInRequest
from crm.common.errors import RefusedError
from crm.common.returning import safe_next
from crm.records.bulk import refusals
from crm.records.lists import ListQuery, export_home, resource_of
from crm.records.models import BulkChange, Export, SavedView
from crm.records.resources import Resource
from crm.records.selectors import counted_tabs, view_url, view_urls, views_of
from crm.records.services import (
    bulk_undo_start,
    saved_view_create,
    saved_view_delete,
    saved_view_pin,
    saved_view_update,
)
from crm.records.views.lists import TYPES


class SavedViewForm(forms.Form):
    """A name, and who sees the view."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    sharing = forms.ChoiceField(label=gettext_lazy("Who sees it"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wide = user.is_manager or user.is_admin
        offered = [
            (value, label)
            for value, label in SavedView.Sharing.choices
            if (value != "team" or user.team_id) and (value != "public" or wide)
        ]
        self.fields["sharing"].choices = offered  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["name"].widget.attrs |= {"class": "form-control"}
        self.fields["sharing"].widget.attrs |= {"class": "form-select"}


def _readable(request: SignedInRequest) -> Resource:
    source = request.POST if request.method == "POST" else request.GET
    resource = resource_of(source.get("kind", ""))
    if not resource.may_read(request.user):
        raise Http404
    return resource


def _asked(request: SignedInRequest, resource: Resource) -> ListQuery:
    source = request.POST if request.method == "POST" else request.GET
    return ListQuery.of(resource, request.user, source.get("query", "")[:4000].lstrip("?"))


def _keepable(query: ListQuery) -> tuple[str, list[str]]:
    """(filters and order, columns): the columns are kept apart, and only when they were chosen."""
    params = query.params.copy()
    chosen = "columns" in params or "column" in params
    columns = [column.key for column in query.columns()] if chosen else []
    for name in ("columns", "column"):
        params.pop(name, None)
    return ListQuery(query.resource, query.user, params).text, columns


@require_GET
def view_list(request: SignedInRequest) -> HttpResponse:
    """All views of one list: open, pin, change, delete."""
    resource = _readable(request)
    query = _asked(request, resource)
    context = {"resource": resource, "views": views_of(query), "list_url": resource.url("list"),
               **view_urls(query)}  # fmt: skip
    return render(request, "records/views.html", context)


@require_GET
@never_cache
def view_counts(request: SignedInRequest) -> HttpResponse:
    """The tabs again, with the number of rows behind each pinned view."""
    resource = _readable(request)
    asked = _asked(request, resource)
    params = asked.params.copy()
    params["view"] = request.GET.get("view", "")
    query = ListQuery(resource, request.user, params)
    context = {"tabs": counted_tabs(query), "resource": resource, "list_url": resource.url("list"),
               **view_urls(query), "counts_url": ""}  # fmt: skip
    return render(request, "records/_tabs.html", context)


@require_http_methods(["GET", "POST"])
def view_create(request: SignedInRequest) -> HttpResponse:
    resource = _readable(request)
    query = _asked(request, resource)
    text, columns = _keepable(query)
    form = SavedViewForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            view = saved_view_create(
                actor=request.user, kind=resource.kind, query=text, columns=columns,
                **form.cleaned_data,
            )  # fmt: skip
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved: %(name)s") % {"name": view})
            return redirect(resource.url("list") + view_url(view))
    context = {"resource": resource, "form": form, "query": query.text,
               "list_url": resource.url("list"),
               "cancel_url": f"{resource.url('list')}?{query.text}"}  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "records/view_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def view_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Rename a view, share it otherwise, or (``query`` sent along) let it show another list."""
    view = SavedView.objects.editable_by(request.user).filter(pk=pk).first()
    if view is None:
        raise Http404
    resource = resource_of(view.kind)
    form = SavedViewForm(
        request.POST or None, user=request.user,
        initial={"name": view.name, "sharing": view.sharing},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            view = saved_view_update(pk=pk, actor=request.user, **form.cleaned_data)
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved: %(name)s") % {"name": view})
            return redirect(resource.url("list") + view_url(view))
    context = {"resource": resource, "form": form, "view": view,
               "list_url": resource.url("list"),
               "cancel_url": _manage_url(resource)}  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "records/view_form.html", context, status=status)


@require_POST
def view_replace(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a view show the list as it is arranged now."""
    view = SavedView.objects.editable_by(request.user).filter(pk=pk).first()
    if view is None:
        raise Http404
    resource = resource_of(view.kind)
    text, columns = _keepable(_asked(request, resource))
    view = saved_view_update(pk=pk, actor=request.user, query=text, columns=columns)
    messages.success(request, _("Saved: %(name)s") % {"name": view})
    return redirect(resource.url("list") + view_url(view))


@require_POST
def view_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    view = SavedView.objects.editable_by(request.user).filter(pk=pk).first()
    if view is None:
        raise Http404
    saved_view_delete(pk=pk, actor=request.user)
    messages.success(request, _("Deleted: %(name)s") % {"name": view.name})
    return redirect(_manage_url(resource_of(view.kind)))


@require_POST
def view_pin(request: SignedInRequest, pk: int) -> HttpResponse:
    if not SavedView.objects.visible_to(request.user).filter(pk=pk).exists():
        raise Http404
    view = saved_view_pin(pk=pk, actor=request.user, pinned="pin" in request.POST)
    return redirect(safe_next(request, _manage_url(resource_of(view.kind))))


def _manage_url(resource: Resource) -> str:
    return f"{reverse('records:view_list')}?kind={resource.kind}"


def _own(model: Any, request: SignedInRequest, pk: int) -> Any:
    found = model.objects.visible_to(request.user).select_related("job").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_GET
@never_cache
def bulk_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    change = _own(BulkChange, request, pk)
    resource = resource_of(change.kind)
    undoable = change.created_by_id == request.user.pk and change.changed and (
        change.state == "done" or (change.state == "running" and change.job and change.job.is_over)
    )  # fmt: skip
    context = {
        "change": change, "resource": resource, "undoable": undoable,
        "refusals": refusals(change, resource), "list_url": resource.url("list"),
    }  # fmt: skip
    return render(request, "records/bulk_detail.html", context)


@require_POST
def bulk_undo(request: SignedInRequest, pk: int) -> HttpResponse:
    change = _own(BulkChange, request, pk)
    change = bulk_undo_start(pk=change.pk, actor=request.user)
    if change.job_id and change.state != "undone":
        return redirect("records:bulk_detail", change.pk)
    messages.success(request, _("%(n)s rows are as before.") % {"n": change.restored})
    return redirect(safe_next(request, resource_of(change.kind).url("list")))


@require_GET
@never_cache
def export_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    export = _own(Export, request, pk)
    label, url = export_home(export.kind)
    context = {"export": export, "label": label, "list_url": url}
    return render(request, "records/export_detail.html", context)


@require_GET
@never_cache
def export_file(request: SignedInRequest, pk: int) -> FileResponse:
    """The finished file, for the one who asked for it alone."""
    export = Export.objects.filter(created_by=request.user.pk, pk=pk).first()
    if export is None or not export.file:
        raise Http404
    try:
        content = export.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    name = f"{export.kind.rpartition('.')[2]}-{export.created_at:%Y%m%d}.{export.format}"
    return FileResponse(
        content, as_attachment=True, filename=name, content_type=TYPES[export.format]
    )
