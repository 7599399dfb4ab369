"""Jobs survive whatever is killed, and their effects happen exactly once."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.db import connection
from django.test import Client
from django.urls import reverse

import tests.jobs.handlers  # noqa: F401  # registers the kinds here as in the worker
from crm.accounts.models import Team, User
from crm.embedded.valkey import Valkey
from crm.jobs import doorbell
from crm.jobs.models import Job
from crm.jobs.services import job_cancel, job_enqueue
from tests.faults.conftest import Gate, Process, kill, kill_with_children

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

State = Job.State
Worker = Callable[[], Process]
Wait = Callable[..., object]
RECOVERY_SECONDS = 60


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("owner", language="en")


@pytest.fixture
def start(owner: User) -> Callable[..., Job]:
    def enqueue(kind: str, **params: Any) -> Job:
        return job_enqueue(kind=kind, params={"prefix": f"e-{uuid4()}"} | params, actor=owner)

    return enqueue


@pytest.fixture
def ends(wait_until: Wait) -> Callable[[Job, str], Job]:
    """Wait until the job is over; it ended in ``state``, and every effect is there once."""

    def wait(job: Job, state: str = State.SUCCEEDED) -> Job:
        def over() -> bool:
            job.refresh_from_db()
            return job.is_over

        wait_until(over, seconds=RECOVERY_SECONDS, what=f"job {job.state} {job.attempts}")
        assert job.state == state, job.error
        if state == State.SUCCEEDED:
            assert effects(job) == [f"{step}/0" for step in range(job.params.get("steps", 1))]
        return job

    return wait


def effects(job: Job) -> list[str]:
    """``step/number`` of each effect: a doubled one is numbered 1."""
    prefix = f"{job.params['prefix']}/"
    names = Team.objects.filter(name__startswith=prefix).values_list("name", flat=True)
    return sorted(name.removeprefix(prefix) for name in names)


def test_it_finishes_once_when_its_process_is_killed(
    worker: Worker, beat: Process, start: Any, ends: Any, gate: Gate, wait_until: Wait
) -> None:
    worker()
    job = start("test_steps", steps=6, wait_for=str(gate.path))
    kill(int(wait_until(gate.pid, seconds=20)))  # type: ignore[call-overload]  # the waiting process
    gate.open()
    assert ends(job).attempts == 1  # the second one got on


def test_it_finishes_once_when_the_whole_worker_is_killed(
    worker: Worker, beat: Process, start: Any, ends: Any, gate: Gate, wait_until: Wait
) -> None:
    first = worker()
    job = start("test_steps", steps=6, wait_for=str(gate.path))
    wait_until(gate.pid, seconds=20)
    kill_with_children(first)
    gate.open()
    worker()
    ends(job)


def test_it_lets_a_worker_that_wakes_up_late_write_nothing(
    worker: Worker, beat: Process, start: Any, ends: Any, gate: Gate, wait_until: Wait
) -> None:
    worker()
    job = start("test_stubborn", wait_for=str(gate.path))
    pid = int(wait_until(gate.pid, seconds=20))  # type: ignore[call-overload]  # as above
    os.kill(pid, signal.SIGSTOP)
    try:
        ends(job)
    finally:
        gate.open()
        os.kill(pid, signal.SIGCONT)
    after = start("test_steps", steps=2)
    ends(after)
    assert effects(job) == ["0/0"]


def test_it_runs_later_what_was_enqueued_without_a_broker(
    worker: Worker, beat: Process, valkey: Valkey, start: Any, ends: Any
) -> None:
    worker()
    valkey.stop()
    began = time.monotonic()
    jobs = [start("test_steps", steps=2) for _n in range(3)]
    assert time.monotonic() - began < 3
    valkey.start()
    for job in jobs:
        ends(job)


def test_it_lets_a_worker_outlive_the_broker_in_the_middle_of_a_job(
    worker: Worker, beat: Process, valkey: Valkey, start: Any, ends: Any, gate: Gate,
    wait_until: Wait,
) -> None:  # fmt: skip
    process = worker()
    job = start("test_steps", steps=2, wait_for=str(gate.path))
    wait_until(gate.pid, seconds=20)
    valkey.stop()
    valkey.start()
    after = start("test_steps", steps=2)
    ends(after)
    gate.open()
    assert ends(job).attempts == 1
    assert process.poll() is None


def test_it_answers_the_page_while_the_broker_hangs(
    worker: Worker, beat: Process, valkey: Valkey, start: Any, ends: Any, owner: User,
    client: Client,
) -> None:  # fmt: skip
    worker()
    failed = start("test_problem", permanent=True)
    ends(failed, State.FAILED)
    Job.objects.filter(pk=failed.pk).update(kind="test_steps", params={"prefix": "h", "steps": 1})
    client.force_login(owner)
    assert valkey.process
    valkey.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert client.post(reverse("jobs:retry", args=[failed.pk])).status_code == 302
        assert time.monotonic() - began < 3
    finally:
        valkey.process.send_signal(signal.SIGCONT)
    ends(failed)


def test_it_runs_what_the_broker_forgot(
    worker: Worker, beat: Process, valkey: Valkey, start: Any, ends: Any, gate: Gate,
    wait_until: Wait,
) -> None:  # fmt: skip
    worker()
    busy = [start("test_steps", steps=2, wait_for=str(gate.path)) for _slot in range(2)]
    wait_until(lambda: Job.objects.filter(state=State.RUNNING).count() == 2, seconds=20)
    waiting = [start("test_steps", steps=2) for _n in range(5)]
    with redis.Redis(unix_socket_path=str(valkey.socket_path)) as broker:
        assert broker.llen("crm") >= 5
        broker.flushall()
    gate.open()
    after = [start("test_steps", steps=2) for _n in range(2)]
    for job in [*busy, *waiting, *after]:
        ends(job)


def test_it_rings_at_once_when_the_broker_was_restarted(
    worker: Worker, valkey: Valkey, start: Any, ends: Any
) -> None:
    start("test_steps", steps=1)
    valkey.stop()
    valkey.start()
    job = start("test_steps", steps=1)
    worker()
    ends(job)


def test_it_finishes_once_when_its_database_connections_are_cut(
    worker: Worker, beat: Process, start: Any, ends: Any, gate: Gate, wait_until: Wait
) -> None:
    worker()
    job = start("test_steps", steps=6, wait_for=str(gate.path))
    wait_until(gate.pid, seconds=20)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    gate.open()
    ends(job)


def test_it_does_a_job_once_that_is_rung_again_while_it_runs(
    worker: Worker, start: Any, ends: Any, gate: Gate, wait_until: Wait
) -> None:
    """What the broker does to a job that is longer than its visibility timeout."""
    worker()
    worker()
    job = start("test_steps", steps=4, wait_for=str(gate.path))
    wait_until(gate.pid, seconds=20)
    assert all(doorbell.ring(job.pk, "crm") for _ring in range(6))
    gate.open()
    assert ends(job).attempts == 1


def test_it_fails_a_poison_job_while_others_go_on(
    worker: Worker, beat: Process, start: Any, ends: Any
) -> None:
    worker()
    poison = start("test_poison")
    others = [start("test_steps", steps=3) for _n in range(5)]
    for job in others:
        ends(job)
    ends(poison, State.FAILED)
    assert poison.attempts == 3
    assert "3 times" in poison.error
    ends(start("test_steps", steps=1))


def test_it_stops_a_running_job_that_is_cancelled(
    worker: Worker, start: Any, ends: Any, gate: Gate, wait_until: Wait, owner: User
) -> None:
    worker()
    job = start("test_steps", steps=4, wait_for=str(gate.path))
    wait_until(gate.pid, seconds=20)
    job_cancel(job=job, actor=owner)
    ends(job, State.CANCELLED)
    assert effects(job) == ["0/0", "1/0"]


def test_it_does_a_hundred_jobs_once_while_workers_come_and_go(
    worker: Worker, beat: Process, start: Any, ends: Any, wait_until: Wait
) -> None:
    first = worker()
    jobs = [start("test_steps", steps=2) for _n in range(100)]
    wait_until(lambda: Job.objects.filter(state=State.SUCCEEDED).count() > 10, seconds=20)
    first.terminate()
    worker()
    for job in jobs:
        ends(job)
