"""Pages of quotes beyond the common ones: their steps, their PDF, their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from sales.models import Deal, Order, Quote
from sales.quote_documents import quote_pdf_request
from sales.services import (
    quote_accept,
    quote_decline,
    quote_from_deal,
    quote_order,
    quote_revise,
    quote_send,
    quote_win,
)


def _visible(request: HttpRequest, pk: int) -> Quote:
    user: Any = request.user
    found: Quote | None = Quote.objects.visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _step(act: Callable[..., Any], said: Callable[[Any], str]) -> Callable[..., HttpResponse]:
    """A button of a quote: do it, say so, show what came of it."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        _visible(request, pk)
        made = act(pk=pk, actor=request.user)
        messages.success(request, said(made))
        return redirect(made)

    return view


send = _step(quote_send, lambda quote: _("Quote %(quote)s is sent.") % {"quote": quote})
accept = _step(quote_accept, lambda quote: _("Quote %(quote)s is accepted.") % {"quote": quote})
decline = _step(quote_decline, lambda quote: _("Quote %(quote)s is declined.") % {"quote": quote})
revise = _step(
    quote_revise, lambda quote: _("This is the new version, %(quote)s.") % {"quote": quote}
)
order = _step(quote_order, lambda order: _("Order %(order)s stands.") % {"order": order})


@require_POST
def win(request: HttpRequest, pk: int) -> HttpResponse:
    """Win the quote's deal, and stay with what comes next: the order, else the quote."""
    quote = _visible(request, pk)
    deal = quote_win(pk=pk, actor=request.user)
    said = _("%(deal)s is in “%(stage)s” now.") % {"deal": deal, "stage": deal.stage.label}
    messages.success(request, said)
    made = Order.objects.visible_to(request.user).filter(quote=quote).first()  # type: ignore[arg-type]  # signed in
    return redirect(made or quote)


@require_POST
def from_deal(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the quote of a deal, or go to its open draft."""
    user: Any = request.user
    if not Deal.objects.visible_to(user).filter(pk=pk).exists():
        raise Http404
    return redirect(quote_from_deal(deal_pk=pk, actor=user))


@require_POST
def make_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Print the quote in the background; its page shows how far it is."""
    quote = _visible(request, pk)
    quote_pdf_request(quote=quote, actor=request.user)
    return redirect(f"{quote.get_absolute_url()}#document")


@require_GET
@never_cache
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the quote's page that follows the printing."""
    quote = _visible(request, pk)
    context = {"record": quote, "job": quote.pdf_job}
    return render(request, "sales/_quote_document.html", context)


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The printed quote, for those who see the quote."""
    quote = _visible(request, pk)
    if not quote.pdf or not quote.pdf.storage.exists(quote.pdf.name):
        raise Http404
    return FileResponse(
        quote.pdf.open("rb"), as_attachment=True, content_type="application/pdf",
        filename=f"{quote.number}-v{quote.revision}.pdf",
    )  # fmt: skip
