"""Load, fit, judge, store: one service behind the button, the clock and the command line."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from analytics import (
    csat_runs,
    deal_frames,
    frames,
    generations,
    marketing_frames,
    marketing_runs,
    order_frames,
    order_runs,
    score_runs,
    service_frames,
    staffing_frames,
    staffing_runs,
    talk_frames,
    talk_runs,
    win_runs,
)
from analytics.experiments import runs as experiment_runs
from analytics.frames import Scope
from analytics.generations import Rows
from analytics.lost_runs import alive
from analytics.models import Run
from analytics.provenance import fingerprint, library_versions
from analytics.segments import Work, segment_labels, segments_move, segments_store
from crm.accounts.models import User
from crm.common.roles import Role
from crm.jobs.direct import DirectWork
from crm.jobs.services import job_enqueue

if TYPE_CHECKING:
    import pandas as pd

    from analytics.methods.errors import DataProblem, Notice
    from crm.jobs.context import JobContext

log = logging.getLogger(__name__)

SEED = 7
FORECAST_WEEKS = 13


@dataclass(frozen=True)
class Outcome:
    """What a method gave: the stored result, its quality on unseen data, cautions, what is to be
    written back (in parts before, and inside the transaction that stores the run), and what it
    found of single records (written in parts before, shown by that transaction)."""

    result: dict[str, Any]
    metrics: dict[str, Any]
    notices: tuple[Notice, ...]
    rows_used: int
    rows_dropped: int
    write_parts: Callable[[Run, Work], None] | None = None
    write_back: Callable[[Run], None] | None = None
    found: Rows | None = None


@transaction.atomic
def run_start(*, method: str, actor: Any, params: dict[str, Any] | None = None) -> Run:
    """Enqueue a run of ``method`` on the records of the actor's team (all for administrators)."""
    team_id = None if actor.is_admin else actor.team_id
    run = Run.objects.create(
        method=method, params=params or {}, team_id=team_id, created_by=actor, seed=SEED
    )
    run.job = job_enqueue(
        kind="analyze", params={"run": run.pk}, actor=actor,
        title=str(Run.Method(method).label), url=run.get_absolute_url(),
    )  # fmt: skip
    run.save(update_fields=["job"])
    return run


def run_method(
    *,
    method: str,
    params: dict[str, Any] | None = None,
    actor: Any = None,
    team_id: int | None = None,
) -> Run:
    """Run ``method`` now, in this process, on the company's records or one team's."""
    run = Run.objects.create(
        method=method, params=params or {}, team_id=team_id, created_by=actor, seed=SEED
    )  # fmt: skip
    with alive(run):
        return run_execute(run)


def run_answer(run: Run) -> dict[str, Any]:
    """A run as the command line prints it; a refusal is raised again as its DataProblem."""
    from analytics.methods.errors import DataProblem

    if run.state == Run.State.REFUSED:
        raise DataProblem(run.error["code"], run.error["params"])
    cautions = [entry["text"] for entry in run.warnings]
    return {**run.result, "run": run.pk, "warnings": cautions}


def run_execute(run: Run, job: JobContext | None = None) -> Run:
    """Do the work of a run and store what came out; too little data is stored as a refusal.

    A run that does another one again changes nothing outside itself.
    """
    from analytics.methods.errors import DataProblem

    started = time.monotonic()
    if job:
        job.progress(1, 4, "load")
    run.read_at = timezone.now()
    frame = load_frame(run)
    run.fingerprint, run.versions = fingerprint(frame), library_versions()
    run.data_from, run.data_to = _window(frame)
    if job:
        job.progress(2, 4, "fit")
    try:
        outcome = _fit_of(run)(run, frame)
    except DataProblem as problem:
        return _store_refusal(run, frame, problem, started, job)
    if run.reproduces:
        outcome = replace(outcome, write_parts=None, write_back=None, found=None)
    if job:
        job.progress(3, 4, "store")
    if outcome.found:
        generations.rows_write(run=run, found=outcome.found, work=job or DirectWork())
    run.state = Run.State.FINISHED
    run.result, run.metrics = outcome.result, outcome.metrics
    run.warnings = [notice.to_dict() for notice in outcome.notices]
    run.rows_used, run.rows_dropped = outcome.rows_used, outcome.rows_dropped
    if outcome.write_parts:
        outcome.write_parts(run, job or DirectWork())
    return _store(run, started, job, outcome)


def _store_refusal(
    run: Run, frame: pd.DataFrame, problem: DataProblem, started: float, job: JobContext | None
) -> Run:
    run.state = Run.State.REFUSED
    run.rows_dropped = len(frame)
    run.error = {"code": problem.code, "params": _plain(problem.params), "text": str(problem)}
    return _store(run, started, job, None)


def _store(run: Run, started: float, job: JobContext | None, outcome: Outcome | None) -> Run:
    work = job or DirectWork()
    run.seconds = round(time.monotonic() - started, 3)
    with work.guard():
        if outcome and outcome.found:
            run.result["moved"] = generations.moved(run=run, model=outcome.found.model)
        run.save()
        _take_effect(run, outcome)
    if outcome and outcome.found:
        generations.tidy(method=run.method, model=outcome.found.model, work=work)
    return run


