from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from crm.accounts.models import User
from crm.jobs.models import Job

State = Job.State


@pytest.fixture
def job(enqueue: Callable[..., Job]) -> Job:
    return enqueue()


def test_it_shows_jobs_read_only(client: Client, admin: User, job: Job) -> None:
    client.force_login(admin)
    assert client.get(reverse("admin:jobs_job_changelist")).status_code == 200
    page = client.get(reverse("admin:jobs_job_change", args=[job.pk]))
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()


def test_it_cancels_and_retries_through_the_services(client: Client, admin: User, job: Job) -> None:
    client.force_login(admin)
    for action, state in [("cancel", State.CANCELLED), ("retry", State.QUEUED)]:
        client.post(
            reverse("admin:jobs_job_changelist"), {"action": action, "_selected_action": [job.pk]}
        )
        job.refresh_from_db()
        assert job.state == state


def test_it_keeps_others_out(client: Client, owner: User, job: Job) -> None:
    client.force_login(owner)
    assert client.get(reverse("admin:jobs_job_changelist")).status_code == 302
