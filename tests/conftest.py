"""Every test runs on a real PostgreSQL and a real Valkey, started here and thrown away."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

from crm.embedded import processes, testing
from crm.records.custom import forget_added_fields

_running = contextlib.ExitStack()
_spoiled: list[bool] = []  # whether the database must be made anew before the next test


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers in the one process that stands above all others."""
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        _running.enter_context(testing.servers())


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _running.close()


# What mostly waits for processes to start, die and come back.
WAITING = (
    "tests/faults/",
    "tests/embedded/test_supervisor.py",
    "tests/imports/test_killed_worker.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what waits, spread over the workers: at the end nothing is left to compute beside.

    Each worker is given an equal stretch of the tests and takes from another's when it is through.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    waiting = [item for item in items if item.nodeid.startswith(WAITING)]
    others = [item for item in items if not item.nodeid.startswith(WAITING)]
    ends = [len(others) * n // workers for n in range(workers + 1)]
    items[:] = [
        item
        for n in range(workers)
        for item in (*waiting[n::workers], *others[ends[n] : ends[n + 1]])
    ]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A fresh database where the last test spoiled it, unless this one brings its own."""
    if not _spoiled or "own_database" in item.fixturenames:  # type: ignore[attr-defined]  # a function
        return
    connections.close_all()
    testing.clone()
    _spoiled.clear()


@pytest.fixture(scope="session")
def django_db_setup(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A copy of the migrated template instead of migrating again."""
    testing.clone()
    settings.MODELS_DIR = tmp_path_factory.mktemp("models")  # runs' numbers are the database's
    # Emptying every table also loses what the migrations put there; a fresh copy does not.
    TransactionTestCase._fixture_teardown = _renew_database  # type: ignore[method-assign]  # faster than emptying every table


def _renew_database(_test: TransactionTestCase) -> None:
    connections.close_all()
    _spoiled.append(True)


OwnDatabase = Callable[[str], "contextlib.AbstractContextManager[None]"]


@pytest.fixture(scope="session")
def own_database(django_db_setup: None) -> OwnDatabase:
    """``with own_database(template):`` puts a copy of a template in the place of the database."""

    @contextlib.contextmanager
    def put(template: str) -> Iterator[None]:
        connections.close_all()
        testing.clone(template=template)
        _spoiled.clear()
        yield
        connections.close_all()
        _spoiled.append(True)

    return put


@pytest.fixture(autouse=True)
def _fresh_added_fields() -> None:
    """Definitions are kept for seconds in a process; a test's are not the next one's."""
    forget_added_fields()


Spawn = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def spawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spawn]:
    """Start a Python process of the project beside the test; killed with its children at the end.

    ``spawn("-m", "celery", …, output="worker.log")`` gives the Popen, with ``.log`` as its path.
    """
    started: list[subprocess.Popen[bytes]] = []
    logs = tmp_path_factory.mktemp("spawned")

    def start(*arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        log = logs / f"{len(started)}.log"
        with log.open("wb") as output:
            process = processes.start(
                [sys.executable, *arguments],
                output=output,
                environment=os.environ | {"CRM_SUPERVISED": "1"} | environment,
                folder=testing.BASE_DIR,
            )
        process.log = log  # type: ignore[attr-defined]  # put there by spawn
        started.append(process)
        return process

    yield start
    for process in reversed(started):
        processes.kill_group(process)
        process.wait()


@pytest.fixture
def start_worker(transactional_db: None, spawn: Spawn) -> Callable[..., "subprocess.Popen[bytes]"]:
    """Start real Celery workers on the test's database and Valkey, and wait until they listen."""

    def start(*options: str, **environment: str) -> "subprocess.Popen[bytes]":
        process = spawn(
            *("-m", "celery", "-A", "crm", "worker", "--loglevel", "INFO", "--concurrency", "2"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat", *options),
            **environment,
        )
        deadline = time.monotonic() + 30
        while b" ready." not in process.log.read_bytes():  # type: ignore[attr-defined]  # put there by spawn
            assert process.poll() is None, processes.last_lines(process.log, 20)  # type: ignore[attr-defined]  # put there by spawn
            assert time.monotonic() < deadline, processes.last_lines(process.log, 20)  # type: ignore[attr-defined]  # put there by spawn
            time.sleep(0.05)
        return process

    return start


@pytest.fixture
def live_stack(
    live_server: "pytest.FixtureRequest", start_worker: Callable[..., "subprocess.Popen[bytes]"]
) -> "pytest.FixtureRequest":
    """A web server for a browser and a real worker, on one database. Gives the live server."""
    start_worker()
    return live_server


@pytest.fixture
def wait_until() -> Callable[..., object]:
    """``wait_until(lambda: condition, seconds=10)`` gives the first true answer, or fails."""

    def wait(condition: Callable[[], object], seconds: float = 10, what: str = "") -> object:
        deadline = time.monotonic() + seconds
        while not (answer := condition()):
            assert time.monotonic() < deadline, what or "it did not happen in time"
            time.sleep(0.05)
        return answer

    return wait
