"""The chance of winning: learned from what was known then, shown where deals are."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics import runs
from analytics.deal_frames import LEARN, NOW, deals
from analytics.frames import Scope
from analytics.models import Run, WinChance
from analytics.offers import offer
from communications.models import About, Communication, FollowUp
from crm.records.models import BulkChange
from customers.models import Need
from customers.services import customer_update, need_update
from sales.models import Deal, Quote, StageChange
from sales.services import LineItem, deal_update, quote_create
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory, NeedFactory
from tests.factories.sales import DealFactory, OrderFactory, ProductFactory, make_stages

pytestmark = pytest.mark.django_db


def test_it_refuses_a_young_company_and_takes_back_what_was_told(cast: Cast) -> None:
    deal = DealFactory(customer=CustomerFactory(owner=cast.rep, team=cast.team))
    old = Run.objects.create(method="win", state="finished", live=True)
    WinChance.objects.create(run=old, deal=deal, chance=0.5, level=3)
    run = runs.run_method(method="win")
    assert run.state == Run.State.REFUSED
    assert "0 and 0" in run.error["text"]
    assert not WinChance.objects.shown().exists()


AT = datetime(2026, 6, 1, 9, tzinfo=timezone.get_default_timezone())


def days(count: float) -> datetime:
    return AT + timedelta(days=count)


@pytest.fixture
def history(cast: Cast) -> Deal:
    """A deal of 100 days: 10 in the first stage, then in the second; won on the last day."""
    stages = make_stages()
    customer = CustomerFactory(owner=cast.rep, team=cast.team, created_at=days(-400))
    deal = DealFactory(customer=customer, stage=stages["won"], closed_at=days(100), amount=700)
    Deal.objects.filter(pk=deal.pk).update(created_at=AT)
    path = [(None, "new", 0), ("new", "offer", 10), ("offer", "won", 100)]
    for before, after, day in path:
        StageChange.objects.create(
            deal=deal, from_stage=stages.get(before), to_stage=stages[after], at=days(day)
        )
    return deal


def look(deal: Deal) -> tuple[pd.Series, float]:
    """What was known at the one look, and on which day of the deal it was."""
    frame = deals(Scope(today=days(200).date()))
    row = frame[(frame["deal"] == deal.pk) & (frame["part"] == LEARN)].iloc[-1]
    return row, float(row["open_days"])


def test_it_knows_the_stage_and_the_contacts_of_then(history: Deal) -> None:
    row, at = look(history)
    assert row["event"] == "won"
    assert row["stage"] == f"s{StageChange.objects.get(from_stage=None).to_stage_id}" or at >= 10
    assert row["days_in_stage"] == pytest.approx(at - 10 if at >= 10 else at, abs=0.11)
    assert row["moves"] == (1 if at >= 10 else 0)
    for day, about in ((at - 40, ""), (at - 20, ""), (at - 3, About.DEAL), (at + 1, About.DEAL)):
        Communication.objects.create(
            customer=history.customer, channel="phone", happened_at=days(day), about_kind=about,
            about_id=history.pk if about else None, team=history.team,
        )  # fmt: skip
    FollowUp.objects.create(customer=history.customer, due_at=days(99), about_kind=About.DEAL,
                            about_id=history.pk, done_at=days(at + 2), title="x")  # fmt: skip
    FollowUp.objects.update(created_at=days(at - 5))
    for day in (-10, at - 1, at + 1):
        OrderFactory(customer=history.customer, ordered_at=days(day), lines=[(1, 50)],
                     status="completed")  # fmt: skip
    Communication.objects.update(created_at=days(0))
    again, _at = look(history)
    assert again["deal_contacts"] == 1
    assert again["contacts_month"] == 2
    assert again["silence"] == pytest.approx(3, abs=0.11)
    assert again["next_step"] == "yes"
    assert again["orders"] == 2


def test_it_takes_the_amount_and_the_customer_of_then(cast: Cast, history: Deal) -> None:
    """Sellers write the final amount when they close: a change of afterwards is not known."""
    before, _at = look(history)
    deal_update(pk=history.pk, actor=cast.rep, changes={"amount": Decimal(9999)})
    history.refresh_from_db()
    assert history.amount_base == 9999
    customer_update(pk=history.customer_id, actor=cast.rep, changes={"industry": "Mining"})
    again, _at = look(history)
    assert again["amount"] == before["amount"] == 700
    assert pd.isna(again["industry"])
    assert pd.isna(before["industry"])


def test_it_takes_the_product_of_then(cast: Cast, history: Deal) -> None:
    """The need's as it stood, until a quote is sent; drafts and later quotes tell nothing."""
    need = NeedFactory(customer=history.customer, product="Paper")
    Need.objects.update(created_at=days(-1))
    Deal.objects.filter(pk=history.pk).update(need=need)
    before, at = look(history)
    assert before["product"] == "Paper"
    need_update(pk=need.pk, actor=cast.rep, changes={"product": "Ink"})
    assert look(history)[0]["product"] == "Paper"
    Need.objects.update(created_at=days(at + 1))
    assert pd.isna(look(history)[0]["product"])
    for sent, names in ((None, "a"), (at - 2, "b"), (at + 1, "c")):
        lines = [
            LineItem(Decimal(1), Decimal(price), ProductFactory(name=name), name)
            for name, price in ((f"{names} Small", 5), (f"{names} Large", 50))
        ]
        quote = quote_create(actor=cast.rep, customer=history.customer, deal=history, lines=lines)
        Quote.objects.filter(pk=quote.pk).update(sent_at=sent and days(sent))
    assert look(history)[0]["product"] == "b Large"


