"""What a sales figure counts, and that every page that shows one shows the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median, stdev, variance
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics import metrics
from analytics.slices import Slice
from crm.accounts.models import User
from crm.common import formats
from customers.models import Customer
from sales import measures
from sales.models import Deal, DealSum, ExchangeRate, Order, OrderLine, SalesDay, Stage, Target
from sales.selectors import with_achieved
from sales.services import LineItem, order_create, order_refund, order_trash
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import ChannelFactory, DealFactory, OrderFactory

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)  # noon in Shanghai


@pytest.fixture
def customer(cast: Cast) -> Customer:
    customer: Customer = CustomerFactory(owner=cast.rep, team=cast.team)
    return customer


def sell(cast: Cast, customer: Customer, price: int, **values: Any) -> Order:
    values = {"ordered_at": NOON, **values}
    lines = [LineItem(Decimal(1), Decimal(price))]
    return order_create(actor=cast.rep, customer=customer, lines=lines, **values)


def test_it_counts_sales_less_refunds_and_nothing_else(cast: Cast, customer: Customer) -> None:
    first = sell(cast, customer, 100)
    sell(cast, customer, 250)
    sell(cast, customer, 7000, status="draft")
    sell(cast, customer, 9000, status="cancelled")
    order_trash(pk=sell(cast, customer, 11_000).pk, actor=cast.rep)
    order_refund(pk=first.pk, actor=cast.rep)
    found = measures.over(
        Order.objects.all(), "revenue", "sold", "refunded", "orders", "refunds", "customers"
    )
    assert found == {
        "revenue": Decimal(250), "sold": Decimal(350), "refunded": Decimal(100),
        "orders": 2, "refunds": 1, "customers": 1,
    }  # fmt: skip


def test_it_counts_foreign_orders_at_the_rate_of_their_day(cast: Cast, customer: Customer) -> None:
    for day, rate in (("2026-01-01", "7.10"), ("2026-03-01", "7.25"), ("2026-03-11", "9")):
        ExchangeRate.objects.create(currency="USD", from_date=day, rate=Decimal(rate))
    sold = sell(cast, customer, 100, currency="USD")
    sell(cast, customer, 50)
    before = sell(cast, customer, 10, currency="USD", ordered_at=NOON - timedelta(days=20))
    assert (sold.total, sold.total_base) == (Decimal(100), Decimal(725))
    assert before.total_base == Decimal(71)
    assert measures.revenue(Order.objects.all()) == Decimal("846")
    lines = measures.over(OrderLine.objects.all(), "revenue")
    assert lines["revenue"] == Decimal("846")
    ExchangeRate.objects.filter(currency="USD").update(rate=Decimal(1))
    assert measures.revenue(Order.objects.all()) == Decimal("846")


def test_it_describes_the_sales_alone(cast: Cast, customer: Customer) -> None:
    prices = [100, 250, 333, 80]
    orders = [sell(cast, customer, price) for price in prices]
    order_refund(pk=orders[2].pk, actor=cast.rep)
    found = measures.over(Order.objects.all(), "mean", "median", "variance", "sd")
    assert found["mean"] == Decimal("190.75")
    assert found["median"] == Decimal(median(prices))
    assert float(found["variance"]) == pytest.approx(variance(prices), abs=0.01)
    assert float(found["sd"]) == pytest.approx(stdev(prices), abs=0.01)


def test_it_has_no_mean_of_nothing(cast: Cast) -> None:
    found = measures.over(Order.objects.all(), "revenue", "mean", "median", "sd")
    assert found == {"revenue": Decimal(0), "mean": None, "median": None, "sd": None}


def test_it_groups_by_field_and_by_the_companys_day(cast: Cast, customer: Customer) -> None:
    shop = ChannelFactory()
    sell(cast, customer, 100, channel=shop, ordered_at=datetime(2026, 3, 9, 15, 59, tzinfo=UTC))
    sell(cast, customer, 30, channel=shop, ordered_at=datetime(2026, 3, 9, 16, tzinfo=UTC))
    keys = {"day": measures.company_day(), "channel": "channel"}
    with timezone.override("America/New_York"):
        rows = list(measures.grouped(Order.objects.all(), keys, "revenue").order_by("day"))
        second = Order.objects.filter(**measures.within(date(2026, 3, 10), date(2026, 3, 11)))
        assert measures.revenue(second) == Decimal(30)
    assert rows == [
        {"day": date(2026, 3, 9), "channel": shop.pk, "revenue": Decimal(100)},
        {"day": date(2026, 3, 10), "channel": shop.pk, "revenue": Decimal(30)},
    ]


def test_it_leaves_lost_deals_out_of_the_forecast(
    cast: Cast, customer: Customer, stages: dict[str, Stage]
) -> None:
    now = timezone.now()
    DealFactory(customer=customer, stage=stages["offer"], amount=Decimal(1001))
    DealFactory(customer=customer, stage=stages["new"], amount=Decimal(33))
    DealFactory(customer=customer, stage=stages["lost"], closed_at=now, probability=90)
    DealFactory(customer=customer, stage=stages["won"], closed_at=now, amount=Decimal(500))
    found = measures.over(
        Deal.objects.all(), "deals", "open", "open_amount", "weighted", "won_amount", "lost"
    )
    assert found == {
        "deals": 4, "open": 2, "open_amount": Decimal(1034), "weighted": Decimal("503.80"),
        "won_amount": Decimal(500), "lost": 1,
    }  # fmt: skip
    assert measures.win_rate(1, 1) == 0.5
    assert measures.win_rate(0, 0) is None


@pytest.mark.parametrize("name", ["admin", "manager", "rep"])
def test_it_shows_one_figure_on_every_page(client: Client, db: None, name: str) -> None:
    """Revenue of a year on the dashboard, in the plan and on the customers' pages."""
    call_command("demo", customers=60, seed=1, today=date(2026, 3, 18), verbosity=0)
    user = User.objects.get(username=name)
    start, end = date(2025, 3, 1), date(2026, 3, 19)
    by_hand = sum(
        (o.total_base for o in Order.objects.counted().visible_to(user).filter(
            ordered_at__gte=measures.day_start(start), ordered_at__lt=measures.day_start(end)
        )), Decimal(0),
    )  # fmt: skip
    part = Slice(user, start, end)
    assert by_hand > 0
    assert metrics.sales(part) == by_hand
    weeks = Slice(user, date(2025, 3, 3), date(2026, 3, 16))
    weekly = sum(total for _week, total in metrics.weekly_sales(weeks))
    assert weekly == pytest.approx(float(metrics.sales(weeks)), abs=0.01)
    target = Target.objects.create(
        owner=user if user.is_rep else None, team=None if user.is_admin else user.team,
        starts_on=start, ends_on=end, amount=1,
    )  # fmt: skip
    assert with_achieved(Target.objects.filter(pk=target.pk), user).get().achieved == by_hand
    client.force_login(user)
    query = {"period": "custom", "from": "2025-03-01", "to": "2026-03-18"}
    page = client.get(reverse("analytics:dashboard"), query).content.decode()
    assert formats.money(round(by_hand), "CNY") in page


