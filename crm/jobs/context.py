"""What a job's handler works with."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Case, F, When
from django.db.models.functions import Now

from crm.jobs.errors import JobCancelledError, JobSplitError, LeaseLostError
from crm.jobs.interrupt import Interrupt, interruptible
from crm.jobs.lease import Heartbeat, held
from crm.jobs.models import Job
from crm.jobs.parts import parent_wake, parts_create, parts_results

WRITE_EVERY_SECONDS = 1.0


class JobContext:
    """A handler's view of its job.

    Attributes
    ----------
    params
        What the job was enqueued with.
    actor
        The user who started it, or None for the clock. Reads pass ``visible_to(actor)``.
    attempt
        1 on the first try from where the checkpoint stands.
    """

    def __init__(self, job: Job, heartbeat: Heartbeat) -> None:
        self.job_id = job.pk
        self.params: dict[str, Any] = job.params
        self.actor = job.created_by
        self.attempt = job.attempts
        self._job = job
        self._rows = held(job)
        self._heartbeat = heartbeat
        self._checkpoint: dict[str, Any] = job.checkpoint
        self._unwritten: dict[str, Any] = {}
        self._guarded = False
        self._gathered = False
        self._over = False
        self._written_at = 0.0

    @property
    def checkpoint(self) -> dict[str, Any]:
        """Where an earlier attempt got to; empty at first."""
        return self._checkpoint

    def set_checkpoint(self, value: dict[str, Any]) -> None:
        """Remember how far the work is. Inside ``guard`` it commits together with the work.

        A new value makes this attempt a first one: only what stands still uses attempts up.
        """
        self._checkpoint = value
        self._unwritten["checkpoint"] = value
        if not self._guarded:
            self._write()

    def progress(self, done: int, total: int = 0, note: str = "") -> None:
        """Tell the page how far it is (``total`` 0: unknown); cheap to call for each row.

        Raises
        ------
        JobCancelledError, LeaseLostError
            The handler lets them pass; the job ends or goes on elsewhere.
        """
        self._unwritten.update(progress_done=done, progress_total=total, progress_note=note[:200])
        self._stop_if_told()
        if self._guarded or time.monotonic() - self._written_at < WRITE_EVERY_SECONDS:
            return
        self._write()
        if self._rows.filter(cancel_requested=True).exists():
            raise JobCancelledError

    @contextmanager
    def guard(self) -> Iterator[None]:
        """A transaction that commits only while the job is ours.

        Keep it to a second or so: writes, checkpoint and progress inside happen together and
        exactly once, also when a worker that was given up for dead wakes up.

        Raises
        ------
        JobCancelledError, LeaseLostError
            Before the block runs; nothing is written.
        """
        if self._guarded:
            with transaction.atomic():
                yield
            return
        checkpoint = self._checkpoint
        try:
            with transaction.atomic():
                self._lock()
                self._guarded = True
                yield
                if not self._over:
                    self._write()
        except BaseException:
            self._over = False
            self._checkpoint = checkpoint
            self._unwritten.clear()
            raise
        finally:
            self._guarded = False

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """A computation that reports no progress: it stops soon after the job was cancelled.

        Nothing may be written inside: it ends between any two steps of Python.

        Raises
        ------
        JobCancelledError, LeaseLostError
        """
        self._stop_if_told()
        if self._unwritten and not self._guarded:
            self._write()  # what is shown stays until the end of it
        try:
            with interruptible(self._heartbeat.computing):
                yield
        except Interrupt:
            self._stop_if_told()
            raise LeaseLostError from None  # a signal from elsewhere: the sweep tries it again

    def in_parts(
        self, kind: str, parts: Sequence[tuple[dict[str, Any], int]]
    ) -> list[dict[str, Any]]:
        """Have the work done by jobs of ``kind``, on as many workers as there are.

        The first call writes the parts (params and size of each, the sizes add up to the
        progress) and ends this attempt. When all are over the handler is called again, from its
        checkpoint on, and this call gives their results in order.

        Raises
        ------
        JobSplitError
            The handler lets it pass.
        JobProblemError
            A part failed or was cancelled; trying again does only those.
        """
        found = parts_results(self.job_id)
        if found is not None:
            self._gathered = True
            return found
        with self.guard():
            parts_create(parent=self._job, kind=kind, parts=parts)
            # An attempt that got this far did its work: the next one is a first one again.
            self._leave(state=Job.State.SPLIT, attempts=0)
        parent_wake(self.job_id)  # should the parts have ended meanwhile
        raise JobSplitError

    def finish(self, **changes: Any) -> None:
        """The job's end, under the lease; for the runner, not for handlers."""
        self._leave(state=Job.State.SUCCEEDED, finished_at=Now(), **changes)
        if self._gathered:  # they stand in what the handler made of them
            Job.objects.filter(parent=self.job_id).update(result={})

    def _leave(self, **changes: Any) -> None:
        """Write the last of this attempt and give the lease back."""
        changes = {"lease": None, "error": "", "not_before": None, **self._unwritten, **changes}
        if not self._rows.update(**changes):
            raise LeaseLostError
        self._over = True

    def _lock(self) -> None:
        self._stop_if_told()
        row = self._rows.select_for_update().values_list("cancel_requested", flat=True)
        found = list(row)
        if not found:
            raise LeaseLostError
        if found[0]:
            raise JobCancelledError

    def _write(self) -> None:
        changes: dict[str, Any] = {"heartbeat_at": Now(), **self._unwritten}
        if "checkpoint" in changes:
            stands = When(checkpoint=changes["checkpoint"], then=F("attempts"))
            changes["attempts"] = Case(stands, default=1)
        if not self._rows.update(**changes):
            raise LeaseLostError
        self._unwritten.clear()
        self._written_at = time.monotonic()

    def _stop_if_told(self) -> None:
        if self._heartbeat.lost.is_set():
            raise LeaseLostError
        if self._heartbeat.cancelled.is_set():
            raise JobCancelledError
