"""Real workers and a Valkey of one's own, to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import kombu.pools
import psutil
import pytest
from django.conf import settings

from crm.celery import app
from crm.embedded import testing
from crm.embedded.valkey import Valkey
from crm.jobs import doorbell
from crm.settings import env

HANDLERS = "tests.jobs.handlers"
Process = subprocess.Popen[bytes]


def point_to(broker_url: str) -> None:
    """Let this process's Celery ring at another broker."""
    kombu.pools.reset()
    app.conf.broker_url = app.conf.broker_read_url = app.conf.broker_write_url = broker_url
    app._pool = None
    app.__dict__.pop("amqp", None)  # holds the old broker's producers
    doorbell.listen_again()


@pytest.fixture
def valkey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Valkey]:
    """A broker for this test alone: stopping it harms no other test."""
    server = Valkey(
        data=tmp_path / "valkey", socket_path=_short_path(), log=tmp_path / "valkey.log"
    )
    server.start()
    url = f"unix://{server.socket_path}?db=0"
    monkeypatch.setenv("CRM_TEST_REDIS_URL", url)
    point_to(env.celery_broker(url))
    yield server
    server.stop()
    point_to(settings.CELERY_BROKER_URL)


def _short_path() -> Path:
    """A socket's path may have about 100 bytes; pytest's folders are longer."""
    return testing.folder() / f"v{os.getpid()}.sock"


@pytest.fixture
def worker(start_worker: Callable[..., Process], valkey: Valkey) -> Callable[[], Process]:
    return lambda: start_worker(JOB_EXTRA_MODULES=HANDLERS)


@pytest.fixture
def beat(spawn: Callable[..., Process], valkey: Valkey) -> Process:
    return spawn("-m", "celery", "-A", "crm", "beat", "--pidfile=")


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path / "gate")


class Gate:
    """Where a handler waits; tells which process waits there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def pid(self) -> int:
        """The waiting process, or 0."""
        try:
            return int(Path(f"{self.path}.pid").read_text() or 0)
        except FileNotFoundError:
            return 0

    def open(self) -> None:
        self.path.touch()


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def kill_with_children(process: Process) -> None:
    """kill -9 for a worker and its pool; nothing gets to clean up."""
    everyone: list[Any] = [*psutil.Process(process.pid).children(recursive=True)]
    process.kill()
    for child in everyone:
        child.kill()
    process.wait()
