"""Runs about one experiment: by a button, and at night while it runs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from analytics.experiments.outcomes import outcomes
from analytics.models import Run
from crm.jobs.services import job_enqueue
from marketing.experiments.models import Experiment

if TYPE_CHECKING:
    import pandas as pd

    from analytics.methods.experiment import ExperimentResult


def runs_of(experiment: Experiment) -> Any:
    """The runs about an experiment, the newest first."""
    about = {"method": Run.Method.EXPERIMENT, "params__experiment": experiment.pk}
    return Run.objects.filter(**about, reproduces=None).order_by("-created_at")


def load(run: Run) -> pd.DataFrame:
    """The outcomes of the experiment that the run is about."""
    about = Experiment.objects.get(pk=run.params["experiment"])
    return outcomes(about, read_at(run))


def read_at(run: Run) -> datetime:
    """The moment whose records a run is about: its own, or that of the run it does again."""
    first = run.reproduces or run
    return first.read_at or first.created_at


def fit(run: Run, frame: pd.DataFrame) -> tuple[ExperimentResult, dict[str, Any]]:
    """Each arm against the reference, and what the page must know of the experiment."""
    from analytics.methods.errors import DataProblem
    from analytics.methods.experiment import experiment as compare

    about = Experiment.objects.get(pk=run.params["experiment"])
    if frame.empty:
        raise DataProblem("no_rows")
    shares = {key: share for key, share in about.shares.items() if key in set(frame["arm"])}
    means = about.outcome == Experiment.Outcome.REVENUE
    found = compare(
        frame, arm="arm", control=about.reference, outcome="outcome", shares=shares,
        correction="dunnett" if means and about.correction == "dunnett" else "holm",
        seed=run.seed,
    )  # fmt: skip
    end, now = about.window_end, read_at(run)
    ended = about.ended_at if about.ended_at and about.ended_at <= now else None
    result = {
        **found.to_dict(),
        "experiment": about.pk,
        "outcome_kind": about.outcome,
        "window_days": about.window_days,
        "interim": bool(ended is None and end and now < end),
        "cut_short": bool(ended and end and ended < end),
        "planned": about.planned,
        "until": end.date().isoformat() if end else None,
        "names": dict(zip(about.arm_keys, about.arms, strict=True)),
        "looks": _finished_before(run, about) + 1,
    }
    return found, result


def _finished_before(run: Run, about: Experiment) -> int:
    first = run.reproduces or run
    return int(runs_of(about).filter(state=Run.State.FINISHED, pk__lt=first.pk).count())


@transaction.atomic
def run_start(*, experiment: Experiment, actor: Any) -> Run:
    """Enqueue a run about an experiment that the actor sees."""
    run = Run.objects.create(
        method=Run.Method.EXPERIMENT, params={"experiment": experiment.pk},
        team_id=experiment.campaign.team_id, created_by=actor,
    )  # fmt: skip
    run.job = job_enqueue(
        kind="analyze", params={"run": run.pk}, actor=actor, title=experiment.name,
        url=experiment.get_absolute_url(),
    )  # fmt: skip
    run.save(update_fields=["job"])
    return run


def nightly() -> dict[str, str]:
    """A run for each experiment whose arms are drawn, until one holds the whole window."""
    from analytics.runs import run_method

    states = {}
    drawn = Experiment.objects.filter(started_at__isnull=False, campaign__trashed_at__isnull=True)
    for experiment in drawn.select_related("campaign").order_by("pk"):
        last = runs_of(experiment).first()
        if last and experiment.state != "running" and last.created_at >= _over_at(experiment):
            continue
        run = run_method(
            method=Run.Method.EXPERIMENT, params={"experiment": experiment.pk},
            team_id=experiment.campaign.team_id,
        )  # fmt: skip
        states[str(experiment.pk)] = run.state
    return states


def _over_at(experiment: Experiment) -> datetime:
    """When nothing more was to come: the window's end, or the earlier end of the experiment."""
    known = [moment for moment in (experiment.window_end, experiment.ended_at) if moment]
    return min(known)
