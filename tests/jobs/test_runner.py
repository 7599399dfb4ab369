from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone

from crm.accounts.models import Team, User
from crm.jobs import lease
from crm.jobs.context import JobContext
from crm.jobs.errors import JobCancelledError, LeaseLostError
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from crm.jobs.services import job_cancel

State = Job.State
Enqueue = Callable[..., Job]


def effects(prefix: str) -> int:
    return Team.objects.filter(name__startswith=prefix).count()


def take(job: Job) -> JobContext:
    claimed = lease.claim(job.pk)
    assert claimed is not None
    return JobContext(claimed, lease.Heartbeat(claimed))


def lose(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))


def test_it_does_a_job_and_keeps_its_result(enqueue: Enqueue, prefix: str) -> None:
    job = enqueue()
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["message"]) == (State.SUCCEEDED, "4 steps")
    assert (job.progress_done, job.progress_total, job.lease) == (4, 4, None)
    assert effects(prefix) == 4


def test_it_does_a_job_once_however_often_the_bell_rings(enqueue: Enqueue, prefix: str) -> None:
    job = enqueue()
    for _ring in range(3):
        job_run(job.pk)
    assert effects(prefix) == 4


def test_it_leaves_a_job_to_the_worker_that_holds_it(enqueue: Enqueue) -> None:
    job = enqueue()
    assert lease.claim(job.pk)
    assert lease.claim(job.pk) is None


def test_it_takes_over_a_job_without_a_heartbeat(enqueue: Enqueue) -> None:
    job = enqueue()
    first = lease.claim(job.pk)
    lose(job)
    second = lease.claim(job.pk)
    assert first
    assert second
    assert (first.lease != second.lease, second.attempts) == (True, 2)


def test_it_lets_no_stale_worker_write(enqueue: Enqueue, prefix: str) -> None:
    job = enqueue()
    stale = take(job)
    lose(job)
    fresh = take(job)
    with pytest.raises(LeaseLostError), stale.guard():
        Team.objects.create(name=f"{prefix}/stale")
    with pytest.raises(LeaseLostError):
        stale.progress(1, 4)
    with fresh.guard():
        Team.objects.create(name=f"{prefix}/fresh")
    assert list(Team.objects.values_list("name", flat=True)) == [f"{prefix}/fresh"]


def test_it_keeps_checkpoint_and_writes_together(enqueue: Enqueue, prefix: str) -> None:
    job = enqueue()
    context = take(job)

    def step() -> None:
        with context.guard():
            Team.objects.create(name=prefix)
            context.set_checkpoint({"next": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        step()
    assert context.checkpoint == {}
    job.refresh_from_db()
    assert (job.checkpoint, effects(prefix)) == ({}, 0)


def test_it_goes_on_at_its_checkpoint(enqueue: Enqueue, prefix: str) -> None:
    job = enqueue()
    Job.objects.update(checkpoint={"next": 3})
    job_run(job.pk)
    assert effects(prefix) == 1


def test_it_stops_a_cancelled_handler_before_its_next_write(
    enqueue: Enqueue, owner: User, prefix: str
) -> None:
    job = enqueue()
    context = take(job)
    job_cancel(job=job, actor=owner)
    with pytest.raises(JobCancelledError), context.guard():
        Team.objects.create(name=prefix)
    with pytest.raises(JobCancelledError):
        context.progress(1, 2)
    assert effects(prefix) == 0


def test_it_rolls_back_an_atomic_job_that_fails(enqueue: Enqueue, prefix: str) -> None:
    job = enqueue("test_atomic", fail=True)
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, effects(prefix)) == (State.QUEUED, 1, 0)
    assert job.not_before is not None


def test_it_ends_an_atomic_job_with_its_writes(enqueue: Enqueue, prefix: str) -> None:
    job = enqueue("test_atomic")
    with mock.patch.object(JobContext, "finish", side_effect=LeaseLostError):
        job_run(job.pk)
    assert effects(prefix) == 0
    lose(job)
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.url, effects(prefix)) == (State.SUCCEEDED, "/jobs/", 1)


def test_it_fails_after_the_last_attempt_without_telling_the_inside(
    enqueue: Enqueue, caplog: pytest.LogCaptureFixture
) -> None:
    job = enqueue("test_atomic", fail=True)
    for _attempt in range(3):
        Job.objects.update(not_before=None)
        job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.FAILED, 3)
    assert "SELECT" not in job.error
    assert "/etc" not in job.error
    error_ids = [record.error_id for record in caplog.records if hasattr(record, "error_id")]
    assert error_ids[-1] in job.error
    assert "ValueError" in caplog.text


@pytest.mark.parametrize(
    ("stuck", "runs", "ends"),
    [(None, 6, (State.SUCCEEDED, 1, 6)), (2, 4, (State.FAILED, 3, 2))],
    ids=["gets on", "stands still"],
)
def test_it_counts_only_the_attempts_at_one_checkpoint(
    enqueue: Enqueue, prefix: str, stuck: int | None, runs: int, ends: tuple[str, int, int]
) -> None:
    job = enqueue("test_weary", steps=6, stuck=stuck)
    states = []
    for _attempt in range(runs):
        Job.objects.update(not_before=None)
        job_run(job.pk)
        job.refresh_from_db()
        states.append(job.state)
    assert set(states[:-1]) == {State.QUEUED}
    assert (job.state, job.attempts, effects(prefix)) == ends


def test_it_gives_a_lost_worker_that_got_on_three_attempts_again(
    enqueue: Enqueue, prefix: str
) -> None:
    job = enqueue()
    for step in range(5):
        lost = take(job)
        with lost.guard():
            lost.set_checkpoint({"next": step})
        lose(job)
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, effects(prefix)) == (State.SUCCEEDED, 0)


@pytest.mark.parametrize(("permanent", "state"), [(True, State.FAILED), (False, State.QUEUED)])
def test_it_shows_a_problem_as_it_is(enqueue: Enqueue, permanent: bool, state: str) -> None:
    job = enqueue("test_problem", permanent=permanent)
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (state, "The file is empty.")


def test_it_does_nothing_for_somebody_who_may_no_longer_sign_in(
    enqueue: Enqueue, owner: User, prefix: str
) -> None:
    job = enqueue()
    User.objects.filter(pk=owner.pk).update(is_active=False)
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, effects(prefix)) == (State.FAILED, 0)
    assert "may no longer sign in" in job.error


def test_it_fails_a_kind_that_is_gone(enqueue: Enqueue) -> None:
    job = enqueue()
    Job.objects.update(kind="gone")
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, "This kind of work no longer exists.")
