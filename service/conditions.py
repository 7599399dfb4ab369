"""Sets of requests by name; a list filters with the condition with which a page counts."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q

OPEN_STATUSES = ["new", "in_progress", "waiting"]
RUNNING = ["new", "in_progress"]
DUE_SOON = timedelta(hours=4)
# Marks up to this one are low: 4 and 5 of 5 count as satisfied.
LOW_MARK = 3


def parts(now: datetime, until: datetime | None = None) -> dict[str, Q]:
    """Sets of requests by name: where they stand now, and how promises were kept.

    What falls due before ``until`` is due soon: in four hours.
    """
    late = Q(resolution_due_at__lt=now) | Q(
        first_response_due_at__lt=now, first_responded_at__isnull=True
    )
    until = until or now + DUE_SOON
    soon = Q(resolution_due_at__range=(now, until)) | Q(
        first_responded_at__isnull=True, first_response_due_at__range=(now, until)
    )
    is_open, running = Q(status__in=OPEN_STATUSES), Q(status__in=RUNNING)
    return {
        "open": is_open,
        "new": Q(status="new"),
        "breached": running & late,
        "due": running & soon,
        "waiting": Q(status="waiting"),
        "unassigned": is_open & Q(owner__isnull=True),
        "answered": Q(first_responded_at__isnull=False),
        "response_kept": Q(first_responded_at__lte=F("first_response_due_at")),
        "response_late": Q(first_responded_at__gt=F("first_response_due_at"))
        | Q(first_responded_at__isnull=True, first_response_due_at__lt=now),
        "resolution_kept": Q(resolved_at__lte=F("resolution_due_at")),
        "resolution_late": Q(resolved_at__gt=F("resolution_due_at")),
        "asked": Q(survey__isnull=False),
        "marked": Q(survey__score__isnull=False),
        "low_mark": Q(survey__score__lte=LOW_MARK),
    }
