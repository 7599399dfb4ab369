"""Jobs for administrators: look, cancel, try again; never edit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.common.errors import RefusedError
from crm.jobs.models import Job
from crm.jobs.services import job_cancel, job_retry


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    list_display = ["label", "kind", "state", "attempts", "created_by", "created_at", "finished_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["created_by"]
    list_per_page = 50
    show_full_result_count = False
    fields = [
        "id", "kind", "title", "parent", "part", "state", "created_by", "attempts", "max_attempts",
        "params",
        "progress_done", "progress_total", "progress_note", "checkpoint", "result", "error", "url",
        "created_at", "started_at", "finished_at", "not_before", "rung_at", "heartbeat_at",
    ]  # fmt: skip
    actions = ["cancel", "retry"]

    @admin.display(description=gettext_lazy("job"))
    def label(self, job: Job) -> str:
        return job.label

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=gettext_lazy("Cancel the selected jobs"), permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        self._each(request, queryset, job_cancel)

    @admin.action(description=gettext_lazy("Try the selected jobs again"), permissions=["view"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        self._each(request, queryset, job_retry)

    def _each(
        self, request: HttpRequest, queryset: QuerySet[Job], service: Callable[..., Job]
    ) -> None:
        done = 0
        for job in queryset:
            try:
                service(job=job, actor=request.user)
            except RefusedError as refusal:
                self.message_user(request, f"{job}: {refusal.message}", messages.WARNING)
            else:
                done += 1
        self.message_user(request, _("Done for %(count)s jobs.") % {"count": done})
