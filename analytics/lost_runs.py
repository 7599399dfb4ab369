"""Runs without a job, of the command line and the night: who stopped without a word is found.

Their process holds an advisory lock of PostgreSQL's for the length of the run. The server lets go
of it when the connection ends, however the process died.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from analytics.models import Run

_LOCK = 7_301_945


@contextmanager
def alive(run: Run) -> Iterator[None]:
    """Hold the lock of a run while it is computed."""
    _ask("pg_advisory_lock", run.pk)
    try:
        yield
    finally:
        _ask("pg_advisory_unlock", run.pk)


def lost_runs_end() -> int:
    """Runs that nobody computes any more have failed; how many."""
    running = Run.objects.filter(state=Run.State.RUNNING, job=None)
    ended = 0
    for pk in running.values_list("pk", flat=True):
        if _ask("pg_try_advisory_lock", pk):
            ended += running.filter(pk=pk).update(state=Run.State.FAILED)
            _ask("pg_advisory_unlock", pk)
    return ended


def _ask(function: str, pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_LOCK, pk % 2**31])
        return bool(cursor.fetchone()[0])
