"""What each method reads of the records and how its answer becomes a stored result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from analytics import (
    csat_runs,
    deal_frames,
    forecast_frames,
    forecast_runs,
    frames,
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
from analytics.models import Run
from analytics.segments import Work, segment_labels, segments_move, segments_store

if TYPE_CHECKING:
    import pandas as pd

    from analytics.methods.errors import Notice


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


def _cluster(run: Run, frame: pd.DataFrame) -> Outcome:
    import numpy as np

    from analytics.methods.clustering import cluster

    last = Run.objects.last_finished(Run.Method.CLUSTER, run.team_id, before=run.reproduces or run)
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
    found, result = forecast_runs.fit(run, frame)
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
        write_parts=score_runs.keep_model(found.scorer),
        rows_used=found.rows_used, rows_dropped=found.rows_dropped, found=rows,
    )  # fmt: skip


def _win(run: Run, frame: pd.DataFrame) -> Outcome:
    found, result, rows = win_runs.fit(run, frame)
    judged = found.score
    metrics = {**score_runs.metrics(judged), **found.rivals(), "better": found.better}
    return Outcome(
        result=result, metrics=metrics, notices=judged.notices, rows_used=judged.rows_used,
        rows_dropped=judged.rows_dropped, found=rows,
        write_parts=score_runs.keep_model(judged.scorer if found.better else None),
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
    # Whether what the newest result was asked is asked again, by the clock and the button.
    keeps: bool = False


METHODS: dict[str, _Method] = {
    Run.Method.CLUSTER: _Method(frames.customer_features, _cluster),
    Run.Method.FORECAST: _Method(forecast_frames.sales_weeks, _forecast, keeps=True),
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


def fit_of(run: Run) -> Callable[[Run, Any], Outcome]:
    return ASKED[run.method].fit if run.method in ASKED else METHODS[run.method].fit


def kept_params(method: str, last: Run | None, team_id: int | None) -> dict[str, Any]:
    """What the next run of a method is asked when nobody says: the same as its newest result."""
    if method not in METHODS or not METHODS[method].keeps:
        return {}
    # At first the groups that have targets.
    return dict(last.params) if last and last.params else {"by": "owner" if team_id else "team"}
