"""Rollups count every writer's rows, also of writers who wait for each other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from decimal import Decimal

from django.db import connection, connections, transaction

from customers.models import Customer
from sales.models import Order
from tests.factories.cast import make_cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import DealFactory, OrderFactory, StageFactory

DEADLINE = 10


def in_thread(work: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_until_somebody_waits_for_a_lock() -> None:
    """Returns when a backend of this database waits for another one's row."""
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # else it says the same all along
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waited")


def test_it_counts_the_order_of_the_writer_it_waited_for(transactional_db: None) -> None:
    customer = CustomerFactory(owner=make_cast().rep)
    with transaction.atomic():
        OrderFactory(customer=customer, lines=[(1, 100)])
        second = in_thread(lambda: OrderFactory(customer=customer, lines=[(1, 23)]) and None)
        wait_until_somebody_waits_for_a_lock()
    second.join()
    customer.refresh_from_db()
    assert (customer.order_count, customer.order_value) == (2, Decimal(123))


def test_it_counts_the_deal_of_the_writer_it_waited_for(transactional_db: None) -> None:
    customer, stage = CustomerFactory(owner=make_cast().rep), StageFactory()
    with transaction.atomic():
        DealFactory(customer=customer, stage=stage)
        second = in_thread(lambda: DealFactory(customer=customer, stage=stage) and None)
        wait_until_somebody_waits_for_a_lock()
    second.join()
    customer.refresh_from_db()
    assert customer.open_deals == 2


def test_it_leaves_the_parent_alone_when_nothing_counted_changed(transactional_db: None) -> None:
    """A note on an order does not wait for whoever writes at the customer."""
    customer = CustomerFactory(owner=make_cast().rep)
    order = OrderFactory(customer=customer, lines=[(1, 100)])
    with transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(note="busy")
        noted = in_thread(lambda: Order.objects.filter(pk=order.pk).update(note="x") and None)
        noted.join(DEADLINE)
        assert not noted.is_alive()
    order.refresh_from_db()
    assert order.note == "x"


def test_it_follows_an_order_to_another_customer(db: None) -> None:
    first, second = CustomerFactory.create_batch(2, owner=make_cast().rep)
    order = OrderFactory(customer=first, lines=[(1, 100)])
    Order.objects.filter(pk=order.pk).update(customer=second)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.order_value, second.order_value) == (Decimal(0), Decimal(100))
