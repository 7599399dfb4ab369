"""What a list writes into a file comes back from it the same, in either language and format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from communications.models import Communication, FollowUp
from crm.accounts.models import User
from crm.records.lists import resource_of
from crm.records.models import CustomField
from customers.imports.reading import read_layout, read_rows
from customers.models import Contact, Customer, ImportBatch, Need, Tag
from customers.services import need_create
from sales.models import Deal
from sales.services import deal_create, pipeline_set_up
from tests.factories.communications import CommunicationFactory, FollowUpFactory
from tests.factories.customers import ContactFactory, CustomerFactory, UserFactory
from tests.imports.conftest import sums

pytestmark = pytest.mark.django_db
BringIn = Callable[..., ImportBatch]
# What follows from other records, or says when the row was written.
FOLLOWS = {
    "segment", "order_value", "order_count", "next_step_at", "last_contact_at", "updated_at",
    "open_deals", "open_requests", "first_order_at", "last_order_at", "pk", "created_at",
}  # fmt: skip
FORMULA = "=cmd|'/c calc'!A1"


def add_fields(kind: str) -> dict[str, Any]:
    """One added field of each type, and a record's values of them."""
    for key, type in (
        ("seats", "number"),
        ("since", "date"),
        ("vip", "boolean"),
        ("about", "text"),
    ):
        CustomField.objects.create(kind=kind, key=key, name=f"F {key}", type=type)
    CustomField.objects.create(
        kind=kind, key="level", name="F level", type="choice", choices="A\nB"
    )
    return {"seats": "-3.5", "since": "2026-03-01", "level": "B", "vip": True, "about": "+1 于"}


def make_customers(cast: dict[str, Any], **more: Any) -> None:
    custom = add_fields("customers.customer")
    base = {"owner": cast["rep"], "team": cast["rep"].team, **more}
    first = CustomerFactory(
        name=FORMULA, phone="+8613800138000", email="A@example.com", city="北京", kind="person",
        acquisition="dealer", note='two\nlines, "quoted"; 又一行', external_id="-7",
        consent_email=True, industry="'=quoted", source="@home", address="+1 Rd", custom=custom,
        **{"lifecycle": "lapsed", **base},
    )  # fmt: skip
    first.tags.add(Tag.objects.create(name="VIP"), Tag.objects.create(name="展会"))
    CustomerFactory(
        name="上海云海科技有限公司", phone="+498912345678", custom={"vip": False}, source="展会",
        country="Deutschland", **base,
    )  # fmt: skip


def make_leads(cast: dict[str, Any]) -> None:
    make_customers(cast, lifecycle="lead")


def make_contacts(cast: dict[str, Any]) -> None:
    custom = add_fields("customers.contact")
    base = {"owner": cast["rep"], "team": cast["rep"].team}
    first = ContactFactory(
        name="@张建国", title="=经理", phone="+8613800138000", email="z@example.com", wechat="-wx",
        note="two\nlines", external_id="+51", custom=custom, **base,
    )  # fmt: skip
    for name in ("云海科技; 北京", "Bluebay"):
        CustomerFactory(name=name, **base).contacts.add(first)
    ContactFactory(name="Sam Hill", phone="+14155552671", **base)


def make_deals(cast: dict[str, Any]) -> None:
    custom = add_fields("sales.deal")
    pipeline = pipeline_set_up(actor=UserFactory(role="admin"))
    house = CustomerFactory(name="=Acme", owner=cast["rep"])
    ada = ContactFactory(name="王芳", owner=cast["rep"], team=cast["rep"].team)
    house.contacts.add(ada)
    for number, stage in enumerate(pipeline.stages.all()):
        deal = deal_create(
            actor=cast["manager"], customer=house, stage=stage, name=f"-D{number} 商机",
            amount=number * 10, lost_reason="price" if stage.kind == "lost" else "", note="-n\nm",
            owner=cast["rep"], contact=ada if number % 2 else None,
        )  # fmt: skip
        closed = timezone.now() - timedelta(days=number, hours=5)
        Deal.objects.filter(pk=deal.pk).update(
            external_id=f"+9{number}", custom=custom if number % 2 else {},
            closed_at=closed if deal.closed_at else None, stage_since=closed,
        )  # fmt: skip


def make_needs(cast: dict[str, Any]) -> None:
    custom = add_fields("customers.need")
    base = {"owner": cast["rep"], "team": cast["rep"].team}
    house = CustomerFactory(name="=Acme", **base)
    first = need_create(
        actor=cast["rep"], customer=house, title="=三十台打印机", product="-P", priority=1,
        status="quoted", description="年底前\nbefore long", custom=custom,
    )  # fmt: skip
    need_create(actor=cast["rep"], customer=CustomerFactory(name="Bluebay", **base), title="Pumps")
    for _number in range(2):
        CommunicationFactory(customer=house, owner=cast["rep"], need=first)


