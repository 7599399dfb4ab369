"""Which price a line gets."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer, Segment
from sales.models import Order, PriceItem, PriceList, Product
from sales.pricing import prices_for
from sales.services import PriceLine, price_list_create, price_list_update
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import ProductFactory

DAY = date(2026, 3, 15)


@pytest.fixture
def product(db: None) -> Product:
    return ProductFactory(price=Decimal(100), name="Cable")


@pytest.fixture
def customer(cast: Cast) -> Customer:
    segment = Segment.objects.create(name="Gold", origin="filter")
    return CustomerFactory(owner=cast.rep, team=cast.team, segment=segment)


def priced(product: Product, amount: int, *, least: int = 1, **values: Any) -> PriceList:
    customers = values.pop("customers", ())
    price_list = PriceList.objects.create(name=f"{amount}", **values)
    price_list.customers.set(customers)
    PriceItem.objects.create(
        price_list=price_list, product=product, price=amount, min_quantity=least
    )
    return price_list


def price(customer: Customer, product: Product, quantity: int = 1, **more: Any) -> Any:
    values = {"currency": "CNY", "day": DAY, **more}
    found = prices_for(customer, [(product, Decimal(quantity))], **values)[0]
    return found.amount if found else None


def test_it_takes_the_most_specific_list(customer: Customer, product: Product) -> None:
    assert price(customer, product) == 100
    priced(product, 90)
    assert price(customer, product) == 90
    priced(product, 95, audience="segment", segment=customer.segment)
    assert price(customer, product) == 95
    priced(product, 97, audience="customers", customers=[customer])
    assert price(customer, product) == 97
    other = CustomerFactory()
    assert price(other, product) == 90


def test_it_takes_the_break_that_the_quantity_reaches(customer: Customer, product: Product) -> None:
    price_list = priced(product, 90)
    for least, amount in [(10, 80), (100, 60)]:
        PriceItem.objects.create(
            price_list=price_list, product=product, min_quantity=least, price=amount
        )
    shown = {quantity: price(customer, product, quantity) for quantity in (1, 9, 10, 99, 100)}
    assert shown == {1: 90, 9: 90, 10: 80, 99: 80, 100: 60}


@pytest.mark.parametrize(
    "values",
    [
        {"active": False},
        {"trashed_at": timezone.now()},
        {"currency": "EUR"},
        {"ends_on": DAY},  # the day after the last is not included
        {"starts_on": DAY + timedelta(days=1)},
    ],
)
def test_it_leaves_out_lists_that_do_not_apply(
    customer: Customer, product: Product, values: dict[str, Any]
) -> None:
    priced(product, 90, **values)
    assert price(customer, product) == 100


def test_it_includes_the_first_day_and_the_last(customer: Customer, product: Product) -> None:
    priced(product, 90, starts_on=DAY, ends_on=DAY + timedelta(days=1))
    assert price(customer, product) == 90


def test_it_knows_no_price_in_another_currency(customer: Customer, product: Product) -> None:
    assert price(customer, product, currency="EUR") is None
    priced(product, 12, currency="EUR")
    assert price(customer, product, currency="EUR") == 12


def test_it_prices_many_lines_in_few_queries(
    customer: Customer, django_assert_num_queries: Any
) -> None:
    products = [ProductFactory() for _ in range(20)]
    for product in products:
        priced(product, 50)
    with django_assert_num_queries(2):  # lists, prices
        found = prices_for(customer, [(p, Decimal(1)) for p in products], "CNY", DAY)
    assert [p.amount for p in found if p] == [50] * 20


def order_values(customer: Customer, product: Product, **line: Any) -> dict[str, Any]:
    return {
        "customer": customer.pk, "status": "confirmed", "ordered_at": "2026-03-15T10:00",
        "currency": "CNY", "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0,
        "lines-0-product": product.pk, "lines-0-quantity": 2,
        **{f"lines-0-{name}": value for name, value in line.items()},
    }  # fmt: skip


def test_it_prices_an_orders_line_from_the_list_unless_one_is_typed(
    cast: Cast, client: Client, customer: Customer, product: Product
) -> None:
    price_list = priced(product, 90, audience="customers", customers=[customer])
    client.force_login(cast.rep)
    client.post(reverse("sales:order_create"), order_values(customer, product))
    client.post(reverse("sales:order_create"), order_values(customer, product, unit_price=70))
    client.post(reverse("sales:order_create"), order_values(customer, product, discount=10))
    listed, typed, discounted = Order.objects.order_by("pk")
    assert (listed.total, typed.total, discounted.total) == (180, 140, 162)
    assert listed.lines.get().price_list == price_list
    assert typed.lines.get().price_list is None
    assert str(price_list) in client.get(listed.get_absolute_url()).content.decode()


def test_it_shows_the_price_while_a_line_is_written(
    cast: Cast, client: Client, customer: Customer, product: Product
) -> None:
    priced(product, 90, least=5)
    asked = {"line": "lines-0", "customer": customer.pk, "currency": "CNY",
             "lines-0-product": product.pk, "lines-0-quantity": "5"}  # fmt: skip
    url = reverse("sales:line_price")
    client.force_login(cast.rep)
    assert "CN¥90 (90)" in client.get(url, asked).content.decode()
    assert "CN¥100" in client.get(url, {**asked, "lines-0-quantity": "x"}).content.decode()
    client.force_login(cast.stranger)  # does not see the customer
    assert "CN¥" not in client.get(url, asked).content.decode()


def test_it_is_kept_by_managers(cast: Cast, client: Client, product: Product) -> None:
    with pytest.raises(PermissionDenied):
        price_list_create(actor=cast.rep, name="Mine")
    values = {
        "name": "Spring", "currency": "CNY", "audience": "everyone", "active": "on",
        "lines-TOTAL_FORMS": 2, "lines-INITIAL_FORMS": 0,
        "lines-0-product": product.pk, "lines-0-price": "88",
        "lines-1-product": product.pk, "lines-1-price": "77", "lines-1-min_quantity": "10",
    }  # fmt: skip
    client.force_login(cast.manager)
    response = client.post(reverse("sales:price_list_create"), values)
    price_list = PriceList.objects.get()
    assert response["Location"] == price_list.get_absolute_url()
    page = client.get(price_list.get_absolute_url()).content.decode()
    assert "CN¥88" in page
    assert "CN¥77" in page
    twice = client.post(reverse("sales:price_list_create"), {**values, "lines-1-min_quantity": "1"})
    assert twice.status_code == 422
    assert "two prices from the same quantity" in twice.content.decode()
    assert "77" in twice.content.decode()
    for audience in ("segment", "customers"):
        answer = client.post(reverse("sales:price_list_create"), {**values, "audience": audience})
        assert answer.status_code == 422
    assert PriceList.objects.count() == 1


def test_it_keeps_customers_whom_the_editor_does_not_see(cast: Cast, product: Product) -> None:
    unseen, seen = (
        CustomerFactory(owner=cast.stranger, team=cast.other_team),
        CustomerFactory(owner=cast.rep, team=cast.team),
    )
    price_list = priced(product, 1, audience="customers", customers=[unseen])
    price_list_update(
        pk=price_list.pk, actor=cast.manager,
        changes={"customers": [seen], "items": [PriceLine(product, Decimal(5))]},
    )  # fmt: skip
    assert set(price_list.customers.all()) == {unseen, seen}
    assert [item.price for item in price_list.items.all()] == [5]


@pytest.mark.parametrize("url", ["/sales/price-lists/new/", "/customers/?filters=1"])
def test_it_tells_a_teams_segment_from_the_companys(cast: Cast, client: Client, url: str) -> None:
    Segment.objects.create(name="Gold", origin="cluster", key=1)
    Segment.objects.create(name="Gold", origin="cluster", key=1, team=cast.team)
    client.force_login(cast.manager)
    page = client.get(url).content.decode()
    assert ">Gold<" in page
    assert f">Gold · {cast.team}<" in page
