"""Exports of Pipedrive's lists, whose columns say what they are of, and of Google Contacts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from customers.imports.guessing import guess_source
from customers.imports.reading import read_layout
from customers.models import Contact, Customer, ImportBatch
from sales.models import Deal
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
