"""The quality of customers' data: figures that agree with their lists, kept each night."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.jobs.models import Job
from crm.jobs.runner import job_run
from crm.jobs.services import job_enqueue
from customers.filters import CustomerFilterSet
from customers.models import Customer, DuplicatePair, QualitySnapshot
from customers.quality.issues import ISSUES
from customers.quality.selectors import quality_counts, quality_trend
from customers.quality.services import snapshots_write
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory

PAGE = reverse("customers:quality")
GOOD = {
    "name": "杭州百川电子商务有限公司", "phone": "+8613800138000", "email": "li@baichuan.cn",
    "city": "杭州", "region": "浙江", "industry": "电商",
}  # fmt: skip
BAD: dict[str, list[dict[str, Any]]] = {
    "no_way": [{"phone": "", "email": ""}],
    "no_phone": [{"phone": ""}],
    "no_email": [{"email": ""}],
    "no_city": [{"city": ""}],
    "no_region": [{"region": ""}],
    "no_owner": [{"owner": None}],
    "no_industry": [{"industry": ""}],
    "odd_phone": [{"phone": "13800138000"}, {"phone": "+8612"}],
    "odd_email": [{"email": "li@baichuan"}, {"email": "li baichuan.cn"}],
    "test_name": [{"name": "TEST 2"}, {"name": "测试客户"}, {"name": "xxx"}, {"name": "12345"}],
    "untidy_name": [{"name": " 百川"}, {"name": "百川　"}, {"name": "Bai  Chuan"},
                    {"name": "ＡＢ百川"}],  # the letters that are looked for
    "quiet": [{"last_contact_at": timezone.now() - timedelta(days=181)}],
}  # fmt: skip


VALIDITY = ["odd_phone", "odd_email", "test_name", "untidy_name"]


def make(cast: Cast, **changes: Any) -> Customer:
    """A customer of the team; written past the forms, as old data are."""
    customer = CustomerFactory(owner=cast.rep, **GOOD)
    Customer.objects.filter(pk=customer.pk).update(**changes or {"city": "杭州"})
    return customer


@pytest.fixture
def flawed(cast: Cast) -> dict[str, set[int]]:
    """A good customer, one with each fault, and a stranger's with all of them."""
    make(cast)
    made = {key: {make(cast, **bad).pk for bad in bads} for key, bads in BAD.items()}
    CustomerFactory(owner=cast.stranger, name="test", lifecycle="active")
    return made


def listed(user: Any, key: str) -> set[int]:
    seen = Customer.objects.visible_to(user)
    return {customer.pk for customer in CustomerFilterSet({"quality": key}, seen).qs}


@pytest.mark.parametrize("key", [issue.key for issue in ISSUES])
def test_it_counts_what_the_list_shows(cast: Cast, flawed: dict[str, set[int]], key: str) -> None:
    counts = quality_counts(cast.rep)
    also = flawed["no_way"] if key in ("no_phone", "no_email") else set()
    assert listed(cast.rep, key) == flawed[key] | also
    assert counts[key] == len(flawed[key] | also)
    everyone = quality_counts(cast.admin)
    assert everyone[key] == len(listed(cast.admin, key))
    assert everyone["customers"] == counts["customers"] + 1


def test_it_counts_a_customer_with_several_issues_once(
    cast: Cast, flawed: dict[str, set[int]]
) -> None:
    make(cast, name="xxx", city="", phone="12")
    counts, everyone = quality_counts(cast.rep), quality_counts(cast.admin)
    assert counts["any"] == sum(map(len, flawed.values())) + 1 == counts["customers"] - 1
    assert counts["validity"] == sum(len(flawed[key]) for key in VALIDITY) + 1
    assert everyone["any"] == counts["any"] + 1


def test_it_does_not_suspect_good_data(cast: Cast) -> None:
    names = ["上海测试仪器有限公司", "Testo SE", "3M", "中国 测试 研究院", "Contest"]
    for name in names:
        make(cast, name=name)
    make(cast, phone="+4930123456", email="a.b+c@mail.example.co.uk")
    counts = quality_counts(cast.rep)
    assert (counts["customers"], counts["any"]) == (6, 0)


def test_it_shows_figures_that_open_their_lists(
    client: Client, cast: Cast, flawed: dict[str, set[int]]
) -> None:
    client.force_login(cast.manager)
    page = client.get(PAGE).content.decode()
    assert reverse("customers:list") + "?quality=odd_phone" in page
    rows = client.get(reverse("customers:list"), {"quality": "test_name"}).content.decode()
    assert "测试客户" in rows
    assert "百川电子商务" not in rows


def test_it_counts_pairs_of_which_both_are_seen(cast: Cast) -> None:
    one, other = make(cast), make(cast)
    stranger = CustomerFactory(owner=cast.stranger)
    for second in (other, stranger):
        DuplicatePair.objects.create(
            first=one, second=second, probability=0.9, found_at=timezone.now()
        )
    assert quality_counts(cast.rep)["duplicates"] == 1
    assert quality_counts(cast.admin)["duplicates"] == 2


def test_it_is_not_there_for_agents(client: Client, cast: Cast) -> None:
    client.force_login(cast.agent)
    assert client.get(PAGE).status_code == 404


def test_it_asks_the_same_number_of_queries(client: Client, cast: Cast) -> None:
    client.force_login(cast.rep)
    client.get(PAGE)  # what is asked once and remembered
    numbers = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        numbers.append(len(queries))
        for bads in BAD.values():
            make(cast, **bads[0])
    assert numbers[0] == numbers[1]


def test_it_keeps_each_day_once(cast: Cast, flawed: dict[str, set[int]]) -> None:
    for _ in range(2):
        job = job_enqueue(kind="customers_quality", params={}, actor=None)
        job_run(job.pk)
        job.refresh_from_db()
        assert job.state == Job.State.SUCCEEDED
    company = QualitySnapshot.objects.get(team=None)
    team = QualitySnapshot.objects.get(team=cast.team)
    assert company.customers == team.customers + 1
    live = quality_counts(cast.rep)
    assert {"customers": team.customers, **team.counts} == live
    assert company.counts["test_name"] == team.counts["test_name"] + 1


def test_it_shows_the_days_of_the_own_team(
    client: Client, cast: Cast, flawed: dict[str, set[int]]
) -> None:
    today = timezone.localdate()
    assert quality_trend(cast.rep) is None
    for days in (1, 0):
        snapshots_write(day=today - timedelta(days=days))
    trend = quality_trend(cast.rep)
    assert trend is not None
    assert trend["spec"]["x"] == [(today - timedelta(days=1)).isoformat(), today.isoformat()]
    assert trend["rows"][0][1] == str(Customer.objects.visible_to(cast.rep).count())
    assert quality_trend(cast.agent) is None
    client.force_login(cast.rep)
    assert 'id="quality-spec"' in client.get(PAGE).content.decode()
