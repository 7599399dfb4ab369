"""Which kinds of job there are, and the function that does each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.functional import Promise

if TYPE_CHECKING:
    from crm.jobs.context import JobContext

Run = Callable[["JobContext"], "dict[str, Any] | None"]

DEFAULT_QUEUE = "crm"
HEAVY_QUEUE = "heavy"  # minutes of statistics; may have workers of its own
QUEUES = (DEFAULT_QUEUE, HEAVY_QUEUE)


@dataclass(frozen=True)
class Handler:
    """How one kind of job is done."""

    kind: str
    title: str | Promise
    run: Run
    queue: str
    max_attempts: int
    atomic: bool


_handlers: dict[str, Handler] = {}


def handler(
    kind: str,
    *,
    title: str | Promise,
    queue: str = DEFAULT_QUEUE,
    max_attempts: int | None = None,
    atomic: bool = False,
) -> Callable[[Run], Run]:
    """Decorator: the function that does the jobs of ``kind``.

    It gets a ``JobContext`` and returns the job's result (JSON values). In the result, ``message``
    is a sentence for the person, ``table`` a list of [label, value], ``url`` the page that shows
    more. With ``atomic`` the whole function and the job's end are one short transaction: its
    writes happen exactly once without a checkpoint.
    """  # fmt: skip
    if queue not in QUEUES:
        raise ValueError(f"{queue} is none of the queues {QUEUES}.")

    def register(run: Run) -> Run:
        known = _handlers.get(kind)
        if known is not None and known.run.__qualname__ != run.__qualname__:
            raise ValueError(f"Two handlers for jobs of kind {kind}.")
        attempts = settings.JOB_MAX_ATTEMPTS if max_attempts is None else max_attempts
        _handlers[kind] = Handler(kind, title, run, queue, attempts, atomic)
        return run

    return register


def find(kind: str) -> Handler | None:
    return _handlers.get(kind)


def get(kind: str) -> Handler:
    """The handler of ``kind``; LookupError if there is none."""
    found = find(kind)
    if found is None:
        raise LookupError(f"No handler for jobs of kind {kind!r}; is it in the app's tasks.py?")
    return found


def kinds_of_queue(queue: str) -> list[str]:
    return [entry.kind for entry in _handlers.values() if entry.queue == queue]
