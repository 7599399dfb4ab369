"""The dashboard, the methods' pages and the runs."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from analytics import dashboard, metrics
from analytics.comparing.entries import run_entries
from analytics.comparing.reproduction import reproduced
from analytics.dashboard import SERVERS
from analytics.fits import kept_params
from analytics.forms import OptionsForm
from analytics.models import Run
from analytics.offers import offer
from analytics.pages import METHOD_PAGES, MethodPage, run_page
from analytics.rescoring import score_ask
from analytics.runs import run_start
from analytics.slices import PERIODS, Slice, slice_of
from crm.accounts.http import SignedInRequest
from crm.accounts.models import Team
from crm.common.charting import Chart
from crm.common.csv_files import csv_file
from crm.records.resources import KEEPERS
from customers.models import Customer

AT_ONCE = 2  # cards that stand on the first screen


@require_GET
def overview(request: SignedInRequest) -> HttpResponse:
    """The figures and the first cards; the others load when they come into view (``?cards=all``:
    with the page)."""
    part, period = slice_of(request)
    user: Any = request.user
    at_once = len(dashboard.CARDS) if request.GET.get("cards") == "all" else AT_ONCE
    cards = dashboard.cards_for(user)
    query = request.GET.copy()
    entries = [_entry(card, part) for card in cards[:at_once]]
    entries += [_waiting(card, query.urlencode()) for card in cards[at_once:]]
    query["cards"] = "all"
    context = {
        "part": part, "period": period, "periods": PERIODS, "cards": entries,
        "whole_url": f"?{query.urlencode()}",
        "figures": dashboard.figures(part),
        "teams": Team.objects.all() if user.is_admin else [],
        "due_requests": metrics.due_requests(part) if user.role in SERVERS else None,
        "may_run": user.role in KEEPERS,
    }  # fmt: skip
    return render(request, "analytics/dashboard.html", context)


def _entry(card: dashboard.Card, part: Slice) -> dict[str, Any]:
    return {"card": card, "chart": card.build(part), "run": dashboard.run_of(card, part)}


def _waiting(card: dashboard.Card, query: str) -> dict[str, Any]:
    return {"card": card, "url": f"{reverse('analytics:card', args=[card.key])}?{query}"}


def _card(request: SignedInRequest, key: str) -> dashboard.Card:
    found = [card for card in dashboard.cards_for(request.user) if card.key == key]
    if not found:
        raise Http404
    return found[0]


@require_GET
def card(request: SignedInRequest, key: str) -> HttpResponse:
    """One card, for the page that loads it when it comes into view."""
    entry = _entry(_card(request, key), slice_of(request)[0])
    context = {"entry": entry, "may_run": request.user.role in KEEPERS}
    return render(request, "analytics/_dashboard_card.html", context)


@require_GET
def card_csv(request: SignedInRequest, key: str) -> HttpResponse:
    chart = _card(request, key).build(slice_of(request)[0])
    if chart is None:
        raise Http404
    return chart_csv(chart)


def chart_csv(chart: Chart) -> HttpResponse:
    """The chart's data as a file."""
    return csv_file(chart.id, chart.columns, chart.rows)


def _keeper(request: SignedInRequest) -> None:
    if request.user.role not in KEEPERS:
        raise Http404


@require_GET
def method(request: SignedInRequest, name: str) -> HttpResponse:
    """A method's newest result with its history, and the button that runs it."""
    _keeper(request)
    page = METHOD_PAGES.get(name)
    if page is None:
        raise Http404
    newest = _newest(request, name)
    options = page.form(run=newest) if page.form else None
    return _method_page(request, page, newest, options)


def _method_page(
    request: SignedInRequest,
    page: MethodPage,
    newest: Run | None,
    options: OptionsForm | None,
) -> HttpResponse:
    entries = run_entries(_runs(request, page.name), page.name)
    runs = [entry.record for entry in entries.rows]
    waiting = next((run for run in runs if run.shown_state == Run.State.RUNNING), None)
    refused = runs[0] if runs and runs[0].state == Run.State.REFUSED else None
    context = {
        "method": page, "entries": entries, "run": newest, "waiting": waiting, "refused": refused,
        "options": options, "teams": Team.objects.all() if request.user.is_admin else [],
        "team": team_asked(request), "query": request.GET.urlencode(),
        **(run_page(newest, request.GET.dict()) if newest else {}),
        "offer": offer(newest, request.user) if newest else None,
        "again": kept_params(page.name, newest, request.user.team_id),
    }  # fmt: skip
    status = 422 if options and options.errors else 200
    return render(request, "analytics/method.html", context, status=status)


def team_asked(request: SignedInRequest) -> int | None:
    """The team whose runs an administrator asks for (``?team=``)."""
    asked = request.GET.get("team", "")
    readable = asked.isdecimal() and len(asked) < 10
    return int(asked) if readable and request.user.is_admin else None


@require_POST
def start(request: SignedInRequest, name: str) -> HttpResponse:
    _keeper(request)
    page = METHOD_PAGES.get(name)
    if page is None or not page.by_itself:
        raise Http404
    params = {}
    if page.form:
        newest = _newest(request, name)
        options = page.form(request.POST, run=newest)
        if not options.is_valid():
            return _method_page(request, page, newest, options)
        params = options.params()
    run = run_start(method=name, actor=request.user, params=params)
    return redirect("jobs:detail", run.job_id)


def _runs(request: SignedInRequest, name: str) -> Any:
    visible = Run.objects.visible_to(request.user).filter(method=name)
    team = team_asked(request)
    return visible if team is None else visible.filter(team=team)


def _newest(request: SignedInRequest, name: str) -> Run | None:
    finished = _runs(request, name).finished().select_related("created_by", "team")
    found: Run | None = finished.order_by("-created_at").first()
    return found


def _run(request: SignedInRequest, pk: int) -> Run:
    visible = Run.objects.visible_to(request.user)
    related = ("created_by", "team", "job", "reproduces", "reproduces__created_by")
    run = visible.select_related(*related).filter(pk=pk).first()
    if run is None:
        raise Http404
    return run


@require_GET
def run_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    run = _run(request, pk)
    context = {
        "run": run, "method": METHOD_PAGES[run.method], "query": request.GET.urlencode(),
        **run_page(run, request.GET.dict()),
        "offer": offer(run, request.user), **reproduced(run),
    }  # fmt: skip
    return render(request, "analytics/run.html", context)


@require_POST
def score_customer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Score one customer now; whoever sees the customer sees the scores."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    return redirect(score_ask(customer=customer, actor=request.user))


@require_GET
def run_csv(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    found = [c for c in run_page(_run(request, pk), request.GET.dict())["charts"] if c.id == key]
    if not found:
        raise Http404(_("No such chart"))
    return chart_csv(found[0])
