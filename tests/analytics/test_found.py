"""What runs found of customers: written unseen, shown at once, in lists, files and campaigns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from analytics import generations
from analytics.generations import Rows
from analytics.models import CustomerScore, CustomerValue, NextProduct, Run
from analytics.offers import offer
from communications.models import FollowUp
from crm.jobs.direct import DirectWork
from crm.records.keyset import paginate
from crm.records.models import BulkChange
from customers.duplicates.merging import customer_merge
from customers.models import Customer
from customers.resources import CUSTOMERS
from marketing.models import Activity
from sales.measures import company_today
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.marketing import CampaignFactory
from tests.factories.sales import ProductFactory

pytestmark = pytest.mark.django_db
VALUE = ("customer_id", "alive", "orders", "orders_from", "orders_until", "value", "next_on",
         "next_from", "next_until")  # fmt: skip


def value_row(
    customer: Customer, value: int, alive: float = 0.9, days: int = 10
) -> tuple[Any, ...]:
    day = company_today() + timedelta(days=days)
    return (customer.pk, alive, 3.2, 1, 6, value, day, day - timedelta(5), day + timedelta(9))


def write(rows: list[tuple[Any, ...]], team: Any = None, show: bool = True) -> Run:
    run = Run.objects.create(method="value", team=team)
    found = Rows(CustomerValue, VALUE, rows)
    generations.rows_write(run=run, found=found, work=DirectWork())
    if show:
        run.state = Run.State.FINISHED
        run.save()
        generations.show(run=run, model=CustomerValue)
        generations.tidy(method="value", model=CustomerValue, work=DirectWork())
    return run


@pytest.fixture
def customers(cast: Cast) -> list[Customer]:
    return [CustomerFactory(name=f"c{n}", owner=cast.rep, team=cast.team) for n in range(5)]


@pytest.fixture
def valued(customers: list[Customer]) -> list[Customer]:
    """c0 … c2 are worth 100, 300 and 200; c3 and c4 nothing known."""
    write([value_row(c, v) for c, v in zip(customers, (100, 300, 200), strict=False)])
    return customers


def names(client: Client, **params: Any) -> list[str]:
    answer = client.get(reverse("customers:list"), params)
    assert answer.status_code == 200
    return [row.name for row in answer.context["page"].rows]


def test_it_shows_the_new_rows_only_when_all_are_written(valued: list[Customer]) -> None:
    write([value_row(valued[0], 999)], show=False)
    shown = CustomerValue.objects.shown()
    assert sorted(int(one.value or 0) for one in shown) == [100, 200, 300]
    write([value_row(valued[3], 5)])
    assert [row.customer_id for row in CustomerValue.objects.shown()] == [valued[3].pk]
    assert CustomerValue.objects.filter(run__live=False).count() == 1  # of the run under way


def test_it_begins_anew_when_a_run_is_tried_again(customers: list[Customer]) -> None:
    run = write([value_row(customers[0], 1)], show=False)
    again = Rows(CustomerValue, VALUE, [value_row(c, 2) for c in customers[:2]])
    generations.rows_write(run=run, found=again, work=DirectWork())
    assert list(CustomerValue.objects.values_list("value", flat=True)) == [2, 2]


def test_it_leaves_a_team_to_its_own_run_and_out_what_is_gone(
    cast: Cast, valued: list[Customer]
) -> None:
    other = CustomerFactory(owner=cast.stranger, team=cast.other_team)
    gone = CustomerFactory(owner=cast.rep, team=cast.team, trashed_at="2026-01-01T00:00Z")
    own = write([value_row(c, 7) for c in (valued[0], other, gone)], team=cast.team)
    assert CustomerValue.objects.get(run=own).customer == valued[0]
    assert CustomerValue.objects.shown().filter(customer=valued[0]).count() == 1
    write([value_row(valued[0], 8), value_row(other, 9)])
    assert CustomerValue.objects.shown().get(customer=valued[0]).value == 7
    assert CustomerValue.objects.shown().get(customer=other).value == 9


def test_it_sorts_by_value_page_by_page_and_back(
    cast: Cast, client: Client, valued: list[Customer]
) -> None:
    client.force_login(cast.rep)
    assert names(client, sort="-worth") == ["c1", "c2", "c0", "c4", "c3"]
    assert names(client, sort="worth") == ["c0", "c2", "c1", "c3", "c4"]
    url, seen, back = reverse("customers:list"), [], []
    sort: Any = CUSTOMERS.sort("worth")
    records = Customer.objects.visible_to(cast.rep)
    page = paginate(records, sort, descending=True, size=2)
    while True:
        seen.append([row.name for row in page.rows])
        if page.next_cursor is None:
            break
        page = paginate(records, sort, descending=True, size=2, after=page.next_cursor)
    assert seen == [["c1", "c2"], ["c0", "c4"], ["c3"]]
    while page.previous_cursor:
        page = paginate(records, sort, descending=True, size=2, before=page.previous_cursor)
        back.append([row.name for row in page.rows])
    assert back == [["c0", "c4"], ["c1", "c2"]]
    assert client.get(url, {"sort": "-worth", "after": "nonsense"}).status_code == 200


def test_it_filters_by_value_next_order_and_chance(
    cast: Cast, client: Client, customers: list[Customer]
) -> None:
    rows = [value_row(customers[0], 100, 0.3, 40), value_row(customers[1], 300, 0.8, 5)]
    write([*rows, (*value_row(customers[2], 50, 0.4)[:6], None, None, None)])
    client.force_login(cast.rep)
    assert names(client, worth_min=100, sort="name") == ["c0", "c1"]
    assert names(client, order_within=30) == ["c1"]
    assert names(client, still_below=50, sort="name") == ["c0", "c2"]
    assert client.get(reverse("customers:list"), {"order_within": 10**30}).status_code == 200
    client.force_login(cast.stranger)
    assert names(client, worth_min=1) == []


def next_product(customer: Customer, product: Any) -> Run:
    run = Run.objects.create(method="rules", state=Run.State.FINISHED)
    row = (customer.pk, product.pk, '["Pens"]', 45, 60, 0.75, 2.5)
    columns = ("customer_id", "product_id", "because", "count", "of", "confidence", "lift")
    found = Rows(NextProduct, columns, [row])
    generations.rows_write(run=run, found=found, work=DirectWork())
    generations.show(run=run, model=NextProduct)
    return run


def test_it_tells_on_the_page_what_to_expect_and_why(
    cast: Cast, client: Client, valued: list[Customer]
) -> None:
    product = ProductFactory(name="Paper")
    next_product(valued[1], product)
    client.force_login(cast.rep)
    page = client.get(valued[1].get_absolute_url()).content.decode()
    assert "Next order expected" in page
    assert "Bought Pens: 45 of 60 orders with it held this product too (75%, 2.5 times" in page
    assert "What to expect" not in client.get(valued[4].get_absolute_url()).content.decode()
    assert names(client, next_product=product.pk) == ["c1"]
    answer = client.get(
        reverse("customers:list"), {"columns": "name,value_to_come,next_product,next_order_on"}
    )
    assert "Paper" in answer.content.decode()


def test_it_writes_the_columns_into_files(
    cast: Cast, client: Client, valued: list[Customer]
) -> None:
    write([value_row(valued[3], 999)], show=False)  # of a run that nobody sees yet
    client.force_login(cast.manager)
    query = "columns=name,value_to_come,still_customer&sort=-worth"
    answer: Any = client.post("/customers/export/", {"format": "csv", "filter": query})
    text = b"".join(answer.streaming_content).decode()
    told, unknown = text.splitlines()[1:4], text.splitlines()[4:]
    assert told == ["c1,300.00,0.9", "c2,200.00,0.9", "c0,100.00,0.9"]
    assert sorted(unknown) == ["c3,,", "c4,,"]


def test_it_writes_the_columns_of_several_methods_into_one_file(
    cast: Cast, client: Client, valued: list[Customer]
) -> None:
    shown, over = (Run.objects.create(method="churn", live=live) for live in (True, False))
    hopes = Run.objects.create(method="potential", live=True)
    told = [(shown, "churn", 0, 0.2), (over, "churn", 2, 0.9), (hopes, "potential", 1, 0.7)]
    for run, kind, place, chance in told:
        CustomerScore.objects.create(
            run=run, customer=valued[place], kind=kind, chance=chance, level=1
        )
    next_product(valued[1], ProductFactory(name="Paper"))
    client.force_login(cast.manager)
    query = "columns=name,score_churn,score_potential,value_to_come,next_product&sort=name"
    answer: Any = client.post("/customers/export/", {"format": "csv", "filter": query})
    rows = b"".join(answer.streaming_content).decode().splitlines()[1:]
    assert rows == ["c0,0.2,,100.00,", "c1,,0.7,300.00,Paper", "c2,,,200.00,", "c3,,,,", "c4,,,,"]


def test_it_adds_all_of_a_filter_to_a_campaign(
    cast: Cast, client: Client, valued: list[Customer]
) -> None:
    campaign = CampaignFactory(owner=cast.manager, team=cast.team)
    client.force_login(cast.rep)
    form = {"action": "campaign", "confirmed": "1", "everything": "1", "filter": "worth_min=200",
            "campaign": campaign.pk}  # fmt: skip
    assert client.post("/customers/bulk/", form).status_code == 302
    added = Activity.objects.filter(campaign=campaign).values_list("customer__name", flat=True)
    assert sorted(added) == ["c1", "c2"]


def test_it_keeps_what_was_computed_apart_in_a_merge(cast: Cast, valued: list[Customer]) -> None:
    winner, loser = valued[3], valued[1]
    score = Run.objects.create(method="churn", live=True)
    CustomerScore.objects.create(run=score, customer=loser, kind="churn", chance=0.5, level=2)
    customer_merge(survivor=winner.pk, other=loser.pk, actor=cast.manager)
    assert not CustomerValue.objects.filter(customer=winner).exists()
    assert not CustomerScore.objects.filter(customer=winner).exists()


def test_it_leads_from_a_run_to_the_first_of_its_customers(
    cast: Cast, client: Client, valued: list[Customer]
) -> None:
    """One click asks for a follow-up with those worth most, by their owners; undo removes it."""
    CustomerFactory(name="foreign", owner=cast.stranger, team=cast.other_team)
    client.force_login(cast.manager)
    form = {"action": "follow_up", "filter": "worth_min=1&sort=-worth", "top": "2"}
    asked = client.post("/customers/bulk/", form)
    assert asked.context["ids"] == [valued[1].pk, valued[2].pk]
    wrong = client.post("/customers/bulk/", {**form, "confirmed": "1", "title": "", "due_on": ""})
    assert wrong.status_code == 422
    day = company_today() + timedelta(days=3)
    given = {"action": "follow_up", "confirmed": "1", "ids": asked.context["ids"],
             "title": "Offer a contract", "due_on": day.isoformat()}  # fmt: skip
    assert client.post("/customers/bulk/", given).status_code == 302
    made = FollowUp.objects.order_by("customer__name")
    assert [one.customer.name for one in made] == ["c1", "c2"]
    assert {one.owner for one in made} == {cast.rep}
    assert FollowUp.objects.search_for("contract").count() == 2
    FollowUp.objects.filter(pk=made[0].pk).update(version=2)
    client.post(f"/lists/changes/{BulkChange.objects.get().pk}/undo/")
    assert [one.customer.name for one in FollowUp.objects.all()] == ["c1"]


def test_it_offers_what_the_run_found(cast: Cast, client: Client, valued: list[Customer]) -> None:
    run = CustomerValue.objects.shown()[0].run
    run.result = {"written": {"orders": True, "value": True, "when": False}}
    offered = offer(run, cast.admin)
    assert offered is not None
    assert offered.choices[0][0] == "worth_min=1&sort=-worth"
    run.live = False
    assert offer(run, cast.admin) is None
