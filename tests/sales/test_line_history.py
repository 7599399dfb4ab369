"""Lines of orders and quotes are written anew together; their history tells what is another."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pghistory
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from crm.common.changes import record_changes
from customers.models import Customer
from sales.models import Order, Product
from sales.services import LineItem, order_create, order_update, quote_create, quote_update
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import ProductFactory

JULY = datetime(2026, 7, 1, 4, tzinfo=UTC)


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return CustomerFactory(owner=cast.rep)


@pytest.fixture
def tea() -> Product:
    return ProductFactory(name="Green tea")


def line(quantity: int, price: str, product: Product | None = None, **more: Any) -> LineItem:
    return LineItem(Decimal(quantity), Decimal(price), product, **more)


def told(record: Any, reader: Any) -> list[tuple[str, str]]:
    with translation.override("en"):
        fields = [field for change in record_changes(record, reader) for field in change.fields]
        return [(one.before, one.after) for one in fields if one.label == "line"]


@pytest.fixture
def order(cast: Cast, customer: Customer, tea: Product) -> Order:
    kept = line(1, "20", description="Delivery")
    return order_create(
        actor=cast.rep, customer=customer, lines=[line(2, "50", tea), kept], ordered_at=JULY
    )


def test_lines_of_the_same_total_are_told(
    cast: Cast, client: Client, order: Order, tea: Product
) -> None:
    assert told(order, cast.manager) == []
    kept = line(1, "20", description="Delivery")
    swapped = [kept, line(4, "27.7778", tea, discount=Decimal(10))]
    client.force_login(cast.rep)
    order_update(pk=order.pk, actor=cast.rep, changes={"lines": swapped})
    order.refresh_from_db()
    assert order.total == 120
    assert told(order, cast.manager) == [
        ("Green tea · 2 × 50.00", "Green tea · 4 × 27.7778 (−10%)")
    ]
    page = client.get(reverse("sales:order_history", args=[order.pk])).content.decode()
    assert "Green tea · 4 × 27.7778" in page
    assert "Delivery" not in page


def test_each_writing_is_told_by_itself(cast: Cast, order: Order, tea: Product) -> None:
    other = ProductFactory(name="Black tea")
    for lines in ([line(3, "50", tea)], [line(3, "50", tea), line(1, "8", other)]):
        with pghistory.context(user=cast.rep.pk):  # as each request and each job
            order_update(pk=order.pk, actor=cast.rep, changes={"lines": lines})
    with pghistory.context(user=cast.manager.pk):  # as an import does
        order.lines.filter(product=other).update(unit_price=9)
    # All of one moment here, so in no order.
    assert sorted(told(order, cast.manager)) == [
        ("Black tea · 1 × 8.00", "Black tea · 1 × 9.00"),
        ("Delivery · 1 × 20.00", "–"),
        ("Green tea · 2 × 50.00", "Green tea · 3 × 50.00"),
        ("–", "Black tea · 1 × 8.00"),
    ]


def test_its_own_words_are_told_beside_the_product(cast: Cast, order: Order, tea: Product) -> None:
    kept = order.lines.get(product=None).description
    lines = [line(2, "50", tea, description="First flush"), line(1, "20", description=kept)]
    order_update(pk=order.pk, actor=cast.rep, changes={"lines": lines})
    assert told(order, cast.manager) == [
        ("Green tea · 2 × 50.00", "–"), ("–", "Green tea · First flush · 2 × 50.00"),
    ]  # fmt: skip


def test_equal_lines_of_a_quote_are_no_change(cast: Cast, customer: Customer, tea: Product) -> None:
    lines = [line(2, "50", tea), line(1, "20", description="Delivery")]
    quote = quote_create(
        actor=cast.rep, customer=customer, lines=lines, quoted_on=JULY.date(),
        valid_until=JULY.date(),
    )  # fmt: skip
    with pghistory.context(user=cast.rep.pk):
        quote_update(pk=quote.pk, actor=cast.rep, changes={"lines": lines[::-1]})
    assert told(quote, cast.manager) == []
    with pghistory.context(user=cast.rep.pk):
        quote_update(pk=quote.pk, actor=cast.rep, changes={"lines": lines[:1]})
    assert told(quote, cast.manager) == [("Delivery · 1 × 20.00", "–")]
