"""What people see of work in the background."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from crm.common.returning import came_from
from crm.jobs import services
from crm.jobs.models import Job
from crm.jobs.selectors import job_page


@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    jobs, more = job_page(user=request.user, before=_uuid(request.GET.get("before", "")))
    return render(request, "jobs/list.html", {"jobs": jobs, "more": more})


@require_GET
@never_cache
def job_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "jobs/detail.html", {"job": _visible(request, pk)})


@require_GET
@never_cache
def job_status(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part that asks again every second, until the job is over.

    A page that waits for what the job makes is shown anew when it is there, or will not come.
    """
    job = _visible(request, pk)
    answer = render(request, "jobs/_poll.html", {"job": job})
    asking = urlsplit(request.headers.get("HX-Current-URL", "")).path
    if job.is_over and job.url and asking == urlsplit(job.url).path:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def job_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = services.job_cancel(job=_visible(request, pk), actor=request.user)
    if job.state == Job.State.CANCELLED:
        messages.success(request, _("Cancelled."))
    elif not job.is_over:
        messages.info(request, _("It stops at its next step."))
    return redirect(came_from(request, job.get_absolute_url()))


@require_POST
def job_retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = services.job_retry(job=_visible(request, pk), actor=request.user)
    return redirect(job)


def _visible(request: HttpRequest, pk: UUID) -> Job:
    jobs: Any = Job.objects.visible_to(request.user).with_parts().select_related("created_by")  # type: ignore[arg-type]  # signed in
    found: Job = get_object_or_404(jobs, pk=pk)
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
