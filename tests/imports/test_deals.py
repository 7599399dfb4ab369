"""Deals of others: their contacts, their several companies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crm.jobs.runner import job_run
from customers.imports.services import import_undo
from customers.models import Contact, ImportBatch
from sales.models import Deal, ExchangeRate
from sales.services import pipeline_set_up
from tests.factories.customers import ContactFactory, CustomerFactory, UserFactory
from tests.imports.conftest import sums

pytestmark = pytest.mark.django_db
BringIn = Callable[..., ImportBatch]
Write = Callable[..., Path]
HEAD = "Record ID,Deal Name,Associated Company,Associated Company IDs,Associated Contact,"
HUBSPOT = HEAD + "Associated Contact IDs,Amount\n"


@pytest.fixture(autouse=True)
def _pipeline(db: None) -> None:
    pipeline_set_up(actor=UserFactory(role="admin"))


@pytest.fixture
def ada() -> Contact:
    return ContactFactory(name="Ada Byron", email="Ada@example.com", external_id="51", owner=None)


@pytest.mark.parametrize(
    "cells", [",51", "Nobody;Ada Byron (ada@example.com),", "x@example.com;ADA@example.com,404;51"]
)
def test_it_finds_the_contact_by_external_id_or_e_mail(
    bring_in: BringIn, write: Write, ada: Contact, cells: str
) -> None:
    path = write(f"{HUBSPOT}901,Big,Engines,11,{cells},100\n")
    batch = bring_in(path)
    assert (batch.kind, sums(batch), batch.options["warnings"]) == ("deals", (1, 1, 0, 0, 0), [])
    assert Deal.objects.get().contact == ada
    assert sums(bring_in(path)) == (1, 0, 0, 1, 0)


def test_it_finds_the_contact_by_name_at_the_customer_only(
    bring_in: BringIn, write: Write, ada: Contact
) -> None:
    CustomerFactory(name="Engines", owner=None).contacts.add(ada)
    batch = bring_in(
        write("商机名称,客户名称,联系人\n大单,Engines,Ada Byron\n小单,别家,Ada Byron\n")
    )
    assert sums(batch) == (2, 2, 0, 0, 0)
    assert dict(Deal.objects.values_list("name", "contact")) == {"大单": ada.pk, "小单": None}
    assert batch.options["warnings"] == ["unknown_contact"]


def test_it_does_not_find_contacts_out_of_reach(
    bring_in: BringIn, write: Write, ada: Contact, cast: dict[str, Any]
) -> None:
    assert bring_in(write(f"{HUBSPOT}901,Big,Engines,,,51,1\n"), actor=cast["manager"]).created == 1
    assert Deal.objects.get().contact is None


def test_it_changes_the_contact_and_undoing_brings_the_old_one_back(
    bring_in: BringIn, write: Write, ada: Contact, cast: dict[str, Any]
) -> None:
    admin = cast["admin"]
    bring_in(write(f"{HUBSPOT}901,Big,Engines,11,,51,1\n"))
    sam = ContactFactory(name="Sam", external_id="52", owner=None)
    batch = bring_in(write(f"{HUBSPOT}901,Big,Engines,11,Sam,52,1\n"), actor=admin)
    assert (sums(batch), Deal.objects.get().contact) == ((1, 0, 1, 0, 0), sam)
    assert bring_in(write(f"{HUBSPOT}901,Big,Engines,11,Nobody,,1\n")).skipped == 1
    undone = import_undo(pk=batch.pk, actor=admin)
    assert undone.job_id is not None
    job_run(undone.job_id)
    assert Deal.objects.get().contact == ada


def test_undoing_leaves_a_reference_to_somebody_who_is_gone(
    bring_in: BringIn, write: Write, ada: Contact, cast: dict[str, Any]
) -> None:
    admin = cast["admin"]
    bring_in(write(f"{HUBSPOT}901,Big,Engines,11,,51,1\n"))
    sam = ContactFactory(name="Sam", external_id="52", owner=None)
    batch = bring_in(write(f"{HUBSPOT}901,Bigger,Engines,11,,52,1\n"), actor=admin)
    ada.delete()
    undone = import_undo(pk=batch.pk, actor=admin)
    assert undone.job_id is not None
    job_run(undone.job_id)
    batch.refresh_from_db()
    deal = Deal.objects.get()
    assert (batch.state, deal.name, deal.contact) == ("undone", "Big", sam)
    assert [one["columns"] for one in batch.undo["kept"]] == [["contact_id"]]


def test_a_deal_of_several_companies_goes_to_the_first(bring_in: BringIn, write: Write) -> None:
    assert bring_in(write(f"{HUBSPOT}901,Big,Engines;Looms,11;22,,,1\n")).created == 1
    assert Deal.objects.get().customer.external_id == "11"


def test_it_reads_a_salesforce_report_of_a_type_of_its_own(bring_in: BringIn, write: Write) -> None:
    text = (
        '"Account Name: Account Name","Account Name: Account ID","Opportunity: Opportunity Name",'
        '"Opportunity: Stage","Opportunity: Amount","Opportunity Owner: Full Name"\n'
        '"Edge","001A","Edge Install","Prospecting","USD 60,000.00","Sam"\n'
        'odd line\n"Edge","001A","Edge Two","Prospecting","1","Sam"\n'
        '\n"Grand Totals (1 record)"\n"My Opportunities"\n'
        '"Confidential Information - Do Not Distribute"\n'
        '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n"Acme Corp"\n'
    )
    ExchangeRate.objects.create(currency="USD", rate=7, from_date=date(2026, 1, 1))
    batch = bring_in(write(text))
    assert (batch.kind, sums(batch)) == ("deals", (8, 2, 0, 5, 1))
    assert batch.reasons["cells"]["rows"][0]["cells"] == ["odd line"]
    deal = Deal.objects.get(name="Edge Install")
    assert (deal.name, deal.amount, deal.currency) == ("Edge Install", 60_000, "USD")
    assert (deal.customer.name, deal.customer.external_id) == ("Edge", "001A")


def test_deals_of_one_name_at_one_customer_stay_apart(bring_in: BringIn, write: Write) -> None:
    head = "Deal Name,Company,Amount,Close Date,Stage\n"
    rows = [
        "Renewal,Acme,100,2025-03-01,Won", "Renewal,Acme,120,2026-03-01,Won",
        "Renewal,Acme,140,2027-03-01,Negotiation", "Renewal,Acme,100,2025-03-01,Won",
    ]  # fmt: skip
    path = write(head + "\n".join(rows) + "\n")
    assert sums(bring_in(path)) == (4, 3, 0, 1, 0)
    amounts = Deal.objects.order_by("amount").values_list("amount", "stage__kind")
    assert list(amounts) == [(100, "won"), (120, "won"), (140, "open")]
    again = write(head + "\n".join(reversed(rows)) + "\n")
    assert sums(bring_in(again)) == (4, 0, 0, 4, 0)
    one = write(head + "Renewal,Acme,150,2027-03-01,Negotiation\n")
    assert sums(bring_in(one)) == (1, 0, 1, 0, 0)
    assert set(Deal.objects.values_list("amount", flat=True)) == {100, 120, 150}


@pytest.mark.parametrize(
    ("text", "note"),
    [("商机,客户,下一步,更新\nX,Acme,2026-12-12 09:00:00,2026-11-11 10:00:00\n", ""),
     ("Opportunity Name,Account Name,Next Step\nX,Acme,Meet again\n", "Meet again")],
)  # fmt: skip
def test_a_next_step_is_a_note_only_where_it_is_a_text(
    bring_in: BringIn, write: Write, text: str, note: str
) -> None:
    assert bring_in(write(text)).created == 1
    assert Deal.objects.get().note == note


def test_of_two_customers_of_one_name_the_one_with_the_deal_is_meant(
    bring_in: BringIn, write: Write
) -> None:
    text = "Deal Name,Company,Amount\nBig,Acme,100\n"
    assert bring_in(write(text)).created == 1
    CustomerFactory(name="Acme")
    assert sums(bring_in(write(text + "New,Acme,5\n"))) == (2, 0, 0, 1, 1)


@pytest.mark.parametrize(
    ("amounts", "read"),
    [
        (("15.000,50", "1.000", "€ 2.500", "12"), ("15000.50", "1000", "2500", "12")),
        (("1.250.000", "1,5", "1.000", "0"), ("1250000", "1.5", "1000", "0")),
        (("15,000.50", "1,000", "1.5", "12"), ("15000.50", "1000", "1.5", "12")),
        (("1.000", "12", "7", "0"), ("1", "12", "7", "0")),
        (("1.000,5", "2.50", "1.000", "0"), ("1000.5", "2.5", "1", "0")),
    ],
)
def test_it_reads_a_dot_as_the_files_other_numbers_say(
    bring_in: BringIn, write: Write, amounts: tuple[str, ...], read: tuple[str, ...]
) -> None:
    ExchangeRate.objects.create(currency="EUR", rate="8", from_date=date(2020, 1, 1))
    rows = "".join(f"Deal {n};Acme;{said}\n" for n, said in enumerate(amounts))
    bring_in(write(f"Deal Name;Account Name;Amount\n{rows}"))
    found = Deal.objects.order_by("name").values_list("amount", flat=True)
    assert tuple(found) == tuple(map(Decimal, read))
