"""The table of campaigns with what is credited to them, on a page and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from analytics.attribution.credit import Credit
from analytics.attribution.declaring import declarations, declare, declared
from analytics.attribution.forms import TermsForm
from analytics.attribution.lists import order_list
from analytics.attribution.tables import Asked, credits_ask, credits_told
from crm.accounts.http import SignedInRequest
from crm.common.csv_files import csv_file
from crm.records.resources import KEEPERS
from marketing.models import Campaign


@dataclass(frozen=True)
class Line:
    """A row; ``url`` leads to its orders, ``campaign`` is None where the reader sees none."""

    name: str
    campaign: Campaign | None
    orders: int
    amount: Decimal
    share: float | None
    url: str


def _form(request: SignedInRequest) -> TermsForm:
    if request.user.role not in KEEPERS:
        raise Http404
    return TermsForm(request.GET, declared())


def _lines(user: Any, asked: Asked, found: Sequence[Credit]) -> tuple[list[Line], Decimal]:
    """The rows and their total, in one query."""
    total = sum((one.amount for one in found), Decimal(0))
    seen = Campaign.objects.visible_to(user).in_bulk([one.campaign for one in found])

    def line(one: Credit) -> Line:
        campaign = seen.get(one.campaign)
        name = campaign.name if campaign else _("Campaigns of other teams, or deleted ones")
        if one.campaign is None:
            name = _("None: no activity before the order")
        share = float(one.amount / total) if total else None
        url = order_list(asked.terms, one.campaign, asked.first, asked.last)
        return Line(name, campaign, one.orders, one.amount, share, url)

    return [line(one) for one in found], total


@require_GET
def overview(request: SignedInRequest) -> HttpResponse:
    form = _form(request)
    context: dict[str, Any] = {
        "form": form, "currency": settings.BASE_CURRENCY, "declared": declared(),
        "declarations": declarations(),
    }  # fmt: skip
    if form.is_valid():
        found, as_of = credits_told(request.user, form.asked)
        context |= {"terms": form.terms, "as_of": as_of, "waits": found is None}
        if found is not None:
            lines, total = _lines(request.user, form.asked, found)
            query = request.GET.urlencode()
            context |= {
                "lines": lines, "total": total,
                "csv_url": f"{reverse('analytics:attribution_csv')}?{query}",
            }  # fmt: skip
    status = 200 if form.is_valid() else 422
    return render(request, "analytics/attribution.html", context, status=status)


def _posted(request: SignedInRequest) -> TermsForm:
    if request.user.role not in KEEPERS:
        raise Http404
    return TermsForm(request.POST, declared())


def _back(form: TermsForm) -> HttpResponse:
    """To the page, which shows the terms and says what is wrong with them."""
    asked = {name: form.data[name] for name in form.fields}
    return redirect(f"{reverse('analytics:attribution')}?{urlencode(asked)}")


@require_POST
def declaration(request: SignedInRequest) -> HttpResponse:
    """Let the terms that are shown count everywhere."""
    form = _posted(request)
    if form.is_valid():
        declare(terms=form.terms, actor=request.user)
        messages.success(
            request, _("Now counts everywhere: %(terms)s") % {"terms": form.terms.label}
        )
    return _back(form)


@require_POST
def compute(request: SignedInRequest) -> HttpResponse:
    """Add up many orders in the background."""
    form = _posted(request)
    return redirect(credits_ask(request.user, form.asked)) if form.is_valid() else _back(form)


@require_GET
def table(request: SignedInRequest) -> HttpResponse:
    """The rows as CSV, with the rule and the window in each."""
    form = _form(request)
    found = credits_told(request.user, form.asked)[0] if form.is_valid() else None
    if found is None:
        return redirect(f"{reverse('analytics:attribution')}?{request.GET.urlencode()}")
    lines, _total = _lines(request.user, form.asked, found)
    terms, given = form.terms, form.cleaned_data
    columns = [
        _("Campaign"), _("Orders"), _("Credited"), _("Currency"), _("Rule"),
        _("Days before the order"), _("Orders from"), _("Orders until"),
    ]  # fmt: skip
    rows = [
        [one.name, one.orders, one.amount, settings.BASE_CURRENCY, str(terms.rule.label),
         terms.days, given["first"], given["last"]]
        for one in lines
    ]  # fmt: skip
    return csv_file("attribution", columns, rows)
