"""What lines cost, while an order or a quote is written: the price of one, the sum of all."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from crm.records.resources import SELLERS
from customers.models import Customer
from sales.forms.lines import LineFormSet, QuoteLineFormSet, sum_so_far
from sales.models import Product
from sales.pricing import Price, prices_for


@require_GET
def line_price(request: HttpRequest) -> HttpResponse:
    """The price that the line ``?line=lines-2`` of the form would get; empty when unknown."""
    if request.user.role not in SELLERS:  # type: ignore[union-attr]  # signed in
        raise Http404
    currency = request.GET.get("currency", "")
    context = {"price": _price(request, currency), "currency": currency}
    return render(request, "sales/_line_price.html", context)


@require_POST
def lines_sum(request: HttpRequest) -> HttpResponse:
    """What the lines of the form come to so far, of a quote (``?of=quote``) with their tax."""
    if request.user.role not in SELLERS:  # type: ignore[union-attr]  # signed in
        raise Http404
    user: Any = request.user
    posted, is_quote = request.POST, request.GET.get("of") == "quote"
    lines = (QuoteLineFormSet if is_quote else LineFormSet)(
        posted, prefix="lines", refund=False,
        form_kwargs={"products": Product.objects.visible_to(user)},
    )  # fmt: skip
    currency = posted.get("currency", "")
    customer = _one(Customer.objects.visible_to(user), posted.get("customer", ""))
    summed = sum_so_far(lines, customer=customer, currency=currency, day=timezone.localdate())
    context = {"sum": summed, "currency": currency, "taxed": is_quote}
    return render(request, "sales/_lines_sum.html", context)


def _price(request: HttpRequest, currency: str) -> Price | None:
    asked = request.GET
    user: Any = request.user
    line = asked.get("line", "")
    if not re.fullmatch(r"lines-\d{1,3}", line):
        return None
    customer = _one(Customer.objects.visible_to(user), asked.get("customer", ""))
    product = _one(Product.objects.visible_to(user), asked.get(f"{line}-product", ""))
    if customer is None or product is None:
        return None
    quantity = _quantity(asked.get(f"{line}-quantity", ""))
    return prices_for(customer, [(product, quantity)], currency, timezone.localdate())[0]


def _one(found: Any, pk: str) -> Any:
    return found.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 18 else None


def _quantity(text: str) -> Decimal:
    try:
        quantity = Decimal(text or "1")
    except InvalidOperation:
        return Decimal(1)
    return quantity if quantity.is_finite() else Decimal(1)
