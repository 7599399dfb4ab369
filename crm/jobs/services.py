"""Every write to a job from a page or another app's service."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.jobs import lease, registry
from crm.jobs.bells import ring_after_commit
from crm.jobs.models import Job
from crm.jobs.parts import parent_wake, parts_again, parts_cancel

State = Job.State


def job_enqueue(
    *,
    kind: str,
    params: dict[str, Any],
    actor: Any,
    title: str = "",
    url: str = "",
    idempotency_key: str | None = None,
    not_before: datetime | None = None,
) -> Job:
    """Write a job into the caller's transaction; a worker is told after the commit.

    Parameters
    ----------
    kind
        A kind with a handler; LookupError otherwise.
    params
        JSON values: ids and choices, not data.
    actor
        The user it is done for, or None for the clock.
    title
        What the person sees; the kind's title when empty.
    url
        The page of ours that shows the result.
    idempotency_key
        A second call with the same key gives the first call's job.
    not_before
        The earliest start.
    """
    handler = registry.get(kind)
    job = Job(
        kind=kind,
        params=params,
        created_by=actor,
        title=title[:200],
        url=page_of_ours(url),
        idempotency_key=idempotency_key,
        not_before=not_before,
        max_attempts=handler.max_attempts,
        # The database's clock; written before the ring so that the row is not touched after it.
        rung_at=None if not_before else Now(),
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        twin = idempotency_key and Job.objects.filter(idempotency_key=idempotency_key).first()
        if not twin:
            raise
        return twin
    if not_before is None:
        job.refresh_from_db(fields=["rung_at"])
        ring_after_commit(job.pk, handler.queue)
    return job


def job_cancel(*, job: Job, actor: Any) -> Job:
    """Stop a job: at once when nobody works on it, else at its next step.

    Its parts stop with it.

    Raises PermissionDenied when the actor may not see the job. A job that is over stays as it is.
    """
    _require_visible(job, actor)
    free = lease.abandoned() | lease.queued() | Q(state=State.SPLIT)
    end = {"state": State.CANCELLED, "lease": None, "finished_at": Now(), "cancel_requested": True}
    unheld = Job.objects.filter(free, pk=job.pk)
    held = Job.objects.filter(pk=job.pk, state=State.RUNNING)
    if not unheld.update(**end) and not held.update(cancel_requested=True):
        unheld.update(**end)  # it gave its lease back between the two
    parts_cancel(job.pk)
    if job.parent_id:
        parent_wake(job.parent_id)
    job.refresh_from_db()
    return job


@transaction.atomic
def job_retry(*, job: Job, actor: Any) -> Job:
    """Do a failed or cancelled job again, from its checkpoint on.

    Raises PermissionDenied when the actor may not see the job, RefusedError when it has succeeded.
    A job that waits or runs stays as it is (a second click).
    """
    _require_visible(job, actor)
    again = Job.objects.filter(pk=job.pk, state__in=[State.FAILED, State.CANCELLED]).update(
        state=State.QUEUED,
        attempts=0,
        lease=None,
        cancel_requested=False,
        not_before=None,
        error="",
        finished_at=None,
        rung_at=Now(),
    )
    job.refresh_from_db()
    if again and parts_again(job):
        # Only the parts that did not succeed; the last one wakes it.
        Job.objects.filter(pk=job.pk, state=State.QUEUED).update(state=State.SPLIT)
        job.refresh_from_db()
    elif again:
        handler = registry.find(job.kind)
        ring_after_commit(job.pk, handler.queue if handler else registry.DEFAULT_QUEUE)
    elif job.state == State.SUCCEEDED:
        raise RefusedError(_("This is already finished."))
    return job


def page_of_ours(url: str) -> str:
    """``url`` if it is a path on this site or empty; ValueError otherwise."""
    if url and (not url.startswith("/") or url.startswith(("//", "/\\"))):
        raise ValueError("A job links to a page of this site only.")
    return url


def _require_visible(job: Job, actor: Any) -> None:
    if not Job.objects.visible_to(actor).filter(pk=job.pk).exists():
        raise PermissionDenied
