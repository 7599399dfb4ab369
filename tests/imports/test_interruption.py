"""An import that is killed in the middle ends as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm.jobs.direct import DirectWork
from crm.jobs.runner import job_run
from customers.imports.running import Pace, import_run
from customers.imports.services import batch_create, import_begin, import_open
from customers.models import Customer, ImportBatch
from sales.models import Order, OrderLine
from tests.imports.conftest import sums

pytestmark = pytest.mark.django_db
HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


class PulledPlugError(Exception):
    pass


class Interrupted(DirectWork):
    """Loses power at the given call of ``progress``: that chunk is rolled back."""

    def __init__(self, checkpoint: dict[str, Any], chunks: int) -> None:
        super().__init__()
        self.checkpoint = checkpoint
        self.left = chunks
        self.kept = checkpoint

    def set_checkpoint(self, value: dict[str, Any]) -> None:
        self.checkpoint = value

    def progress(self, done: int, total: int = 0, note: str = "") -> None:
        if self.left == 0:
            raise PulledPlugError
        self.left -= 1
        self.kept = self.checkpoint


def test_it_goes_on_where_it_was_interrupted(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sales.imports.retail.OnlineRetail.chunk", 7)
    lines = [
        f"{100 + n // 10},S{n % 5},THING,{n + 1},2011-01-05 10:00:00,1.00,"
        f"{'' if n % 9 == 0 else n % 3},France\n"
        for n in range(50)
    ]
    path = write(HEAD + "".join(lines))
    batch = batch_create(
        actor=None, path=path, name="x.csv", kind="online_retail", team_id=None, currency=""
    )
    checkpoint: dict[str, Any] = {}
    for chunks in (2, 0, 3):
        work = Interrupted(checkpoint, chunks)
        with pytest.raises(PulledPlugError):
            import_run(batch=ImportBatch.objects.get(pk=batch.pk), work=work)
        checkpoint = work.kept
    import_run(batch=ImportBatch.objects.get(pk=batch.pk), work=Interrupted(checkpoint, 99))
    batch.refresh_from_db()
    assert sums(batch) == (50, 44, 0, 0, 6)
    assert batch.objects_made == {"customers": 3, "orders": 5, "products": 5}
    assert OrderLine.objects.count() == 44
    assert Order.objects.get(number="100").total == sum(range(1, 11)) - 1 - 10
    rejects = Path(batch.rejects.path).read_text(encoding="utf-8-sig").splitlines()
    assert len(rejects) == 7


def test_it_does_nothing_when_a_finished_job_is_delivered_again(
    write: Callable[..., Path], cast: dict[str, Any]
) -> None:
    batch = import_open(actor=cast["manager"], path=write("name\nA\nB\n"), name="x.csv")
    batch = import_begin(pk=batch.pk, actor=cast["manager"])
    assert batch.job_id is not None
    job_run(batch.job_id)
    job_run(batch.job_id)
    batch.refresh_from_db()
    assert sums(batch) == (2, 2, 0, 0, 0)
    assert Customer.objects.count() == 2


def test_it_takes_as_many_rows_at_once_as_others_can_wait_for() -> None:
    pace = Pace(2_000)
    first = pace.rows
    pace.took(2.0)  # a machine that has other work
    assert pace.rows == first / 4
    pace.took(60.0)
    assert pace.rows == Pace.FEWEST
    for _ in range(9):
        pace.took(pace.rows / 100_000)
    assert pace.rows == 2_000
    small = Pace(7)
    small.took(9.0)
    assert small.rows == 7
