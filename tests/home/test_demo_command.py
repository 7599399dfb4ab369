"""The demo command: repeatable, and never on top of somebody's records."""

import json
import subprocess
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.translation import override

from communications.models import Communication, FollowUp
from crm.accounts.models import User
from customers.models import Contact, Customer, Need
from marketing.models import Activity, Campaign, MarketResult, Spend
from sales.models import Deal, Order, OrderLine, StageChange
from service.models import ServiceRequest

TODAY = date(2026, 3, 18)


def write_demo(folder: Path) -> dict[str, Any]:
    truth = folder / "truth.json"
    call_command("demo", customers=40, seed=1, today=TODAY, truth=truth, verbosity=0)
    return json.loads(truth.read_text(encoding="utf-8"))


def fingerprint() -> str:
    """A digest of what stands in the tables, without their clocks' own columns."""
    tables = [Customer, Contact, Need, Deal, StageChange, Order, OrderLine, Communication,
              FollowUp, ServiceRequest, Activity, Campaign, Spend, MarketResult]  # fmt: skip
    left_out = {"created_at", "updated_at", "submission", "owner_id", "team_id", "created_by_id",
                "trashed_by_id", "by_id", "resolved_by_id", "done_by_id"}  # fmt: skip
    digests = []
    for model in tables:
        columns = ", ".join(
            f'"{f.column}"' for f in model._meta.concrete_fields if f.column not in left_out
        )
        with connection.cursor() as cursor:
            rows = f"SELECT {columns} FROM {model._meta.db_table}"  # noqa: S608  # models' own names
            digest = "SELECT md5(string_agg(r::text, '|' ORDER BY r::text)) FROM"
            cursor.execute(f"{digest} ({rows}) AS r")
            digests.append(cursor.fetchone()[0])
    return "\n".join(f"{m.__name__} {d}" for m, d in zip(tables, digests, strict=True))


def empty_database() -> None:
    """No rows and every number from one again, as in a new database."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "TRUNCATE accounts_user, customers_customer, customers_contact, customers_segment, "
            "sales_product, sales_pipeline, sales_channel, sales_exchangerate, service_category, "
            "communications_emailtemplate, marketing_campaign, marketing_spend, "
            "marketing_marketresult, sales_target RESTART IDENTITY CASCADE"
        )
        cursor.execute("ALTER SEQUENCE sales_order_number RESTART")


def test_it_writes_the_same_company_for_the_same_numbers(db: None, tmp_path: Path) -> None:
    empty_database()
    truth = write_demo(tmp_path)
    first = fingerprint()
    empty_database()
    assert write_demo(tmp_path) == truth
    assert fingerprint() == first


def test_it_keeps_nothing_of_a_run_that_breaks_off(
    transactional_db: None, tmp_path: Path, spawn: Callable[..., "subprocess.Popen[bytes]"]
) -> None:
    process = spawn(
        "manage.py", "demo", "--customers", "20000", "-v2", "--truth", str(tmp_path / "t.json")
    )
    deadline = time.monotonic() + 60
    while b"1000 / 20000" not in process.log.read_bytes():  # type: ignore[attr-defined]  # put there by spawn
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert not Customer.objects.exists()
    assert not User.objects.exists()
    assert not (tmp_path / "t.json").exists()
    # What was switched off for the run is at work.
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'")
        assert cursor.fetchone()[0] == 0


def test_it_refuses_a_database_that_holds_customers(db: None, tmp_path: Path) -> None:
    Customer.objects.create(name="张三")
    with override("en"), pytest.raises(CommandError, match="already"):
        write_demo(tmp_path)
    assert Customer.objects.count() == 1


def test_it_passes_over_a_filled_database_when_told(db: None, tmp_path: Path) -> None:
    Customer.objects.create(name="张三")
    call_command("demo", customers=5, if_empty=True, truth=tmp_path / "truth.json")
    assert Customer.objects.count() == 1
    assert not (tmp_path / "truth.json").exists()


@pytest.mark.parametrize("options", [{"customers": 0}, {"seed": -1}, {"today": date(1999, 1, 1)}])
def test_it_refuses_impossible_numbers(db: None, options: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        call_command("demo", **options)
    assert not User.objects.exists()
