"""Runs that score customers: learn from past days, judge on later ones, score today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from analytics import snapshots
from analytics.frames import Scope
from analytics.models import Run
from analytics.scores import scores_write
from analytics.snapshots import Question

if TYPE_CHECKING:
    import pandas as pd

    from analytics.methods.score import ScoreResult

QUESTIONS: dict[str, Question] = {
    Run.Method.CHURN: snapshots.CHURN,
    Run.Method.POTENTIAL: snapshots.POTENTIAL,
}
KEPT = ("models", "chosen", "signal", "split", "split_detail", "leaks", "base_rate", "positives",
        "influences", "calibration_curve", "lift", "threshold")  # fmt: skip


def scope_of(run: Run) -> Scope:
    """Whose records a run is about, and as of which day (``params["today"]``, an ISO date)."""
    day = run.params.get("today")
    today = date.fromisoformat(day) if day else None
    return Scope(actor=run.created_by, team_id=run.team_id, today=today)


def learning_frame(method: str) -> Callable[[Scope], pd.DataFrame]:
    """How the rows of ``method`` are loaded."""
    return lambda scope: snapshots.learning_frame(scope, QUESTIONS[method])


def fit(run: Run, frame: pd.DataFrame) -> tuple[ScoreResult, dict[str, Any], Callable[[Run], None]]:
    """Learn and judge; gives what was found, the result to store, and what writes the scores.

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
    customers, chances, reasons = now["customer"].to_numpy(), np.zeros(0), []
    if found.scorer and len(now):
        features, rows = found.scorer.read(now), np.arange(len(now))
        chances = found.scorer.probabilities(features, rows)
        reasons = found.scorer.reasons(features, rows)
    result["expected"] = float(chances.sum())

    def write_back(run: Run) -> None:
        scores_write(
            run=run, customers=customers if len(chances) else customers[:0], chances=chances,
            reasons=reasons, base_rate=found.base_rate,
        )  # fmt: skip

    return found, result, write_back
