"""Exports of Pipedrive, Google Contacts, Dynamics 365 and Chinese programs, by their columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from customers.imports.guessing import guess_source
from customers.imports.reading import read_layout
from customers.models import Contact, Customer, ImportBatch
from sales.models import Deal, ExchangeRate
from sales.services import pipeline_set_up
from tests.factories.customers import UserFactory
from tests.imports.conftest import sums

pytestmark = pytest.mark.django_db
BringIn = Callable[..., ImportBatch]
Write = Callable[..., Path]

ORGANIZATIONS = (
    "Organization - ID,Organization - Name,Organization - Address,Organization - Owner,"
    "Organization - City/town/village/locality of Address,Organization - Country of Address\n"
    '7,Acme,"1 Rd, Tallinn",Mari,Tallinn,Estonia\n'
)
PEOPLE = (
    "Person - ID,Person - Name,Person - Phone - Work,Person - Phone - Mobile,"
    "Person - Email - Work,Person - Email - Home,Person - Organization,Person - Job title\n"
    "3,Ada Byron,,+372 5123 4567,ada@x.com,home@x.com,Acme,CTO\n"
)
DEALS = (
    "Deal - ID,Deal - Title,Deal - Value,Deal - Currency of Value,Deal - Organization,"
    "Deal - Contact person,Deal - Contact person ID,Deal - Stage,Deal - Status,Deal - Deal created,"
    "Deal - Deal closed on,Deal - Lost reason,Deal - Expected close date\n"
    "1,Pumps,1500,CNY,Acme,Ada Byron,3,Demo Scheduled,Won,2026-01-02 10:00:00,"
    "2026-02-03 10:00:00,,2026-04-01\n"
    "2,Valves,20,CNY,Acme,Ada Byron,3,Qualified,Lost,2026-01-02 10:00:00,"
    "2026-02-03 10:00:00,Price,2026-04-01\n"
    "3,Pipes,30,CNY,Acme,Ada Byron,3,Proposal Made,Open,2026-01-02 10:00:00,,,2026-04-01\n"
)


def test_it_brings_in_organizations_people_and_deals(bring_in: BringIn, write: Write) -> None:
    pipeline_set_up(actor=UserFactory(role="admin"))
    kinds: dict[str, Any] = {
        "customers": ORGANIZATIONS, "contacts": PEOPLE, "deals": DEALS,
    }  # fmt: skip
    for kind, text in kinds.items():
        path = write(text)
        assert guess_source(read_layout(path).header) == "Pipedrive"
        batch = bring_in(path)
        assert (batch.kind, batch.rejected, batch.rows_in) == (kind, 0, batch.created)
    acme = Customer.objects.get()
    assert (acme.external_id, acme.city, acme.country) == ("7", "Tallinn", "Estonia")
    ada = acme.contacts.get()
    assert (ada.title, ada.phone, ada.email) == ("CTO", "+37251234567", "ada@x.com")
    assert ada.note == "Person - Email - Home: home@x.com"
    deals = {deal.name: deal for deal in acme.deals.select_related("stage")}
    assert {name: deal.stage.kind for name, deal in deals.items()} == {
        "Pumps": "won", "Valves": "lost", "Pipes": "open",
    }  # fmt: skip
    assert {deal.contact_id for deal in deals.values()} == {ada.pk}
    closed = {deals[name].closed_at.date().isoformat() for name in ("Pumps", "Valves")}
    assert closed == {"2026-02-03"}
    assert (deals["Valves"].lost_reason, deals["Pumps"].amount) == ("price", 1500)


def test_a_status_that_is_not_over_leaves_the_stage(bring_in: BringIn, write: Write) -> None:
    pipeline_set_up(actor=UserFactory(role="admin"))
    bring_in(
        write(
            "商机名称,客户名称,销售阶段,商机状态\n水泵,远帆,商务谈判,进行中\n阀门,远帆,商务谈判,赢单\n"
        )
    )
    found = dict(Deal.objects.values_list("name", "stage__kind"))
    assert found == {"水泵": "open", "阀门": "won"}


def test_it_brings_in_people_of_google(bring_in: BringIn, write: Write) -> None:
    header = (
        "First Name,Middle Name,Last Name,Organization Name,Organization Title,Notes,Labels,"
        "E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Formatted,"
        "Address 1 - Street,Address 1 - City,Address 1 - Country"
    )
    row = (
        "Ada,M,Byron,Acme,CEO,nb,* myContacts,Work,a@x.com ::: b@x.com,Mobile,+4915123456789,St 1,"
        "St 1,Berlin,DE"
    )
    batch = bring_in(write(f"{header}\n{row}\n"))
    assert (batch.kind, sums(batch)) == ("contacts", (1, 1, 0, 0, 0))
    ada = Contact.objects.get()
    assert (ada.name, ada.title, ada.email) == ("Ada Byron", "CEO", "a@x.com")
    acme = ada.customers.get()
    assert (acme.name, acme.city, acme.address) == ("Acme", "Berlin", "St 1")


def test_it_brings_in_people_of_outlook(bring_in: BringIn, write: Write) -> None:
    batch = bring_in(
        write(
            "Title,First Name,Last Name,Company,Job Title,Business Street,Business City,"
            "Business Postal Code,Business Country/Region,Business Phone,Mobile Phone,"
            "E-mail Address,E-mail Type,E-mail 2 Address,Notes\n"
            "Mr.,Ada,Byron,Acme,Director,1 Way,London,W1,United Kingdom,+44 20 7946 0000,,"
            "a@x.com,SMTP,b@x.com,Old friend\n"
        )
    )
    assert (batch.kind, sums(batch)) == ("contacts", (1, 1, 0, 0, 0))
    ada = Contact.objects.get()
    assert (ada.title, ada.phone, ada.email) == ("Director", "+442079460000", "a@x.com")
    assert ada.note == "Old friend\nE-mail 2 Address: b@x.com"
    acme = ada.customers.get()
    assert (acme.city, acme.country, acme.address) == ("London", "United Kingdom", "1 Way W1")


def test_it_brings_in_opportunities_of_dynamics(bring_in: BringIn, write: Write) -> None:
    pipeline_set_up(actor=UserFactory(role="admin"))
    path = write(
        "(Do Not Modify) Opportunity,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,"
        "Topic,Potential Customer,Est. Close Date,Est. Revenue,Contact,Account,Pipeline Phase,"
        "Status\n"
        "o-1,x==,2026-01-02,Pumps,Acme,2026-06-07,12345.5,Ada,Acme,2-Develop,Open\n"
        "o-2,x==,2026-01-02,Valves,Acme,2026-06-07,20,Ada,Acme,4-Close,Won\n"
    )
    assert guess_source(read_layout(path).header) == "Dynamics 365"
    assert (bring_in(path).kind, Customer.objects.get().name) == ("deals", "Acme")
    found = {deal.external_id: deal for deal in Deal.objects.select_related("stage")}
    assert (found["o-1"].name, found["o-1"].amount) == ("Pumps", Decimal("12345.5"))
    assert (found["o-1"].stage.name_en, found["o-2"].stage.kind) == ("Proposal", "won")


def test_it_knows_titles_with_a_remark(bring_in: BringIn, write: Write) -> None:
    batch = bring_in(
        write(
            "客户名称（必填）,客户编号,电话 *,负责人（必填）,成交状态\n"
            "苏州远帆,KH1,0512-62881234,张三,多次成交\n"
        )
    )
    assert (batch.kind, sums(batch)) == ("customers", (1, 1, 0, 0, 0))
    made = Customer.objects.get()
    assert (made.name, made.external_id, made.phone) == ("苏州远帆", "KH1", "+8651262881234")
    assert made.lifecycle == "active"


@pytest.mark.parametrize(
    ("title", "said", "amount", "currency"),
    [
        ("销售金额（万元）", "12.5", 125_000, "CNY"),
        ("销售金额（万元）", "3万", 30_000, "CNY"),
        ("销售金额（万美元）", "2", 20_000, "USD"),
        ("销售金额（元）", "12.5", Decimal("12.5"), "CNY"),
        ("Amount (USD)", "1,200", 1_200, "USD"),
        ("Amount (USD)", "€ 5", 5, "EUR"),
        ("Amount (net)", "7", 7, "CNY"),
    ],
)
def test_a_title_says_unit_and_currency(
    bring_in: BringIn, write: Write, title: str, said: str, amount: Decimal, currency: str
) -> None:
    pipeline_set_up(actor=UserFactory(role="admin"))
    for code in ("USD", "EUR"):
        ExchangeRate.objects.create(currency=code, from_date=date(2020, 1, 1), rate=Decimal(7))
    path = write(f'销售机会名称,客户名称,{title}\n水泵,远帆,"{said}"\n')
    assert sums(bring_in(path)) == (1, 1, 0, 0, 0)
    deal = Deal.objects.get()
    assert (deal.amount, deal.currency) == (amount, currency)


def test_it_knows_currencies_by_their_names(bring_in: BringIn, write: Write) -> None:
    pipeline_set_up(actor=UserFactory(role="admin"))
    path = write("商机名称,客户名称,金额,币种\n水泵,远帆,5,人民币\n阀门,远帆,5,贝壳\n")
    batch = bring_in(path)
    assert (sums(batch), list(batch.reasons)) == ((2, 1, 0, 0, 1), ["bad_currency"])
