"""``manage.py import_csv``."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from customers.models import Customer, ImportBatch
from tests.factories.customers import TeamFactory

pytestmark = pytest.mark.django_db


def test_it_prints_the_sums_and_writes_the_rejects(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    team = TeamFactory(name="华东")
    out, rejects = StringIO(), tmp_path / "rejects.csv"
    path = write("name,email,phone\nA,a@example.com,\nB,wrong,12\n")
    call_command(
        "import_csv", "customers", str(path), team="华东", rejects=rejects, stdout=out
    )  # fmt: skip
    assert "rows_in=2 created=1 updated=0 skipped=0 rejected=1\n" in out.getvalue()
    assert Customer.objects.get().team == team
    (left,) = csv.DictReader(rejects.read_text(encoding="utf-8-sig").splitlines())
    assert left["原因"] == "邮箱地址无效。列“email”：“wrong” · 电话号码无法识别。列“phone”：“12”"


def test_it_ends_with_two_and_one_line_for_a_refused_file(write: Callable[..., Path]) -> None:
    err = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_csv", "customers", str(write('name\n"A\n')), stderr=err)
    assert ended.value.code == 2
    assert err.getvalue() == ("file.csv: Line 2 opens a quote that is never closed.\n")
    assert not ImportBatch.objects.exists()
