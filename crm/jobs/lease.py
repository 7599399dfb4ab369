"""Who may work on a job: claimed by a conditional update, kept by a heartbeat.

Times are the database's own, so that a worker with a wrong clock neither loses nor steals a job.
"""

from __future__ import annotations

import logging
import threading
import uuid
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import Error, connection, connections
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from crm.jobs.interrupt import interrupt
from crm.jobs.models import Job

log = logging.getLogger(__name__)

State = Job.State


def queued() -> Q:
    return Q(state=State.QUEUED)


def waiting() -> Q:
    """Queued, and not put off until later."""
    return queued() & (Q(not_before__isnull=True) | Q(not_before__lte=Now()))


def abandoned() -> Q:
    """Running without a sign of life for the length of a lease."""
    limit = Now() - timedelta(seconds=settings.JOB_LEASE_SECONDS)
    return Q(state=State.RUNNING, heartbeat_at__lt=limit)


def claim(job_id: uuid.UUID) -> Job | None:
    """Take the job over, or None when it is over, held by another, or used up its attempts."""
    lease = uuid.uuid4()
    free = (waiting() | abandoned()) & Q(cancel_requested=False, attempts__lt=F("max_attempts"))
    taken = Job.objects.filter(free, pk=job_id).update(
        state=State.RUNNING,
        lease=lease,
        heartbeat_at=Now(),
        attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", Now()),
    )
    if not taken:
        return None
    return Job.objects.select_related("created_by").filter(pk=job_id, lease=lease).first()


def held(job: Job) -> QuerySet[Job]:
    """The job's row as long as this lease holds, else nothing: the fence of every write."""
    return Job.objects.filter(pk=job.pk, lease=job.lease, state=State.RUNNING)


class Heartbeat(threading.Thread):
    """Signs of life from a connection of its own, and what it learns: cancelled, or lease lost."""

    def __init__(self, job: Job) -> None:
        super().__init__(name=f"heartbeat-{job.pk}", daemon=True)
        self.cancelled = threading.Event()
        self.lost = threading.Event()
        self.computing = threading.Event()  # in a block that may be interrupted
        self._ended = threading.Event()
        self._rows = held(job)
        # In a transaction nobody else sees the row: there is nobody to hold it against.
        self._silent = connection.in_atomic_block

    def __enter__(self) -> Self:
        if not self._silent:
            self.start()
        return self

    def __exit__(self, *_details: object) -> None:
        self._ended.set()
        if not self._silent:
            self.join()

    def run(self) -> None:
        try:
            while not self.lost.is_set() and not self._ended.wait(settings.JOB_HEARTBEAT_SECONDS):
                self._beat()
        finally:
            connections.close_all()

    def _beat(self) -> None:
        """A failed beat is no loss yet: only the row says who holds it."""
        try:
            if not self._rows.update(heartbeat_at=Now()):
                self.lost.set()
            elif self._rows.filter(cancel_requested=True).exists():
                self.cancelled.set()
            if self.computing.is_set() and (self.lost.is_set() or self.cancelled.is_set()):
                interrupt()
        except Error as error:
            log.info("heartbeat failed", extra={"reason": type(error).__name__})
            connection.close()
