"""Pairs of duplicates: found by the job, decided by people, warned of while typing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.customer_duplicates import find_duplicates
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from customers.duplicates.services import name_keys_refresh
from customers.models import Customer, DuplicatePair, Merge
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory, NeedFactory

LIST = reverse("customers:duplicates")
SIMILAR = reverse("customers:similar")


def make_pair(owner: Any, **more: Any) -> DuplicatePair:
    one = CustomerFactory(owner=owner, name="杭州百川电子商务有限公司", phone="+8613800138000")
    other = CustomerFactory(owner=owner, name="百川电子商务", phone="+8613800138000")
    return DuplicatePair.objects.create(
        first=one, second=other, probability=0.97, found_at=timezone.now(),
        evidence=[{"field": "name", "level": "equal", "weight": 8.0},
                  {"field": "phone", "level": "equal", "weight": 12.0}], **more,
    )  # fmt: skip


def crowd(owner: Any) -> None:
    """Enough different customers to tell chance from sameness."""
    for n in range(60):
        CustomerFactory(owner=owner, name=f"{chr(0x5E00 + 7 * n)}{chr(0x6E00 + 11 * n)}贸易{n}",
                        phone=f"+86139{n * 7919 + 10_000_000:08d}",
                        city=["上海", "北京", "成都"][n % 3])  # fmt: skip


@pytest.fixture
def doubled(cast: Cast) -> tuple[Customer, Customer]:
    crowd(cast.rep)
    one = CustomerFactory(
        owner=cast.rep, name="杭州百川电子商务有限公司", phone="+8613800138000", city="杭州"
    )
    other = CustomerFactory(
        owner=cast.colleague, name="百川電子商務", phone="+8613800138000", city="杭州"
    )
    return one, other


def test_it_finds_pairs_and_says_why(doubled: tuple[Customer, Customer]) -> None:
    assert find_duplicates()["pairs"] == 1
    pair = DuplicatePair.objects.get()
    assert (pair.first, pair.second) == doubled
    assert pair.probability > 0.9
    levels = {entry["field"]: entry["level"] for entry in pair.evidence}
    assert levels == {"name": "equal", "phone": "equal", "city": "equal"}


def test_it_remembers_decisions_and_forgets_what_is_gone(
    cast: Cast, doubled: tuple[Customer, Customer]
) -> None:
    find_duplicates()
    DuplicatePair.objects.update(state="dismissed")
    stale = make_pair(cast.stranger)
    for pk, name in ((stale.first_id, "青岛远山物流"), (stale.second_id, "另外一家")):
        Customer.objects.filter(pk=pk).update(phone="", name=name)
    find_duplicates()
    assert list(DuplicatePair.objects.values_list("state", flat=True)) == ["dismissed"]


def test_it_puts_name_keys_right(cast: Cast, doubled: tuple[Customer, Customer]) -> None:
    Customer.objects.filter(pk=doubled[0].pk).update(name="成都星辰医疗有限公司")
    assert find_duplicates()["keys"] == 1
    doubled[0].refresh_from_db()
    assert doubled[0].name_key == "星辰医疗"
    assert name_keys_refresh(names=[(doubled[0].pk, doubled[0].name, "星辰医疗")]) == 0


def test_it_searches_in_a_job_once_at_a_time(
    cast: Cast, client: Client, doubled: tuple[Customer, Customer]
) -> None:
    client.force_login(cast.manager)
    for _ in range(2):
        assert client.post(reverse("customers:duplicates_find")).status_code == 302
    job = Job.objects.get(kind="find_duplicates")
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("succeeded", "")
    assert DuplicatePair.objects.count() == 1
    assert "1 pair found" in job.result["message"]


def test_it_has_nothing_to_compare_in_an_empty_company(db: None) -> None:
    assert find_duplicates()["problem"]


@pytest.mark.parametrize(
    ("role", "sees"),
    [("rep", True), ("manager", True), ("agent", True), ("admin", True), ("stranger", False)],
)
def test_it_shows_pairs_of_which_one_sees_both(
    cast: Cast, client: Client, role: str, sees: bool
) -> None:
    make_pair(cast.rep)
    client.force_login(cast.user(role))
    assert ("百川" in client.get(LIST).content.decode()) is sees


def test_it_hides_a_pair_whose_other_half_is_of_another_team(cast: Cast, client: Client) -> None:
    pair = make_pair(cast.rep)
    Customer.objects.filter(pk=pair.second_id).update(team=cast.other_team)
    client.force_login(cast.manager)
    assert "百川" not in client.get(LIST).content.decode()
    dismiss = reverse("customers:duplicate_dismiss", args=[pair.pk])
    assert client.post(dismiss).status_code == 404


def test_it_offers_the_merge_to_managers(cast: Cast, client: Client) -> None:
    pair = make_pair(cast.rep)
    link = reverse("customers:merge", args=[pair.first_id])
    for user, offered in ((cast.manager, True), (cast.rep, False)):
        client.force_login(user)
        assert (link in client.get(LIST).content.decode()) is offered


def test_it_dismisses_and_takes_that_back(cast: Cast, client: Client) -> None:
    pair = make_pair(cast.rep)
    client.force_login(cast.rep)
    page = client.post(reverse("customers:duplicate_dismiss", args=[pair.pk]), follow=True)
    assert "百川" not in page.content.decode()
    assert "百川" in client.get(LIST, {"state": "dismissed"}).content.decode()
    client.post(reverse("customers:duplicate_reopen", args=[pair.pk]))
    assert "百川" in client.get(LIST).content.decode()


def test_it_does_not_let_a_representative_decide_for_a_colleague(
    cast: Cast, client: Client
) -> None:
    pair = make_pair(cast.colleague)
    client.force_login(cast.rep)
    response = client.post(reverse("customers:duplicate_dismiss", args=[pair.pk]))
    assert response.status_code == 403
    pair.refresh_from_db()
    assert pair.state == "open"


def test_it_asks_the_same_number_of_queries_for_any_number_of_pairs(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.manager)
    counts = []
    for size in (1, 9):
        for _ in range(size):
            make_pair(cast.rep)
        client.get(LIST)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 7


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"name": "百川电子商务股份有限公司"}, "same name"),
        ({"name": "上海　百川電子商務"}, "same name"),
        ({"name": "百川电子"}, "name begins alike"),
        ({"phone": "138 0013 8000"}, "same phone"),
        ({"phone": "0086-13800138000"}, "same phone"),
        ({"email": " Info@BaiChuan.cn"}, "same e-mail"),
    ],
)
def test_it_warns_while_a_customer_is_typed(
    cast: Cast, client: Client, typed: dict[str, str], reason: str
) -> None:
    CustomerFactory(
        owner=cast.rep, name="杭州百川电子商务有限公司", phone="+8613800138000",
        email="info@baichuan.cn",
    )  # fmt: skip
    for user, told in ((cast.rep, True), (cast.stranger, False)):
        client.force_login(user)
        page = client.get(SIMILAR, typed).content.decode()
        assert ("杭州百川" in page and reason in page) is told


@pytest.mark.parametrize(
    "typed",
    [{}, {"name": "百"}, {"phone": "138"}, {"phone": "x" * 500}, {"name": "\x00%_"},
     {"but": "9" * 99}],
)  # fmt: skip
def test_it_says_nothing_of_too_little(cast: Cast, client: Client, typed: dict[str, str]) -> None:
    CustomerFactory(owner=cast.rep, name="杭州百川电子商务有限公司")
    client.force_login(cast.rep)
    response = client.get(SIMILAR, typed)
    assert response.status_code == 200
    assert response.content.decode().strip() == ""


def test_it_puts_the_warning_into_the_form(cast: Cast, client: Client) -> None:
    client.force_login(cast.rep)
    assert f'hx-get="{SIMILAR}"' in client.get(reverse("customers:create")).content.decode()


@pytest.fixture
def merge_page(cast: Cast, client: Client) -> tuple[DuplicatePair, str]:
    pair = make_pair(cast.rep)
    client.force_login(cast.manager)
    return pair, reverse("customers:merge", args=[pair.first_id])


def test_it_merges_by_the_page_and_undoes_it(
    client: Client, merge_page: tuple[DuplicatePair, str]
) -> None:
    pair, url = merge_page
    need = NeedFactory(customer=pair.second)
    form = client.get(url, {"with": pair.second_id})
    sent = {
        "with": pair.second_id, "versions": form.context["versions"],
        "submission": form.context["submission"], "take_name": "other",
    }  # fmt: skip
    for _ in range(2):  # a double click
        response = client.post(url, sent)
        assert response.status_code in {302, 404}
    survivor = Customer.objects.get(pk=pair.first_id)
    assert survivor.name == "百川电子商务"
    assert Merge.objects.count() == 1
    assert survivor.needs.get() == need
    old = client.get(reverse("customers:detail", args=[pair.second_id]))
    assert old["Location"] == survivor.get_absolute_url()
    assert str(pair.second) in client.get(LIST, {"state": "merged"}).content.decode()
    undone = client.post(reverse("customers:merge_undo", args=[Merge.objects.get().pk]))
    assert undone["Location"] == pair.second.get_absolute_url()
    need.refresh_from_db()
    assert need.customer_id == pair.second_id


def test_it_shows_both_again_when_one_changed(
    client: Client, merge_page: tuple[DuplicatePair, str]
) -> None:
    pair, url = merge_page
    sent = {"with": pair.second_id, "versions": "1.1", "take_name": "other"}
    Customer.objects.filter(pk=pair.first_id).update(version=5, city="广州")
    response = client.post(url, sent)
    assert response.status_code == 409
    page = response.content.decode()
    assert "广州" in page
    assert 'name="take_name" value="other" checked' in page
    assert not Merge.objects.exists()


@pytest.mark.parametrize("other", ["0", "x", "99999999999999999999", "-1"])
def test_it_does_not_find_a_customer_that_is_not_there(
    client: Client, merge_page: tuple[DuplicatePair, str], other: str
) -> None:
    assert client.get(merge_page[1], {"with": other}).status_code == 404


def test_it_refuses_the_merge_with_another_teams_customer(
    cast: Cast, client: Client, merge_page: tuple[DuplicatePair, str]
) -> None:
    foreign = CustomerFactory(owner=cast.stranger)
    response = client.post(merge_page[1], {"with": foreign.pk})
    assert response.status_code == 404
    assert not Merge.objects.exists()
    assert not Customer.objects.trashed().exists()


def test_it_gives_everything_back_when_restored_from_the_trash(
    client: Client, merge_page: tuple[DuplicatePair, str]
) -> None:
    pair, url = merge_page
    need = NeedFactory(customer=pair.second)
    client.post(url, {"with": pair.second_id})
    client.post(reverse("customers:restore", args=[pair.second_id]))
    need.refresh_from_db()
    assert need.customer_id == pair.second_id


def test_it_finds_the_demos_planted_duplicates(db: None, tmp_path: Any) -> None:
    call_command("demo", customers=600, seed=5, truth=tmp_path / "t.json", verbosity=0)
    pairs = DuplicatePair.objects.filter(probability__gt=0.9)
    assert pairs.count() >= 4
