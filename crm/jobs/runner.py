"""Does one job: claim, run its handler, write its end under the same lease."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.db import Error, connection
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.jobs import registry
from crm.jobs.context import JobContext
from crm.jobs.errors import JobCancelledError, JobProblemError, JobSplitError, LeaseLostError
from crm.jobs.lease import Heartbeat, claim, held
from crm.jobs.models import Job
from crm.jobs.parts import parent_wake
from crm.jobs.services import page_of_ours

log = logging.getLogger(__name__)

State = Job.State

BACKOFF_SECONDS = 5  # doubles with each attempt
# Statistics read longer than a page may; a lost worker's statements still end.
STATEMENT_TIMEOUT = "10min"
IDLE_TIMEOUT = "10min"


def job_run(job_id: uuid.UUID) -> None:
    """Do the job if it can be claimed; a second call for the same job does nothing."""
    job = claim(job_id)
    if job is None:
        return
    with _surroundings(job), Heartbeat(job) as heartbeat:
        try:
            _do(job, JobContext(job, heartbeat))
        except LeaseLostError:
            log.warning("job lease lost", extra={"job": str(job.pk), "attempt": job.attempts})
        except JobSplitError:
            log.info("job split", extra={"job": str(job.pk), "kind": job.kind})
        except JobCancelledError:
            _end(job, State.CANCELLED)
        except RefusedError as problem:
            permanent = getattr(problem, "permanent", True)
            _stumble(job, str(problem.message), again=not permanent)
        except Exception as error:  # noqa: BLE001  # whatever a handler does, its job ends with a reason
            _stumble(job, _explain(job, error), again=True)
    if job.parent_id:
        parent_wake(job.parent_id)


def _do(job: Job, context: JobContext) -> None:
    handler = registry.find(job.kind)
    if handler is None:
        raise JobProblemError(_("This kind of work no longer exists."), permanent=True)
    if job.created_by is not None and not job.created_by.is_active:
        raise JobProblemError(
            _("The person who started this may no longer sign in."), permanent=True
        )
    if handler.atomic:
        with context.guard():
            _succeed(context, handler.run(context))
    else:
        _succeed(context, handler.run(context))


def _succeed(context: JobContext, result: dict[str, Any] | None) -> None:
    result = result or {}
    changes = {"url": page_of_ours(result["url"])} if result.get("url") else {}
    context.finish(result=result, **changes)


def _stumble(job: Job, reason: str, *, again: bool) -> None:
    """Try once more a little later, or end with the reason."""
    _renew_connection()
    attempts = held(job).values_list("attempts", flat=True).first()  # 1 if the checkpoint moved
    if attempts is None:
        return
    if not again or attempts >= job.max_attempts:
        _end(job, State.FAILED, reason)
        return
    pause = timedelta(seconds=BACKOFF_SECONDS * 2 ** (attempts - 1))
    held(job).update(
        state=State.QUEUED, lease=None, rung_at=None, not_before=Now() + pause, error=reason
    )


def _end(job: Job, state: State, reason: str = "") -> None:
    _renew_connection()
    held(job).update(state=state, lease=None, finished_at=Now(), error=reason)
    log.info("job over", extra={"job": str(job.pk), "kind": job.kind, "state": str(state)})


def _renew_connection() -> None:
    """A handler may have failed because the connection broke: its end needs a new one."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _explain(job: Job, error: Exception) -> str:
    error_id = uuid.uuid4().hex[:12]
    details = {"error_id": error_id, "job": str(job.pk), "kind": job.kind}
    log.error("job failed", exc_info=error, extra=details)
    return _(
        "Something went wrong on our side. Tell your administrator the number %(error_id)s."
    ) % {"error_id": error_id}


@contextmanager
def _surroundings(job: Job) -> Iterator[None]:
    """Language, time zone and history of the person who started the job."""
    actor = job.created_by
    language = actor.language if actor else settings.LANGUAGE_CODE
    with ExitStack() as stack:
        stack.enter_context(translation.override(language))
        stack.enter_context(timezone.override(actor.time_zone if actor else settings.TIME_ZONE))
        stack.enter_context(pghistory.context(user=actor.pk if actor else None, job=str(job.pk)))
        stack.enter_context(_patient_database())
        yield


@contextmanager
def _patient_database() -> Iterator[None]:
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [STATEMENT_TIMEOUT])
        cursor.execute(
            "SELECT set_config('idle_in_transaction_session_timeout', %s, false)", [IDLE_TIMEOUT]
        )
    try:
        yield
    finally:
        try:
            with connection.cursor() as cursor:
                cursor.execute("RESET statement_timeout")
                cursor.execute("RESET idle_in_transaction_session_timeout")
        except Error:  # the connection is broken: the next one starts with the defaults
            connection.close()
