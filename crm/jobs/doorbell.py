"""Tells a worker that a job waits. Losing a ring loses nothing: the sweep rings again."""

from __future__ import annotations

import logging
import time
from uuid import UUID

from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from crm.celery import app

log = logging.getLogger(__name__)

TASK = "jobs.run"
QUIET_SECONDS = 5.0  # after a failed ring the next request does not wait for the broker again

_quiet_until = 0.0


def ring(job_id: UUID, queue: str) -> bool:
    """Whether the broker took the message. Never raises; waits some two seconds at the most."""
    global _quiet_until  # the broker's health is one fact of the process
    began = time.monotonic()
    if began < _quiet_until:
        return False
    # A pooled connection may be older than the broker: what fails at once is tried once more.
    if _send(job_id, queue) or (time.monotonic() - began < 0.5 and _send(job_id, queue)):
        return True
    _quiet_until = time.monotonic() + QUIET_SECONDS
    return False


def listen_again() -> None:
    """Forget that the broker did not answer."""
    global _quiet_until  # as above
    _quiet_until = 0.0


def _send(job_id: UUID, queue: str) -> bool:
    try:
        app.send_task(TASK, args=[str(job_id)], queue=queue, retry=False, ignore_result=True)
    except (BrokerError, KombuError, OSError) as error:
        log.warning("doorbell silent", extra={"job": str(job_id), "reason": str(error)})
        return False
    return True
