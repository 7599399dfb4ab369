"""A job's work without a job: in a request or on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction


class DirectWork:
    """Does the work of a ``JobContext`` in this process; progress goes to ``tell``."""

    def __init__(self, tell: Callable[[int, int], None] | None = None) -> None:
        self.checkpoint: dict[str, Any] = {}
        self._tell = tell

    def set_checkpoint(self, value: dict[str, Any]) -> None:
        self.checkpoint = value

    def progress(self, done: int, total: int = 0, note: str = "") -> None:
        if self._tell is not None:
            self._tell(done, total)

    @contextmanager
    def guard(self) -> Iterator[None]:
        with transaction.atomic():
            yield

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        yield
