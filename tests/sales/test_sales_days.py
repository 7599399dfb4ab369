"""The kept sums of sales by day are what adding the orders up gives, whatever was written."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, connections
from django.utils import timezone

from crm.accounts.models import User
from sales import measures
from sales.company_days import follow_time_zone
from sales.models import Order, SalesDay
from sales.services import (
    LineItem,
    order_create,
    order_refund,
    order_restore,
    order_trash,
    order_update,
)
from sales.triggers import SALES_DAYS
from tests.factories.cast import Cast, make_cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import ChannelFactory, OrderFactory

Sums = dict[tuple[Any, ...], tuple[Any, ...]]
KEYS = {"day": measures.company_day(), "team": "team", "owner": "owner", "channel": "channel"}


def kept() -> Sums:
    rows = SalesDay.objects.exclude(revenue=0, sold=0, orders=0, refunds=0)
    return {
        (row.day, row.team_id, row.owner_id, row.channel_id): (
            row.revenue, row.sold, row.orders, row.refunds,
        )
        for row in rows
    }  # fmt: skip


def added_up() -> Sums:
    names = ("revenue", "sold", "orders", "refunds")
    rows = measures.grouped(Order.objects.all(), KEYS, *names)
    return {tuple(row[k] for k in KEYS): tuple(row[n] for n in names) for row in rows}


def sell(cast: Cast, price: int, **values: Any) -> Order:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    lines = [LineItem(Decimal(1), Decimal(price))]
    return order_create(actor=cast.rep, customer=customer, lines=lines, **values)


def test_it_keeps_the_sums_through_every_write(cast: Cast) -> None:
    shop = ChannelFactory()
    first, second = sell(cast, 100), sell(cast, 250, channel=shop)
    third = sell(cast, 333, ordered_at=timezone.now() - timedelta(days=3))
    assert kept() == added_up() != {}
    order_refund(pk=first.pk, actor=cast.rep)
    order_update(pk=second.pk, actor=cast.rep,
                 changes={"lines": [LineItem(Decimal(3), Decimal("0.5"))]})  # fmt: skip
    assert kept() == added_up()
    order_update(pk=third.pk, actor=cast.rep, changes={"status": Order.Status.CANCELLED})
    assert kept() == added_up()
    order_update(pk=third.pk, actor=cast.rep, changes={"status": Order.Status.SHIPPED})
    order_trash(pk=second.pk, actor=cast.rep)
    assert kept() == added_up()
    order_restore(pk=second.pk, actor=cast.rep)
    Order.objects.filter(pk=third.pk).update(owner=cast.colleague, ordered_at=timezone.now())
    assert kept() == added_up()
    User.objects.filter(pk=cast.colleague.pk).delete()
    Order.objects.filter(pk=third.pk).delete()
    assert kept() == added_up() != {}


def test_it_keeps_the_sums_when_many_write_at_once(transactional_db: None) -> None:
    cast = make_cast()
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    start = threading.Barrier(6)

    def write(number: int) -> None:
        try:
            start.wait()
            for price in (10, 20, 30):
                OrderFactory(customer=customer, number=f"T{number}-{price}", lines=[(1, price)])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=[n]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept() == added_up()
    customer.refresh_from_db()
    assert (customer.order_count, customer.order_value) == (18, Decimal(360))


def test_it_fills_the_table_from_what_there_is(cast: Cast) -> None:
    sell(cast, 100)
    SalesDay.objects.update(revenue=17)
    with connection.cursor() as cursor:
        cursor.execute(SALES_DAYS.refill)
    assert kept() == added_up() != {}


def test_it_follows_the_company_to_another_zone(cast: Cast, settings: LazySettings) -> None:
    sell(cast, 100, ordered_at=datetime(2026, 3, 9, 16, tzinfo=UTC))
    assert SalesDay.objects.get().day == date(2026, 3, 10)
    settings.TIME_ZONE = "America/New_York"
    follow_time_zone()
    sell(cast, 30, ordered_at=datetime(2026, 3, 10, 3, tzinfo=UTC))
    rows = SalesDay.objects.values_list("day", "revenue")
    assert list(rows) == [(date(2026, 3, 9), Decimal(130))]


@pytest.mark.parametrize("who", ["rep", "colleague", "manager", "admin", "agent"])
def test_it_shows_the_sums_of_what_one_sees(cast: Cast, who: str) -> None:
    sell(cast, 100)
    seen = SalesDay.objects.visible_to(getattr(cast, who))
    expected = [] if who in {"colleague", "agent"} else [Decimal(100)]
    assert [row.revenue for row in seen] == expected
