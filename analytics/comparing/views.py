"""The history of a method's results, two of them compared, one done again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from analytics.comparing import services
from analytics.comparing.comparison import cautions, compared, lines
from analytics.comparing.entries import PAGE, Entries, analysis_entries, chosen_numbers, run_entries
from analytics.comparing.sides import side_of
from analytics.datasets.models import Analysis, Dataset
from analytics.datasets.questions import QUESTIONS
from analytics.models import Run
from analytics.pages import METHOD_PAGES
from analytics.views import team_asked
from crm.accounts.http import SignedInRequest
from crm.common.csv_files import csv_file
from crm.common.errors import RefusedError
from crm.records.resources import KEEPERS


@dataclass(frozen=True)
class _Place:
    """What is compared, and how its pages name it."""

    title: str
    about: str
    about_url: str
    records: Any
    history_url: str
    compare_url: str
    method: str
    of_table: bool = False

    def entries(self, rows: Any) -> Entries:
        make = analysis_entries if self.of_table else run_entries
        return make(rows, self.method, most=PAGE)


@require_GET
def run_history(request: SignedInRequest, name: str) -> HttpResponse:
    return _history(request, _runs_place(request, name))


@require_GET
def run_compare(request: SignedInRequest, name: str) -> HttpResponse:
    return _compare(request, _runs_place(request, name))


@require_GET
def analysis_history(request: SignedInRequest, pk: int, method: str) -> HttpResponse:
    return _history(request, _table_place(request, pk, method))


@require_GET
def analysis_compare(request: SignedInRequest, pk: int, method: str) -> HttpResponse:
    return _compare(request, _table_place(request, pk, method))


@require_POST
def run_again(request: SignedInRequest, pk: int) -> HttpResponse:
    origin = get_object_or_404(Run.objects.visible_to(request.user), pk=pk)
    try:
        run = services.run_again(pk=pk, actor=request.user)
    except RefusedError as refusal:
        messages.warning(request, refusal.message)
        return redirect(origin)
    return redirect("jobs:detail", run.job_id)


@require_POST
def analysis_again(request: SignedInRequest, pk: int) -> HttpResponse:
    origin = get_object_or_404(Analysis.objects.visible_to(request.user), pk=pk)
    try:
        return redirect(services.analysis_again(pk=pk, actor=request.user))
    except RefusedError as refusal:
        messages.warning(request, refusal.message)
        return redirect(origin)


def _runs_place(request: SignedInRequest, name: str) -> _Place:
    page = METHOD_PAGES.get(name)
    if page is None or request.user.role not in KEEPERS:
        raise Http404
    runs = Run.objects.visible_to(request.user).filter(method=name)
    team = team_asked(request)
    return _Place(
        str(page.title), str(page.title), reverse("analytics:method", args=[name]),
        runs if team is None else runs.filter(team=team),
        reverse("analytics:run_history", args=[name]),
        reverse("analytics:run_compare", args=[name]), name,
    )  # fmt: skip


def _table_place(request: SignedInRequest, pk: int, method: str) -> _Place:
    if method not in QUESTIONS or request.user.role not in KEEPERS:
        raise Http404
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), pk=pk)
    return _Place(
        str(QUESTIONS[method].title), dataset.name, dataset.get_absolute_url(),
        dataset.analyses.filter(method=method),
        reverse("analytics:analysis_history", args=[pk, method]),
        reverse("analytics:analysis_compare", args=[pk, method]), method, of_table=True,
    )  # fmt: skip


def _history(
    request: SignedInRequest, place: _Place, *, chosen: list[int] | None = None, problem: str = ""
) -> HttpResponse:
    records = place.records
    before = chosen_numbers([request.GET.get("before", "")])
    if before:
        records = records.filter(pk__lt=before[0])
    context = {
        "place": place, "entries": place.entries(records), "chosen": chosen or [],
        "problem": problem, "older_query": _without(request, "before", "run"),
    }  # fmt: skip
    status = 422 if problem else 200
    return render(request, "analytics/comparing/history.html", context, status=status)


def _without(request: SignedInRequest, *names: str) -> str:
    """The query of the address without some of it, to be gone on."""
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode() + "&" if query else ""


def _compare(request: SignedInRequest, place: _Place) -> HttpResponse:
    """Two results that were chosen (``?run=…&run=…``), the earlier first; as a file with
    ``format=csv``."""
    chosen = chosen_numbers(request.GET.getlist("run"))
    if len(chosen) != 2:
        told = _("Choose two to compare; you chose %(n)d.") % {"n": len(chosen)} if chosen else ""
        return _history(request, place, chosen=chosen, problem=told)
    found = list(place.records.select_related("created_by").filter(pk__in=chosen).order_by("pk"))
    if len(found) != 2:
        raise Http404
    first, second = map(side_of, found)
    sections = compared(first, second)
    if request.GET.get("format") == "csv":
        columns = [
            _("Part"), _("Name"), str(first.number), str(second.number), _("Difference"),
            _("Better"),
        ]  # fmt: skip
        return csv_file(f"compare-{first.number}-{second.number}", columns, lines(sections))
    context = {
        "place": place, "first": first, "second": second, "sections": sections,
        "cautions": cautions(first, second), "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "analytics/comparing/compare.html", context)
