"""The pages of experiments: all of them, a new one, one with its result, and what to do with it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics.comparing.entries import run_entries
from analytics.experiments.forms import ExperimentForm
from analytics.experiments.outcomes import arm_counts, past_outcomes
from analytics.experiments.presenting import winner
from analytics.experiments.runs import run_start, runs_of
from analytics.models import Run
from analytics.pages import METHOD_PAGES, run_page
from crm.accounts.http import SignedInRequest
from crm.common.errors import RefusedError
from crm.records.resources import KEEPERS
from marketing.experiments import services
from marketing.experiments.models import Experiment

SHOWN = 100
METHOD = METHOD_PAGES[Run.Method.EXPERIMENT]


def _keeper(request: SignedInRequest) -> None:
    if request.user.role not in KEEPERS:
        raise Http404


@require_GET
def overview(request: SignedInRequest) -> HttpResponse:
    _keeper(request)
    visible = Experiment.objects.visible_to(request.user).select_related("campaign")
    experiments = list(visible.order_by("-pk")[:SHOWN])
    counts = arm_counts(experiments)
    for experiment in experiments:
        experiment.customers = sum(counts.get(experiment.pk, {}).values())
    context = {"method": METHOD, "experiments": experiments}
    return render(request, "analytics/experiments/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: SignedInRequest) -> HttpResponse:
    """The plan; with “How many customers?” the number it needs, before anything is written."""
    _keeper(request)
    initial = {"campaign": request.GET.get("campaign", "")}
    form = ExperimentForm(request.POST or None, user=request.user, initial=initial)
    size = None
    if request.method == "POST" and form.is_valid():
        if "size" not in request.POST:
            experiment = services.experiment_create(actor=request.user, **form.values())
            return redirect(experiment)
        size = form.size()
    days = form.cleaned_data.get("window_days") if form.is_bound else None
    context = {
        "method": METHOD, "form": form, "size": size, "asked": "size" in request.POST,
        "past": past_outcomes(request.user, days or 30), "days": days or 30,
        "currency": settings.BASE_CURRENCY,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "analytics/experiments/new.html", context, status=status)


def _experiment(request: SignedInRequest, pk: int) -> Experiment:
    visible = Experiment.objects.visible_to(request.user)
    found: Experiment | None = (
        visible.select_related("campaign", "segment").filter(pk=pk).first()
    )  # fmt: skip
    if found is None:
        raise Http404
    return found


@require_GET
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    experiment = _experiment(request, pk)
    entries = run_entries(runs_of(experiment), Run.Method.EXPERIMENT)
    runs = [entry.record for entry in entries.rows]
    run = next((run for run in runs if run.state == Run.State.FINISHED), None)
    refused = runs[0] if runs and runs[0].state == Run.State.REFUSED else None
    counts = arm_counts([experiment]).get(pk, {})
    context = {
        "method": METHOD, "experiment": experiment, "run": run, "refused": refused,
        "entries": entries,
        "waiting": next((r for r in runs if r.shown_state == Run.State.RUNNING), None),
        "arms": _arms(experiment, counts), "drawn": sum(counts.values()),
        "short": experiment.planned and counts and sum(counts.values()) < experiment.planned,
        **(run_page(run) if run else {}),
        **({"reason": run_page(refused)["reason"]} if refused else {}),
    }  # fmt: skip
    best = winner(run.result) if run else None
    if best and experiment.state in {"complete", "ended"}:
        context["winner"] = {"key": best["arm"], "name": experiment.arm_name(best["arm"])}
    return render(request, "analytics/experiments/detail.html", context)


def _arms(experiment: Experiment, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"name": experiment.arm_name(key), "share": share, "customers": counts.get(key)}
        for key, share in experiment.shares.items()
    ]


@require_POST
def draw(request: SignedInRequest, pk: int) -> HttpResponse:
    experiment = _experiment(request, pk)
    try:
        job = services.experiment_ask_draw(pk=experiment.pk, actor=request.user)
    except RefusedError as refusal:
        messages.error(request, refusal.message)
        return redirect(experiment)
    return redirect(job)


@require_POST
def compute(request: SignedInRequest, pk: int) -> HttpResponse:
    experiment = _experiment(request, pk)
    if experiment.started_at is None:
        messages.error(request, _("The arms are not drawn yet."))
        return redirect(experiment)
    run = run_start(experiment=experiment, actor=request.user)
    return redirect("jobs:detail", run.job_id)


@require_POST
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    experiment = _experiment(request, pk)
    try:
        services.experiment_end(pk=experiment.pk, actor=request.user)
        messages.success(request, _("The experiment has ended; nobody is held out any more."))
    except RefusedError as refusal:
        messages.error(request, refusal.message)
    return redirect(experiment)


@require_POST
def discard(request: SignedInRequest, pk: int) -> HttpResponse:
    experiment = _experiment(request, pk)
    try:
        services.experiment_discard(pk=experiment.pk, actor=request.user)
    except RefusedError as refusal:
        messages.error(request, refusal.message)
        return redirect(experiment)
    messages.success(request, _("The draft is removed."))
    return redirect("analytics:experiments")


@require_POST
def roll_out(request: SignedInRequest, pk: int, arm: str) -> HttpResponse:
    """Give the rest what an arm had, by a campaign of their own."""
    experiment = _experiment(request, pk)
    try:
        job = services.experiment_ask_roll_out(pk=experiment.pk, actor=request.user, arm=arm)
    except RefusedError as refusal:
        messages.error(request, refusal.message)
        return redirect(experiment)
    return redirect(job)
