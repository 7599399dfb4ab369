"""Pages of marketing beyond the common ones: results by one click, customers, segments."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import SignedInRequest
from crm.common.errors import RefusedError
from crm.common.returning import safe_next, with_toast
from crm.records.exporting import csv_chunks
from crm.records.resources import KEEPERS, SELLERS
from marketing import services, spending
from marketing.forms import AddCustomersForm, SpendForm
from marketing.models import Activity, Campaign
from marketing.resources import CAMPAIGNS
from marketing.selectors import customers_of_segment, segment_list


@require_POST
def set_result(request: SignedInRequest, pk: int, result: str) -> HttpResponse:
    """成功 or 失败 by one click; undo sets what it was."""
    if result not in Activity.Result.values:
        raise Http404
    seen = Activity.objects.visible_to(request.user)
    activity: Activity = get_object_or_404(seen.select_related("customer", "owner"), pk=pk)
    before = activity.result
    activity = services.activity_set_result(pk=pk, actor=request.user, result=result)
    undo = reverse("marketing:activity_result", args=[pk, before])
    labels = {"customer": activity.customer, "result": activity.get_result_display()}
    said = _("%(customer)s: %(result)s") % labels
    if request.headers.get("HX-Request") != "true":
        messages.success(request, said, extra_tags=f"undo:{undo}")
        return redirect(safe_next(request, activity.campaign.get_absolute_url()))
    context = {"activity": activity, "campaign": activity.campaign}
    response = render(request, "marketing/_activity_row.html", context)
    return with_toast(response, said, undo=undo)


@require_http_methods(["GET", "HEAD", "POST"])
def add_customers(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose customers, or a segment, for a campaign."""
    user: Any = request.user
    if user.role not in SELLERS:
        raise Http404
    campaign: Campaign = get_object_or_404(Campaign.objects.visible_to(user), pk=pk)
    form = AddCustomersForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            return _added(request, campaign, form)
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
    context = {"form": form, "campaign": campaign, "resource": CAMPAIGNS}
    status = 422 if form.errors else 200
    return render(request, "marketing/add_customers.html", context, status=status)


def _added(request: SignedInRequest, campaign: Campaign, form: AddCustomersForm) -> HttpResponse:
    chosen = {customer.pk for customer in form.cleaned_data["customers"]}
    if segment := form.cleaned_data["segment"]:
        chosen |= set(customers_of_segment(request.user, segment))
    if not chosen:
        raise RefusedError(_("None of your customers is in this segment."))
    added = services.campaign_add_customers(pk=campaign.pk, actor=request.user, customers=chosen)
    messages.success(request, _told(added))
    return redirect(campaign)


def _told(added: services.Added) -> str:
    said = [
        ngettext("%(count)s customer was added.", "%(count)s customers were added.", added.new)
        % {"count": added.new}
    ]
    if added.there:
        said.append(
            ngettext("%(count)s took part already.", "%(count)s took part already.", added.there)
            % {"count": added.there}
        )
    if added.held:
        said.append(
            ngettext(
                "%(count)s is held out as the control of an experiment.",
                "%(count)s are held out as the control of an experiment.",
                added.held,
            )
            % {"count": added.held}
        )
    return " ".join(said)


@require_GET
def spend(request: SignedInRequest) -> HttpResponse:
    """What campaigns spent on advertising platforms, by campaign."""
    user: Any = request.user
    if user.role not in KEEPERS:
        raise Http404
    form = SpendForm(request.GET, user=user)
    context: dict[str, Any] = {"form": form, "currency": settings.BASE_CURRENCY}
    if form.is_valid():
        found = spending.overview(user, form.cleaned_data)
        form.offer(found.platforms)
        context |= {
            "lines": found.lines, "total": found.total, "count": found.count,
            "most": spending.MOST,
            "csv_url": f"{reverse('marketing:spend_csv')}?{urlencode(form.asked())}",
        }  # fmt: skip
    return render(request, "marketing/spend.html", context, status=200 if form.is_valid() else 422)


@require_GET
def spend_csv(request: SignedInRequest) -> HttpResponseBase:
    """The rows behind the page, as they can be imported again."""
    user: Any = request.user
    if user.role not in KEEPERS:
        raise Http404
    form = SpendForm(request.GET, user=user)
    if not form.is_valid():
        return redirect(f"{reverse('marketing:spend')}?{request.GET.urlencode()}")
    rows = csv_chunks(spending.table(spending.spends(user, form.cleaned_data)))
    headers = {"Content-Disposition": 'attachment; filename="spend.csv"'}
    return StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)


@require_GET
def segments(request: SignedInRequest) -> HttpResponse:
    user: Any = request.user
    if user.role not in SELLERS:
        raise Http404
    return render(request, "marketing/segments.html", {"segments": segment_list(user)})
