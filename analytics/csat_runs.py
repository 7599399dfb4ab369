"""Runs on satisfaction: what moves the marks, and the likely marks of open requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analytics.csat_risk import risks_write
from analytics.service_frames import DRIVERS, GROUPS, LATER

if TYPE_CHECKING:
    import pandas as pd

    from analytics.methods.satisfaction import SatisfactionResult
    from analytics.models import Run


def fit(
    run: Run, frame: pd.DataFrame
) -> tuple[SatisfactionResult, dict[str, Any], Callable[[Run], None] | None]:
    """Explain the marks; gives what was found, the result to store, and what writes the risks.

    Only a run on the whole company writes the likely marks: one card for all open requests.
    """
    from analytics.methods.satisfaction import explain_marks

    found = explain_marks(frame, DRIVERS, later=LATER, groups=GROUPS, seed=run.seed)
    result = found.to_dict()
    result["months"] = _months(frame)
    result["usual"] = _usual(frame)
    result["mean"] = float(frame["score"].mean())

    def write_back(run: Run) -> None:
        risks_write(run)

    return found, result, write_back if run.team_id is None else None


def _months(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Surveys and marks by the month they were sent in: asked, answered, mean, its half-width."""
    rows = frame.groupby("month")["score"].agg(["size", "count", "mean", "std"])
    table = []
    for month, asked, answered, mean, sd in rows.itertuples():
        known = answered >= 2
        reach = 1.959964 * float(sd) / float(answered) ** 0.5 if known else None
        table.append(
            {"month": str(month), "asked": int(asked), "answered": int(answered),
             "mean": float(mean) if answered else None, "reach": reach}
        )  # fmt: skip
    return table


def _usual(frame: pd.DataFrame) -> dict[str, str]:
    """The most frequent level of each category among the drivers."""
    import pandas as pd

    marked = frame[frame["score"].notna()]
    usual = {}
    for name in DRIVERS:
        counts = marked[name].dropna().astype(str).value_counts()
        if not pd.api.types.is_numeric_dtype(marked[name]) and len(counts):
            usual[name] = str(counts.index[0])
    return usual
