"""kill -9 in the middle of a real import: the next worker ends it as a whole run ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm.common.roles import Role
from crm.jobs.direct import DirectWork
from crm.jobs.models import Job
from customers.imports.running import import_run
from customers.imports.services import batch_create, import_begin, import_open
from customers.imports.undo import undo_run
from customers.models import Customer, ImportBatch, ImportChange, Tag
from sales.models import Deal, OrderLine, StageChange
from sales.services import pipeline_set_up
from tests.factories.customers import CustomerFactory, UserFactory
from tests.imports.conftest import sums

pytestmark = pytest.mark.faults
Write = Callable[..., Path]
ROWS = 6_000  # several chunks


@pytest.fixture
def manager(transactional_db: None) -> Any:
    return UserFactory(role=Role.MANAGER)


@pytest.fixture
def imported(
    manager: Any,
    start_worker: Callable[..., Any],
    wait_until: Callable[..., object],
    settings: Any,
    tmp_path: Path,
) -> Callable[[Path], ImportBatch]:
    """Import a file by a worker that is killed after its first chunk, and by the next one."""
    settings.MEDIA_ROOT = tmp_path / "var" / "media"
    here = {"CRM_VAR_DIR": str(tmp_path / "var")}

    def run(path: Path) -> ImportBatch:
        first = start_worker(**here)
        batch = import_open(actor=manager, path=path, name=path.name)
        batch = import_begin(pk=batch.pk, actor=manager)
        job = Job.objects.filter(pk=batch.job_id)
        wait_until(lambda: job.filter(progress_done__gt=0).exists(), 30)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        assert ImportBatch.objects.get(pk=batch.pk).state == "running"
        start_worker("--beat", **here)
        wait_until(lambda: job.filter(state="succeeded").exists(), 90)
        batch.refresh_from_db()
        return batch

    return run


def test_it_ends_with_the_right_sums_after_kill_9(
    shared: Callable[[str], Path], imported: Callable[[Path], ImportBatch]
) -> None:
    batch = imported(shared("online_retail_nonUK.csv"))
    assert sums(batch) == (46_431, 44_951, 0, 0, 1_480)
    assert (Customer.objects.count(), OrderLine.objects.count()) == (422, 44_951)
    rejects = Path(batch.rejects.path).read_text(encoding="utf-8-sig").splitlines()
    assert len(rejects) == 1_481


def customer_rows() -> str:
    """New ones, known ones, ones that come again, ones that are rejected."""
    lines = ["external id,name,email,phone,city,tags"]
    for n in range(ROWS):
        key = n - 2_500 if n % 9 == 0 and n > 2_500 else n
        mail = "wrong" if n % 101 == 7 else f"c{key}@example.com"
        tags = "VIP;new" if n % 4 == 0 else ""
        lines.append(f"K{key},客户{key},{mail},138{key:08d},C{n % 50},{tags}")
    return "\n".join(lines) + "\n"


def deal_rows() -> str:
    """Deals of 400 customers, made and moved: later rows change the stage of earlier ones."""
    lines = ["external id,deal name,customer,stage,amount"]
    for n in range(ROWS):
        key = n - 2_500 if n % 9 == 0 and n > 2_500 else n
        stage = "Nonsense" if n % 101 == 7 else ("New", "Proposal", "Won", "Lost")[n % 4]
        lines.append(f"D{key},商机{key},House {key % 400},{stage},{n % 77}.50")
    return "\n".join(lines) + "\n"


FILES = {"customers": customer_rows, "deals": deal_rows}


def picture() -> list[list[tuple[Any, ...]]]:
    """What an import leaves, without ids and times."""
    return [
        sorted(
            Customer.objects.values_list(
                "external_id", "name", "name_key", "email", "phone", "city", "version", "open_deals"
            )
        ),
        sorted(Customer.tags.through.objects.values_list("customer__name", "tag__name")),
        sorted(
            Deal.objects.values_list(
                "external_id", "name", "customer__name", "stage__name", "amount", "version"
            )
        ),
        sorted(StageChange.objects.values_list("deal__name", "from_stage__name", "to_stage__name")),
        sorted(ImportChange.objects.values_list("what", "model", "version", "after__city")),
    ]


@pytest.mark.parametrize("kind", FILES)
def test_it_ends_as_a_whole_run_after_kill_9(
    write: Write, manager: Any, imported: Callable[[Path], ImportBatch], kind: str
) -> None:
    pipeline_set_up(actor=UserFactory(role="admin"))
    CustomerFactory(name="Old", external_id="K17", owner=None, team=manager.team, city="Ulm")
    Tag.objects.create(name="VIP")
    path = write(FILES[kind](), "file.csv")
    ground = picture()
    whole = batch_create(actor=manager, path=path, name="file.csv", kind=kind)
    import_run(batch=whole, work=DirectWork())
    expected, told = picture(), (sums(whole), whole.reasons, whole.objects_made)
    whole.state = ImportBatch.State.UNDOING
    whole.save()
    undo_run(batch=whole, work=DirectWork())
    whole.delete()
    ImportChange.objects.all().delete()
    Customer.objects.filter(external_id="K17").update(version=1)
    assert picture() == ground

    batch = imported(path)
    assert (batch.kind, sums(batch), batch.reasons, batch.objects_made) == (kind, *told)
    assert min(batch.created, batch.updated, batch.rejected) > 0
    assert picture() == expected
    rejects = Path(batch.rejects.path).read_text(encoding="utf-8-sig").splitlines()
    assert len(rejects) == batch.rejected + 1
