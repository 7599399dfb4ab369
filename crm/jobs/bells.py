"""Rings for a job once its row is saved."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from crm.jobs import doorbell
from crm.jobs.models import Job


def ring_after_commit(job_id: UUID, queue: str) -> None:
    """Tell a worker after the caller's commit; the sweep does it when the broker is away."""

    def ring() -> None:
        if not doorbell.ring(job_id, queue):
            # Unrung: the next sweep rings without waiting.
            Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(rung_at=None)

    # Robust: the caller's work is saved, whatever happens to the bell.
    transaction.on_commit(ring, robust=True)
