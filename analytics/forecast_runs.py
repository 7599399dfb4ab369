"""Runs that forecast sales: the whole, and groups that add up to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics.forecast_frames import YEAR
from analytics.models import Run

if TYPE_CHECKING:
    import pandas as pd

    from analytics.methods.forecast import ForecastResult, SeriesForecast

WEEKS = 13
BANDS = ("mean", "lo80", "hi80", "lo95", "hi95")
# Groups carry no more of their past than their picture shows.
HISTORY_WEEKS = 104


def fit(run: Run, frame: pd.DataFrame) -> tuple[ForecastResult, dict[str, Any]]:
    """What is forecast of the whole, and the result to store.

    Raises
    ------
    InsufficientData
        Less than two seasons of weeks.
    """
    from analytics.methods.forecast import forecast

    horizon = int(run.params.get("horizon", WEEKS))
    found = forecast(frame, "sales", horizon=horizon, date="week")
    result = found.to_dict()
    result["history"] = {
        "x": [week.date().isoformat() for week in frame["week"]],
        "actual": [float(value) for value in frame["sales"]],
    }
    if len(frame.columns) > 2:
        result["by"] = run.params["by"]
        result |= _apart(frame, found)
    return found, result


def _apart(frame: pd.DataFrame, whole: ForecastResult) -> dict[str, Any]:
    """``parts``: each group's forecast, scaled so that all add up to the whole's; ``gap``: by how
    much of the whole they were apart from it before."""
    import numpy as np

    from analytics.methods.adding_up import shares_of
    from analytics.methods.forecast import forecast_each
    from analytics.methods.timeseries import regular_series

    total = whole.groups[None].prediction.mean
    names = list(frame.columns[2:])
    each = forecast_each([regular_series(frame, name, "week") for name in names], len(total))
    means = np.array([one.prediction.mean for one in each])
    factors = shares_of(total, means)
    parts = [_part(name, frame[name], one, factors) for name, one in zip(names, each, strict=True)]
    gap = float(means.sum() / total.sum() - 1) if total.sum() else None
    return {"parts": parts, "gap": gap}


def _part(name: str, past: pd.Series[float], found: SeriesForecast, factors: Any) -> dict[str, Any]:
    steps = [
        {"step": k + 1, **{band: float(row[band]) * float(factors[k]) for band in BANDS}}
        for k, row in enumerate(found.rows())
    ]
    return {
        "key": name, "history": [float(value) for value in past.tail(HISTORY_WEEKS)],
        "forecast": steps, "before": _before(past, len(steps)), "chosen": found.chosen,
        "backtest": found.backtest_dict(), "notices": [one.to_dict() for one in found.notices],
    }  # fmt: skip


def _before(past: pd.Series[float], weeks: int) -> float | None:
    """What the same weeks sold a year before, as far as they have all been."""
    start = len(past) - YEAR
    if start < 0 or weeks > YEAR:
        return None
    return float(past.iloc[start : start + weeks].sum())
