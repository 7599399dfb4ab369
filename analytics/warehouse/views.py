"""The warehouse's page: what there is, the files of the last nights, one more export."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from analytics.warehouse.export import WAREHOUSE_EXPORT, exports_listed, warehouse_folder
from analytics.warehouse.schema import SCHEMA
from analytics.warehouse.star import DIMENSIONS, FACTS
from crm.accounts.http import SignedInRequest
from crm.jobs.models import Job
from crm.jobs.services import job_enqueue


def _admin(request: SignedInRequest) -> None:
    """The star holds every team's figures."""
    if not request.user.is_admin:
        raise Http404


@require_GET
def overview(request: SignedInRequest) -> HttpResponse:
    _admin(request)
    context: dict[str, Any] = {
        "facts": FACTS, "dimensions": DIMENSIONS, "schema": SCHEMA, "nights": exports_listed(),
        "folder": warehouse_folder(),
        "job": Job.objects.filter(kind=WAREHOUSE_EXPORT).order_by("-created_at").first(),
    }  # fmt: skip
    return render(request, "analytics/warehouse.html", context)


@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    _admin(request)
    job = job_enqueue(kind=WAREHOUSE_EXPORT, params={}, actor=request.user)
    return redirect("jobs:detail", job.pk)


@require_GET
def download(request: SignedInRequest, day: str, table: str) -> FileResponse:
    _admin(request)
    names = {known.name for known in FACTS + DIMENSIONS}
    if table not in names or not _is_day(day):
        raise Http404
    path = warehouse_folder() / day / f"{table}.parquet"
    if not path.is_file():
        raise Http404
    name = f"{day}-{table}.parquet"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
