"""Runs on marketing: what each channel brought, and where the budget should go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from analytics.methods.budget import BudgetResult
    from analytics.methods.regression import RegressionResult
    from analytics.models import Run

PLOTTED = 500


def fit_effects(frame: pd.DataFrame) -> tuple[RegressionResult, dict[str, Any]]:
    """Revenue on the spend of each channel; with the weeks of the residuals for their plot."""
    from analytics.methods.regression import regress

    channels = _channels(frame)
    formula = "revenue ~ " + " + ".join(f"`{channel}`" for channel in channels)
    found = regress(
        frame, formula, robust="HAC", date="week", controls=tuple(frame.attrs["controls"])
    )
    result = found.to_dict()
    result["controls"] = frame.attrs["controls"]
    result["source"] = frame.attrs["source"]
    if found.rows_used == len(frame) <= PLOTTED:
        result["weeks"] = [week.date().isoformat() for week in frame["week"].sort_values()]
    return found, result


def fit_budget(run: Run, frame: pd.DataFrame) -> tuple[BudgetResult, dict[str, Any]]:
    """Response curves and the best split of ``params["total"]`` a week (empty: as now)."""
    from analytics.methods.budget import budget

    total = run.params.get("total")
    found = budget(
        frame, sales="revenue", channels=_channels(frame), date="week",
        controls=frame.attrs["controls"], total=None if total is None else float(total),
        seed=run.seed,
    )  # fmt: skip
    return found, {**found.to_dict(), "source": frame.attrs["source"]}


def _channels(frame: pd.DataFrame) -> list[str]:
    from analytics.methods.errors import DataProblem

    channels: list[str] = frame.attrs.get("channels", [])
    if not len(frame) or not channels:
        raise DataProblem("no_rows")
    return channels
