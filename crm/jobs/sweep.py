"""What the bell missed: unrung jobs, lost workers, attempts used up, the clock's jobs.

Any number of sweeps may run at once: each step is a conditional update.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from crm.jobs import doorbell, registry, schedule
from crm.jobs.lease import abandoned, waiting
from crm.jobs.models import Job
from crm.jobs.parts import parent_wake, whole

State = Job.State

RINGS_PER_SWEEP = 500


def sweep(queue: str) -> int:
    """Put right the jobs of one queue; how many bells were rung.

    The sweep's own message stands in the same queue, behind the rings: while the workers are busy
    no sweep runs, so that rings do not pile up.
    """
    if settings.JOB_CLOCK and queue == registry.DEFAULT_QUEUE:
        schedule.enqueue_due()
    _settle(queue)
    for parent_id in whole(_of_queue(queue)).values_list("pk", flat=True):
        parent_wake(parent_id)
    job_ids = _take_unrung(queue)
    for position, job_id in enumerate(job_ids):
        if not doorbell.ring(job_id, queue):
            open_states = [State.QUEUED, State.RUNNING]
            missed = Job.objects.filter(pk__in=job_ids[position:], state__in=open_states)
            missed.update(rung_at=None)
            return position
    return len(job_ids)


def _settle(queue: str) -> None:
    """End what lost its worker and may not, or need not, be tried again."""
    used_up = Q(attempts__gte=F("max_attempts"))
    with transaction.atomic():
        gone = _of_queue(queue).filter(abandoned(), used_up | Q(cancel_requested=True))
        # A locked row is just being written by a worker that lives after all.
        for job in gone.select_for_update(skip_locked=True, of=("self",)):
            job.state = State.CANCELLED if job.cancel_requested else State.FAILED
            job.lease = None
            job.finished_at = Now()
            if not job.cancel_requested:
                job.error = _reason(job)
            job.save(update_fields=["state", "lease", "finished_at", "error"])


def _reason(job: Job) -> str:
    actor = job.created_by
    with translation.override(actor.language if actor else settings.LANGUAGE_CODE):
        return _(
            "The work stopped without an answer %(times)s times, perhaps because it needs too much "
            "memory or time. Other work goes on. Try it with less data."
        ) % {"times": job.attempts}


def _take_unrung(queue: str) -> list[UUID]:
    """The jobs whose bell nobody heard, marked as rung now."""
    quiet = Now() - timedelta(seconds=2 * settings.JOB_SWEEP_SECONDS)
    unheard = Q(rung_at__isnull=True) | Q(rung_at__lt=quiet)
    missed = _of_queue(queue).filter(waiting() | abandoned(), unheard)
    with transaction.atomic():
        rows = missed.order_by("created_at").select_for_update(skip_locked=True, of=("self",))
        job_ids = list(rows.values_list("pk", flat=True)[:RINGS_PER_SWEEP])
        Job.objects.filter(pk__in=job_ids).update(rung_at=Now())
    return job_ids


def _of_queue(queue: str) -> QuerySet[Job]:
    """The queue's jobs; those of unknown kinds belong to the default queue, which fails them."""
    if queue != registry.DEFAULT_QUEUE:
        return Job.objects.filter(kind__in=registry.kinds_of_queue(queue))
    others = [name for name in registry.QUEUES if name != queue]
    return Job.objects.exclude(
        kind__in=[kind for name in others for kind in registry.kinds_of_queue(name)]
    )