def test_it_looks_at_long_deals_oftener(history: Deal) -> None:
    """So that they are as many among the looks as among the open deals of any day."""
    stages = {stage.name: stage for stage in history.pipeline.stages.all()}
    for number in range(40):
        deal = DealFactory(customer=history.customer, stage=stages["lost"], closed_at=days(10))
        Deal.objects.filter(pk=deal.pk).update(created_at=days(number % 10))
        StageChange.objects.create(deal=deal, to_stage=stages["new"], at=days(number % 10))
    frame = deals(Scope(today=days(200).date()))
    each = frame["deal"].value_counts()
    assert each[history.pk] >= 8
    assert each.drop(history.pk).max() <= 2
    assert 15 <= each.drop(history.pk).sum() <= 40


@pytest.fixture
def told(cast: Cast) -> dict[str, Deal]:
    """Three open deals with chances and one without; one that was closed since; a stranger's."""
    stages = make_stages()
    run = Run.objects.create(method="win", state="finished", live=True, result={"better": True})
    made = {}
    for name, chance, before, level in (
        ("good", 0.8, 0.7, 3), ("sunk", 0.3, 0.45, 2), ("poor", 0.1, None, 1),
        ("unknown", None, None, 1), ("over", 0.9, None, 3), ("foreign", 0.9, None, 3),
    ):  # fmt: skip
        owner, team = (
            (cast.stranger, cast.other_team) if name == "foreign" else (cast.rep, cast.team)
        )
        customer = CustomerFactory(owner=owner, team=team)
        deal = DealFactory(name=name, customer=customer, stage=stages["new"])
        made[name] = deal
        if chance is not None:
            reason = {"column": "stage", "value": f"s{stages['new'].pk}", "typical": "9",
                      "effect": 1.0}  # fmt: skip
            WinChance.objects.create(
                run=run, deal=deal, chance=chance, before=before, level=level, reasons=[reason]
            )
    Deal.objects.filter(name="over").update(stage=stages["lost"], closed_at=timezone.now())
    return made


def names(client: Client, **params: Any) -> list[str]:
    answer = client.get(reverse("sales:deal_list"), params)
    assert answer.status_code == 200
    return [row.name for row in answer.context["page"].rows]


def test_it_filters_and_sorts_the_deals_that_one_sees(
    cast: Cast, client: Client, told: dict[str, Deal]
) -> None:
    client.force_login(cast.rep)
    assert names(client, win=3) == ["good"]
    assert names(client, win_fell="true") == ["sunk"]
    assert names(client, sort="-win", status="open") == ["good", "sunk", "poor", "unknown"]
    assert names(client, sort="win")[:3] == ["poor", "sunk", "good"]
    client.force_login(cast.stranger)
    assert names(client, win=3) == ["foreign"]


def test_it_stands_on_the_page_on_the_board_and_in_files(
    cast: Cast, client: Client, told: dict[str, Deal]
) -> None:
    client.force_login(cast.rep)
    page = client.get(told["sunk"].get_absolute_url()).content.decode()
    assert "A week ago it was 45%." in page
    assert "Stage: new (usually" in page
    assert "Chance of winning" not in client.get(told["over"].get_absolute_url()).content.decode()
    board = client.get(reverse("sales:board"), {"pipeline": told["good"].pipeline_id})
    assert '<span class="badge badge-tag num" title="Chance of winning">80%</span>' in (
        board.content.decode()
    )
    client.force_login(cast.manager)
    query = "columns=name,win_chance,win_before&sort=-win&status=open"
    answer: Any = client.post(reverse("sales:deal_export"), {"format": "csv", "filter": query})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[1:5] == ["good,0.8,0.7", "sunk,0.3,0.45", "poor,0.1,", "unknown,,"]


def test_it_plans_follow_ups_about_the_deals_of_a_run(
    cast: Cast, client: Client, told: dict[str, Deal]
) -> None:
    run = Run.objects.get()
    offered = offer(run, cast.manager)
    assert offered is not None
    assert offer(Run(method="win", live=True, result={"better": False}), cast.manager) is None
    client.force_login(cast.manager)
    form = {"action": "follow_up", "filter": offered.choices[0][0], "top": "5"}
    asked = client.post(offered.url, form)
    assert asked.context["ids"] == [told["good"].pk]
    day = timezone.localdate() + timedelta(days=2)
    given = {"action": "follow_up", "confirmed": "1", "ids": asked.context["ids"],
             "title": "Ask for the decision", "due_on": day.isoformat()}  # fmt: skip
    assert client.post(offered.url, given).status_code == 302
    made = FollowUp.objects.get()
    assert (made.about_kind, made.about_id) == (About.DEAL, told["good"].pk)
    assert (made.customer, made.owner) == (told["good"].customer, cast.rep)
    assert names(client, next_step="none", win=3) == []
    client.post(reverse("records:bulk_undo", args=[BulkChange.objects.get().pk]))
    assert not FollowUp.objects.exists()
    client.force_login(cast.agent)
    assert client.post(offered.url, given).status_code in {403, 404}


def test_it_tells_programs(cast: Cast, client: Client, told: dict[str, Deal]) -> None:
    client.force_login(cast.rep)
    rows = client.get("/api/v1/deals/", {"win": "3"}).json()["results"]
    assert [(row["name"], row["win_chance"]) for row in rows] == [("good", 0.8)]
    over = client.get(f"/api/v1/deals/{told['over'].pk}/").json()
    assert over["win_chance"] is None


def test_it_leaves_the_open_part_of_a_frame_without_an_outcome(history: Deal) -> None:
    frame = deals(Scope(today=days(50).date()))
    assert set(frame["part"]) == {NOW, "before"}
    assert frame["event"].isna().all()
