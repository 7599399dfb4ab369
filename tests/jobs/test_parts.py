"""Work done in parts: the parent waits, the last part wakes it; each end is one of four."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from crm.accounts.models import Team, User
from crm.jobs.models import Job
from crm.jobs.parts import parent_wake
from crm.jobs.runner import job_run
from crm.jobs.services import job_cancel, job_retry
from crm.jobs.sweep import sweep

State = Job.State
Enqueue = Callable[..., Job]


@pytest.fixture
def split(enqueue: Enqueue, tmp_path: Path) -> tuple[Job, list[Job]]:
    """A job that has just handed its work to three parts."""
    job = enqueue("test_whole", parts=3, wait_for=str(tmp_path / "gate"))
    job_run(job.pk)
    job.refresh_from_db()
    assert job.state == State.SPLIT
    return job, list(job.parts.order_by("part"))


def effects(prefix: str) -> list[str]:
    names = Team.objects.filter(name__startswith=f"{prefix}/").values_list("name", flat=True)
    return sorted(name.removeprefix(f"{prefix}/") for name in names)


def test_it_goes_on_when_the_last_part_is_over(split: tuple[Job, list[Job]], prefix: str) -> None:
    job, parts = split
    for part in parts:
        assert Job.objects.get(pk=job.pk).state == State.SPLIT
        job_run(job.pk)  # rung early: nobody may take it
        job_run(part.pk)
    assert Job.objects.get(pk=job.pk).state == State.QUEUED
    for _ring in range(2):
        job_run(job.pk)
        job_run(parts[0].pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (State.SUCCEEDED, {"numbers": [0, 1, 2]})
    assert effects(prefix) == ["0/0", "1/0", "2/0", "99/0"]


def test_it_shows_the_sum_of_its_parts_and_no_part_of_its_own(
    split: tuple[Job, list[Job]], client: Client, owner: User
) -> None:
    job, parts = split
    job_run(parts[1].pk)
    client.force_login(owner)
    status = client.get(reverse("jobs:status", args=[job.pk])).content.decode()
    assert "2 / 6" in status
    assert "Running in parts" in status
    listed = client.get(reverse("jobs:list")).context["jobs"]
    assert [(row.pk, row.percent) for row in listed] == [(job.pk, 33)]


def test_it_tells_a_parts_problem_and_tries_only_that_part_again(
    split: tuple[Job, list[Job]], owner: User, prefix: str, tmp_path: Path
) -> None:
    job, parts = split
    fails = tmp_path / "gate.1.fails"
    fails.touch()
    for one in [*parts, job]:
        job_run(one.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, "Part 1 is empty.")
    fails.unlink()
    assert job_retry(job=job, actor=owner).state == State.SPLIT
    for one in [*parts, job]:
        job_run(one.pk)
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED
    assert effects(prefix) == ["0/0", "1/0", "2/0", "99/0"]


def test_it_stops_all_parts_with_the_whole(
    split: tuple[Job, list[Job]], owner: User, prefix: str
) -> None:
    job, parts = split
    job_run(parts[0].pk)
    assert job_cancel(job=job, actor=owner).state == State.CANCELLED
    for one in [*parts, job]:
        job_run(one.pk)
    states = list(job.parts.order_by("part").values_list("state", flat=True))
    assert states == [State.SUCCEEDED, State.CANCELLED, State.CANCELLED]
    assert effects(prefix) == ["0/0"]
    job_retry(job=job, actor=owner)
    for one in [*parts, job]:
        job_run(one.pk)
    assert effects(prefix) == ["0/0", "1/0", "2/0", "99/0"]


def test_it_fails_when_somebody_cancels_one_part(split: tuple[Job, list[Job]], owner: User) -> None:
    job, parts = split
    job_cancel(job=parts[2], actor=owner)
    for one in [*parts, job]:
        job_run(one.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, "A part of the work was cancelled.")


def test_it_wakes_a_whole_whose_last_part_died_before_it_could(
    split: tuple[Job, list[Job]],
) -> None:
    job, _parts = split
    job.parts.update(state=State.SUCCEEDED)
    sweep("crm")
    assert Job.objects.get(pk=job.pk).state == State.QUEUED


def test_it_is_woken_once(split: tuple[Job, list[Job]]) -> None:
    job, parts = split
    parent_wake(job.pk)
    assert Job.objects.get(pk=job.pk).state == State.SPLIT
    for part in parts:
        job_run(part.pk)
    job_run(job.pk)
    parent_wake(job.pk)
    assert Job.objects.get(pk=job.pk).state == State.SUCCEEDED