def _take_effect(run: Run, outcome: Outcome | None) -> None:
    """What people see of customers is from now on this run's."""
    if outcome is None:
        if not run.reproduces:
            generations.withdraw(run=run)
        return
    if outcome.found:
        generations.show(run=run, model=outcome.found.model)
    if outcome.write_back:
        outcome.write_back(run)


def load_frame(run: Run) -> pd.DataFrame:
    """The rows that a run is about."""
    if run.method in ASKED:
        return ASKED[run.method].load(run)
    frame = METHODS[run.method].load(score_runs.scope_of(run))
    return frames.weeks_until(frame, run.reproduces.data_to) if run.reproduces else frame


def last_finished(method: str, team_id: int | None, before: Run | None = None) -> Run | None:
    """The newest finished run of a method for a team, or for the whole company."""
    earlier = {"created_at__lt": before.created_at} if before else {}
    found = Run.objects.finished().filter(method=method, team=team_id, **earlier)
    return found.order_by("-created_at").first()


def nightly(
    progress: Callable[[int, int], None] = lambda done, total: None,
    methods: Collection[str] | None = None,
) -> dict[str, str]:
    """Run every method (or those named) for each team that has a manager, then for the company.

    Unchanged data is not fitted again. Gives the state of each, by method and team.
    """
    managed = User.objects.filter(is_active=True, role=Role.MANAGER, team__isnull=False)
    teams = [*managed.order_by("team").values_list("team", flat=True).distinct(), None]
    turns = [(method, team_id) for team_id in teams for method in methods or METHODS]
    states = {}
    for done, (method, team_id) in enumerate(turns):
        progress(done, len(turns))
        name = f"{method}:{team_id or 'company'}"
        states[name] = _nightly_turn(method, team_id)
        log.info("nightly analysis", extra={"turn": name, "state": states[name]})
    return states


def _nightly_turn(method: str, team_id: int | None) -> str:
    last = last_finished(method, team_id)
    frame = METHODS[method].load(Scope(team_id=team_id))
    if last and last.fingerprint == fingerprint(frame) and score_runs.has_model(last):
        return "unchanged"
    return run_method(method=method, team_id=team_id).state


# The methods -----------------------------------------------------------------------------------


def _cluster(run: Run, frame: pd.DataFrame) -> Outcome:
    import numpy as np

    from analytics.methods.clustering import cluster

    last = last_finished(Run.Method.CLUSTER, run.team_id, before=run.reproduces or run)
    previous = None
    if last and last.result.get("columns") == frames.RFM_COLUMNS:
        previous = np.array(last.result["centroids"], dtype=float)
    found = cluster(
        frame, frames.RFM_COLUMNS, algorithm=run.params.get("algorithm", "kmeans"),
        k=run.params.get("k"), previous=previous, logged=frames.RFM_COLUMNS, seed=run.seed,
    )  # fmt: skip
    result = found.to_dict()
    del result["labels"]  # each customer carries its own
    keys = ("silhouette", "null_silhouette", "stability", "structure")

    outcome = Outcome(
        result=result, metrics={key: result[key] for key in keys}, notices=found.notices,
        rows_used=found.rows_used, rows_dropped=found.rows_dropped,
    )  # fmt: skip
    if not found.structure:
        return outcome
    labels = segment_labels(run=run, customers=frame["customer"].to_numpy(), found=found)
    return replace(
        outcome,
        write_parts=lambda run, work: segments_move(run=run, labels=labels, work=work),
        write_back=lambda run: segments_store(run=run, labels=labels),
    )


def _forecast(run: Run, frame: pd.DataFrame) -> Outcome:
    from analytics.methods.forecast import forecast

    horizon = int(run.params.get("horizon", FORECAST_WEEKS))
    found = forecast(frame, "sales", horizon=horizon, date="week")
    result = found.to_dict()
    result["history"] = {
        "x": [week.date().isoformat() for week in frame["week"]],
        "actual": [float(value) for value in frame["sales"]],
    }
    return Outcome(
        result=result, metrics=result["backtest"], notices=found.notices,
        rows_used=found.rows_used, rows_dropped=found.rows_dropped,
    )  # fmt: skip


def _regress(run: Run, frame: pd.DataFrame) -> Outcome:
    found, result = marketing_runs.fit_effects(frame)
    keys = ("r2", "r2_adj", "durbin_watson", "n")
    return Outcome(
        result=result, metrics={key: result[key] for key in keys}, notices=found.notices,
        rows_used=found.rows_used, rows_dropped=found.rows_dropped,
    )  # fmt: skip


