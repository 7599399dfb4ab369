"""What board, lists and pages show, in a number of queries that rows don't change."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from communications.models import Communication, FollowUp
from sales.board import CARDS_PER_COLUMN
from sales.models import Deal, Stage, StageChange, Target
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import ChannelFactory, DealFactory, OrderFactory, ProductFactory

Stages = dict[str, Stage]
Counting = Callable[..., Any]
FRAME = 2  # session, person with team


def some_deals(cast: Cast, stages: Stages, count: int) -> list[Deal]:
    made = []
    for number in range(count):
        customer = CustomerFactory(owner=cast.rep, team=cast.team)
        deal = DealFactory(customer=customer, stage=stages["new" if number % 2 else "offer"])
        plan_step(deal, hours=number)
        StageChange.objects.create(deal=deal, to_stage=stages["new"], at=deal.stage_since)
        made.append(deal)
    return made


def plan_step(deal: Deal, hours: float) -> FollowUp:
    return FollowUp.objects.create(
        customer=deal.customer, owner=deal.owner, title="Call", about_kind="deal",
        about_id=deal.pk, due_at=timezone.now() + timedelta(hours=hours),
    )  # fmt: skip


@pytest.mark.parametrize("count", [1, 12])
def test_it_shows_the_board_in_few_queries(
    cast: Cast, client: Client, stages: Stages, django_assert_num_queries: Counting, count: int
) -> None:
    some_deals(cast, stages, count)
    client.force_login(cast.rep)
    client.get(reverse("sales:board"))
    with django_assert_num_queries(FRAME + 6):  # pipelines, stages, sums, ids, cards, tags
        client.get(reverse("sales:board"))


@pytest.mark.parametrize("count", [1, 12])
def test_it_lists_deals_in_few_queries(
    cast: Cast, client: Client, stages: Stages, django_assert_num_queries: Counting, count: int
) -> None:
    some_deals(cast, stages, count)
    client.force_login(cast.rep)
    client.get(reverse("sales:deal_list"))
    with django_assert_num_queries(FRAME + 5):  # rows, count, views, choices of two filters
        client.get(reverse("sales:deal_list"))


@pytest.mark.parametrize("count", [1, 6])
def test_it_shows_a_deal_in_few_queries(
    cast: Cast, client: Client, stages: Stages, django_assert_num_queries: Counting, count: int
) -> None:
    deal = some_deals(cast, stages, 1)[0]
    for hours in range(count):
        plan_step(deal, hours)
        OrderFactory(customer=deal.customer, deal=deal, lines=[(1, 1)])
        Communication.objects.create(
            customer=deal.customer, owner=cast.rep, happened_at=timezone.now(), subject="Talk",
            about_kind="deal", about_id=deal.pk,
        )  # fmt: skip
        StageChange.objects.create(
            deal=deal, from_stage=stages["new"], to_stage=stages["offer"], at=timezone.now(),
            by=cast.rep,
        )  # fmt: skip
    client.force_login(cast.rep)
    client.get(deal.get_absolute_url())
    # deal, stages, way, steps, communications, orders, quotes, chance
    with django_assert_num_queries(FRAME + 8):
        client.get(deal.get_absolute_url())


@pytest.mark.parametrize("count", [1, 12])
def test_it_lists_orders_in_few_queries(
    cast: Cast, client: Client, django_assert_num_queries: Counting, count: int
) -> None:
    for _ in range(count):
        customer = CustomerFactory(owner=cast.rep, team=cast.team)
        OrderFactory(customer=customer, channel=ChannelFactory(), lines=[(1, 5)])
    client.force_login(cast.rep)
    client.get(reverse("sales:order_list"))
    with django_assert_num_queries(FRAME + 4):  # rows, count, views, choices of one filter
        client.get(reverse("sales:order_list"))


@pytest.mark.parametrize("count", [1, 12])
def test_it_shows_an_order_in_few_queries(
    cast: Cast, client: Client, django_assert_num_queries: Counting, count: int
) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    order = OrderFactory(customer=customer, lines=[(2, 5)] * count)
    for line in order.lines.all():
        line.product = ProductFactory()
        line.save()
    client.force_login(cast.rep)
    client.get(order.get_absolute_url())
    with django_assert_num_queries(FRAME + 3):  # order, refund, lines
        client.get(order.get_absolute_url())


@pytest.mark.parametrize("count", [1, 8])
def test_it_lists_targets_in_few_queries(
    cast: Cast, client: Client, django_assert_num_queries: Counting, count: int
) -> None:
    today = timezone.localdate()
    for days in range(count):
        Target.objects.create(
            owner=cast.rep, team=cast.team, starts_on=today, amount=100,
            ends_on=today + timedelta(days=days + 1),
        )  # fmt: skip
    client.force_login(cast.rep)
    client.get(reverse("sales:target_list"))
    with django_assert_num_queries(FRAME + 5):  # ids, rows, count, people, views
        client.get(reverse("sales:target_list"))


def board(client: Client, **params: Any) -> str:
    return client.get(reverse("sales:board"), params).content.decode()


def test_it_shows_count_total_and_weighted_total(
    cast: Cast, client: Client, stages: Stages
) -> None:
    for amount in (20_000, 30_000):
        DealFactory(
            customer=CustomerFactory(owner=cast.rep, team=cast.team), stage=stages["offer"],
            amount=Decimal(amount),
        )  # fmt: skip
    client.force_login(cast.rep)
    content = board(client)
    assert "CN¥50K" in content
    assert "weighted CN¥25K" in content


def test_it_says_each_cards_next_step(cast: Cast, client: Client, stages: Stages) -> None:
    names = {"late": -50, "soon": 0.001, "far": 24 * 9}
    for name, hours in names.items():
        customer = CustomerFactory(owner=cast.rep, team=cast.team)
        plan_step(DealFactory(customer=customer, stage=stages["new"], name=name), hours)
    DealFactory(customer=CustomerFactory(owner=cast.rep), stage=stages["new"], name="bare")
    client.force_login(cast.rep)
    content = " ".join(board(client).split())
    cards = {name: content.split(f">{name}</a>")[1].split("</li>")[0] for name in [*names, "bare"]}
    assert "text-red" in cards["late"]
    assert "days overdue" in cards["late"]
    assert "text-orange" in cards["soon"]
    assert "text-green" in cards["far"]
    assert "in 9 days" in cards["far"]
    assert "No next step" in cards["bare"]


def test_it_forgets_a_step_that_is_done(cast: Cast, client: Client, stages: Stages) -> None:
    deal = DealFactory(customer=CustomerFactory(owner=cast.rep), stage=stages["new"])
    step = plan_step(deal, -50)
    step.done_at = timezone.now()
    step.save()
    client.force_login(cast.rep)
    assert "days overdue" not in board(client)


def test_it_limits_a_column_and_leads_to_the_list(
    cast: Cast, client: Client, stages: Stages
) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    for number in range(CARDS_PER_COLUMN + 3):
        DealFactory(
            customer=customer, stage=stages["new"], name=f"No {number}.", amount=Decimal(number)
        )
    client.force_login(cast.rep)
    content = board(client)
    assert "and 3 more" in content
    assert f"No {CARDS_PER_COLUMN + 2}." in content
    assert "No 2." not in content
    listed = client.get(reverse("sales:deal_list"), {"stage": stages["new"].pk, "sort": "amount"})
    assert "No 2." in listed.content.decode()


def test_it_shows_a_rep_ones_own_deals_and_a_manager_the_teams(
    cast: Cast, client: Client, stages: Stages
) -> None:
    for person in (cast.rep, cast.colleague, cast.stranger):
        customer = CustomerFactory(owner=person, team=person.team)
        DealFactory(customer=customer, stage=stages["new"], name=f"of {person.username}.")
    for user, params, seen in [
        (cast.rep, {}, {cast.rep}),
        (cast.rep, {"owner": cast.colleague.pk}, set()),
        (cast.manager, {}, {cast.rep, cast.colleague}),
        (cast.manager, {"owner": cast.colleague.pk}, {cast.colleague}),
        (cast.admin, {}, {cast.rep, cast.colleague, cast.stranger}),
    ]:
        client.force_login(user)
        content = board(client, **params)
        everyone = (cast.rep, cast.colleague, cast.stranger)
        assert {p for p in everyone if f"of {p.username}." in content} == seen


def test_it_leaves_long_closed_deals_off_the_board(
    cast: Cast, client: Client, stages: Stages
) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    for name, days in [("fresh win", 3), ("old win", 100)]:
        closed = timezone.now() - timedelta(days=days)
        DealFactory(customer=customer, stage=stages["won"], name=name, closed_at=closed)
    client.force_login(cast.rep)
    content = board(client)
    assert "fresh win" in content
    assert "old win" not in content


@pytest.mark.parametrize(
    "params",
    [
        {"pipeline": "x"}, {"pipeline": "9999999999999"}, {"owner": "-1"}, {"owner": "9" * 30},
        {"order": "password"}, {"owner": "1;drop"},
    ],
)  # fmt: skip
def test_it_survives_a_strange_address(
    cast: Cast, client: Client, stages: Stages, params: dict[str, str]
) -> None:
    client.force_login(cast.manager)
    assert client.get(reverse("sales:board"), params).status_code == 200


@pytest.mark.parametrize(
    ("params", "seen"),
    [
        ({"next_step": "overdue"}, {"late"}),
        ({"next_step": "later"}, set()),  # it is late before it is due again
        ({"next_step": "none"}, {"bare", "won one"}),
        ({"status": "open"}, {"late", "bare"}),
        ({"status": "won"}, {"won one"}),
        ({"close_until": "2026-01-31"}, {"late"}),
        ({"amount_min": "5000"}, {"bare"}),
    ],
)
def test_it_filters_deals(
    cast: Cast, client: Client, stages: Stages, params: dict[str, str], seen: set[str]
) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    late = DealFactory(
        customer=customer, stage=stages["new"], name="late", expected_close="2026-01-31"
    )
    plan_step(late, -3)
    plan_step(late, 5)
    DealFactory(customer=customer, stage=stages["offer"], name="bare", amount=Decimal(5000))
    DealFactory(customer=customer, stage=stages["won"], name="won one", closed_at=timezone.now())
    client.force_login(cast.rep)
    content = client.get(reverse("sales:deal_list"), params).content.decode()
    assert {name for name in ("late", "bare", "won one") if f">{name}</a>" in content} == seen


def test_it_puts_sales_beside_the_customer(cast: Cast, client: Client, stages: Stages) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    DealFactory(customer=customer, stage=stages["new"], name="Seen deal")
    OrderFactory(customer=customer, number="SEEN-1", lines=[(1, 5)])
    for user, seen in [(cast.rep, True), (cast.manager, True), (cast.colleague, False)]:
        client.force_login(user)
        content = client.get(customer.get_absolute_url()).content.decode()
        assert ("Seen deal" in content, "SEEN-1" in content) == (seen, seen)


def test_it_puts_open_deals_and_targets_on_my_day(
    cast: Cast, client: Client, stages: Stages
) -> None:
    today = timezone.localdate()
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    DealFactory(customer=customer, stage=stages["new"], name="Closing", expected_close=today)
    Target.objects.create(
        owner=cast.rep, team=cast.team, starts_on=today, ends_on=today + timedelta(days=1),
        amount=200,
    )  # fmt: skip
    OrderFactory(customer=customer, lines=[(1, 150)])
    client.force_login(cast.rep)
    content = client.get("/").content.decode()
    assert content.count(">Closing</a>") == 2  # without a step, and closing this month
    assert "75%" in content


def test_it_shows_moves_on_the_timeline_in_the_readers_language(
    cast: Cast, client: Client, stages: Stages
) -> None:
    Stage.objects.filter(pk=stages["offer"].pk).update(name="报价", name_en="Quotation")
    deal = DealFactory(customer=CustomerFactory(owner=cast.rep, team=cast.team), name="Long way")
    StageChange.objects.create(
        deal=deal, from_stage=stages["new"], to_stage=stages["offer"], at=timezone.now(),
        by=cast.rep,
    )  # fmt: skip
    url = reverse("customers:timeline", args=[deal.customer_id]) + "?kind=stage_change"
    client.force_login(cast.rep)
    assert "→ Quotation" in client.get(url).content.decode()
    cast.rep.language = "zh-hans"
    cast.rep.save()
    assert "→ 报价" in client.get(url).content.decode()
    client.force_login(cast.colleague)
    assert "Long way" not in client.get(url).content.decode()
