"""What a list does with many rows: change them, take them out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.common.errors import RefusedError
from crm.common.models import new_submission
from crm.records.bulk import BulkAction, refusals
from crm.records.keyset import capped_count
from crm.records.lists import ListQuery, resource_of
from crm.records.models import BulkChange, Export
from crm.records.permissions import may_export
from crm.records.services.bulk import action_of, bulk_start
from crm.records.services.exports import export_chunks, export_start
from crm.records.views.base import ResourceView

MOST_IDS = 1_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "vcf": "text/vcard; charset=utf-8",
    "pdf": "application/pdf",
}


class SelectionView(ResourceView):
    """A view about chosen rows, or about all rows of the list as it is filtered.

    What it refuses it says above that list.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except RefusedError as refusal:
            messages.error(request, str(refusal))
            return redirect(self.back())

    @property
    def list_query(self) -> ListQuery:
        text = self.request.POST.get("filter", "")
        return ListQuery.of(self.resource, self.request.user, text[:4000])

    @cached_property
    def ids(self) -> list[int] | None:
        """The chosen rows, or the first ``top`` of the list; None means everything it shows."""
        if self.request.POST.get("everything"):
            return None
        top = self.request.POST.get("top", "")
        if top.isdecimal() and len(top) < 9:
            return self.list_query.first(min(int(top), MOST_IDS))
        chosen = [text for text in self.request.POST.getlist("ids") if text.isdecimal()]
        return [int(text) for text in chosen if len(text) < 19][:MOST_IDS]

    def back(self) -> str:
        query = self.list_query.text
        return self.resource.url("list") + (f"?{query}" if query else "")


class ListBulk(SelectionView):
    """Ask what an action needs, then do it with many rows."""

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        action = action_of(self.resource.kind, request.POST.get("action", ""), user)
        if self.ids == []:
            messages.info(request, _("No row is selected."))
            return redirect(self.back())
        if "confirmed" not in request.POST:
            form = action.form(user=user) if action.form else None
            return self._ask(action, form)
        form = action.form(request.POST, user=user) if action.form else None
        if form is not None and not form.is_valid():
            return self._ask(action, form, status=422)
        change = bulk_start(
            query=self.list_query, action=action.key, params=form.params() if form else {},
            ids=self.ids, submission=_uuid(request.POST.get("submission", "")),
        )  # fmt: skip
        if change.job_id:
            return redirect("records:bulk_detail", change.pk)
        messages.success(request, said(change), extra_tags=f"undo:{undo_url(change)}")
        return redirect(self.back())

    def _ask(self, action: BulkAction, form: Any, status: int = 200) -> HttpResponse:
        ids = self.ids
        count, exact = (len(ids), True) if ids is not None else capped_count(
            self.list_query.records()
        )  # fmt: skip
        context = {
            "action": action, "form": form, "ids": ids or [], "everything": ids is None,
            "count": count, "count_exact": exact, "filter": self.request.POST.get("filter", ""),
            "submission": new_submission(), "back_url": self.back(),
        }  # fmt: skip
        return self.page("records/bulk.html", context, status)


def said(change: BulkChange) -> str:
    """What a change did, in a sentence."""
    text = ngettext("%(n)d row was changed.", "%(n)d rows were changed.", change.changed)
    words = text % {"n": change.changed}
    if change.unchanged:
        same = ngettext("%(n)d stayed as it was.", "%(n)d stayed as they were.", change.unchanged)
        words += " " + same % {"n": change.unchanged}
    return " ".join([words, *refusals(change, resource_of(change.kind))])


def undo_url(change: BulkChange) -> str:
    return reverse("records:bulk_undo", args=[change.pk])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class ListExport(SelectionView):
    """The list, or the chosen rows, as a file; administrators confirm who they are first."""

    @method_decorator(
        reauthentication_required(enabled=lambda request: request.user.role == "admin")
    )
    def post(self, request: HttpRequest) -> Any:
        if not may_export(request.user):
            raise Http404
        chosen = self.ids if request.POST.getlist("ids") else None
        query = self.list_query
        if "columns" in request.POST:
            query.params._mutable = True  # a copy of our own
            query.params["columns"] = request.POST["columns"]
        export = export_start(query=query, format=request.POST.get("format", "csv"), ids=chosen)
        if export.job_id:
            return redirect("records:export_detail", export.pk)
        return streamed(export, export_chunks(export))


def streamed(export: Export, content: Any) -> StreamingHttpResponse:
    """A download under a name that says what and when."""
    name = f"{export.kind.rpartition('.')[2]}-{timezone.localdate():%Y%m%d}.{export.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(content, content_type=TYPES[export.format], headers=headers)