def test_it_gives_a_customer_the_value_of_its_orders(cast: Cast, customer: Customer) -> None:
    ExchangeRate.objects.create(currency="USD", from_date="2026-01-01", rate=Decimal("7.1"))
    order_refund(pk=sell(cast, customer, 40).pk, actor=cast.rep)
    sell(cast, customer, 100, currency="USD")
    customer.refresh_from_db()
    orders = Order.objects.filter(customer=customer)
    assert customer.order_value == measures.revenue(orders) == Decimal(710)


def test_it_finds_the_rows_of_a_figure_in_the_list(
    client: Client, cast: Cast, customer: Customer
) -> None:
    """The list's days are those of the figure, wherever its reader is."""
    OrderFactory(customer=customer, number="T-late",
                 ordered_at=datetime(2026, 3, 9, 16, tzinfo=UTC))  # fmt: skip
    OrderFactory(customer=customer, number="T-early",
                 ordered_at=datetime(2026, 3, 9, 15, tzinfo=UTC))  # fmt: skip
    User.objects.filter(pk=cast.rep.pk).update(time_zone="America/New_York")
    client.force_login(cast.rep)
    query = {"ordered_from": "2026-03-10", "ordered_until": "2026-03-10"}
    page = client.get(reverse("sales:order_list"), query).content.decode()
    assert "T-late" in page
    assert "T-early" not in page
    for day in ("0001-01-01", "9999-12-31"):
        query = {"ordered_from": day, "ordered_until": day}
        assert client.get(reverse("sales:order_list"), query).status_code == 200


def test_it_gives_the_same_from_the_kept_sums(
    cast: Cast, customer: Customer, stages: dict[str, Stage]
) -> None:
    order_refund(pk=sell(cast, customer, 100).pk, actor=cast.rep)
    sell(cast, customer, 250)
    names = ("revenue", "sold", "refunded", "orders", "refunds")
    kept = measures.over(SalesDay.objects.visible_to(cast.rep), *names)
    assert kept == measures.over(Order.objects.visible_to(cast.rep), *names)
    for name, probability in (("offer", 33), ("new", 7), ("won", 100), ("lost", 0)):
        closed = None if name in {"offer", "new"} else timezone.now()
        DealFactory(customer=customer, stage=stages[name], amount=Decimal("99.99"),
                    probability=probability, closed_at=closed)  # fmt: skip
    summed = measures.over(DealSum.objects.visible_to(cast.rep), *measures.DEAL)
    assert summed == measures.over(Deal.objects.visible_to(cast.rep), *measures.DEAL)
    by_stage = [
        list(measures.grouped(rows.visible_to(cast.rep), {"stage": "stage"}, *measures.DEAL)
             .order_by("stage"))
        for rows in (Deal.objects, DealSum.objects)
    ]  # fmt: skip
    assert by_stage[0] == by_stage[1]
    assert len(by_stage[0]) == 4
