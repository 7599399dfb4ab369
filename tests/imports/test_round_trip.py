"""What a list writes into a file comes back from it the same, in either language and format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from crm.accounts.models import User
from crm.records.models import CustomField
from customers.imports.reading import read_layout, read_rows
from customers.models import Contact, Customer, ImportBatch, Tag
from sales.models import Deal
from sales.services import deal_create, pipeline_set_up
from tests.factories.customers import CustomerFactory, UserFactory
from tests.imports.conftest import sums

pytestmark = pytest.mark.django_db
BringIn = Callable[..., ImportBatch]
# What follows from other records, or says when the row was written.
FOLLOWS = {
    "Segment", "Order value", "Orders", "Next step", "Last contact", "Updated", "Open deals",
    "Open requests", "First order", "Last order", "CRM number", "Created", "Closed on",
    "分群", "订单金额", "订单数", "下一步", "最近联系", "更新时间", "更新", "进行中的商机",
    "未结请求", "首次下单", "最近下单", "CRM 编号", "创建时间", "创建", "创建于", "更新于",
    "关闭时间",
}  # fmt: skip


@pytest.fixture
def people(cast: dict[str, Any]) -> list[Customer]:
    kind = "customers.customer"
    CustomField.objects.create(kind=kind, key="seats", name="Seats", type="number")
    CustomField.objects.create(kind=kind, key="since", name="Since", type="date")
    CustomField.objects.create(kind=kind, key="level", name="Level", type="choice", choices="A\nB")
    CustomField.objects.create(kind=kind, key="vip", name="Very", type="boolean")
    base = {"owner": cast["rep"], "team": cast["rep"].team}
    first = CustomerFactory(
        name="=cmd|'/c calc'!A1", phone="+8613800138000", email="a@example.com", city="北京",
        lifecycle="lapsed", kind="person", acquisition="dealer", note="two\nlines, \"quoted\"",
        external_id="-7", consent_email=True, industry="'=quoted", source="@home", address="+1 Rd",
        custom={"seats": "-3.5", "since": "2026-03-01", "level": "B", "vip": True}, **base,
    )  # fmt: skip
    first.tags.add(Tag.objects.create(name="VIP"), Tag.objects.create(name="展会"))
    second = CustomerFactory(
        name="上海云海科技有限公司", custom={"vip": False}, source="展会", **base
    )
    return [first, second]


def taken_out(client: Client, url: str, format: str, path: Path) -> Path:
    response: Any = client.post(url, {"format": format, "columns": "all", "filter": "sort=name"})
    assert response.status_code == 200
    path.write_bytes(b"".join(response.streaming_content))
    return path


def lines(path: Path) -> list[dict[str, str]]:
    """The rows without what follows from elsewhere, in an order of their own."""
    layout = read_layout(path)
    pairs = [dict(zip(layout.header, row.cells, strict=True)) for row in read_rows(path, layout)]
    kept = [{k: v for k, v in pair.items() if k not in FOLLOWS} for pair in pairs]
    return sorted(kept, key=lambda row: sorted(row.items()))


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_brings_customers_back(
    client: Client, cast: dict[str, Any], people: list[Customer], bring_in: BringIn,
    tmp_path: Path, format: str, language: str,
) -> None:  # fmt: skip
    manager = cast["manager"]
    User.objects.filter(pk=manager.pk).update(language=language)
    client.force_login(manager)
    before = taken_out(client, "/customers/export/", format, tmp_path / f"before.{format}")
    batch = bring_in(before, actor=manager)
    assert (batch.kind, sums(batch)) == ("customers", (2, 0, 0, 2, 0)), batch.reasons
    Customer.objects.all().delete()
    assert sums(bring_in(before, actor=manager)) == (2, 2, 0, 0, 0)
    after = taken_out(client, "/customers/export/", format, tmp_path / f"after.{format}")
    assert lines(after) == lines(before)
    assert Customer.objects.get(external_id="-7").custom == people[0].custom


def test_it_brings_cards_back(
    client: Client, cast: dict[str, Any], bring_in: BringIn, tmp_path: Path
) -> None:
    manager = cast["manager"]
    client.force_login(manager)
    Contact.objects.create(
        name="张建国", title="经理", phone="+8613800138000", email="z@example.com",
        note="two\nlines", owner=cast["rep"], team=manager.team,
    )  # fmt: skip
    before = taken_out(client, "/customers/contacts/export/", "vcf", tmp_path / "before.vcf")
    assert bring_in(before, actor=manager).skipped == 1
    Contact.objects.all().delete()
    assert sums(bring_in(before, actor=manager)) == (1, 1, 0, 0, 0)
    after = taken_out(client, "/customers/contacts/export/", "vcf", tmp_path / "after.vcf")
    assert after.read_bytes() == before.read_bytes()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_brings_deals_back(
    client: Client, cast: dict[str, Any], bring_in: BringIn, tmp_path: Path, language: str
) -> None:
    pipeline = pipeline_set_up(actor=UserFactory(role="admin"))
    manager, rep = cast["manager"], cast["rep"]
    house = CustomerFactory(name="Acme", owner=rep)
    for number, stage in enumerate(pipeline.stages.all()):
        deal_create(
            actor=manager, customer=house, stage=stage, name=f"D{number}", amount=number * 10,
            lost_reason="price" if stage.kind == "lost" else "", note="-n", owner=rep,
        )  # fmt: skip
    User.objects.filter(pk=manager.pk).update(language=language)
    client.force_login(manager)
    before = taken_out(client, "/sales/deals/export/", "csv", tmp_path / "before.csv")
    batch = bring_in(before, actor=manager)
    assert (batch.kind, sums(batch)) == ("deals", (6, 0, 0, 6, 0)), batch.reasons
    Deal.objects.all().delete()
    assert bring_in(before, actor=manager).created == 6
    after = taken_out(client, "/sales/deals/export/", "csv", tmp_path / "after.csv")
    assert lines(after) == lines(before)
