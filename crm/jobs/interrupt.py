"""Stops a long computation that asks nobody: a signal to the thread that computes.

Statistics run for minutes inside libraries that know no job. The heartbeat learns that the job was
cancelled, or taken over, and signals the main thread, where the exception is raised between two
steps of Python. It is no ``Exception``: no library takes it for a failed attempt of its own.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNAL = signal.SIGUSR2


class Interrupt(BaseException):
    """The computation is not wanted any more."""


@contextmanager
def interruptible(active: threading.Event) -> Iterator[None]:
    """While the block runs, ``SIGNAL`` raises ``Interrupt`` in it and ``active`` is set.

    Only the main thread can be interrupted; elsewhere the block runs to its end.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        if active.is_set():
            raise Interrupt

    before = signal.signal(SIGNAL, stop)
    try:
        active.set()
        yield
    finally:
        try:
            active.clear()
        except Interrupt:  # it came too late: the computation is done
            active.clear()
        signal.signal(SIGNAL, before)


def interrupt() -> None:
    """Stop the main thread's block, from another thread."""
    signal.pthread_kill(threading.main_thread().ident or 0, SIGNAL)
