"""Two pages never disagree: each figure over all pages that show it, for three roles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.utils import timezone

from analytics import metrics
from analytics.boards import cards, looks
from analytics.boards.models import Board, BoardCard
from analytics.slices import Slice, slice_of
from crm.records.figures import Part, figures, figures_for
from sales.models import Target
from sales.reports.files import question
from sales.reports.tables import build
from sales.selectors import with_achieved
from service.selectors import queue_tab

PERIODS = [(date(2025, 12, 1), date(2026, 11, 21)), (date(2026, 10, 1), date(2026, 11, 1))]


@pytest.fixture(params=["rep", "manager", "admin"])
def user(request: pytest.FixtureRequest, person: Any) -> Iterator[Any]:
    user = person(request.param)
    with timezone.override(user.time_zone):
        yield user


@pytest.fixture(params=PERIODS, ids=["year", "month"])
def part(request: pytest.FixtureRequest, user: Any) -> Part:
    return Part(user, *request.param)


def figure(key: str, part: Part) -> Any:
    return figures[key].value(part)


def report(part: Part, what: str, **more: str) -> Any:
    """The total row of a report about the same days."""
    asked = {"what": what, "period": "custom", "start": part.start,
             "until": part.end - timedelta(days=1), **more}  # fmt: skip
    return build(question(part.user, urlencode(asked))).total.figures


def board(part: Part) -> dict[str, Any]:
    """The figures as a dashboard shows them."""
    made = Board.objects.create(name="All", owner=part.user)
    query = urlencode({"period": "custom", "start": part.start,
                       "until": part.end - timedelta(days=1)})  # fmt: skip
    _form, look = looks.read(part.user, query)
    assert look is not None
    assert (look.part.start, look.part.end) == (part.start, part.end)
    shown = {}
    for one in figures_for(part.user):
        card = BoardCard.objects.create(board=made, kind="metric", key=one.key)
        shown[one.key] = cards.show(card, look).raw
    return shown


@pytest.mark.parametrize("period", ["month", "quarter", "year", "12months"])
def test_it_means_the_same_days_by_a_period(person: Any, rf: Any, period: str) -> None:
    """The built-in dashboard and reports, also for what they compare with."""
    request = rf.get("/", {"period": period})
    request.user = person("manager")
    part, _key = slice_of(request)
    asked = question(request.user, f"period={period}")
    assert (part.start, part.end) == (asked.start, asked.end)
    before, compared = part.previous(), asked.compared
    assert (before.start, before.end) == (compared.start, compared.end)


def test_it_says_the_same_of_sales(part: Part) -> None:
    """Built-in dashboard, reports, plan, warehouse, composed dashboard."""
    sales = figure("sales", part)
    assert sales > 0
    assert sales == metrics.sales(Slice(part.user, part.start, part.end))
    orders = report(part, "orders")
    assert (sales, figure("orders", part)) == (orders.total, orders.count)
    assert figure("mean_order", part) == orders.mean
    weeks = metrics.weekly_sales(Slice(part.user, *metrics.whole_weeks(
        Slice(part.user, part.start, part.end))))  # fmt: skip
    first, end = weeks[0][0], weeks[-1][0] + timedelta(days=7)
    total = figure("sales", part.during(first, end))
    assert sum(value for _week, value in weeks) == pytest.approx(float(total), abs=0.01)
    user = part.user
    target = Target.objects.create(
        owner=user if user.is_rep else None, team=user.team if user.is_manager else None,
        starts_on=part.start, ends_on=part.end, amount=1,
    )  # fmt: skip
    assert with_achieved(Target.objects.filter(pk=target.pk), user).get().achieved == sales


def test_it_says_the_same_of_deals(part: Part) -> None:
    asked = Slice(part.user, part.start, part.end)
    assert figure("weighted", part) == metrics.weighted_pipeline(asked) > 0
    assert figure("win_rate", part) == metrics.win_rate(asked)
    won, lost = report(part, "won"), report(part, "lost")
    assert (figure("won", part), figure("won_amount", part)) == (won.count, won.total)
    assert figure("lost", part) == lost.count
    everything = build(question(part.user, "what=open&period=all")).total.figures
    assert (figure("open_deals", part), figure("pipeline", part)) == (
        everything.count, everything.total,
    )  # fmt: skip


def test_it_says_the_same_of_plans(part: Part) -> None:
    """My day and the targets' pages measure with the same sales."""
    user = part.user
    mine = Target.objects.visible_to(user).filter(
        owner=user.pk if user.is_rep else None, starts_on__gte=part.start, ends_on__lte=part.end
    )  # fmt: skip
    if user.is_manager:
        mine = mine.filter(team=user.team)
    found = with_achieved(mine, user)[:3]
    for target in found:
        if user.is_admin and target.team_id:
            continue
        days = part.during(target.starts_on, target.ends_on)
        assert target.achieved == figure("sales", days)


def test_it_says_the_same_of_requests(part: Part) -> None:
    if part.user.is_rep:
        assert not [one for one in figures_for(part.user) if one.key == "open_requests"]
        return
    asked = Slice(part.user, part.start, part.end)
    assert figure("first_response", part) == metrics.first_response_seconds(asked)
    weeks = metrics.weekly_requests(asked)
    whole = part.during(*metrics.whole_weeks(asked))
    for place, key in ((1, "requests"), (2, "resolved")):
        steps = figures[key].by_step(whole, "week")
        assert {row[0]: row[place] for row in weeks if row[place]} == steps
    counts = metrics.open_requests(asked)
    now = {"open": "open_requests", "breached": "breached", "unassigned": "unassigned"}
    assert {name: figure(key, part) for name, key in now.items()} == {
        name: counts[name] for name in now
    }
    assert figure("breached", part) == queue_tab(part.user, "breached").count()
    assert figure("unassigned", part) == queue_tab(part.user, "unassigned").count()


def test_it_says_the_same_of_campaigns(part: Part) -> None:
    if part.user.is_rep:
        return
    table = metrics.campaigns(Slice(part.user, part.start, part.end), limit=1000)
    cost = sum(row["cost"] for row in table)
    brought = sum(row["revenue"] for row in table)
    assert figure("campaigns", part) == len(table) > 0
    assert figure("campaign_cost", part) == cost
    assert figure("roi", part) == pytest.approx(float(brought / cost - 1))


def test_it_says_the_same_on_a_composed_dashboard(part: Part) -> None:
    shown = board(part)
    for one in figures_for(part.user):
        assert (shown[one.key] or 0) == pytest.approx(figure(one.key, part) or 0), one.key


def test_it_says_the_same_as_the_warehouse(person: Any) -> None:
    admin = person("admin")
    with timezone.override(admin.time_zone):
        for start, end in PERIODS:
            part = Part(admin, start, end)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT sum(amount_base) FROM warehouse.fact_sales"
                    " WHERE date >= %s AND date < %s",
                    [start, end],
                )
                (total,) = cursor.fetchone()
            # Lines add up to their orders within cents.
            assert float(total) == pytest.approx(float(figure("sales", part)), rel=1e-6)
