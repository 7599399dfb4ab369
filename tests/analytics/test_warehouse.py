"""The warehouse: the same figures as the pages, files that are whole, a reader that only reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from analytics.warehouse.export import KEPT, WAREHOUSE_EXPORT, export_write, exports_listed
from analytics.warehouse.schema import reader_drop, views_create, views_drop
from analytics.warehouse.star import DIMENSIONS, STAR
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from sales.measures import over
from sales.models import Deal, Order, OrderLine
from tests.factories.cast import Cast, make_cast
from tests.factories.communications import CommunicationFactory
from tests.factories.customers import CustomerFactory
from tests.factories.sales import DealFactory, OrderFactory, make_stages
from tests.factories.service import ServiceRequestFactory

DAY = date(2026, 11, 25)


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def company(people: Cast) -> Cast:
    """Sales in two currencies, a refund, a draft, one in the trash; a call, a deal, a request."""
    customer = CustomerFactory(owner=people.rep, name="Canary Limited", phone="+8613800138000")
    for values in (
        {"rate": 1, "kind": "sale"}, {"rate": Decimal("7.2"), "currency": "USD", "kind": "sale"},
        {"kind": "refund"}, {"status": "draft"}, {"status": "cancelled"},
    ):  # fmt: skip
        order = OrderFactory(customer=customer, **values)
        quantity = -1 if values.get("kind") == "refund" else 3
        OrderLine.objects.create(order=order, quantity=quantity, unit_price=Decimal("33.33"))
    trashed = OrderFactory(customer=customer, trashed_at="2026-01-01T00:00Z")
    OrderLine.objects.create(order=trashed, quantity=9, unit_price=100)
    stages = make_stages()
    DealFactory(customer=customer, stage=stages["new"], amount=1000, probability=30)
    CommunicationFactory(customer=customer, subject="Canary subject", content="Canary content")
    ServiceRequestFactory(customer=customer, subject="Canary request")
    return people


def value(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_it_gives_the_figures_of_the_pages(company: Cast) -> None:
    orders = over(Order.objects.visible_to(company.admin), "revenue", "orders")
    assert value("SELECT sum(amount_base) FROM warehouse.fact_sales") == orders["revenue"]
    assert orders["revenue"] == Decimal("786.59")  # 99.99 + 719.93 - 33.33
    sales = "SELECT count(DISTINCT order_id) FROM warehouse.fact_sales WHERE kind = 'sale'"
    assert value(sales) == orders["orders"] == 2
    deals = over(Deal.objects.visible_to(company.admin), "weighted")
    assert value("SELECT sum(weighted_base) FROM warehouse.fact_deal") == deals["weighted"]


def test_it_joins_every_fact_to_its_dimensions(company: Cast, tmp_path: Path) -> None:
    export_write(day=DAY, folder=tmp_path)
    frames = {
        table.name: pq.read_table(tmp_path / "latest" / f"{table.name}.parquet").to_pandas()
        for table in STAR
    }
    keys = {table.name: frames[table.name].columns[0] for table in DIMENSIONS}
    for dimension, key in keys.items():
        assert frames[dimension][key].is_unique
        for name, frame in frames.items():
            if key in frame.columns and name != dimension:
                known = set(frames[dimension][key])
                assert set(frame[key].dropna()) <= known, (name, key)
    assert len(frames["fact_sales"]) == 3
    assert frames["fact_sales"]["amount_base"].sum() == Decimal("786.59")


def test_it_exports_as_a_job(company: Cast, client: Client, tmp_path: Path, settings: Any) -> None:
    settings.WAREHOUSE_DIR = tmp_path
    client.force_login(company.admin)
    client.post(reverse("analytics:warehouse_start"))
    job = Job.objects.get(kind=WAREHOUSE_EXPORT)
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, dict(job.result["table"])["fact_sales"]) == ("succeeded", 3)
    assert [len(night["files"]) for night in exports_listed()] == [len(STAR)]


def test_it_names_nobody(company: Cast, tmp_path: Path) -> None:
    export_write(day=DAY, folder=tmp_path)
    for file in (tmp_path / "latest").iterdir():
        text = pq.read_table(file).to_pandas().to_csv()
        assert "Canary" not in text, file
        assert "13800138000" not in text, file


def test_it_keeps_the_last_nights_and_no_half_ones(people: Cast, tmp_path: Path) -> None:
    for day in range(1, KEPT + 3):
        export_write(day=date(2026, 11, day), folder=tmp_path)
    nights = [night["day"].day for night in exports_listed(tmp_path)]
    assert nights == list(range(KEPT + 2, 2, -1))
    (tmp_path / f".{DAY}.part").mkdir()  # of a worker that was killed
    rows = export_write(day=DAY, folder=tmp_path)
    again = export_write(day=DAY, folder=tmp_path)  # the retry
    assert rows == again
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [
        *sorted(night["day"].isoformat() for night in exports_listed(tmp_path)),
        "latest",
    ]
    assert (tmp_path / "latest").resolve().name == DAY.isoformat()


@pytest.fixture
def reader(company: Cast, worker_id: str) -> Iterator[str]:
    name = f"bi_{worker_id}"
    call_command("warehouse", "reader", name)
    yield name
    reader_drop(name=name)


def ask(role: str, sql: str) -> list[Any]:
    given = connection.get_connection_params()
    with psycopg2.connect(
        dbname=given["dbname"], host=given.get("host"), port=given.get("port"), user=role,
        password="x",
    ) as session, session.cursor() as cursor:  # fmt: skip
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_it_lets_the_reader_read_the_star_only(reader: str) -> None:
    assert ask(reader, "SELECT count(*) FROM fact_sales") == [(3,)]
    for forbidden in (
        "SELECT name FROM public.customers_customer", "SELECT password FROM public.accounts_user",
        "SELECT * FROM public.jobs_job", "CREATE TABLE warehouse.mine (id int)",
        "SET default_transaction_read_only = off; DELETE FROM warehouse.dim_team",
    ):  # fmt: skip
        with pytest.raises((psycopg2.errors.InsufficientPrivilege,
                            psycopg2.errors.ReadOnlySqlTransaction,
                            psycopg2.errors.ObjectNotInPrerequisiteState)):  # fmt: skip
            ask(reader, forbidden)


def test_it_keeps_the_readers_right_over_a_migration(reader: str) -> None:
    views_drop()
    views_create()
    assert ask(reader, "SELECT count(*) FROM fact_sales") == [(3,)]


def test_it_takes_no_other_role_over(people: Cast) -> None:
    owner = connection.get_connection_params()["user"]
    with pytest.raises(CommandError, match="another role"):
        call_command("warehouse", "reader", owner)
    with pytest.raises(CommandError, match="no reader"):
        call_command("warehouse", "reader", owner, "--drop")


def test_it_hands_a_file_to_administrators(
    people: Cast, client: Client, tmp_path: Path, settings: Any
) -> None:
    settings.WAREHOUSE_DIR = tmp_path
    export_write(day=DAY)
    url = reverse("analytics:warehouse_file", args=[DAY.isoformat(), "dim_team"])
    client.force_login(people.manager)
    assert client.get(url).status_code == 404
    client.force_login(people.admin)
    assert url in client.get(reverse("analytics:warehouse")).content.decode()
    got = b"".join(client.get(url).streaming_content)
    assert got[:4] == got[-4:] == b"PAR1"
    for day, table in (("..", "dim_team"), (DAY.isoformat(), "dim_nothing")):
        odd = reverse("analytics:warehouse_file", args=[day, table])
        assert client.get(odd).status_code == 404
