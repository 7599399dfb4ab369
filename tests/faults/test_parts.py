"""Work in parts on real workers: it spreads, and survives a kill -9 with each effect once."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

import tests.jobs.handlers  # noqa: F401  # registers the kinds here as in the worker
from crm.accounts.models import Team, User
from crm.jobs import doorbell
from crm.jobs.models import Job
from crm.jobs.services import job_cancel, job_enqueue
from tests.faults.conftest import Gate, Process, kill_with_children

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

State = Job.State
PARTS = 4
Worker = Callable[[], Process]
Wait = Callable[..., object]


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("owner", language="en")


@pytest.fixture
def job(owner: User, tmp_path: Path) -> Job:
    """A job of four parts, each of which waits until its gate is opened."""
    for number in range(PARTS):
        (tmp_path / f"gate.{number}.closed").touch()
    params = {"prefix": f"e-{uuid4()}", "parts": PARTS, "wait_for": str(tmp_path / "gate")}
    return job_enqueue(kind="test_whole", params=params, actor=owner)


def running(tmp_path: Path) -> dict[int, int]:
    """The process in which each part that has begun waits."""
    return {
        number: int(file.read_text())
        for number in range(PARTS)
        if (file := tmp_path / f"gate.{number}.pid").exists() and file.read_text()
    }


def effects(job: Job) -> list[str]:
    prefix = f"{job.params['prefix']}/"
    names = Team.objects.filter(name__startswith=prefix).values_list("name", flat=True)
    return sorted(name.removeprefix(prefix) for name in names)


def over(job: Job) -> bool:
    job.refresh_from_db()
    return job.is_over


def test_it_spreads_over_workers_and_loses_nothing_with_one_of_them(
    worker: Worker, beat: Process, job: Job, tmp_path: Path, wait_until: Wait
) -> None:
    first, second = worker(), worker()
    wait_until(lambda: len(running(tmp_path)) == PARTS, seconds=30)
    parents = {psutil.Process(pid).ppid() for pid in running(tmp_path).values()}
    assert parents == {first.pid, second.pid}
    kill_with_children(first)
    for part in job.parts.all():  # what a broker does that thinks its messages are lost
        assert all(doorbell.ring(part.pk, "heavy") for _ring in range(3))
    for number in range(PARTS):
        (tmp_path / f"gate.{number}.closed").unlink()
    wait_until(lambda: over(job), seconds=60)
    assert job.state == State.SUCCEEDED, job.error
    assert effects(job) == ["0/0", "1/0", "2/0", "3/0", "99/0"]
    assert sorted(job.parts.values_list("attempts", flat=True)) == [1, 1, 2, 2]


def test_it_stops_every_part_that_runs(
    worker: Worker, job: Job, owner: User, tmp_path: Path, wait_until: Wait
) -> None:
    worker()
    wait_until(lambda: len(running(tmp_path)) == 2, seconds=30)
    job_cancel(job=Job.objects.get(pk=job.pk), actor=owner)
    stopped = job.parts.filter(state=State.CANCELLED)
    wait_until(lambda: stopped.count() == PARTS, seconds=20)
    assert over(job)
    assert effects(job) == []


def test_it_stops_a_computation_that_asks_nobody(
    worker: Worker, owner: User, gate: Gate, wait_until: Wait
) -> None:
    worker()
    job = job_enqueue(kind="test_compute", params={"wait_for": str(gate.path)}, actor=owner)
    wait_until(gate.pid, seconds=20)
    job_cancel(job=job, actor=owner)
    wait_until(lambda: over(job), seconds=20)
    assert job.state == State.CANCELLED
    after = job_enqueue(kind="test_mirror", params={}, actor=owner)
    wait_until(lambda: over(after), seconds=20)
    assert after.state == State.SUCCEEDED
