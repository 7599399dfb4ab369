"""The board of a pipeline."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from crm.records.filters import owners
from crm.records.resources import KEEPERS, SELLERS
from sales.board import BoardQuery, board_columns, board_query
from sales.models import Deal
from sales.services import pipeline_set_up, stage_norms_request


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The pipeline as columns of cards."""
    _require_seller(request)
    query = board_query(request.GET)
    return render(request, "sales/board.html", board_context(request, query))


def _require_seller(request: HttpRequest) -> None:
    """404 for roles that have no board."""
    if request.user.role not in SELLERS:  # type: ignore[union-attr]  # signed in
        raise Http404


def board_context(request: HttpRequest, query: BoardQuery | None) -> dict[str, Any]:
    user: Any = request.user
    if query is None:
        return {"query": None, "may_set_up": user.is_admin}
    context = {
        "query": query,
        "columns": board_columns(user, query),
        "base_currency": settings.BASE_CURRENCY,
        "may_measure": user.role in KEEPERS,
        "may_keep_pipelines": user.is_admin,
    }
    if not user.is_rep:  # representatives see their own deals only
        context["colleagues"] = owners(user, query.owner, [Deal])
    return context


@require_POST
def set_up_pipeline(request: HttpRequest) -> HttpResponse:
    pipeline_set_up(actor=request.user)
    return redirect("sales:board")


@require_POST
def measure_stays(request: HttpRequest) -> HttpResponse:
    """Measure again how long deals usually stay in each stage, in the background."""
    return redirect(stage_norms_request(actor=request.user, url=reverse("sales:board")))
