"""Reports: the page that everything else about them starts from."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.accounts.http import SignedInRequest
from crm.records.resources import SELLERS
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
        "zone": settings.TIME_ZONE,
    }  # fmt: skip
    if query is not None:
        context |= page(build(query))
    return render(request, "sales/reports.html", context, status=200 if query else 422)
