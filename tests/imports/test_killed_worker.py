"""kill -9 in the middle of a real import: the next worker ends it with the right sums."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm.common.roles import Role
from crm.jobs.models import Job
from customers.imports.services import import_begin, import_open
from customers.models import Customer, ImportBatch
from sales.models import OrderLine
from tests.factories.customers import UserFactory
from tests.imports.conftest import sums


@pytest.mark.faults
def test_it_ends_with_the_right_sums_after_kill_9(
    shared: Callable[[str], Path],
    start_worker: Callable[..., Any],
    wait_until: Callable[..., object],
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path / "var" / "media"
    here = {"CRM_VAR_DIR": str(tmp_path / "var")}
    manager = UserFactory(role=Role.MANAGER)
    first = start_worker(**here)
    path = shared("online_retail_nonUK.csv")
    batch = import_open(actor=manager, path=path, name=path.name)
    batch = import_begin(pk=batch.pk, actor=manager)
    job = Job.objects.filter(pk=batch.job_id)
    wait_until(lambda: job.filter(progress_done__gt=0).exists(), 30)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert ImportBatch.objects.get().state == "running"
    start_worker("--beat", "--schedule", str(tmp_path / "beat"), **here)
    wait_until(lambda: job.filter(state="succeeded").exists(), 60)
    batch.refresh_from_db()
    assert sums(batch) == (46_431, 44_951, 0, 0, 1_480)
    assert job.get().attempts == 2
    assert (Customer.objects.count(), OrderLine.objects.count()) == (422, 44_951)
    rejects = Path(batch.rejects.path).read_text(encoding="utf-8-sig").splitlines()
    assert len(rejects) == 1_481
