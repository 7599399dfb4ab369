"""Runs on staffing: people for each open hour of the coming week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics.staffing_frames import Handling

if TYPE_CHECKING:
    import pandas as pd

    from analytics.methods.staffing import StaffingResult

LEAST_REQUESTS = 50
LEAST_HANDLED = 20
TARGET = 0.8
LONGEST_PROMISE = 86_400.0
# How wrong the time per request may be.
DOUBT = 0.25


def fit(frame: pd.DataFrame) -> tuple[StaffingResult, dict[str, Any]]:
    """The suggestion, and the result to store.

    Raises
    ------
    InsufficientData
        Fewer than 50 requests in the weeks, or 20 resolved ones to measure the work by.
    """
    from analytics.methods.errors import InsufficientData
    from analytics.methods.staffing import agents_needed, suggest_staffing

    handling = Handling(**frame.attrs["handling"])
    for rows, needed in ((len(frame), LEAST_REQUESTS), (handling.requests, LEAST_HANDLED)):
        if rows < needed:
            params = {"method": "A staffing suggestion", "needed": needed, "rows": rows}
            raise InsufficientData("too_few_rows", params)
    within = min(float(frame.attrs["within"]), LONGEST_PROMISE)
    seconds = max(handling.seconds, 60.0)
    found = suggest_staffing(frame, "at", handling=seconds, target=TARGET, within=within)
    known = {(hour.weekday, hour.hour): hour for hour in found.hours}
    hours = []
    for weekday, hour in frame.attrs["open"]:
        one = known.get((weekday, hour))
        mean, busy, agents = (one.mean, one.busy, one.agents) if one else (0.0, 0.0, 0)
        low, high = (
            agents_needed(contacts, seconds * factor, TARGET, within)
            for contacts, factor in ((mean, 1 - DOUBT), (busy, 1 + DOUBT))
        )
        hours.append(
            {"weekday": weekday, "hour": hour, "mean": round(mean, 3), "busy": busy,
             "agents": agents, "lo": low, "hi": max(high, agents),
             "waiting": one.waiting if one else 0.0}
        )  # fmt: skip
    result = {
        "hours": hours, "weeks": found.weeks, "requests": found.rows_used,
        "handling": {**frame.attrs["handling"], "seconds": seconds}, "within": within,
        "target": TARGET, "doubt": DOUBT, "week": frame.attrs["week"],
        "closed": frame.attrs["closed"], "agents": frame.attrs["agents"],
    }  # fmt: skip
    return found, result
