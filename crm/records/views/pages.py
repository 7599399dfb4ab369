"""The page of a record, its history, its way into the trash and out, type-ahead."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from crm.common.changes import record_changes
from crm.common.registries import page_actions, record_panels
from crm.records.inline import record_facts
from crm.records.views.base import ResourceView

TYPE_AHEAD_LIMIT = 20


class RecordDetail(ResourceView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.fetch(pk)
        resource = self.resource
        role = request.user.role  # type: ignore[union-attr]  # signed in
        extra = resource.detail_context(request, record) if resource.detail_context else {}
        facts = record_facts(resource, record, request.user)
        actions = [
            action.template
            for action in page_actions
            if action.model_label == record._meta.label_lower and role in action.roles
        ]
        context = {
            "record": record, "facts": facts, "page_actions": actions,
            "record_panels": _panels(request.user, record), **extra,
        }  # fmt: skip
        return self.page(resource.detail_template, context)


def _panels(user: Any, record: Any) -> list[dict[str, Any]]:
    """The cards that apps above put on this record's page."""
    panels = sorted(record_panels.get(record._meta.label_lower, ()), key=lambda one: one.order)
    shown = ((panel.template, panel.context(user, record)) for panel in panels)
    return [{"template": template, **context} for template, context in shown if context]


class RecordHistory(ResourceView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.fetch(pk)
        return self.page("records/history.html", {"changes": record_changes(record, request.user)})


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
