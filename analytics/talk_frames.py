"""Communications as counts: by day, by hour of the week, and how long an answer takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Min, Q, RowRange, Value, Window
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, Lag, TruncDate
from django.utils import timezone

from analytics.frames import Scope
from analytics.service_frames import requests_of
from communications.models import Communication
from crm.common.days import day_start

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"
# Days that a page can look back; 0 is everything.
PERIODS = {"90days": 90, "12months": 365, ALL: 0}
# An answer that has not come by then is not coming.
ANSWERED_WITHIN = timedelta(days=14)


def daily_talks(scope: Scope) -> pd.DataFrame:
    """One row per day and channel with at least one communication: ``day``, ``channel``, ``n``.

    Days are the company's; notes are left out, and today, which is not over. ``frame.attrs``
    holds ``heat`` and ``answers`` (see below) and ``last``, the last whole day.
    """
    import pandas as pd

    zone, until = _zone(), _midnight(scope)
    talks = _talks(scope).filter(happened_at__lt=until)
    rows = talks.values("channel", day=TruncDate("happened_at", tzinfo=zone)).order_by()
    counted = rows.annotate(n=Count("pk")).order_by("day", "channel")
    frame = pd.DataFrame.from_records(
        list(counted.values_list("day", "channel", "n")), columns=["day", "channel", "n"]
    )
    frame["day"] = pd.to_datetime(frame["day"])
    frame.attrs = {
        "heat": _heat(talks, until),
        "answers": {"talks": _talk_answers(talks, until), "requests": _requests(scope, until)},
        "last": (until - timedelta(hours=1)).astimezone(zone).date().isoformat(),
    }
    return frame


def _talks(scope: Scope) -> Any:
    return scope.of(Communication).exclude(channel=Communication.Channel.NOTE)


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def _midnight(scope: Scope) -> datetime:
    """When the company's day began."""
    today = scope.today or timezone.now().astimezone(_zone()).date()
    return day_start(today, _zone())


def _heat(talks: Any, until: datetime) -> dict[str, dict[str, list[list[int]]]]:
    """Counts by weekday (Monday first) and hour, for each channel and period."""
    zone = _zone()
    counts = {
        name: Count("pk", filter=Q(happened_at__gte=until - timedelta(days=days)))
        if days else Count("pk")
        for name, days in PERIODS.items()
    }  # fmt: skip
    named = {f"in_{name}": count for name, count in counts.items()}
    rows = talks.values(
        "channel", weekday=ExtractIsoWeekDay("happened_at", tzinfo=zone),
        hour=ExtractHour("happened_at", tzinfo=zone),
    ).annotate(**named)  # fmt: skip
    table: dict[str, dict[str, list[list[int]]]] = {}
    for row in rows.order_by():
        for channel in (row["channel"], ALL):
            periods = table.setdefault(channel, {})
            for name in PERIODS:
                grid = periods.setdefault(name, [[0] * 24 for _ in range(7)])
                grid[row["weekday"] - 1][row["hour"]] += row[f"in_{name}"]
    return table


def _talk_answers(talks: Any, until: datetime) -> dict[str, list[dict[str, Any]]]:
    """How long customers waited for the next outgoing communication, on whichever channel.

    Of several incoming ones in a row the first counts.
    """
    order = ["happened_at", "pk"]
    first: Any = Value("out")  # the stubs know numbers only
    shown = talks.annotate(
        # As a window of one row: a plain condition would hide the outgoing ones from the others.
        this=Window(
            Min("direction"), partition_by="customer", order_by=order,
            frame=RowRange(start=0, end=0),
        ),
        before=Window(
            Lag("direction", default=first), partition_by="customer", order_by=order
        ),
        answered_at=Window(
            Min("happened_at", filter=Q(direction="out")), partition_by="customer",
            order_by=order, frame=RowRange(start=0, end=None),
        ),
    ).filter(this="in", before="out")  # fmt: skip
    rows = shown.values_list("channel", "happened_at", "answered_at")
    return _answers(rows.iterator(chunk_size=20_000), until)


def _requests(scope: Scope, until: datetime) -> dict[str, list[dict[str, Any]]]:
    """How long service requests waited for their first response, by the clock."""
    asked = requests_of(scope).filter(opened_at__lt=until)
    rows = asked.values_list("channel", "opened_at", "first_responded_at")
    return _answers(rows.iterator(chunk_size=20_000), until)


def _answers(rows: Iterable[Any], until: datetime) -> dict[str, list[dict[str, Any]]]:
    """Median, 90th percentile (hours; None beyond 14 days) and share answered, by channel.

    What is not answered counts with the longest waits; while it may still be answered it is left
    out, as is what came so lately in general: else short waits alone would be seen.
    """
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame.from_records(rows, columns=["channel", "asked", "answered"])
    if frame.empty:
        return {name: [] for name in PERIODS}
    asked = pd.to_datetime(frame["asked"], utc=True)
    waited = pd.to_datetime(frame["answered"], utc=True) - asked
    frame["hours"] = waited.dt.total_seconds() / 3600
    limit = ANSWERED_WITHIN.total_seconds() / 3600
    frame["hours"] = frame["hours"].where(frame["hours"] <= limit, np.inf)
    end = pd.Timestamp(until)
    due = frame[asked <= end - ANSWERED_WITHIN]
    made = {}
    for name, days in PERIODS.items():
        part = due[asked[due.index] >= end - pd.Timedelta(days=days)] if days else due
        groups = [(str(channel), rows) for channel, rows in part.groupby("channel")]
        whole = [(ALL, part)] if len(part) else []
        made[name] = [_waits(channel, rows["hours"].to_numpy()) for channel, rows in whole + groups]
    return made


def _waits(channel: str, hours: Any) -> dict[str, Any]:
    import numpy as np

    ordered = np.sort(hours)
    n = len(ordered)

    def at(share: float) -> float | None:
        value = float(ordered[max(int(np.ceil(share * n)) - 1, 0)])
        return round(value, 3) if np.isfinite(value) else None

    answered = int(np.isfinite(ordered).sum())
    return {"channel": channel, "n": n, "answered": answered, "median": at(0.5), "p90": at(0.9)}
