"""Pages of customers beyond the common ones."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.http import SignedInRequest
from crm.common.addresses import record_url
from crm.common.errors import RefusedError
from crm.common.returning import safe_next
from customers.models import Customer
from customers.selectors import customer_counts, tab_page
from customers.services import customer_take
from customers.timeline import TimelineFilter, timeline_page


@require_GET
def timeline(request: SignedInRequest, pk: int) -> HttpResponse:
    """The timeline as filtered, or more of it. Without scripts: the customer's page."""
    if not Customer.objects.visible_to(request.user).filter(pk=pk).exists():
        raise Http404
    cursor = request.GET.get("cursor", "")
    page = timeline_page(request.user, pk, TimelineFilter.of(request.GET), cursor)
    part = "more" if cursor else "entries"
    return render(request, f"customers/_timeline.html#{part}", {"timeline": page})


@require_GET
def tab(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """One tab of the customer's page, for htmx."""
    customer: Any = Customer.objects.visible_to(request.user).filter(pk=pk).first()
    if customer is None:
        raise Http404
    customer.counts = customer_counts(request.user, pk)
    context = tab_page(request.user, customer, key)
    return render(request, "customers/_tabs.html", {"record": customer, **context})


@require_POST
def take(request: SignedInRequest, pk: int) -> HttpResponse:
    if not Customer.objects.visible_to(request.user).filter(pk=pk).exists():
        raise Http404
    back = safe_next(request, record_url("customers:detail", pk))
    try:
        customer = customer_take(pk=pk, actor=request.user)
    except RefusedError as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("%(name)s is yours now.") % {"name": customer})
    return redirect(back)
