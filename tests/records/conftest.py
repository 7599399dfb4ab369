from collections.abc import Callable

import pytest

from crm.jobs.models import Job
from crm.jobs.runner import job_run
from tests.factories.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def run_jobs(db: None) -> Callable[[], None]:
    """Do what waits, as a worker would."""

    def run() -> None:
        for pk in Job.objects.filter(state=Job.State.QUEUED).values_list("pk", flat=True):
            job_run(pk)
            assert Job.objects.get(pk=pk).state == Job.State.SUCCEEDED

    return run