def _budget(run: Run, frame: pd.DataFrame) -> Outcome:
    found, result = marketing_runs.fit_budget(run, frame)
    keys = ("error", "error_without", "r2", "clear", "gain", "gain_lo", "gain_hi")
    return Outcome(
        result=result, metrics={key: result[key] for key in keys}, notices=found.notices,
        rows_used=found.rows_used, rows_dropped=found.rows_dropped,
    )  # fmt: skip


def _score(run: Run, frame: pd.DataFrame) -> Outcome:
    found, result, rows = score_runs.fit(run, frame)
    return Outcome(
        result=result, metrics=score_runs.metrics(found), notices=found.notices,
        write_parts=score_runs.keep_model(found),
        rows_used=found.rows_used, rows_dropped=found.rows_dropped, found=rows,
    )  # fmt: skip


def _win(run: Run, frame: pd.DataFrame) -> Outcome:
    found, result, rows = win_runs.fit(run, frame)
    judged = found.score
    metrics = {**score_runs.metrics(judged), **found.rivals(), "better": found.better}
    return Outcome(
        result=result, metrics=metrics, notices=judged.notices, rows_used=judged.rows_used,
        rows_dropped=judged.rows_dropped, found=rows,
    )  # fmt: skip


def _of_orders(fit: Callable[[Run, Any], Any]) -> Callable[[Run, Any], Outcome]:
    """A method of ``order_runs``."""

    def made(run: Run, frame: Any) -> Outcome:
        found, result, rows = fit(run, frame)
        return Outcome(
            result=result, metrics=result["holdout"] or {}, notices=found.notices,
            rows_used=found.rows_used, rows_dropped=found.rows_dropped, found=rows,
        )  # fmt: skip

    return made


def _csat(run: Run, frame: pd.DataFrame) -> Outcome:
    found, result, write_back = csat_runs.fit(run, frame)
    return Outcome(
        result=result, metrics=result["risk"], notices=found.notices,
        rows_used=found.drivers.rows_used, rows_dropped=len(frame) - found.drivers.rows_used,
        write_back=write_back,
    )  # fmt: skip


def _communications(run: Run, frame: pd.DataFrame) -> Outcome:
    result, notices, rows = talk_runs.fit(frame)
    return Outcome(
        result=result, metrics=result["channels"][talk_frames.ALL].get("backtest") or {},
        notices=notices, rows_used=rows, rows_dropped=0,
    )  # fmt: skip


def _staffing(run: Run, frame: pd.DataFrame) -> Outcome:
    found, result = staffing_runs.fit(frame)
    return Outcome(
        result=result, metrics={}, notices=found.notices, rows_used=found.rows_used,
        rows_dropped=found.rows_dropped,
    )  # fmt: skip


@dataclass(frozen=True)
class _Method:
    load: Callable[[Scope], Any]
    fit: Callable[[Run, Any], Outcome]


METHODS: dict[str, _Method] = {
    Run.Method.CLUSTER: _Method(frames.customer_features, _cluster),
    Run.Method.FORECAST: _Method(frames.weekly_sales, _forecast),
    Run.Method.REGRESS: _Method(marketing_frames.marketing_weeks, _regress),
    Run.Method.BUDGET: _Method(marketing_frames.marketing_weeks, _budget),
    **{
        method: _Method(score_runs.learning_frame(method), _score)
        for method in score_runs.QUESTIONS
    },
    Run.Method.WIN: _Method(deal_frames.deals, _win),
    Run.Method.VALUE: _Method(order_frames.purchases, _of_orders(order_runs.fit_value)),
    Run.Method.RULES: _Method(order_frames.baskets, _of_orders(order_runs.fit_rules)),
    Run.Method.CSAT: _Method(service_frames.surveys, _csat),
    Run.Method.COMMUNICATIONS: _Method(talk_frames.daily_talks, _communications),
    Run.Method.STAFFING: _Method(staffing_frames.arrivals, _staffing),
}


def _experiment(run: Run, frame: pd.DataFrame) -> Outcome:
    found, result = experiment_runs.fit(run, frame)
    keys = ("kind", "split_p", "interim", "looks")
    return Outcome(
        result=result, metrics={key: result[key] for key in keys}, notices=found.notices,
        rows_used=found.rows_used, rows_dropped=found.rows_dropped,
    )  # fmt: skip


@dataclass(frozen=True)
class _Asked:
    load: Callable[[Run], Any]
    fit: Callable[[Run, Any], Outcome]


# About one thing that somebody chose, so not for each team at night.
ASKED: dict[str, _Asked] = {Run.Method.EXPERIMENT: _Asked(experiment_runs.load, _experiment)}


def _fit_of(run: Run) -> Callable[[Run, Any], Outcome]:
    return ASKED[run.method].fit if run.method in ASKED else METHODS[run.method].fit


def _window(frame: pd.DataFrame) -> tuple[Any, Any]:
    if "week" in frame.columns and len(frame):
        return frame["week"].min().date(), frame["week"].max().date()
    return None, timezone.localdate()


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    simple = (str, int, float, bool, type(None))
    return {k: v if isinstance(v, simple) else str(v) for k, v in params.items()}
