"""Dashboards: the list of them, one of them, its name and sharing, copies, trash."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics.boards import cards, figure_cards, looks, printing, services
from analytics.boards.forms import BoardForm
from analytics.boards.looks import Look
from analytics.boards.models import Board, BoardCard
from analytics.boards.starts import start_of, starts_for
from crm.accounts.http import SignedInRequest
from crm.common.errors import EditConflictError, RefusedError
from crm.common.models import new_submission
from crm.records.permissions import may_export
from sales.views.report_mail import mailings_page

MOST_SHOWN = 100


@require_GET
def boards(request: SignedInRequest) -> HttpResponse:
    """All dashboards that one sees, and ready ones to start from."""
    found = Board.objects.visible_to(request.user).select_related("owner")
    editable = set(Board.objects.editable_by(request.user).values_list("pk", flat=True))
    entries = [
        {"board": board, "may_edit": board.pk in editable} for board in found[:MOST_SHOWN]
    ]  # fmt: skip
    context = {
        "entries": entries, "starts": starts_for(request.user), "submission": new_submission(),
    }  # fmt: skip
    return render(request, "analytics/boards/list.html", context)


def visible(request: SignedInRequest, pk: int) -> Board:
    board = Board.objects.visible_to(request.user).filter(pk=pk).first()
    if board is None:
        raise Http404
    return board


def editable(request: SignedInRequest, pk: int) -> Board:
    board = Board.objects.editable_by(request.user).filter(pk=pk).first()
    if board is None:
        raise Http404
    return board


@require_GET
def board(request: SignedInRequest, pk: int) -> HttpResponse:
    """The cards that are for the reader's role; those that take longer load by themselves."""
    found = visible(request, pk)
    may_edit = Board.objects.editable_by(request.user).filter(pk=pk).exists()
    asked = request.GET if looks.asks(request.GET) else found.query
    form, look = looks.read(request.user, asked)
    every = list(found.cards.alive())
    mine = [card for card in every if cards.may_see(card, request.user)]
    editing = may_edit and "edit" in request.GET
    context = {
        "board": found, "form": form, "look": look, "may_edit": may_edit, "editing": editing,
        "entries": [_entry(card, look) for card in mine] if look else [],
        "may_export": may_export(request.user), "left_out": len(every) - len(mine),
        "widths": BoardCard.Width.choices,
        "is_usual": look is not None and look.text == looks.text_of(QueryDict(found.query)),
    }  # fmt: skip
    return render(request, "analytics/boards/board.html", context, status=200 if look else 422)


def _entry(card: BoardCard, look: Look) -> dict[str, Any]:
    """A card that is shown at once, or the address that it loads from."""
    entry: dict[str, Any] = {"card": card, "title": cards.title(card)}
    if figure_cards.is_quick(card, look):
        return {**entry, "shown": cards.show(card, look)}
    url = reverse("analytics:board_card", args=[card.pk])
    return {**entry, "url": f"{url}?{look.text}"}


@require_POST
def board_start(request: SignedInRequest) -> HttpResponse:
    """A dashboard from a ready one, named like it, for oneself."""
    start = start_of(request.user, request.POST.get("start", ""))
    if start is None:
        raise Http404
    form = BoardForm(
        {"name": str(start.name), "sharing": "private",
         "submission": request.POST.get("submission", "")}, user=request.user,
    )  # fmt: skip
    if not form.is_valid():
        raise Http404
    made = services.board_create(
        actor=request.user, name=services.free_name(request.user, str(start.name)),
        sharing="private", cards=start.cards, submission=form.cleaned_data["submission"],
    )  # fmt: skip
    edit = "" if start.cards else "?edit=1"
    messages.success(request, _("Your dashboard is ready. Every card can be changed."))
    return redirect(f"{made.get_absolute_url()}{edit}")


@require_POST
def board_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """Print it as the page shows it; administrators confirm who they are, as for every export."""
    printed: HttpResponse = _print(request, visible(request, pk))
    return printed


@reauthentication_required(enabled=lambda request: request.user.role == "admin")
def _print(request: SignedInRequest, found: Board) -> HttpResponse:
    text = request.POST.get("query", "")[:2000]
    export = printing.board_export(actor=request.user, board=found, text=text)
    return redirect("records:export_detail", export.pk)


@require_http_methods(["GET", "POST"])
@never_cache
def board_mail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Its mailings; a form for one more."""
    return mailings_page(request, "board", pk)


@require_http_methods(["GET", "POST"])
def board_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Name and sharing. When somebody else saved meanwhile, both are shown (409)."""
    found = editable(request, pk)
    form = BoardForm(request.POST or None, user=request.user, board=found)
    status, conflict = 422 if request.method == "POST" else 200, None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            services.board_update(
                pk=pk, actor=request.user, expected_version=values["expected_version"],
                name=values["name"], sharing=values["sharing"],
            )  # fmt: skip
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
        except EditConflictError as error:
            found = conflict = error.current
            status = 409
        else:
            messages.success(request, _("Saved: %(name)s") % {"name": values["name"]})
            return redirect(found.get_absolute_url())
    context = {"form": form, "board": found, "conflict": conflict,
               "cancel_url": found.get_absolute_url()}  # fmt: skip
    return render(request, "analytics/boards/form.html", context, status=status)


@require_POST
def board_filter(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let the dashboard open with the filter that the page has now."""
    found = editable(request, pk)
    _form, look = looks.read(request.user, request.POST.get("query", "")[:2000])
    if look is None:
        raise Http404
    services.board_update(pk=pk, actor=request.user, query=look.text)
    messages.success(request, _("The dashboard opens with this filter from now on."))
    return redirect(found.get_absolute_url())


@require_POST
def board_copy(request: SignedInRequest, pk: int) -> HttpResponse:
    visible(request, pk)
    made = services.board_copy(pk=pk, actor=request.user)
    messages.success(request, _("This copy is yours alone."))
    return redirect(f"{made.get_absolute_url()}?edit=1")


@require_POST
def board_trash(request: SignedInRequest, pk: int) -> HttpResponse:
    editable(request, pk)
    gone = services.board_trash(pk=pk, actor=request.user)
    undo = reverse("analytics:board_restore", args=[pk])
    text = _("Deleted: %(name)s") % {"name": gone.name}
    messages.success(request, text, extra_tags=f"undo:{undo}")
    return redirect("analytics:boards")


@require_POST
def board_restore(request: SignedInRequest, pk: int) -> HttpResponse:
    if not Board.objects.restorable_by(request.user).filter(pk=pk).exists():
        raise Http404
    back = services.board_restore(pk=pk, actor=request.user)
    messages.success(request, _("%(name)s is back.") % {"name": back.name})
    return redirect(back.get_absolute_url())
