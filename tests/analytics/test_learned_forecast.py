"""The forecast by the learned chance of each deal, beside that by the probability of its stage."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from analytics.models import Run, WinChance
from sales.forecast import forecast, movement
from sales.measures import company_today
from sales.models import Deal, ForecastSnapshot, Stage
from sales.plan import next_month
from sales.scopes import SalesScope, sales_scope
from sales.services.forecasts import forecast_snapshot
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import DealFactory, make_stages

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)  # a Wednesday
MONDAY = date(2026, 6, 8)
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture
def stages() -> dict[str, Stage]:
    return make_stages()


@pytest.fixture
def run(cast: Cast, stages: dict[str, Stage]) -> Run:
    """Deals of 10 % by their stage: in July of 1000 at .5 and of 200 without a learned chance, one
    of today, one overdue, one undated, one far off, one that was won since, and a stranger's."""
    run = Run.objects.create(method="win", state="finished", live=True, result={"better": True})
    for name, amount, close, chance in (
        ("known", 1000, JULY, 0.5), ("unknown", 200, JULY, None), ("today", 100, TODAY, 0.75),
        ("late", 40, TODAY - timedelta(days=3), 0.25), ("undated", 80, None, 0.5),
        ("far", 60, date(2027, 6, 1), 0.05), ("won", 9000, JULY, 0.9), ("foreign", 400, JULY, 0.25),
    ):  # fmt: skip
        foreign = name == "foreign"
        customer = CustomerFactory(
            owner=cast.stranger if foreign else cast.rep,
            team=cast.other_team if foreign else cast.team,
        )
        deal = DealFactory(
            name=name, customer=customer, stage=stages["won" if name == "won" else "new"],
            amount=Decimal(amount), expected_close=close,
            closed_at="2026-05-20T00:00Z" if name == "won" else None,
        )  # fmt: skip
        if chance is not None:
            WinChance.objects.create(run=run, deal=deal, chance=chance, level=2)
    old = Run.objects.create(method="win", state="finished")
    WinChance.objects.create(run=old, deal=Deal.objects.get(name="unknown"), chance=0.9, level=3)
    return run


def scope_of(user: Any) -> SalesScope:
    scope = sales_scope(user, {})
    assert scope is not None
    return scope


def test_it_weighs_each_deal_by_its_own_chance(cast: Cast, run: Run) -> None:
    found = forecast(scope_of(cast.manager), TODAY, 2)
    assert [line.open.learned for line in found.lines] == [75, 520]
    assert (found.overdue.learned, found.undated.learned, found.later.learned) == (10, 40, 3)
    assert found.learned == 595
    assert found.found is not None
    assert (found.found.known, found.found.deals) == (5, 6)
    assert forecast(scope_of(cast.admin), TODAY, 2).lines[1].open.learned == 620
    assert forecast(scope_of(cast.colleague), TODAY, 2).learned == 0


def test_it_shows_it_with_the_deals_behind_it(cast: Cast, run: Run, client: Client) -> None:
    month = next_month(company_today())
    Deal.objects.filter(expected_close=JULY).update(expected_close=month)
    client.force_login(cast.manager)
    page = client.get(reverse("sales:forecast"))
    text = page.content.decode()
    assert "By learned chance" in text
    assert "5 of 6 open deals have one" in text
    line = page.context["forecast"].lines[1]
    listed = client.get(line.learned_url)
    assert [deal.name for deal in listed.context["page"].rows] == ["known", "unknown"]
    assert "50%" in listed.content.decode()
    rows = client.get(reverse("sales:forecast_csv")).content.decode().splitlines()
    assert rows[2].endswith(",520.00")


@pytest.mark.parametrize("change", [{"live": False}, {"result": {"better": False}}])
def test_it_is_silent_where_the_model_is_no_better(
    cast: Cast, run: Run, client: Client, change: dict[str, Any]
) -> None:
    Run.objects.filter(pk=run.pk).update(**change)
    client.force_login(cast.manager)
    page = client.get(reverse("sales:forecast"))
    assert "learned chance" not in page.content.decode()
    forecast_snapshot(TODAY)
    assert not ForecastSnapshot.objects.exclude(learned=None).exists()


def test_it_keeps_it_every_week_and_judges_it(cast: Cast, run: Run) -> None:
    forecast_snapshot(TODAY)
    kept = ForecastSnapshot.objects.filter(taken_on=MONDAY, team=cast.team)
    assert dict(kept.values_list("month", "learned")) == {
        JUNE: 85, JULY: 520, date(2027, 6, 1): 3, None: 40,
    }  # fmt: skip
    may = date(2026, 5, 1)
    keys = kept.get(month=JULY)
    for month, taken_on, learned in (
        (may, may - timedelta(weeks=4), Decimal(900)), (may, may, None), (JULY, MONDAY, None)
    ):  # fmt: skip
        ForecastSnapshot.objects.update_or_create(
            taken_on=taken_on, month=month, pipeline_id=keys.pipeline_id, team_id=keys.team_id,
            owner_id=keys.owner_id, defaults={"weighted": 1500, "won": 0, "learned": learned},
        )  # fmt: skip
    Deal.objects.filter(name="won").update(amount_base=1000)
    moved = movement(scope_of(cast.manager), TODAY, may, 2)
    assert [week.by_learned for week in moved.weeks] == [Decimal(900), None]
    assert moved.rivals == (pytest.approx(0.5), pytest.approx(0.1))