def make_communications(cast: dict[str, Any]) -> None:
    custom = add_fields("communications.communication")
    base = {"owner": cast["rep"], "team": cast["rep"].team}
    house = CustomerFactory(name="=Acme", **base)
    ada = ContactFactory(name="王芳", **base)
    house.contacts.add(ada)
    CommunicationFactory(
        customer=house, contact=ada, channel="wechat", direction="in", outcome="declined",
        subject="-Price", content="=too\ndear", duration_seconds=90, custom=custom, **base,
    )  # fmt: skip
    CommunicationFactory(customer=house, subject="", content="电话里说好", **base)


def make_follow_ups(cast: dict[str, Any]) -> None:
    custom = add_fields("communications.followup")
    base = {"owner": cast["rep"], "team": cast["rep"].team}
    house = CustomerFactory(name="=Acme", **base)
    ada = ContactFactory(name="王芳", **base)
    house.contacts.add(ada)
    FollowUpFactory(
        customer=house, title="=回访", priority=1, kind="visit", custom=custom, note="-n\nm",
        contact=ada, done_at=timezone.now(), **base,
    )  # fmt: skip
    FollowUpFactory(customer=house, title="Done", done_at=timezone.now(), **base)


@dataclass
class Case:
    kind: str
    url: str
    make: Callable[[dict[str, Any]], None]
    rows: int
    imported_as: str
    model: Any
    filter: str = "sort=name"


CASES = {
    "customers": Case("customers.customer", "/customers/export/", make_customers, 2, "customers",
                      Customer),
    "leads": Case("customers.customer", "/customers/export/", make_leads, 2, "customers",
                  Customer, "lifecycle=lead&sort=name"),
    "contacts": Case("customers.contact", "/customers/contacts/export/", make_contacts, 2,
                     "contacts", Contact),
    "needs": Case("customers.need", "/customers/needs/export/", make_needs, 2, "needs", Need,
                  "sort=priority"),
    "communications": Case(
        "communications.communication", "/communications/export/", make_communications, 2,
        "communications", Communication, "",
    ),
    "follow_ups": Case(
        "communications.followup", "/communications/follow-ups/export/", make_follow_ups, 2,
        "follow_ups", FollowUp, "due=done",
    ),
    "deals": Case("sales.deal", "/sales/deals/export/", make_deals, 6, "deals", Deal,
                  "sort=created"),
}  # fmt: skip


def taken_out(client: Client, case: Case, format: str, path: Path) -> Path:
    data = {"format": format, "columns": "all", "filter": case.filter}
    response: Any = client.post(case.url, data)
    assert response.status_code == 200
    path.write_bytes(b"".join(response.streaming_content))
    return path


def lines(path: Path, kind: str, language: str) -> list[dict[str, str]]:
    """The rows without what follows from elsewhere, in an order of their own."""
    with translation.override(language):
        follow = {str(c.label) for c in resource_of(kind).columns if c.key in FOLLOWS}
    layout = read_layout(path)
    pairs = [dict(zip(layout.header, row.cells, strict=True)) for row in read_rows(path, layout)]
    kept = [{k: v for k, v in pair.items() if k not in follow} for pair in pairs]
    return sorted(kept, key=lambda row: sorted(row.items()))


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", CASES)
def test_it_brings_back_what_was_taken_out(
    client: Client, cast: dict[str, Any], bring_in: BringIn, tmp_path: Path, name: str,
    language: str, format: str,
) -> None:  # fmt: skip
    case, manager = CASES[name], cast["manager"]
    case.make(cast)
    User.objects.filter(pk=manager.pk).update(language=language)
    client.force_login(manager)
    before = taken_out(client, case, format, tmp_path / f"before.{format}")
    batch = bring_in(before, actor=manager)
    same = (case.rows, 0, 0, case.rows, 0)
    assert (batch.kind, sums(batch)) == (case.imported_as, same), batch.reasons
    assert batch.options["warnings"] == []
    case.model.objects.all().delete()
    assert sums(bring_in(before, actor=manager)) == (case.rows, case.rows, 0, 0, 0)
    after = taken_out(client, case, format, tmp_path / f"after.{format}")
    told = lines(before, case.kind, language)
    assert lines(after, case.kind, language) == told
    assert "-3.5" in {cell for row in told for cell in row.values()}


def test_it_brings_cards_back(
    client: Client, cast: dict[str, Any], bring_in: BringIn, tmp_path: Path
) -> None:
    manager = cast["manager"]
    client.force_login(manager)
    case = CASES["contacts"]
    Contact.objects.create(
        name="张建国", title="经理", phone="+8613800138000", email="z@example.com",
        note="two\nlines", owner=cast["rep"], team=manager.team,
    )  # fmt: skip
    for name in ("甲公司", "乙公司"):
        house = CustomerFactory(name=name, owner=cast["rep"], team=manager.team)
        house.contacts.add(Contact.objects.get())
    before = taken_out(client, case, "vcf", tmp_path / "before.vcf")
    assert bring_in(before, actor=manager).skipped == 1
    Contact.objects.all().delete()
    assert sums(bring_in(before, actor=manager)) == (1, 1, 0, 0, 0)
    after = taken_out(client, case, "vcf", tmp_path / "after.vcf")
    assert after.read_bytes() == before.read_bytes()
