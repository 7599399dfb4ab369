"""The one definition of every service figure; queue, dashboards and pages count with these.

Days are those of the reader's zone; periods are half-open. Requests come from ``visible_to``.
``measured(requests, "breached")`` counts the sets of ``service.conditions``, with which lists
filter, and gives figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Q
from django.db.models.functions import Extract, TruncDate

from crm.common.aggregates import Percentile
from crm.common.days import day_start
from service.conditions import parts
from service.querysets import OPEN_STATUSES, late

DAY = timedelta(days=1)
OPEN = Q(status__in=OPEN_STATUSES)
RESPONDED = Q(first_responded_at__isnull=False)
PROMISED = Q(resolved_at__isnull=False, resolution_due_at__isnull=False)

REQUEST: Mapping[str, Any] = {
    "requests": Count("pk"),
    # Mean time by the clock, in and out of business hours.
    "first_response": Avg(F("first_responded_at") - F("opened_at"), filter=RESPONDED),
    "resolution": Avg(F("resolved_at") - F("opened_at"), filter=Q(resolved_at__isnull=False)),
    "promised": Count("pk", filter=PROMISED),
    "kept": Count("pk", filter=PROMISED & Q(resolved_at__lte=F("resolution_due_at"))),
    # Answers of surveys: 1 (bad) to 5 (good).
    "csat": Avg("survey__score"),
    "answers": Count("survey__score"),
    "satisfied": Count("survey__score", filter=Q(survey__score__gte=4)),
}


def now() -> Mapping[str, Any]:
    """How many requests are open, late, waiting, nobody's at this moment."""
    return {
        "open": Count("pk", filter=OPEN),
        "breached": Count("pk", filter=late()),
        "waiting": Count("pk", filter=Q(status="waiting")),
        "unassigned": Count("pk", filter=OPEN & Q(owner=None)),
    }


def seconds(**mean: Any) -> float | None:
    """A mean time in seconds; None without any."""
    (found,) = mean.values()
    return found.total_seconds() if found is not None else None


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _elapsed(until: str) -> Extract:
    """Seconds by the clock from opening until then."""
    return Extract(F(until) - F("opened_at"), "epoch", output_field=FloatField())


FIGURES: Mapping[str, Any] = {
    "requests": REQUEST["requests"],
    "response_median": Percentile(_elapsed("first_responded_at")),
    "resolution_median": Percentile(_elapsed("resolved_at")),
    "mark": REQUEST["csat"],
}
# Days since opening, from and until; the last without an end.
AGES: tuple[tuple[int, int | None], ...] = ((0, 0), (1, 2), (3, 6), (7, 29), (30, None))


def measured(requests: Any, *names: str, now: datetime) -> dict[str, Any]:
    """Figures by name, or how many of the requests belong to the part so named, in one query.

    None where a figure has no row to measure.
    """
    known = {**{name: Count("pk", filter=part) for name, part in parts(now).items()}, **FIGURES}
    asked = {f"measured_{name}": known[name] for name in names}
    found = requests.order_by().aggregate(**asked)
    return {name: found[f"measured_{name}"] for name in names}


def age_bounds(today: date, age: tuple[int, int | None]) -> tuple[date | None, date]:
    """The first and last day on which requests of an age were opened."""
    youngest, oldest = age
    first = None if oldest is None else today - timedelta(days=oldest)
    return first, today - timedelta(days=youngest)


def by_age(requests: Any, today: date) -> list[int]:
    """How many requests are of each of ``AGES``, by the reader's days, in one query."""
    asked = {}
    for place, age in enumerate(AGES):
        first, last = age_bounds(today, age)
        within = Q(opened_at__lt=day_start(last + DAY))
        if first is not None:
            within &= Q(opened_at__gte=day_start(first))
        asked[f"age_{place}"] = Count("pk", filter=within)
    found = requests.order_by().aggregate(**asked)
    return [found[f"age_{place}"] for place in range(len(AGES))]


def backlog(requests: Any, first: date, last: date) -> list[tuple[date, int, int, int]]:
    """Per day from ``first`` to ``last``: (day, opened, resolved, open at its end).

    A request that was reopened counts as open since it first came. Three queries.
    """
    opened = _per_day(requests.filter(opened_at__gte=day_start(first)), "opened_at")
    done = requests.exclude(status__in=OPEN_STATUSES)
    resolved = _per_day(done.filter(resolved_at__gte=day_start(first)), "resolved_at")
    left = requests.filter(status__in=OPEN_STATUSES).count()
    rows = []
    day = max([last, *opened, *resolved])
    while day >= first:
        rows.append((day, opened.get(day, 0), resolved.get(day, 0), left))
        left += resolved.get(day, 0) - opened.get(day, 0)
        day -= DAY
    return [row for row in reversed(rows) if row[0] <= last]


def _per_day(requests: Any, field: str) -> dict[date, int]:
    rows = requests.order_by().values(day=TruncDate(field)).annotate(n=Count("pk"))
    return {row["day"]: row["n"] for row in rows}
