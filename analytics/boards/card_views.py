"""The cards of a dashboard: one by itself, its file, and how they are chosen and arranged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics.boards import cards, looks, services
from analytics.boards.catalogue import card_values, catalogue
from analytics.boards.forms import CardForm
from analytics.boards.looks import Look
from analytics.boards.models import Board, BoardCard
from analytics.boards.views import editable
from crm.accounts.http import SignedInRequest
from crm.common.csv_files import csv_file
from crm.common.errors import EditConflictError
from crm.common.models import new_submission


def _shown(request: SignedInRequest, pk: int) -> tuple[BoardCard, Look]:
    card = BoardCard.objects.visible_to(request.user).filter(pk=pk).first()
    _form, look = looks.read(request.user, request.GET)
    if card is None or look is None or not cards.may_see(card, request.user):
        raise Http404
    return card, look


@require_GET
def card(request: SignedInRequest, pk: int) -> HttpResponse:
    """One card, for the page that loads it when it comes into view."""
    found, look = _shown(request, pk)
    context = {"shown": cards.show(found, look), "look": look}
    return render(request, "analytics/boards/_card.html", context)


@require_GET
def card_csv(request: SignedInRequest, pk: int) -> HttpResponse:
    found, look = _shown(request, pk)
    columns, rows = cards.show(found, look).data
    return csv_file(f"card-{pk}", columns, rows)


def _editable(request: SignedInRequest, pk: int) -> BoardCard:
    found = BoardCard.objects.editable_by(request.user).select_related("board").filter(pk=pk)
    card = found.first()
    if card is None:
        raise Http404
    return card


def _back(board: int, card: int | None = None) -> HttpResponse:
    anchor = f"#card-{card}" if card else ""
    return redirect(f"{reverse('analytics:board', args=[board])}?edit=1{anchor}")


@require_http_methods(["GET", "POST"])
def card_add(request: SignedInRequest, pk: int) -> HttpResponse:
    """What there is to choose from; a choice stands on the dashboard at once."""
    board = editable(request, pk)
    if request.method == "POST":
        values = card_values(request.user, request.POST.get("choice", ""))
        if values is None:
            raise Http404
        made = services.card_add(
            board=pk, actor=request.user, submission=_submission(request), **values
        )
        messages.success(request, _("Added: %(name)s") % {"name": cards.title(made)})
        return _back(pk, made.pk)
    context = {"board": board, "sections": catalogue(request.user), "submission": new_submission()}
    return render(request, "analytics/boards/add.html", context)


def _submission(request: SignedInRequest) -> UUID | None:
    """One per page and choice: two clicks on one button are one card."""
    try:
        page = UUID(request.POST.get("submission", ""))
    except ValueError:
        return None
    return uuid5(page, request.POST.get("choice", ""))


@require_http_methods(["GET", "POST"])
def card_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the card shows. When somebody else changed it meanwhile, both are shown (409)."""
    found = _editable(request, pk)
    form = CardForm(request.POST or None, user=request.user, instance=found)
    status, conflict = 422 if request.method == "POST" else 200, None
    if request.method == "POST" and form.is_valid():
        try:
            services.card_update(
                pk=pk, actor=request.user,
                expected_version=form.cleaned_data["expected_version"], **form.values(),
            )  # fmt: skip
        except EditConflictError as error:
            conflict, status = error.current, 409
            data = request.POST.copy()
            data["expected_version"] = str(conflict.version)
            form.data = data
        else:
            messages.success(request, _("Saved."))
            return _back(found.board_id, pk)
    context = {
        "form": form, "card": found, "board": found.board, "title": cards.title(found),
        "conflict": conflict, "conflict_title": cards.title(conflict) if conflict else "",
        "cancel_url": f"{reverse('analytics:board', args=[found.board_id])}?edit=1#card-{pk}",
    }  # fmt: skip
    return render(request, "analytics/boards/card_form.html", context, status=status)


@require_POST
def card_width(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _editable(request, pk)
    width = request.POST.get("width", "")
    if width not in {str(value) for value in BoardCard.Width.values}:
        raise Http404
    services.card_update(pk=pk, actor=request.user, width=int(width))
    return _back(found.board_id, pk)


@require_POST
def card_trash(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _editable(request, pk)
    services.card_trash(pk=pk, actor=request.user)
    undo = reverse("analytics:board_card_restore", args=[pk])
    text = _("Removed: %(name)s") % {"name": cards.title(found)}
    messages.success(request, text, extra_tags=f"undo:{undo}")
    return _back(found.board_id)


@require_POST
def card_restore(request: SignedInRequest, pk: int) -> HttpResponse:
    if not BoardCard.objects.restorable_by(request.user).filter(pk=pk).exists():
        raise Http404
    back = services.card_restore(pk=pk, actor=request.user)
    return _back(back.board_id, pk)


@require_POST
def order(request: SignedInRequest, pk: int) -> HttpResponse:
    """The cards in a new order: all of them (``order``), or one a place on (``card``, ``move``).

    Scripts get JSON with the new version; a change that somebody else made first is a 409.
    """
    board = editable(request, pk)
    wanted = _wanted(request, board)
    version = request.POST.get("version", "")
    moved = request.POST.get("card", "")
    try:
        board = services.cards_order(
            board=pk, actor=request.user, order=wanted,
            expected_version=int(version) if version.isdecimal() and len(version) < 10 else -1,
        )  # fmt: skip
    except EditConflictError:
        text = _("Somebody changed this dashboard meanwhile. Look at it as it is now, then move.")
        if _wants_json(request):
            return JsonResponse({"error": text}, status=409)
        messages.warning(request, text)
        return _back(pk)
    if _wants_json(request):
        return JsonResponse({"version": board.version})
    return _back(pk, int(moved) if moved.isdecimal() and len(moved) < 18 else None)


def _wants_json(request: SignedInRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _wanted(request: SignedInRequest, board: Board) -> Sequence[int]:
    given = request.POST.get("order", "")
    if given:
        parts = given.split(",")[: services.MOST_CARDS + 1]
        return [int(part) for part in parts if part.isdecimal() and len(part) < 18]
    keys: list[Any] = list(board.cards.alive().values_list("pk", flat=True))
    moved = request.POST.get("card", "")
    places = [n for n, key in enumerate(keys) if str(key) == moved]
    if not places:
        return []
    place = places[0]
    target = place + (1 if request.POST.get("move") == "later" else -1)
    if 0 <= target < len(keys):
        keys[place], keys[target] = keys[target], keys[place]
    return keys
