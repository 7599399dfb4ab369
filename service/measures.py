"""The one definition of every service figure; queue, dashboards and pages count with these.

Days are those of the reader's zone; periods are half-open. Requests come from ``visible_to``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Avg, Count, F, Q

from service.querysets import OPEN_STATUSES, late

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
