"""The search over all kinds: what is found, in which order, and in how many queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from tests.factories.cast import Cast
from tests.factories.communications import CommunicationFactory
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.marketing import CampaignFactory
from tests.factories.sales import DealFactory, OrderFactory, ProductFactory


def labels(client: Client, text: str) -> list[str]:
    groups = client.get("/search/", {"q": text}).context["groups"]
    return [entry["label"] for group in groups for entry in group["entries"]]


@pytest.fixture
def rep(cast: Cast, client: Client) -> Client:
    client.force_login(cast.rep)
    return client


@pytest.mark.parametrize(
    "typed",
    ["+8613800138000", "13800138000", "138 0013 8000", "+86 138-0013 8000", "(138) 0013-8000",
     "0086 138 0013 8000", "8000", "1380013"],
)  # fmt: skip
def test_it_finds_a_phone_number_however_it_is_typed(cast: Cast, rep: Client, typed: str) -> None:
    CustomerFactory(owner=cast.rep, name="Sought", phone="+8613800138000")
    CustomerFactory(owner=cast.rep, name="Other", phone="+8613900139123")
    assert labels(rep, typed) == ["Sought"]


def test_it_finds_a_number_that_stands_in_groups_in_a_text(cast: Cast, rep: Client) -> None:
    CommunicationFactory(
        customer__owner=cast.rep, owner=cast.rep, subject="Call", content="ring 555 1234 please"
    )
    assert labels(rep, "555 1234") == ["Call"]
    assert labels(rep, "555 12") == []  # two digits may be anything


@pytest.mark.parametrize("text", ["云", "云海", "云海科", "云海科技"])
def test_it_finds_parts_of_chinese_names(cast: Cast, rep: Client, text: str) -> None:
    CustomerFactory(owner=cast.rep, name="上海云海科技有限公司")
    CustomerFactory(owner=cast.rep, name="上海大地贸易有限公司")
    assert labels(rep, text) == ["上海云海科技有限公司"]


def test_it_puts_names_that_begin_as_typed_first_and_then_the_newest(
    cast: Cast, rep: Client
) -> None:
    for name in ("Ann Lee", "Marianne Lee", "Lee Ann", "Old Lee"):
        CustomerFactory(owner=cast.rep, name=name)
    assert labels(rep, "lee") == ["Lee Ann", "Old Lee", "Marianne Lee", "Ann Lee"]


def test_it_asks_every_kind_in_one_query(cast: Cast, rep: Client) -> None:
    customer = CustomerFactory(owner=cast.rep, name="Marked customer")
    ContactFactory(owner=cast.rep, team=cast.rep.team, name="Marked contact")
    DealFactory(customer=customer, name="Marked deal")
    order = OrderFactory(customer=customer)
    ProductFactory(name="Marked product")
    CampaignFactory(name="Marked campaign", team=cast.rep.team)
    CommunicationFactory(customer=customer, subject="Marked call")
    rep.get("/search/suggest/", {"q": "marked"})
    with CaptureQueriesContext(connection) as captured:
        found = labels(rep, "marked")
    assert len(captured) == 3  # session, user, and the search
    assert found == [
        "Marked customer", "Marked contact", "Marked deal", "Marked call", "Marked product",
        "Marked campaign",
    ]  # fmt: skip
    assert labels(rep, order.number) == [order.number]


def test_it_finds_nothing_for_signs_alone(cast: Cast, rep: Client) -> None:
    CustomerFactory(owner=cast.rep)
    for text in ("", "!!", "\x00", "'); DROP TABLE", "& | !", "#"):
        assert labels(rep, text) == []


def test_it_suggests_a_few_of_each_kind(cast: Cast, rep: Client) -> None:
    CustomerFactory.create_batch(6, owner=cast.rep, name="Twin")
    groups: Any = rep.get("/search/suggest/", {"q": "twin"}).context["groups"]
    assert [len(group["entries"]) for group in groups] == [4]


def test_it_makes_the_words_anew(cast: Cast, rep: Client) -> None:
    customer = CustomerFactory(owner=cast.rep, name="Findable")
    Customer.objects.filter(pk=customer.pk).update(search="")
    before = Customer.objects.get(pk=customer.pk)
    assert labels(rep, "findable") == []
    call_command("reindex_search", verbosity=0)
    assert labels(rep, "findable") == ["Findable"]
    after = Customer.objects.get(pk=customer.pk)
    assert (after.version, after.updated_at) == (before.version, before.updated_at)
