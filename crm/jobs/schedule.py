"""Work by the clock. Each turn has a key of its own, so that any number of beats starts it once.

The last turn that was missed, because nothing ran at that hour, is made up for: so a new company
has its analyses after minutes, whatever the hour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from crm.jobs.models import Job
from crm.jobs.registry import QUEUES
from crm.jobs.services import job_enqueue


@dataclass(frozen=True)
class Recurring:
    """``turn(now)`` is the key of the turn that was due last."""

    kind: str
    params: dict[str, Any]
    turn: Callable[[datetime], str]


_recurring: list[Recurring] = []


def nightly(kind: str, hour: int, minute: int = 0, params: dict[str, Any] | None = None) -> None:
    """Do a job of ``kind`` once a day at that time of the company's zone (``TIME_ZONE``)."""
    at = timedelta(hours=hour, minutes=minute)

    def turn(now: datetime) -> str:
        local = now.astimezone(ZoneInfo(settings.TIME_ZONE)).replace(tzinfo=None)
        return f"nightly:{kind}:{(local - at).date()}"

    _add(Recurring(kind, params or {}, turn))


def every(kind: str, *, seconds: int, params: dict[str, Any] | None = None) -> None:
    """Do a job of ``kind`` every ``seconds`` (not faster than the sweep), never two at once."""

    def turn(now: datetime) -> str:
        return f"every:{kind}:{int(now.timestamp()) // seconds * seconds}"

    _add(Recurring(kind, params or {}, turn))


def enqueue_due(now: datetime | None = None) -> list[Job]:
    """Enqueue the turns that are due and not enqueued yet."""
    moment = now or timezone.now()
    due = {entry.turn(moment): entry for entry in _recurring}
    known = set(
        Job.objects.filter(idempotency_key__in=due).values_list("idempotency_key", flat=True)
    )
    missing = {key: entry for key, entry in due.items() if key not in known}
    if not missing:
        return []
    kinds = [entry.kind for entry in missing.values()]
    open_states = [Job.State.QUEUED, Job.State.RUNNING]
    open_turns = Job.objects.filter(
        kind__in=kinds, state__in=open_states, idempotency_key__startswith="every:"
    )
    busy = set(open_turns.values_list("kind", flat=True))
    return [
        job_enqueue(kind=entry.kind, params=entry.params, actor=None, idempotency_key=key)
        for key, entry in missing.items()
        if not (key.startswith("every:") and entry.kind in busy)
    ]


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Celery beat's whole schedule: a sweep for each queue."""
    return {
        f"sweep {queue}": {
            "task": "jobs.sweep",
            "schedule": float(settings.JOB_SWEEP_SECONDS),
            "args": (queue,),
            "options": {"queue": queue, "ignore_result": True},
        }
        for queue in QUEUES
    }


def _add(entry: Recurring) -> None:
    """Registering twice (a module imported again) is registering once."""
    same = [
        known for known in _recurring if (known.kind, known.params) == (entry.kind, entry.params)
    ]
    for known in same:
        _recurring.remove(known)
    _recurring.append(entry)
