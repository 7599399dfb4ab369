"""What an order or a quote comes to, while it is written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sales.models import Quote
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import ProductFactory

LINES = {
    "lines-INITIAL_FORMS": 0, "lines-TOTAL_FORMS": 5,
    "lines-0-description": "Cable", "lines-0-quantity": "3", "lines-0-unit_price": "19.99",
    "lines-0-discount": "10", "lines-0-tax_rate": "13",
    "lines-1-description": "安装", "lines-1-quantity": "1.5", "lines-1-unit_price": "0.35",
    "lines-1-tax_rate": "6",
    "lines-2-quantity": "7", "lines-2-tax_rate": "13",  # half written
    "lines-3-tax_rate": "13",  # blank
}  # fmt: skip


@pytest.fixture
def form(cast: Cast) -> dict[str, Any]:
    """The lines above, and one whose price is the product's."""
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    product = ProductFactory(price=Decimal(40))
    return {
        **LINES, "customer": customer.pk, "currency": "CNY", "quoted_on": "2026-03-01",
        "valid_until": "2026-03-31", "language": "en",
        "lines-4-product": product.pk, "lines-4-quantity": "2", "lines-4-tax_rate": "13",
    }  # fmt: skip


def said(client: Client, form: dict[str, Any], of: str) -> str:
    return client.post(f"{reverse('sales:lines_sum')}?of={of}", form).content.decode()


def test_it_says_what_is_saved_then(cast: Cast, client: Client, form: dict[str, Any]) -> None:
    client.force_login(cast.rep)
    shown = said(client, form, "quote")
    del form["lines-2-quantity"]
    client.post(reverse("sales:quote_create"), form)
    quote = Quote.objects.get()
    # 53.97 + 0.53 + 80, taxed 7.02 + 0.03 + 10.40
    assert (quote.net, quote.tax) == (Decimal("134.50"), Decimal("17.45"))
    assert ("CN¥134.50" in shown, "CN¥17.45" in shown, "CN¥151.95" in shown) == (True,) * 3


def test_an_order_has_no_tax(cast: Cast, client: Client, form: dict[str, Any]) -> None:
    client.force_login(cast.rep)
    shown = said(client, form, "order")
    assert "CN¥134.50" in shown
    assert "Tax" not in shown


def test_it_says_nothing_where_nothing_is_complete(
    cast: Cast, client: Client, form: dict[str, Any]
) -> None:
    client.force_login(cast.rep)
    assert "CN¥" not in said(client, {"lines-TOTAL_FORMS": "nonsense"}, "quote")
    deleted = {**form, "lines-INITIAL_FORMS": 5}
    deleted |= {f"lines-{n}-DELETE": "on" for n in range(5)}
    assert "CN¥" not in said(client, deleted, "quote")


def test_it_shows_no_prices_of_customers_out_of_sight(
    cast: Cast, client: Client, form: dict[str, Any]
) -> None:
    client.force_login(cast.stranger)
    assert "CN¥54.50" in said(client, form, "order")
    client.force_login(cast.agent)
    assert client.post(reverse("sales:lines_sum"), form).status_code == 404
