"""Saved reports: keep, rename, share, replace, take away, bring back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import SignedInRequest
from crm.common.errors import EditConflictError, RefusedError
from crm.records.views.saved import SavedViewForm
from sales.models import SavedReport
from sales.reports import saving
from sales.reports.layout import title
from sales.reports.query import read
from sales.views.reports import require_seller

MOST_SHOWN = 200


@require_GET
def report_list(request: SignedInRequest) -> HttpResponse:
    """All saved reports that one sees, and what one may do with each."""
    require_seller(request)
    found = SavedReport.objects.visible_to(request.user).select_related("owner")
    editable = set(SavedReport.objects.editable_by(request.user).values_list("pk", flat=True))
    entries = [{"report": report, "may_edit": report.pk in editable}
               for report in found[:MOST_SHOWN]]  # fmt: skip
    return render(request, "sales/report_list.html", {"entries": entries})


@require_http_methods(["GET", "POST"])
def report_save(request: SignedInRequest) -> HttpResponse:
    require_seller(request)
    source = request.POST if request.method == "POST" else request.GET
    query = source.get("query", "")[:4000]
    _asked, question = read(request.user, query)
    initial = {"name": title(question)} if question else {}
    form = SavedViewForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            report = saving.report_save(actor=request.user, query=query, **form.cleaned_data)
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved: %(name)s") % {"name": report})
            return redirect(report.get_absolute_url())
    cancel = f"{reverse('sales:reports')}?{query}"
    context = {"form": form, "query": query, "cancel_url": cancel}
    status = 422 if request.method == "POST" else 200
    return render(request, "sales/report_form.html", context, status=status)


def _editable(request: SignedInRequest, pk: int) -> SavedReport:
    report = SavedReport.objects.editable_by(request.user).filter(pk=pk).first()
    if report is None:
        raise Http404
    return report


@require_http_methods(["GET", "POST"])
def report_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Name and sharing. When somebody else saved meanwhile, both are shown (409)."""
    report = _editable(request, pk)
    form = SavedViewForm(
        request.POST or None, user=request.user,
        initial={"name": report.name, "sharing": report.sharing},
    )  # fmt: skip
    status, conflict = 422 if request.method == "POST" else 200, None
    if request.method == "POST" and form.is_valid():
        version = request.POST.get("expected_version", "")
        try:
            report = saving.report_update(
                pk=pk, actor=request.user,
                expected_version=int(version) if version.isdecimal() else None,
                **form.cleaned_data,
            )  # fmt: skip
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
        except EditConflictError as error:
            report = conflict = error.current
            status = 409
        else:
            messages.success(request, _("Saved: %(name)s") % {"name": report})
            return redirect("sales:report_list")
    context = {"form": form, "report": report, "conflict": conflict,
               "cancel_url": reverse("sales:report_list")}  # fmt: skip
    return render(request, "sales/report_form.html", context, status=status)


@require_POST
def report_replace(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a saved report ask what the page asks now."""
    _editable(request, pk)
    query = request.POST.get("query", "")[:4000]
    report = saving.report_update(pk=pk, actor=request.user, query=query)
    messages.success(request, _("Saved: %(name)s") % {"name": report})
    return redirect(report.get_absolute_url())


@require_POST
def report_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    _editable(request, pk)
    report = saving.report_trash(pk=pk, actor=request.user)
    undo = reverse("sales:report_restore", args=[pk])
    text = _("Deleted: %(name)s") % {"name": report.name}
    messages.success(request, text, extra_tags=f"undo:{undo}")
    return redirect("sales:report_list")


@require_POST
def report_restore(request: SignedInRequest, pk: int) -> HttpResponse:
    if not SavedReport.objects.restorable_by(request.user).filter(pk=pk).exists():
        raise Http404
    report = saving.report_restore(pk=pk, actor=request.user)
    messages.success(request, _("%(name)s is back.") % {"name": report})
    return redirect("sales:report_list")
