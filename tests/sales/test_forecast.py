"""The weighted forecast: what is in which month, beside which plan, and how it moved."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from sales import measures
from sales.forecast import forecast, movement
from sales.models import Deal, ForecastSnapshot, Stage, StageChange, Target
from sales.plan import next_month, planned
from sales.scopes import SalesScope, sales_scope
from sales.services.forecasts import forecast_rebuild, forecast_snapshot
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import DealFactory, OrderFactory

TODAY = date(2026, 6, 10)  # a Wednesday
MONDAY = date(2026, 6, 8)
JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)


@pytest.fixture
def customer(cast: Cast) -> Customer:
    customer: Customer = CustomerFactory(owner=cast.rep, team=cast.team)
    return customer


def scope_of(user: Any, **params: str) -> SalesScope:
    scope = sales_scope(user, params)
    assert scope is not None
    return scope


def deal(customer: Customer, stage: Stage, amount: int, close: date | None, **more: Any) -> Deal:
    made: Deal = DealFactory(
        customer=customer, stage=stage, amount=Decimal(amount), expected_close=close, **more
    )
    return made


@pytest.fixture
def deals(customer: Customer, stages: dict[str, Stage]) -> None:
    offer, new = stages["offer"], stages["new"]
    deal(customer, offer, 1000, TODAY)
    deal(customer, offer, 60, TODAY - timedelta(days=1))  # overdue, this month
    deal(customer, new, 700, date(2026, 2, 3))  # overdue for months
    deal(customer, new, 3000, JULY)
    deal(customer, new, 50, date(2026, 12, 31))
    deal(customer, new, 80, None)
    closed = datetime(2026, 6, 2, tzinfo=UTC)
    deal(customer, stages["won"], 400, JULY, closed_at=closed)
    deal(customer, stages["lost"], 90_000, JUNE, closed_at=closed, probability=90)


def test_it_puts_each_deal_where_it_belongs(cast: Cast, deals: None) -> None:
    found = forecast(scope_of(cast.rep), TODAY, 3)
    figures = {line.month: (line.open.deals, line.open.weighted, line.won) for line in found.lines}
    assert figures == {
        JUNE: (1, Decimal(500), Decimal(400)),
        JULY: (1, Decimal(300), Decimal(0)),
        AUGUST: (0, Decimal(0), Decimal(0)),
    }
    assert (found.overdue.deals, found.overdue.amount, found.overdue.weighted) == (2, 760, 100)
    assert (found.later.amount, found.undated.amount) == (50, 80)
    parts = [found.overdue, found.later, found.undated, *(line.open for line in found.lines)]
    everything = measures.over(Deal.objects.all(), "open_amount", "weighted")
    assert sum(part.amount for part in parts) == everything["open_amount"]
    assert sum(part.weighted for part in parts) == everything["weighted"]


def test_it_compares_the_target_with_orders_and_weighted_deals(
    cast: Cast, customer: Customer, deals: None
) -> None:
    at = datetime(2026, 6, 3, tzinfo=UTC)
    OrderFactory(customer=customer, ordered_at=at, lines=[(1, 250)])
    OrderFactory(customer=customer, ordered_at=at - timedelta(days=9), lines=[(1, 99)])
    plan(1500, JUNE, JULY, owner=cast.rep, team=cast.team)
    line = forecast(scope_of(cast.rep), TODAY, 1).lines[0]
    assert (line.sold, line.target, line.share) == (250, 1500, 0.5)


def test_it_leads_from_each_figure_to_its_deals(cast: Cast, deals: None, client: Client) -> None:
    client.force_login(cast.rep)
    found = forecast(scope_of(cast.rep), TODAY, 3)
    expected = {
        found.lines[0].open_url: 1, found.lines[1].open_url: 1, found.lines[0].won_url: 1,
        found.overdue_url: 2, found.later_url: 1, found.undated_url: 1,
    }  # fmt: skip
    for url, count in expected.items():
        page = client.get(url)
        assert page.content.decode().count("data-row-link") == count, url


@pytest.mark.parametrize(
    ("who", "amount"), [("rep", 1000), ("colleague", 0), ("manager", 1000), ("admin", 1000)]
)
def test_it_sums_what_one_sees(cast: Cast, deals: None, who: str, amount: int) -> None:
    user = getattr(cast, who)
    found = forecast(scope_of(user), TODAY, 1)
    assert found.lines[0].open.amount == amount
    elsewhere = scope_of(user, team=str(cast.other_team.pk))
    assert forecast(elsewhere, TODAY, 1).lines[0].open.amount == (0 if who == "admin" else amount)


def plan(amount: int, starts: date, ends: date, **whose: Any) -> None:
    Target.objects.create(starts_on=starts, ends_on=ends, amount=amount, **whose)


def test_it_plans_by_the_shortest_target_and_its_days(cast: Cast, deals: None) -> None:
    person = {"owner": cast.rep, "team": cast.team}
    plan(9200, JULY, date(2026, 10, 1), **person)  # 92 days
    plan(500, JULY, AUGUST, **person)
    months = [JUNE, JULY, AUGUST]
    assert planned(scope_of(cast.rep), months) == {JULY: Decimal(500), AUGUST: Decimal(3100)}


def test_it_plans_a_team_by_its_own_target_or_its_people(cast: Cast, deals: None) -> None:
    plan(500, JULY, AUGUST, owner=cast.rep, team=cast.team)
    plan(300, JULY, AUGUST, owner=cast.colleague, team=cast.team)
    assert planned(scope_of(cast.manager), [JULY]) == {JULY: Decimal(800)}
    plan(1000, JULY, AUGUST, team=cast.team)
    plan(70, JULY, AUGUST, team=cast.other_team)
    assert planned(scope_of(cast.manager), [JULY]) == {JULY: Decimal(1000)}
    assert planned(scope_of(cast.admin), [JULY]) == {JULY: Decimal(1070)}
    plan(5000, JULY, AUGUST)
    assert planned(scope_of(cast.admin), [JULY]) == {JULY: Decimal(5000)}
    assert planned(scope_of(cast.rep), [JULY]) == {JULY: Decimal(500)}


def test_it_counts_months_over_the_years() -> None:
    assert next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert next_month(date(2026, 1, 5), -2) == date(2025, 11, 1)


def kept(**where: Any) -> list[tuple[Any, ...]]:
    rows = ForecastSnapshot.objects.filter(**where).order_by("month")
    return [(row.month, row.deals, row.amount, row.weighted, row.won) for row in rows]


def test_it_keeps_the_forecast_once_a_week(
    cast: Cast, customer: Customer, deals: None, stages: dict[str, Stage]
) -> None:
    assert forecast_snapshot(TODAY) == 5
    before = kept(taken_on=MONDAY)
    assert (JUNE, 2, 1060, 530, 400) in before
    assert (JULY, 1, 3000, 300, 0) in before
    assert (None, 1, 80, 8, 0) in before
    deal(customer, stages["offer"], 8000, JULY)
    assert forecast_snapshot(TODAY + timedelta(days=4)) == 0
    assert kept(taken_on=MONDAY) == before
    assert forecast_snapshot(TODAY + timedelta(days=5)) > 0
    assert (JULY, 2, 11_000, 4300, 0) in kept(taken_on=MONDAY + timedelta(days=7))
    moved = movement(scope_of(cast.manager), TODAY + timedelta(days=5), JULY, 3)
    assert [week.expected for week in moved.weeks] == [Decimal(300), Decimal(4300)]
    others = movement(scope_of(cast.colleague), TODAY, JULY, 3)
    assert others.weeks == []


def history(made: Deal, *path: tuple[Stage, date]) -> None:
    for stage, day in path:
        StageChange.objects.create(deal=made, to_stage=stage, at=measures.day_start(day))


def test_it_rebuilds_past_weeks_from_the_history(
    cast: Cast, customer: Customer, stages: dict[str, Stage]
) -> None:
    won_on = date(2026, 5, 20)
    won = deal(customer, stages["won"], 1000, date(2026, 5, 28),
               closed_at=measures.day_start(won_on))  # fmt: skip
    history(won, (stages["new"], date(2026, 4, 1)), (stages["offer"], date(2026, 5, 6)),
            (stages["won"], won_on))  # fmt: skip
    forecast_rebuild(MONDAY, weeks=8)
    may = date(2026, 5, 1)
    weeks = {row.taken_on: (row.weighted, row.won)
             for row in ForecastSnapshot.objects.filter(month=may)}  # fmt: skip
    assert weeks[date(2026, 4, 20)] == (100, 0)
    assert weeks[date(2026, 5, 4)] == (100, 0)
    assert weeks[date(2026, 5, 11)] == (500, 0)
    assert weeks[date(2026, 5, 25)] == (0, 1000)
    assert date(2026, 6, 1) not in weeks
    moved = movement(scope_of(cast.rep), TODAY, None, 3)
    assert moved.month == JUNE
    (judged,) = moved.judged
    assert (judged.won, list(judged.said)) == (1000, [None, None, Decimal(100)])
    assert judged.errors[-1] == pytest.approx(-0.9)


@pytest.mark.parametrize("months", ["3", "12", "0", "abc"])
def test_it_shows_the_page_and_its_file(
    client: Client, cast: Cast, deals: None, months: str
) -> None:
    forecast_snapshot(TODAY)
    client.force_login(cast.manager)
    query = {"months": months, "month": "2026-99", "owner": "x", "pipeline": "-1"}
    page = client.get(reverse("sales:forecast"), query)
    assert page.status_code == 200
    answer = client.get(reverse("sales:forecast_csv"), query)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 1 + {"3": 3, "12": 12}.get(months, 6) + 3
    assert sum(Decimal(row[2]) for row in rows[1:]) == Decimal(4890)


def test_it_says_when_there_is_no_pipeline(client: Client, cast: Cast) -> None:
    client.force_login(cast.rep)
    assert client.get(reverse("sales:forecast")).status_code == 200
    assert client.get(reverse("sales:forecast_csv")).status_code == 404
