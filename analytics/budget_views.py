"""A suggested split as planned campaigns."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from analytics.budgets import PlanForm, plan_rows, plan_write
from analytics.models import Run
from analytics.pages import METHOD_PAGES
from crm.accounts.http import SignedInRequest
from sales.measures import company_today


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: SignedInRequest, pk: int) -> HttpResponse:
    """When, and for how many weeks: one planned campaign per channel is written."""
    visible = Run.objects.visible_to(request.user).filter(method=Run.Method.BUDGET)
    run = visible.filter(pk=pk).first()
    if run is None or not run.result.get("clear"):
        raise Http404
    form = PlanForm(request.POST or None, today=company_today())
    if request.method == "POST" and form.is_valid():
        made = plan_write(run=run, actor=request.user, **form.cleaned_data)
        said = ngettext(
            "%(count)d campaign is planned.", "%(count)d campaigns are planned.", len(made)
        )
        messages.success(request, said % {"count": len(made)})
        return redirect("marketing:campaign_list")
    context = {
        "run": run, "method": METHOD_PAGES[run.method], "form": form, "rows": plan_rows(run),
        "currency": settings.BASE_CURRENCY,
    }  # fmt: skip
    return render(request, "analytics/plan.html", context, status=422 if form.errors else 200)
