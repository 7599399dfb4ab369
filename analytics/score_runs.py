"""Runs that score customers: learn from past days, judge on later ones, score today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from analytics import snapshots
from analytics.frames import Scope
from analytics.generations import Rows, Work
from analytics.model_files import model_usable, model_write
from analytics.models import Run
from analytics.scores import score_rows, top_chance
from analytics.snapshots import Question

if TYPE_CHECKING:
    import pandas as pd

    from analytics.methods.reasons import Reason
    from analytics.methods.score import ScoreResult
    from analytics.methods.scorer import Scorer

QUESTIONS: dict[str, Question] = {
    Run.Method.CHURN: snapshots.CHURN,
    Run.Method.POTENTIAL: snapshots.POTENTIAL,
}
REASONED_AT_ONCE = 20_000
KEPT = ("models", "chosen", "signal", "split", "split_detail", "leaks", "base_rate", "positives",
        "influences", "calibration_curve", "lift", "threshold")  # fmt: skip


def scope_of(run: Run) -> Scope:
    """Whose records a run is about, and as of which day (``params["today"]``, an ISO date).

    A run that does another one again reads what that one's author saw, as of its moment.
    """
    origin = run.reproduces
    until = (origin.read_at or origin.created_at) if origin else None
    day = run.params.get("today")
    today = date.fromisoformat(day) if day else until and timezone.localdate(until)
    actor = (origin or run).created_by
    by = run.params.get("by", "")
    return Scope(actor=actor, team_id=run.team_id, today=today, until=until, by=by)


def learning_frame(method: str) -> Callable[[Scope], pd.DataFrame]:
    """How the rows of ``method`` are loaded."""
    return lambda scope: snapshots.learning_frame(scope, QUESTIONS[method])


def fit(run: Run, frame: pd.DataFrame) -> tuple[ScoreResult, dict[str, Any], Rows]:
    """Learn and judge; gives what was found, the result to store, and the scores to write.

    Without a signal nobody gets a score, and older ones are taken away.
    """
    import numpy as np

    from analytics.methods.score import score

    found = score(frame, "event", positive="yes", time="day", exclude=("customer",), seed=run.seed)
    answer = found.to_dict()
    result = {name: answer[name] for name in KEPT}
    result["horizon_days"] = snapshots.HORIZON_DAYS
    now = snapshots.asked_today(scope_of(run), QUESTIONS[run.method])
    result["scored"] = len(now) if found.scorer else 0
    customers, chances = now["customer"].to_numpy(), np.zeros(0)
    reasons: Iterable[list[Reason]] = ()
    if found.scorer and len(now):
        features, rows = found.scorer.read(now), np.arange(len(now))
        chances = found.scorer.probabilities(features, rows)
        reasons = _reasons(found.scorer, features, rows)
    result["expected"] = float(chances.sum())
    result["top"] = top_chance(chances, found.base_rate)
    written = score_rows(
        kind=run.method, customers=customers if len(chances) else customers[:0], chances=chances,
        reasons=reasons, base_rate=found.base_rate, top=result["top"],
    )  # fmt: skip
    return found, result, written


def metrics(found: ScoreResult) -> dict[str, Any]:
    """How good a score was on unseen rows, beside the base rate."""
    best, naive = found.best, found.naive
    return {
        "auc": best.area.auc, "auc_lo": best.area.lo, "auc_hi": best.area.hi,
        "log_loss": best.calibration.log_loss, "naive_log_loss": naive.calibration.log_loss,
        "brier": best.calibration.brier, "naive_brier": naive.calibration.brier,
        "calibration_slope": best.calibration.slope, "signal": found.signal,
    }  # fmt: skip


def has_model(run: Run) -> bool:
    """Whether the model that a finished run should have stored is there and can be used."""
    return not (run.live and tells(run)) or model_usable(run)


def tells(run: Run) -> bool:
    """Whether a finished run scores customers or deals: it beat its rival."""
    told = {**dict.fromkeys(QUESTIONS, "signal"), Run.Method.WIN.value: "better"}
    return run.method in told and bool(run.result.get(told[run.method]))


def keep_model(scorer: Scorer | None) -> Callable[[Run, Work], None] | None:
    """What stores the model of a run, so that it scores between the nights."""
    return (lambda run, _work: model_write(run, scorer)) if scorer else None


def _reasons(scorer: Scorer, features: Any, rows: Any) -> Iterator[list[Reason]]:
    """Each row's reasons, found while they are written: a million would not fit into memory."""
    for start in range(0, len(rows), REASONED_AT_ONCE):
        yield from scorer.reasons(features, rows[start : start + REASONED_AT_ONCE])
