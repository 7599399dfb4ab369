"""Values that a machine puts right at once, and gives back; nothing that would be a guess."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.records.models import BulkChange
from customers.models import Customer, QualitySnapshot
from customers.quality import selectors
from customers.quality.selectors import quality_counts
from customers.quality.tidying import tidy_email, tidy_phone, tidy_text
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory

BULK = reverse("customers:bulk")
PAGE = reverse("customers:quality")


def old(cast: Cast, **values: Any) -> Customer:
    """A customer written past the forms, as old data are."""
    customer = CustomerFactory(owner=cast.rep)
    Customer.objects.filter(pk=customer.pk).update(**values)
    customer.refresh_from_db()
    return customer


def put_right(client: Client, issue: str) -> Any:
    asked = {"action": "tidy", "everything": "1", "filter": f"quality={issue}"}
    assert client.post(BULK, asked).status_code == 200  # asks before it changes
    return client.post(BULK, {**asked, "confirmed": "1"})


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        (" 百川　科技 ", "百川 科技"), ("ＡＢ１  Co", "AB1 Co"), ("（上海）百川", "（上海）百川"),
        ("Bai Chuan", "Bai Chuan"),
    ],
)  # fmt: skip
def test_it_tidies_spaces_and_letters_only(text: str, tidied: str) -> None:
    assert tidy_text(text) == tidied


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("138-0013-8000", "+8613800138000"), ("１３８００１３８０００", "+8613800138000"),
        ("+8613800138000", "+8613800138000"), ("12", "12"), ("ask Li", "ask Li"), ("", ""),
    ],
)  # fmt: skip
def test_it_writes_numbers_as_they_are_stored(text: str, tidied: str) -> None:
    assert tidy_phone(text) == tidied


@pytest.mark.parametrize(
    ("text", "tidied"),
    [(" Li@BaiChuan.cn ", "li@baichuan.cn"), ("li＠baichuan.cn", "li@baichuan.cn"),
     ("li(at)baichuan", "li(at)baichuan"), ("", "")],
)  # fmt: skip
def test_it_mends_addresses_that_are_some_afterwards(text: str, tidied: str) -> None:
    assert tidy_email(text) == tidied


def test_it_puts_a_list_right_and_gives_it_back(cast: Cast, client: Client) -> None:
    mine = old(cast, name=" 百川　科技", phone="138 0013 8000", city=" 昆明")
    fine = old(cast, name="云海科技")
    client.force_login(cast.rep)
    assert quality_counts(cast.rep)["untidy_name"] == 1
    put_right(client, "untidy_name")
    before = mine.version
    mine.refresh_from_db()
    assert (mine.name, mine.phone, mine.city) == ("百川 科技", "+8613800138000", "昆明")
    assert mine.version == before + 1
    assert Customer.objects.search_for("13800138000").get() == mine
    assert quality_counts(cast.rep)["untidy_name"] == 0
    assert fine.version == Customer.objects.get(pk=fine.pk).version
    Customer.objects.filter(pk=mine.pk).update(city="大理")
    client.post(reverse("records:bulk_undo", args=[BulkChange.objects.get().pk]))
    mine.refresh_from_db()
    assert (mine.name, mine.phone) == (" 百川　科技", "138 0013 8000")
    assert mine.city == "大理", "what somebody changed since stays"


def test_it_fills_the_region_of_a_city_that_the_records_agree_on(
    cast: Cast, client: Client
) -> None:
    """Twenty-one of 杭州 name two regions, one of them nearly always; four of 昆明 are too few."""
    for city, region, customers in (
        ("杭州", "浙江", 20), ("杭州", "江苏", 1), ("昆明", "云南", 4), ("苏州", "江苏", 9),
        ("苏州", "安徽", 1),
    ):  # fmt: skip
        CustomerFactory.create_batch(customers, owner=cast.rep, city=city, region=region)
    CustomerFactory.create_batch(5, owner=cast.stranger, city="昆明", region="云南")
    bare = {city: old(cast, city=city) for city in ("杭州", " 杭州", "昆明", "苏州", "Atlantis")}
    client.force_login(cast.rep)
    assert 'value="quality=no_region"' in client.get(PAGE).content.decode()
    put_right(client, "no_region")
    assert "3 stayed as they were" in client.get(PAGE).content.decode()
    filled = {city: Customer.objects.get(pk=one.pk).region for city, one in bare.items()}
    assert filled == {"杭州": "浙江", " 杭州": "浙江", "昆明": "", "苏州": "", "Atlantis": ""}
    client.post(reverse("records:bulk_undo", args=[BulkChange.objects.get().pk]))
    assert not Customer.objects.filter(pk__in=[c.pk for c in bare.values()]).exclude(region="")


def test_it_leaves_a_colleagues_customers_alone(cast: Cast, client: Client) -> None:
    theirs = old(cast, name=" 百川")
    Customer.objects.filter(pk=theirs.pk).update(owner=cast.colleague)
    client.force_login(cast.rep)
    put_right(client, "untidy_name")
    theirs.refresh_from_db()
    assert theirs.name == " 百川"


def test_it_offers_to_put_right_what_it_can(cast: Cast, client: Client) -> None:
    old(cast, name=" 百川")
    client.force_login(cast.rep)
    page = client.get(PAGE).content.decode()
    assert 'value="quality=untidy_name"' in page
    assert 'value="quality=odd_phone"' not in page, "none has this"
    assert 'value="quality=no_phone"' not in page, "nobody can guess it"


def test_it_shows_the_night_where_counting_takes_long(cast: Cast, client: Client) -> None:
    old(cast, name=" 百川")
    QualitySnapshot.objects.create(
        team=cast.team, day=timezone.localdate(), customers=600_000,
        counts={"any": 6_000, "no_phone": 1_234, "duplicates": 5},
    )  # fmt: skip
    client.force_login(cast.rep)
    page = client.get(PAGE).content.decode()
    assert "1,234" in page
    assert "600,000 customers" in page
    assert "Counted in the night" in page
    QualitySnapshot.objects.update(customers=selectors.LIVE_MOST)
    page = client.get(PAGE).content.decode()
    assert "1,234" not in page
    assert "Counted in the night" not in page
