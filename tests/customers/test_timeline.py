"""The customer's page: timeline with its filters, tabs with their counts, the deal's way."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from customers.services import customer_restore, customer_trash, customer_update
from tests.factories.cast import Cast
from tests.factories.communications import CommunicationFactory, FollowUpFactory
from tests.factories.customers import CustomerFactory, NeedFactory
from tests.factories.sales import DealFactory, OrderFactory, make_stages


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return CustomerFactory(owner=cast.rep, city="Shanghai")


def timeline(client: Client, customer: Customer, **query: Any) -> str:
    url = reverse("customers:timeline", args=[customer.pk])
    return client.get(url, query).content.decode()


def test_it_narrows_to_kinds(cast: Cast, client: Client, customer: Customer) -> None:
    CommunicationFactory(customer=customer, subject="About the price")
    FollowUpFactory(
        customer=customer, title="Called back", done_at=timezone.now(), done_by=cast.rep
    )
    DealFactory(customer=customer, name="Tea deal")
    NeedFactory(customer=customer, title="Tea wanted")
    client.force_login(cast.rep)
    everything = timeline(client, customer)
    said = timeline(client, customer, kind="communication")
    both = timeline(client, customer, kind=["communication", "need"])
    for text in ("About the price", "Called back", "Tea deal", "Tea wanted"):
        assert text in everything
    assert ("About the price" in said, "Called back" in said) == (True, True)
    assert ("Tea deal" in said, "Tea wanted" in said) == (False, False)
    assert ("Tea deal" in both, "Tea wanted" in both) == (False, True)
    assert "About the price" in timeline(client, customer, kind="'; DROP")


def test_it_narrows_to_what_the_reader_did(cast: Cast, client: Client, customer: Customer) -> None:
    CommunicationFactory(customer=customer, subject="By me", owner=cast.rep)
    CommunicationFactory(customer=customer, subject="By them", owner=cast.colleague)
    client.force_login(cast.rep)
    mine = timeline(client, customer, mine=1)
    assert ("By me" in mine, "By them" in mine) == (True, False)


def test_it_walks_every_entry_once(cast: Cast, client: Client, customer: Customer) -> None:
    start = timezone.now()
    for number in range(45):
        CommunicationFactory(
            customer=customer, subject=f"Talk {number:02}",
            happened_at=start - timedelta(hours=number // 3),
        )  # fmt: skip
    client.force_login(cast.rep)
    page = timeline(client, customer, mine=1)
    seen = re.findall(r"Talk \d\d", page)
    for _page in range(5):
        following = re.search(r'hx-get="([^"]*cursor[^"]*)"', page)
        if following is None:
            break
        page = client.get(following[1].replace("&amp;", "&")).content.decode()
        seen += re.findall(r"Talk \d\d", page)
    assert sorted(seen) == [f"Talk {number:02}" for number in range(45)]


def test_it_tells_what_changed_from_what_to_what(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.manager)
    field = reverse("customers:field", args=[customer.pk, "city"])
    client.post(field, {"city": "Dali"})
    customer_update(pk=customer.pk, actor=cast.manager, changes={"owner": cast.colleague})
    customer_update(
        pk=customer.pk, actor=cast.manager, changes={"lifecycle": "lost", "consent_email": True}
    )
    page = timeline(client, customer, kind="change")
    assert "City changed" in page
    assert "Shanghai → Dali" in page
    assert str(cast.manager) in page
    assert f"{cast.rep} → {cast.colleague}" in page
    assert "Lifecycle: Active → Lost" in page
    assert "May be mailed: No → Yes" in page
    assert "Dali" in timeline(client, customer, kind="change", mine=1)


def test_it_says_that_a_customer_was_away(cast: Cast, client: Client, customer: Customer) -> None:
    customer_trash(pk=customer.pk, actor=cast.rep)
    customer_restore(pk=customer.pk, actor=cast.rep)
    client.force_login(cast.rep)
    page = timeline(client, customer, kind="change")
    assert page.index("Taken out of the trash") < page.index("Put into the trash")


def test_it_hides_what_others_sell(cast: Cast, client: Client, customer: Customer) -> None:
    DealFactory(customer=customer, owner=cast.colleague, name="Their deal")
    client.force_login(cast.rep)
    page = client.get(customer.get_absolute_url())
    assert "Their deal" not in page.content.decode()
    assert {tab["key"]: tab["count"] for tab in page.context["tabs"]}["deals"] == 0
    client.force_login(cast.manager)
    page = client.get(customer.get_absolute_url())
    assert {tab["key"]: tab["count"] for tab in page.context["tabs"]}["deals"] == 1


@pytest.mark.parametrize("key", ["deals", "orders", "requests", "needs"])
def test_it_opens_tabs(cast: Cast, client: Client, customer: Customer, key: str) -> None:
    DealFactory(customer=customer, name="Tea deal")
    OrderFactory(customer=customer, number="SO-77", lines=[(1, 5)])
    NeedFactory(customer=customer, title="Tea wanted")
    shown = {"deals": "Tea deal", "orders": "SO-77", "needs": "Tea wanted"}.get(key, "Nothing here")
    client.force_login(cast.rep)
    fragment = client.get(reverse("customers:tab", args=[customer.pk, key])).content.decode()
    page = client.get(customer.get_absolute_url(), {"tab": key}).content.decode()
    assert shown in fragment
    assert shown in page
    assert "<html" not in fragment


def test_it_shows_the_way_of_the_largest_open_deal(
    cast: Cast, client: Client, customer: Customer
) -> None:
    stages = make_stages()
    DealFactory(customer=customer, stage=stages["new"], amount=10, name="Small")
    DealFactory(customer=customer, stage=stages["offer"], amount=900, name="Large")
    client.force_login(cast.rep)
    panels = {one["key"]: one for one in client.get(customer.get_absolute_url()).context["panels"]}
    assert panels["path"]["path_deal"].name == "Large"
    states = [(step["label"], step["state"]) for step in panels["path"]["path_steps"]]
    assert states == [("new", "done"), ("offer", "current"), ("won", "todo")]


def test_it_asks_at_most_ten_queries(cast: Cast, client: Client, customer: Customer) -> None:
    stages = make_stages()
    for _number in range(7):
        DealFactory(customer=customer, stage=stages["new"])
        NeedFactory(customer=customer)
        FollowUpFactory(customer=customer)
        CommunicationFactory(customer=customer)
    client.force_login(cast.rep)
    client.get(customer.get_absolute_url())
    with CaptureQueriesContext(connection) as captured:
        client.get(customer.get_absolute_url())
    assert len(captured) <= 10
