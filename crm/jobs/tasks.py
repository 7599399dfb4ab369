"""The two Celery tasks there are, and the tidying of old jobs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.celery import app
from crm.jobs.context import JobContext
from crm.jobs.models import Job
from crm.jobs.registry import DEFAULT_QUEUE, handler
from crm.jobs.runner import job_run
from crm.jobs.schedule import nightly
from crm.jobs.sweep import sweep

KEEP_DAYS = 90
KEEP_CLOCK_DAYS = 7  # the clock's own jobs interest nobody for longer


@app.task(name="jobs.run")
def run(job_id: str) -> None:
    """Do the job; nothing but its id travels through the broker."""
    job_run(UUID(job_id))


@app.task(name="jobs.sweep")
def sweep_queue(queue: str = DEFAULT_QUEUE) -> None:
    sweep(queue)


@handler("jobs_tidy", title=_("Remove old finished work from the list"), atomic=True)
def tidy(context: JobContext) -> dict[str, Any]:
    old = Q(finished_at__lt=Now() - timedelta(days=KEEP_DAYS)) | Q(
        created_by__isnull=True, finished_at__lt=Now() - timedelta(days=KEEP_CLOCK_DAYS)
    )
    removed, _by_model = Job.objects.filter(old).exclude(pk=context.job_id).delete()
    return {"removed": removed}


nightly("jobs_tidy", hour=3, minute=10)
