"""Deals out of other systems: stages, customers, amounts, and their history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from crm.jobs.runner import job_run
from customers.imports.services import import_undo
from customers.models import Customer, ImportBatch
from sales.models import Deal, DealSum, ExchangeRate, StageChange
from sales.services import deal_move, pipeline_set_up
from tests.factories.customers import CustomerFactory, UserFactory
from tests.imports.conftest import *  # noqa: F403  # the cast and the ways to bring a file in
from tests.imports.conftest import sums

pytestmark = pytest.mark.django_db
BringIn = Callable[..., ImportBatch]
Write = Callable[..., Path]

HUBSPOT = (
    "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Pipeline,Associated Company,"
    "Create Date,Closed Lost Reason\n"
    "7001,Pumps,Proposal,2026-12-01 00:00,,15000,Sales Pipeline,Bluebay,2026-01-05 09:00,\n"
    "7002,Valves,Closed Won (Sales Pipeline),2026-03-01 00:00,,2500.50,,Bluebay,2026-01-05 09:00,\n"
    "7003,Pipes,Closed lost,2026-04-01 00:00,,99,,Harbour,,Too far away\n"
    "7004,Odd,Nonsense,,,1,,Harbour,,\n"
)


@pytest.fixture(autouse=True)
def _pipeline(db: None) -> None:
    pipeline_set_up(actor=UserFactory(role="admin"))


def test_it_brings_in_deals_of_hubspot(bring_in: BringIn, write: Write) -> None:
    batch = bring_in(write(HUBSPOT))
    assert (batch.kind, sums(batch)) == ("deals", (4, 3, 0, 0, 1))
    assert batch.reasons["unknown_stage"]["rows"][0]["value"] == "Nonsense"
    assert batch.objects_made == {"customers": 2, "deals": 3}
    pumps, valves, pipes = Deal.objects.order_by("external_id")
    assert (pumps.stage.name_en, pumps.amount, pumps.probability) == ("Proposal", 15000, 50)
    assert (pumps.expected_close, pumps.closed_at) == (date(2026, 12, 1), None)
    assert (valves.stage.kind, valves.amount_base) == ("won", Decimal("2500.50"))
    assert valves.closed_at is not None
    assert valves.closed_at.date() == date(2026, 3, 1)
    assert (pipes.lost_reason, "Too far away" in pipes.note) == ("other", True)
    path = StageChange.objects.filter(deal=valves).order_by("at")
    assert [change.to_stage.name_en for change in path] == ["New", "Won"]
    assert sum(row.deals for row in DealSum.objects.all()) == 3
    assert Customer.objects.get(name="Bluebay").open_deals == 1
    assert sums(bring_in(write(HUBSPOT))) == (4, 0, 0, 3, 1)


@pytest.mark.parametrize(
    ("head", "row"),
    [
        (
            "Opportunity ID,Opportunity Name,Account Name,Stage,Amount,Close Date,Probability (%)",
            "006A,Pumps,Acme,Value Proposition,1000,13/02/2027,50",
        ),
        (
            "Record Id,Deal Name,Account Name,Stage,Amount,Closing Date,Probability (%)",
            "31,Pumps,Acme,Id. Decision Makers,1000,2027-02-13,60",
        ),
        ("商机名称,客户名称,阶段,金额,预计成交日期", 'Pumps,Acme,方案报价,"¥1,000",2027年2月13日'),
    ],
    ids=["Salesforce", "Zoho", "Chinese"],
)
def test_it_understands_the_stages_of_others(
    bring_in: BringIn, write: Write, head: str, row: str
) -> None:
    batch = bring_in(write(f"{head}\n{row}\n"))
    assert (batch.kind, sums(batch)) == ("deals", (1, 1, 0, 0, 0)), batch.reasons
    deal = Deal.objects.get()
    assert (deal.stage.kind, deal.amount, deal.customer.name) == ("open", 1000, "Acme")
    assert deal.expected_close == date(2027, 2, 13)


def test_it_moves_a_deal_that_went_on(bring_in: BringIn, write: Write) -> None:
    head = "external id,deal name,customer,stage,amount\n"
    bring_in(write(head + "1,Pumps,Acme,New,100\n"), kind="deals")
    batch = bring_in(write(head + "1,Pumps,Acme,Won,120\n"), kind="deals")
    deal = Deal.objects.get()
    assert (sums(batch), deal.stage.kind, deal.amount_base) == ((1, 0, 1, 0, 0), "won", 120)
    moves = StageChange.objects.filter(deal=deal).order_by("pk")
    assert [change.to_stage.kind for change in moves] == ["open", "won"]


def test_it_finds_a_deal_by_its_name_at_the_customer(bring_in: BringIn, write: Write) -> None:
    path = write("deal name,customer,amount\nPumps,Acme,1\nPumps,Other,2\nPumps,Acme,3\n")
    assert sums(bring_in(path, kind="deals")) == (3, 3, 0, 0, 0)
    assert set(Deal.objects.values_list("amount", flat=True)) == {1, 2, 3}
    one = write("deal name,customer,amount\nPumps,Other,5\n", "one.csv")
    assert sums(bring_in(one, kind="deals")) == (1, 0, 1, 0, 0)
    assert set(Deal.objects.values_list("amount", flat=True)) == {1, 5, 3}


def test_it_counts_amounts_by_the_rate(bring_in: BringIn, write: Write) -> None:
    ExchangeRate.objects.create(currency="EUR", from_date="2020-01-01", rate="8")
    path = write("deal name,customer,amount,currency\nA,Acme,10,EUR\nB,Acme,10,USD\nC,Acme,1,US$\n")
    batch = bring_in(path, kind="deals")
    assert (sums(batch), set(batch.reasons)) == (
        (3, 1, 0, 0, 2), {"missing_rate", "bad_currency"}
    )  # fmt: skip
    assert Deal.objects.get().amount_base == 80
    inside = bring_in(write("deal name,customer,amount\nD,Acme,CHF 5\n"), kind="deals")
    assert inside.reasons["missing_rate"]["rows"][0]["value"] == "CHF 5"


def test_it_does_not_sell_to_customers_out_of_reach(
    bring_in: BringIn, write: Write, cast: dict[str, Any]
) -> None:
    CustomerFactory(name="Theirs", external_id="77")
    path = write("deal name,customer id,customer\nA,77,Theirs\n")
    batch = bring_in(path, kind="deals", actor=cast["rep"])
    assert list(batch.reasons) == ["no_customer"]
    assert not Deal.objects.exists()


def undo(batch: ImportBatch, actor: Any) -> None:
    batch = import_undo(pk=batch.pk, actor=actor)
    assert batch.job_id is not None
    job_run(batch.job_id)


def test_it_undoes_deals_and_moves(bring_in: BringIn, write: Write, cast: dict[str, Any]) -> None:
    manager = cast["manager"]
    head = "external id,deal name,customer,stage,amount\n"
    bring_in(write(head + "1,Pumps,Acme,New,100\n"), kind="deals", actor=manager)
    before = Deal.objects.values("stage", "stage_since", "closed_at", "probability", "amount").get()
    text = head + "1,Pumps,Acme,Won,120\n2,Fresh,Newcomer,New,5\n"
    undo(bring_in(write(text), kind="deals", actor=manager), manager)
    after = Deal.objects.values("stage", "stage_since", "closed_at", "probability", "amount").get()
    assert after == before
    assert StageChange.objects.count() == 1
    assert Customer.objects.get().name == "Acme"


def test_it_leaves_a_deal_that_was_moved_on(
    bring_in: BringIn, write: Write, cast: dict[str, Any]
) -> None:
    manager = cast["manager"]
    head = "external id,deal name,customer,stage,amount\n"
    bring_in(write(head + "1,Pumps,Acme,New,100\n"), kind="deals", actor=manager)
    batch = bring_in(write(head + "1,Pumps,Acme,Proposal,120\n"), kind="deals", actor=manager)
    deal = Deal.objects.get()
    negotiation = deal.pipeline.stages.get(name_en="Negotiation")
    deal_move(pk=deal.pk, actor=manager, stage=negotiation)
    undo(batch, manager)
    deal.refresh_from_db()
    assert (deal.stage, deal.amount) == (negotiation, 100)
    assert StageChange.objects.filter(deal=deal).count() == 3
    batch.refresh_from_db()
    assert "stage_id" in batch.undo["kept"][0]["columns"]


def test_it_takes_a_stage_by_other_names_or_by_its_chance(bring_in: BringIn, write: Write) -> None:
    head = "商机名称,客户名称,阶段,赢率,金额\n"
    rows = "甲,云海,谈判,,1\n乙,云海,Discovery Call,45,2\n丙,云海,已结束并赢得,,3\n合计,,,,6\n"
    batch = bring_in(write(head + rows))
    assert sums(batch) == (4, 3, 0, 1, 0)
    found = dict(Deal.objects.values_list("name", "stage__name_en"))
    assert found == {"甲": "Negotiation", "乙": "Proposal", "丙": "Won"}


def test_the_preview_says_which_stages_there_are(client: Client, cast: dict[str, Any]) -> None:
    client.force_login(cast["manager"])
    file = SimpleUploadedFile("deals.csv", b"Deal Name,Account Name,Stage\nPumps,Acme,Nonsense\n")
    wizard = client.post(reverse("customers:import"), {"file": file}, follow=True)
    url = wizard.redirect_chain[-1][0].replace("columns", "preview")
    assert "Known: New, Contacted, Proposal, Negotiation, Won, Lost." in client.get(url).text
