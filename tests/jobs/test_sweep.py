from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from crm.jobs import doorbell, lease, schedule
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from crm.jobs.sweep import sweep

State = Job.State
Enqueue = Callable[..., Job]
LONG_AGO = timedelta(hours=1)


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    heard: list[UUID] = []
    monkeypatch.setattr(doorbell, "ring", lambda job_id, queue: heard.append(job_id) or True)
    monkeypatch.setattr(schedule, "_recurring", [])
    return heard


def change(job: Job, **changes: Any) -> None:
    Job.objects.filter(pk=job.pk).update(**changes)


def test_it_rings_for_a_job_whose_bell_was_lost(enqueue: Enqueue, rings: list[UUID]) -> None:
    lost, heard = enqueue(), enqueue()
    change(lost, rung_at=timezone.now() - LONG_AGO)
    assert sweep("crm") == 1
    assert rings == [lost.pk]
    assert sweep("crm") == 0
    heard.refresh_from_db()


def test_it_rings_for_a_job_without_a_heartbeat(enqueue: Enqueue, rings: list[UUID]) -> None:
    job = enqueue()
    lease.claim(job.pk)
    change(job, rung_at=timezone.now() - LONG_AGO)
    assert sweep("crm") == 0
    change(job, heartbeat_at=timezone.now() - LONG_AGO)
    assert sweep("crm") == 1
    assert rings == [job.pk]


def test_it_waits_for_a_jobs_time(enqueue: Enqueue, rings: list[UUID]) -> None:
    job = enqueue()
    change(job, rung_at=None, not_before=timezone.now() + LONG_AGO)
    assert sweep("crm") == 0
    change(job, not_before=timezone.now() - LONG_AGO)
    assert sweep("crm") == 1


def test_it_rings_each_queue_for_its_own_kinds(enqueue: Enqueue, rings: list[UUID]) -> None:
    heavy, plain = enqueue("test_mirror"), enqueue()
    Job.objects.update(rung_at=None)
    sweep("heavy")
    assert rings == [heavy.pk]
    sweep("crm")
    assert rings == [heavy.pk, plain.pk]


def test_it_tries_again_next_time_when_the_broker_is_silent(
    enqueue: Enqueue, rings: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = enqueue()
    change(job, rung_at=None)
    with monkeypatch.context() as silence:
        silence.setattr(doorbell, "ring", lambda job_id, queue: False)
        assert sweep("crm") == 0
    assert sweep("crm") == 1


def test_it_fails_a_job_that_used_up_its_attempts(enqueue: Enqueue, rings: list[UUID]) -> None:
    job = enqueue()
    for _attempt in range(3):
        assert lease.claim(job.pk)
        change(job, heartbeat_at=timezone.now() - LONG_AGO)
    assert lease.claim(job.pk) is None
    sweep("crm")
    job.refresh_from_db()
    assert (job.state, job.lease) == (State.FAILED, None)
    assert "3 times" in job.error


def test_it_cancels_a_stopped_job_whose_worker_is_gone(enqueue: Enqueue, rings: list[UUID]) -> None:
    job = enqueue()
    lease.claim(job.pk)
    change(job, cancel_requested=True, heartbeat_at=timezone.now() - LONG_AGO)
    sweep("crm")
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def at(hour: int, minute: int = 0, day: int = 21) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_it_starts_nightly_work_once_a_day(db: None, rings: list[UUID]) -> None:
    schedule.nightly("test_mirror", hour=3, minute=10, params={"a": 1})
    (missed,) = schedule.enqueue_due(at(0, 5))  # last night there was nobody
    assert schedule.enqueue_due(at(3, 9)) == []
    (job,) = schedule.enqueue_due(at(3, 10))
    assert (job.params, job.created_by) == (missed.params, None) == ({"a": 1}, None)
    assert schedule.enqueue_due(at(23)) == schedule.enqueue_due(at(3, 9, day=22)) == []
    assert len(schedule.enqueue_due(at(8, day=22))) == 1


def test_it_does_not_start_a_turn_beside_an_open_one(db: None, rings: list[UUID]) -> None:
    schedule.every("test_mirror", seconds=60)
    (job,) = schedule.enqueue_due(at(3))
    assert schedule.enqueue_due(at(3, 1)) == []
    job_run(job.pk)
    assert len(schedule.enqueue_due(at(3, 2))) == 1


def test_it_removes_old_finished_work_only(enqueue: Enqueue, rings: list[UUID]) -> None:
    old, clock, fresh, open_job = enqueue(), enqueue(), enqueue(), enqueue()
    now = timezone.now()
    change(old, state=State.FAILED, finished_at=now - timedelta(days=91))
    change(clock, state=State.SUCCEEDED, finished_at=now - timedelta(days=8), created_by=None)
    change(fresh, state=State.SUCCEEDED, finished_at=now - timedelta(days=8))
    schedule.nightly("jobs_tidy", hour=3)
    (tidy,) = schedule.enqueue_due(at(3))
    job_run(tidy.pk)
    assert set(Job.objects.values_list("pk", flat=True)) == {fresh.pk, open_job.pk, tidy.pk}
