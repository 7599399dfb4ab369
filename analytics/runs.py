"""Load, fit, judge, store: one service behind the button, the clock and the command line."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from analytics import frames, generations, score_runs
from analytics.fits import ASKED, METHODS, Outcome, fit_of, kept_params
from analytics.frames import Scope
from analytics.lost_runs import alive
from analytics.models import Run
from analytics.provenance import fingerprint, library_versions
from crm.accounts.models import User
from crm.common.roles import Role
from crm.jobs.direct import DirectWork
from crm.jobs.services import job_enqueue

if TYPE_CHECKING:
    import pandas as pd

    from analytics.methods.errors import DataProblem
    from crm.jobs.context import JobContext

log = logging.getLogger(__name__)

SEED = 7


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
        outcome = fit_of(run)(run, frame)
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
    last = Run.objects.last_finished(method, team_id)
    params = kept_params(method, last, team_id)
    frame = METHODS[method].load(Scope(team_id=team_id, by=params.get("by", "")))
    if last and last.fingerprint == fingerprint(frame) and score_runs.has_model(last):
        return "unchanged"
    return run_method(method=method, team_id=team_id, params=params).state


def _window(frame: pd.DataFrame) -> tuple[Any, Any]:
    if "week" in frame.columns and len(frame):
        return frame["week"].min().date(), frame["week"].max().date()
    return None, timezone.localdate()


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    simple = (str, int, float, bool, type(None))
    return {k: v if isinstance(v, simple) else str(v) for k, v in params.items()}
