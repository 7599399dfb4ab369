"""Pages of customers beyond the common ones."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.http import SignedInRequest
from customers.models import Customer
from customers.selectors import timeline_page
from customers.services import customer_take


@require_GET
def timeline(request: SignedInRequest, pk: int) -> HttpResponse:
    """More of the timeline, or one kind of it."""
    if not Customer.objects.visible_to(request.user).filter(pk=pk).exists():
        raise Http404
    kind = request.GET.get("kind", "")
    page = timeline_page(request.user, pk, kind=kind, cursor=request.GET.get("cursor", ""))
    context = {"timeline": page, "customer_id": pk}
    part = "entries" if request.GET.get("cursor") else "timeline"
    return render(request, f"customers/_timeline.html#{part}", context)


@require_POST
def take(request: SignedInRequest, pk: int) -> HttpResponse:
    if not Customer.objects.visible_to(request.user).filter(pk=pk).exists():
        raise Http404
    customer = customer_take(pk=pk, actor=request.user)
    messages.success(request, _("%(name)s is yours now.") % {"name": customer})
    return redirect(customer)
