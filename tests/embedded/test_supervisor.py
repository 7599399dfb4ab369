"""One command starts everything, keeps it running, and leaves nothing behind."""

import fcntl
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg2
import pytest

from crm.embedded import addresses, testing
from tests.embedded.conftest import Up

pytestmark = pytest.mark.faults
Wait = Callable[..., object]


def write_note(state: Path) -> None:
    with psycopg2.connect(addresses.database_url(state)) as connection:
        connection.cursor().execute("CREATE TABLE note AS SELECT 'kept' AS text")
    connection.close()


def read_note(state: Path) -> str:
    with psycopg2.connect(addresses.database_url(state)) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT text FROM note")
        (text,) = cursor.fetchone()
    connection.close()
    return text


def test_it_serves_refuses_a_second_one_and_stops_without_a_trace(state: Path, up: Up) -> None:
    first = up(state)
    assert first.healthy()
    assert first.child("celery", "worker")
    assert first.child("celery", "beat")

    second = up(state, ready=False)
    assert second.process.wait(timeout=30) == 1
    assert f"already runs here, at {first.address}" in second.output.read_text()
    assert first.healthy()

    assert first.stop() == 0
    assert first.survivors() == []
    assert first.remains() == []


def test_it_loses_nothing_when_its_processes_are_killed(
    state: Path, up: Up, wait_until: Wait
) -> None:
    first = up(state)
    write_note(state)

    worker = first.child("celery", "worker")
    assert worker
    worker.kill()
    wait_until(lambda: (new := first.child("celery", "worker")) and new.pid != worker.pid)

    postgres = first.child("postgres", "-D")
    assert postgres
    postgres.kill()
    wait_until(lambda: (new := first.child("postgres", "-D")) and new.pid != postgres.pid)
    wait_until(lambda: "PostgreSQL is running again" in first.output.read_text(), seconds=20)
    assert read_note(state) == "kept"
    assert first.healthy()

    first.family()
    first.process.kill()
    first.process.wait()
    second = up(state)
    assert first.survivors() == []
    assert read_note(state) == "kept"
    assert second.stop(signal.SIGINT) == 0
    assert second.survivors() == []
    assert second.remains() == []


@pytest.mark.django_db(transaction=True)
def test_it_uses_servers_of_ones_own(tmp_path: Path, up: Up) -> None:
    database_url, redis_url = testing.urls()
    instance = up(tmp_path, DATABASE_URL=database_url, REDIS_URL=redis_url)
    assert instance.healthy()
    assert not (tmp_path / "postgres").exists()
    assert instance.child("valkey") is None
    assert instance.stop() == 0
    assert instance.remains() == []


def test_it_says_that_the_port_is_taken(tmp_path: Path, up: Up) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        instance = up(tmp_path, ready=False, PORT=str(port))
        assert instance.process.wait(timeout=30) == 1
    assert f"Port {port} is already in use." in instance.output.read_text()
    assert not (tmp_path / "postgres").exists()


def test_it_ends_the_pool_of_a_killed_worker(
    start_worker: Callable[..., object], wait_until: Wait
) -> None:
    worker = psutil.Process(start_worker().pid)  # type: ignore[attr-defined]  # a fixture's own
    pool = worker.children(recursive=True)
    assert pool
    os.kill(worker.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(pool, timeout=5)
    assert alive == []


def test_it_waits_for_one_that_is_just_stopping(tmp_path: Path, up: Up, wait_until: Wait) -> None:
    run = tmp_path / "run"
    run.mkdir()
    held = os.open(run, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with socket.create_server(("127.0.0.1", 0)) as other:  # so that it ends right after the wait
        instance = up(tmp_path, ready=False, PORT=str(other.getsockname()[1]))
        wait_until(lambda: "waiting for it" in instance.output.read_text(), seconds=30)
        os.close(held)
        assert instance.process.wait(timeout=30) == 1
    assert "is already in use" in instance.output.read_text()
