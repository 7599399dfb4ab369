"""Reports: the page that everything else about them starts from."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.http import SignedInRequest
from crm.records.resources import SELLERS
from crm.records.views.lists import TYPES
from sales.models import SavedReport
from sales.reports.files import FORMATS, report_export
from sales.reports.page import page
from sales.reports.query import read
from sales.reports.tables import build


def require_seller(request: SignedInRequest) -> None:
    """404 for roles that have no sales figures."""
    if request.user.role not in SELLERS:
        raise Http404


@require_GET
def reports(request: SignedInRequest) -> HttpResponse:
    """The question in the address, answered; a wrong one says what is wrong with it."""
    require_seller(request)
    form, query = read(request.user, request.GET)
    context: dict[str, Any] = {
        "form": form, "query": query, "base_currency": settings.BASE_CURRENCY,
        "zone": settings.TIME_ZONE, "formats": [(f.value, f.label) for f in FORMATS],
    }  # fmt: skip
    opened = request.GET.get("saved", "")
    context |= saved_reports(request.user, opened)
    if query is not None:
        context |= page(build(query))
    return render(request, "sales/reports.html", context, status=200 if query else 422)


MOST_TABS = 12


def saved_reports(user: Any, opened: str) -> dict[str, Any]:
    """The saved reports that one sees, as tabs above the page, and the open one."""
    found = list(SavedReport.objects.visible_to(user).order_by("name", "pk")[:MOST_TABS])
    tabs = [
        {"label": report.name, "url": report.get_absolute_url(),
         "active": opened == str(report.pk)}
        for report in found
    ]  # fmt: skip
    saved = next((report for report in found if str(report.pk) == opened), None)
    may_edit = saved is not None and SavedReport.objects.editable_by(user).filter(pk=saved.pk)
    return {"tabs": tabs, "saved": saved, "may_replace": bool(may_edit)}


@require_POST
@reauthentication_required(enabled=lambda request: request.user.role == "admin")
def report_file(request: SignedInRequest) -> HttpResponse:
    """The report as a file; administrators confirm who they are first, as for every export."""
    require_seller(request)
    text, format = request.POST.get("query", "")[:4000], request.POST.get("format", "csv")
    if format not in FORMATS:
        raise Http404
    export, content = report_export(actor=request.user, text=text, format=format)
    if content is None:
        return redirect("records:export_detail", export.pk)
    name = f"report-{timezone.localdate():%Y%m%d}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=TYPES[format], headers=headers)
