"""Days as stretches of time: an index of moments serves a range of them, not the days of each."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from django.utils import timezone


def day_start(day: date, zone: tzinfo | None = None) -> datetime:
    """When a day begins in the zone; without one, in the current one."""
    return datetime.combine(day, time.min, zone or timezone.get_current_timezone())


def between_days(field: str, first: date, last: date) -> dict[str, datetime]:
    """Filter arguments: the moment lies in the days from ``first`` to ``last``, both included."""
    end = day_start(last + timedelta(days=1))
    return {f"{field}__gte": day_start(first), f"{field}__lt": end}
