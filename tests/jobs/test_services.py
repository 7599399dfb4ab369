from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from crm.accounts.models import User
from crm.common.errors import RefusedError
from crm.jobs import doorbell
from crm.jobs.lease import claim
from crm.jobs.models import Job
from crm.jobs.services import job_cancel, job_enqueue, job_retry

State = Job.State
Enqueue = Callable[..., Job]


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    heard: list[Any] = []
    monkeypatch.setattr(
        doorbell, "ring", lambda job_id, queue: heard.append((job_id, queue)) or True
    )
    return heard


def test_it_rings_only_after_the_commit(
    owner: User, rings: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = job_enqueue(kind="test_mirror", params={"a": 1}, actor=owner)
        assert rings == []
    assert rings == [(job.pk, "heavy")]
    assert (job.state, job.max_attempts, job.params) == (State.QUEUED, 2, {"a": 1})


def test_it_writes_the_job_with_the_callers_transaction(owner: User, rings: list[Any]) -> None:
    @transaction.atomic
    def caller() -> None:
        job_enqueue(kind="test_mirror", params={}, actor=owner)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        caller()
    assert not Job.objects.exists()
    assert rings == []


def test_it_keeps_a_later_job_quiet(
    owner: User, rings: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = job_enqueue(
            kind="test_mirror", params={}, actor=owner,
            not_before=timezone.now() + timedelta(hours=1),
        )  # fmt: skip
    assert rings == []
    assert claim(job.pk) is None


def test_it_knows_its_kinds(owner: User) -> None:
    with pytest.raises(LookupError):
        job_enqueue(kind="no_such_kind", params={}, actor=owner)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example", "https://evil.example"])
def test_it_links_to_our_own_pages_only(owner: User, url: str) -> None:
    with pytest.raises(ValueError, match="this site"):
        job_enqueue(kind="test_mirror", params={}, actor=owner, url=url)


@pytest.mark.django_db(transaction=True)
def test_it_makes_twenty_parallel_calls_with_one_key_one_job(owner: User) -> None:
    def call(number: int) -> Any:
        try:
            job = job_enqueue(
                kind="test_mirror", params={"n": number}, actor=owner, idempotency_key="same"
            )
            return job.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(call, range(20)))
    assert len(found) == 1
    assert Job.objects.count() == 1


def test_it_cancels_a_waiting_job_at_once(enqueue: Enqueue, owner: User) -> None:
    job = job_cancel(job=enqueue(), actor=owner)
    assert job.state == State.CANCELLED
    assert claim(job.pk) is None


def test_it_asks_a_running_job_to_stop(enqueue: Enqueue, owner: User) -> None:
    job = enqueue()
    claim(job.pk)
    job = job_cancel(job=job, actor=owner)
    assert (job.state, job.cancel_requested) == (State.RUNNING, True)


def test_it_cancels_a_job_whose_worker_is_gone(enqueue: Enqueue, owner: User) -> None:
    job = enqueue()
    claim(job.pk)
    Job.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert job_cancel(job=job, actor=owner).state == State.CANCELLED


@pytest.mark.parametrize("service", [job_cancel, job_retry])
def test_it_refuses_an_outsider_before_any_write(
    enqueue: Enqueue, outsider: User, service: Any
) -> None:
    job = enqueue()
    before = Job.objects.filter(pk=job.pk).values().get()
    with pytest.raises(PermissionDenied):
        service(job=job, actor=outsider)
    assert Job.objects.filter(pk=job.pk).values().get() == before


def test_it_tries_a_failed_job_again_from_its_checkpoint(enqueue: Enqueue, owner: User) -> None:
    job = enqueue()
    Job.objects.update(state=State.FAILED, attempts=3, checkpoint={"next": 2}, error="reason")
    job = job_retry(job=job, actor=owner)
    assert (job.state, job.attempts, job.error) == (State.QUEUED, 0, "")
    assert job.checkpoint == {"next": 2}
    assert claim(job.pk)


def test_it_does_not_repeat_what_succeeded(enqueue: Enqueue, owner: User) -> None:
    job = enqueue()
    Job.objects.update(state=State.SUCCEEDED)
    with pytest.raises(RefusedError):
        job_retry(job=job, actor=owner)
