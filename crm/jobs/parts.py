"""One job's work done by several workers: its parts are jobs of their own.

The parent waits in the state SPLIT, held by nobody. Whoever ends a part looks whether it was the
last one and, if so, queues the parent again: a conditional update after the part's own commit, so
that of two parts that end together at least one sees both, and only one wakes it. What a crash
between the two steps leaves behind, the sweep finds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from crm.jobs import registry
from crm.jobs.bells import ring_after_commit
from crm.jobs.errors import JobProblemError
from crm.jobs.models import Job

State = Job.State
OPEN = [State.QUEUED, State.RUNNING, State.SPLIT]


def parts_create(*, parent: Job, kind: str, parts: Sequence[tuple[dict[str, Any], int]]) -> None:
    """Write the parts, each with its params and size, into the caller's transaction; once."""
    if Job.objects.filter(parent=parent).exists():
        return
    handler = registry.get(kind)
    made = [
        Job(
            parent=parent, part=number, kind=kind, params=params, progress_total=size,
            title=parent.title, created_by=parent.created_by, rung_at=Now(),
            max_attempts=handler.max_attempts,
        )
        for number, (params, size) in enumerate(parts)
    ]  # fmt: skip
    for job in Job.objects.bulk_create(made):
        ring_after_commit(job.pk, handler.queue)


def parts_results(parent_id: UUID) -> list[dict[str, Any]] | None:
    """What the parts gave, in their order; None before there are any and while one is open.

    Raises JobProblemError when one of them did not succeed; a retry of the parent does it again.
    """
    parts = Job.objects.filter(parent=parent_id).order_by("part")
    rows = list(parts.values_list("state", "result", "error"))
    if any(state in OPEN for state, _result, _error in rows):
        return None
    for state, _result, error in rows:
        if state != State.SUCCEEDED:
            reason = error or _("A part of the work was cancelled.")
            raise JobProblemError(reason, permanent=True)
    return [result for _state, result, _error in rows] or None


def parent_wake(parent_id: UUID) -> None:
    """Queue the parent again if it waits and no part is open."""
    if not whole(Job.objects.filter(pk=parent_id)).update(state=State.QUEUED, rung_at=Now()):
        return
    handler = registry.find(Job.objects.values_list("kind", flat=True).get(pk=parent_id))
    ring_after_commit(parent_id, handler.queue if handler else registry.DEFAULT_QUEUE)


def whole(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Of these the parents that wait although no part is open."""
    open_parts = Job.objects.filter(parent=OuterRef("pk"), state__in=OPEN)
    return jobs.filter(~Exists(open_parts), state=State.SPLIT)


def parts_cancel(parent_id: UUID) -> None:
    """Stop the parts: those that nobody works on at once, the others at their next step."""
    parts = Job.objects.filter(parent=parent_id)
    parts.filter(state=State.QUEUED).update(
        state=State.CANCELLED, cancel_requested=True, finished_at=Now()
    )
    parts.filter(state=State.RUNNING).update(cancel_requested=True)


def parts_again(parent: Job) -> bool:
    """Queue the parts of a job that is tried again and did not succeed; whether there are any."""
    parts = Job.objects.filter(parent=parent).exclude(state=State.SUCCEEDED)
    queues = {}
    for pk, kind in parts.values_list("pk", "kind"):
        handler = registry.find(kind)
        queues[pk] = handler.queue if handler else registry.DEFAULT_QUEUE
    over = parts.filter(state__in=[State.FAILED, State.CANCELLED])
    over.update(
        state=State.QUEUED, attempts=0, lease=None, cancel_requested=False, not_before=None,
        error="", finished_at=None, rung_at=Now(),
    )  # fmt: skip
    for pk, queue in queues.items():
        ring_after_commit(pk, queue)
    return bool(queues)
