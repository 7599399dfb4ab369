"""Orders typed with their lines, through HTTP."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.accounts.models import User
from sales.models import ExchangeRate, Order
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import OrderFactory, ProductFactory


@pytest.fixture
def order(cast: Cast) -> Order:
    return OrderFactory(
        customer=CustomerFactory(owner=cast.rep, team=cast.team), lines=[(2, 50), (1, 20)],
        number="MARKED-1",
    )  # fmt: skip


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def order_values(customer_pk: int, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    values = {
        "customer": customer_pk, "status": "confirmed", "ordered_at": "2026-03-01T10:00",
        "currency": "CNY", "lines-TOTAL_FORMS": len(lines), "lines-INITIAL_FORMS": 0, **more,
    }  # fmt: skip
    for index, line in enumerate(lines):
        values |= {f"lines-{index}-{name}": value for name, value in line.items()}
    return values


def test_it_creates_an_order_with_its_lines(cast: Cast, client: Client) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    product = ProductFactory(price=Decimal(30), name="Cable")
    values = order_values(
        customer.pk,
        {"product": product.pk, "quantity": 2},
        {"description": "Work", "quantity": "1.5", "unit_price": "10"},
        {},
        submission=uuid.uuid4(), owner=cast.stranger.pk, number="FAKE", total="1", rate="9",
        kind="refund",
    )  # fmt: skip
    signed_in(client, cast.rep)
    first = client.post(reverse("sales:order_create"), values)
    second = client.post(reverse("sales:order_create"), values)
    order = Order.objects.get()
    assert first["Location"] == second["Location"] == order.get_absolute_url()
    assert (order.total, order.owner, order.kind, order.rate) == (75, cast.rep, "sale", 1)
    assert order.number.startswith("SO-")
    assert [line.description for line in order.lines.all()] == ["Cable", "Work"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ({}, "An order needs at least one line."),
        ({"description": "x", "quantity": -1, "unit_price": 1}, "Quantities are above zero."),
        ({"description": "x", "quantity": 0, "unit_price": 1}, "Quantities are above zero."),
        ({"description": "x", "quantity": 1}, "Say the price."),
        ({"quantity": 1, "unit_price": 1}, "Choose a product or describe the line."),
    ],
)
def test_it_says_what_is_wrong_with_a_line(
    cast: Cast, client: Client, line: dict[str, Any], sentence: str
) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    values = order_values(customer.pk, line, note="kept words")
    response = signed_in(client, cast.rep).post(reverse("sales:order_create"), values)
    assert response.status_code == 422
    page = response.content.decode()
    summary = page.partition("data-focus")[2].partition("</ul>")[0]
    assert sentence in summary
    assert not line or "Line 1, " in summary
    assert "kept words" in page
    assert not Order.objects.exists()


def test_it_asks_the_price_of_a_product_in_another_currency(cast: Cast, client: Client) -> None:
    ExchangeRate.objects.create(currency="USD", from_date=date(2020, 1, 1), rate=7)
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    line = {"product": ProductFactory(currency="USD").pk, "quantity": 1}
    response = signed_in(client, cast.rep).post(
        reverse("sales:order_create"), order_values(customer.pk, line)
    )
    assert "This product is priced in another currency." in response.content.decode()


def test_it_gives_room_for_more_lines(cast: Cast, client: Client) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    values = order_values(customer.pk, {"description": "typed line"}, more_lines=1)
    response = signed_in(client, cast.rep).post(reverse("sales:order_create"), values)
    content = response.content.decode()
    assert response.status_code == 200
    assert "typed line" in content
    assert 'name="lines-5-quantity"' in content
    assert not Order.objects.exists()


@pytest.mark.parametrize("odd", [{"lines-INITIAL_FORMS": -1}, {"lines-0-product": "²"}])
def test_it_takes_odd_lines_without_an_error(
    cast: Cast, client: Client, odd: dict[str, Any]
) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    line = {"description": "Line", "quantity": 0, "unit_price": 5}
    values = order_values(customer.pk, {"description": ""}, line) | odd
    response = signed_in(client, cast.rep).post(reverse("sales:order_create"), values)
    assert response.status_code == 422


def test_it_edits_and_deletes_lines(cast: Cast, client: Client, order: Order) -> None:
    values = order_values(
        order.customer_id,
        {"description": "Line 1", "quantity": 3, "unit_price": 50},
        {"description": "Line 2", "quantity": 1, "unit_price": 20, "DELETE": "on"},
        expected_version=1,
    )  # fmt: skip
    values["lines-INITIAL_FORMS"] = 2
    url = reverse("sales:order_edit", args=[order.pk])
    signed_in(client, cast.rep)
    assert client.post(url, values).status_code == 302
    order.refresh_from_db()
    assert (order.total, order.lines.count()) == (150, 1)
    assert client.post(url, values).status_code == 409
    order.refresh_from_db()
    assert order.version == 2
