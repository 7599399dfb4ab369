"""What hangs on a record stands in its history: tags, links to contacts, prices of a list."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pghistory.core import event_models

from crm.common.changes import record_changes
from customers.models import Contact, Customer, Tag
from sales.models import PriceList, Product
from sales.services import PriceLine, price_list_create, price_list_update
from tests.factories.cast import Cast
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.sales import ProductFactory

HTMX = {"HX-Request": "true"}
# A test is one transaction, and its changes have the moment at which it began.
LONG_AGO = datetime(2026, 1, 5, tzinfo=UTC)


def grown(record: Any) -> Any:
    """A record that was there before the test's transaction."""
    type(record).objects.filter(pk=record.pk).update(created_at=LONG_AGO)
    event_models(tracks_model=type(record))[0].objects.all().delete()
    record.created_at = LONG_AGO
    return record


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return grown(CustomerFactory(owner=cast.rep))


@pytest.fixture
def person(cast: Cast) -> Contact:
    return grown(ContactFactory(owner=cast.rep, name="Zhang Wei"))


def told(record: Any, reader: Any) -> list[tuple[str, str, str]]:
    with translation.override("en"):
        changes = record_changes(record, reader)
        return [
            (str(one.label), one.before, one.after) for one in chain(*(c.fields for c in changes))
        ]


def timeline(client: Client, customer: Customer) -> str:
    url = reverse("customers:timeline", args=[customer.pk])
    return client.get(url, {"kind": "change"}).content.decode()


def test_it_tells_tags_put_on_and_taken_off(cast: Cast, client: Client, customer: Customer) -> None:
    tags = [Tag.objects.create(name=name) for name in ("Key account", "Tea")]
    url = reverse("customers:field", args=[customer.pk, "tags"])
    client.force_login(cast.rep)
    assert client.post(url, {"tags": [one.pk for one in tags]}, headers=HTMX).status_code == 200
    assert client.post(url, {"tags": [tags[1].pk]}, headers=HTMX).status_code == 200
    last, *before = told(customer, cast.manager)
    assert last == ("tag", "Key account", "–")
    assert sorted(before) == [("tag", "–", "Key account"), ("tag", "–", "Tea")]  # given at once
    assert {one.who for one in record_changes(customer, cast.manager)} == {str(cast.rep)}
    page = timeline(client, customer)
    assert (page.count("Tag added"), page.count("Tag taken off")) == (2, 1)
    assert str(cast.rep) in page
    history = client.get(reverse("customers:history", args=[customer.pk])).content.decode()
    assert "Key account" in history


def test_it_tells_links_to_contacts(
    cast: Cast, client: Client, customer: Customer, person: Contact
) -> None:
    client.force_login(cast.rep)
    link = reverse("customers:contacts", args=[customer.pk])
    part, unlink = (
        reverse(f"customers:{page}", args=[customer.pk, person.pk])
        for page in ("affiliation", "unlink")
    )
    client.post(link, {"contact": person.pk, "active": "on", "role": "Buyer"}, headers=HTMX)
    client.post(part, {"role": "Buyer", "is_primary": "on", "active": "on"}, headers=HTMX)
    client.post(unlink, headers=HTMX)
    steps = [
        ("Zhang Wei · Buyer, primary contact", "–"),
        ("Zhang Wei · Buyer", "Zhang Wei · Buyer, primary contact"),
        ("–", "Zhang Wei · Buyer"),
    ]
    assert told(customer, cast.rep) == [("contact", *step) for step in steps]
    page = timeline(client, customer)
    for text in ("Contact unlinked", "Buyer → Buyer, primary contact", "Contact linked"):
        assert text in page
    assert [step[0] for step in told(person, cast.rep)] == ["works for"] * 3


def test_it_names_nobody_whom_the_reader_does_not_see(
    cast: Cast, client: Client, customer: Customer, person: Contact
) -> None:
    hidden = CustomerFactory(owner=cast.stranger, team=cast.other_team, name="Hidden Ltd")
    client.force_login(cast.admin)
    for one in (customer, hidden):
        url = reverse("customers:contacts", args=[one.pk])
        client.post(url, {"contact": person.pk, "active": "on"}, headers=HTMX)
    seen = {reader: told(person, getattr(cast, reader)) for reader in ("admin", "rep")}
    assert ["Hidden Ltd" in str(seen[reader]) for reader in ("admin", "rep")] == [True, False]
    assert len(seen["rep"]) == 2


def test_it_tells_no_changes_of_what_is_new(cast: Cast, client: Client) -> None:
    tag = Tag.objects.create(name="Tea")
    client.force_login(cast.rep)
    values = {
        "name": "New Ltd", "kind": "organisation", "lifecycle": "lead", "acquisition": "direct",
        "tags": [tag.pk],
    }  # fmt: skip
    assert client.post(reverse("customers:create"), values).status_code == 302
    made = Customer.objects.get(name="New Ltd")
    assert list(made.tags.all()) == [tag]
    assert told(made, cast.rep) == []
    assert "Tag added" not in timeline(client, made)


@pytest.fixture
def product(cast: Cast) -> Product:
    return ProductFactory(name="Green tea", price=100)


def test_it_tells_prices_of_a_list(cast: Cast, client: Client, product: Product) -> None:
    other = ProductFactory(name="Black tea", price=50)
    kept = [PriceLine(product, Decimal(90)), PriceLine(other, Decimal(40), Decimal(10))]
    made = price_list_create(actor=cast.manager, name="Spring", items=kept)
    ids = dict(made.items.values_list("product", "pk"))
    assert told(made, cast.manager) == []
    changed = [PriceLine(product, Decimal("85.5")), kept[1]]
    price_list_update(pk=made.pk, actor=cast.manager, changes={"items": changed})
    assert told(made, cast.manager) == [("price", "Green tea · 90.00", "Green tea · 85.50")]
    assert dict(made.items.values_list("product", "pk")) == ids  # equal ones are left alone
    price_list_update(pk=made.pk, actor=cast.manager, changes={"items": changed[:1]})
    assert told(made, cast.manager)[0] == ("price", "Black tea · 40.00 (≥ 10)", "–")
    client.force_login(cast.manager)
    page = client.get(reverse("sales:price_list_history", args=[made.pk])).content.decode()
    assert "Green tea · 85.50" in page


def test_it_tells_one_moment_once(cast: Cast, client: Client, product: Product) -> None:
    made: PriceList = price_list_create(
        actor=cast.manager, name="Spring", items=[PriceLine(product, Decimal(90))]
    )
    values = {
        "name": "Summer", "currency": "CNY", "audience": "everyone", "active": "on",
        "version": made.version, "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0,
        "lines-0-product": product.pk, "lines-0-price": "80", "lines-0-min_quantity": "1",
    }  # fmt: skip
    client.force_login(cast.manager)
    assert client.post(reverse("sales:price_list_edit", args=[made.pk]), values).status_code == 302
    (change,) = record_changes(made.__class__.objects.get(), cast.manager)
    assert len(change.fields) == 2
    assert change.who == str(cast.manager)
