"""Changing many rows at once, and taking it back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from communications.models import FollowUp
from crm.records.bulk import actions_for
from crm.records.models import BulkChange, BulkRow
from crm.records.resources import resources
from customers.models import Customer, Tag
from marketing.models import Activity
from tests.factories.cast import Cast
from tests.factories.communications import FollowUpFactory
from tests.factories.customers import CustomerFactory
from tests.factories.marketing import CampaignFactory
from tests.factories.sales import DealFactory

URL = "/customers/bulk/"


def change(client: Client, action: str, ids: list[int] | None, **data: Any) -> Any:
    chosen: dict[str, Any] = {"everything": "1"} if ids is None else {"ids": ids}
    form = {"action": action, "confirmed": "1", **chosen, **data}
    return client.post(URL, form)


def undo(client: Client) -> Any:
    return client.post(f"/lists/changes/{BulkChange.objects.get().pk}/undo/")


@pytest.fixture
def customers(cast: Cast) -> list[Customer]:
    return [CustomerFactory(name=name, owner=cast.rep, team=cast.team) for name in ("one", "two")]


def test_it_says_above_the_list_that_no_row_may_be_changed(
    cast: Cast, client: Client, customers: list[Customer]
) -> None:
    Customer.objects.update(owner=cast.colleague)
    client.force_login(cast.rep)
    form = {"action": "trash", "confirmed": "1", "ids": [customers[0].pk], "filter": "sort=name"}
    refused = client.post(URL, form, follow=True)
    assert refused.redirect_chain == [("/customers/?sort=name", 302)]
    assert [str(said) for said in refused.context["messages"]] == [
        "None of these rows may be changed by you."
    ]


def test_it_asks_before_it_changes(cast: Cast, client: Client, customers: list[Customer]) -> None:
    client.force_login(cast.manager)
    response = client.post(URL, {"action": "owner", "ids": [c.pk for c in customers]})
    assert response.status_code == 200
    assert response.context["count"] == 2
    assert not BulkChange.objects.exists()


def test_it_gives_customers_with_their_work_to_another_and_back(
    cast: Cast, client: Client, customers: list[Customer]
) -> None:
    one = customers[0]
    mine = DealFactory(customer=one, owner=cast.rep)
    theirs = DealFactory(customer=one, owner=cast.colleague)
    step = FollowUpFactory(customer=one, owner=cast.rep)
    client.force_login(cast.manager)
    ids = [c.pk for c in customers]
    assert change(client, "owner", ids, owner=cast.colleague.pk).status_code == 302
    one.refresh_from_db()
    mine.refresh_from_db()
    assert (one.owner, mine.owner) == (cast.colleague, cast.colleague)
    assert FollowUp.objects.get(pk=step.pk).owner == cast.colleague
    assert undo(client).status_code == 302
    for record, owner in ((one, cast.rep), (mine, cast.rep), (theirs, cast.colleague)):
        record.refresh_from_db()
        assert record.owner == owner
    assert FollowUp.objects.get(pk=step.pk).owner == cast.rep
    assert BulkChange.objects.get().restored == 2


def test_it_leaves_what_somebody_changed_since(
    cast: Cast, client: Client, customers: list[Customer]
) -> None:
    client.force_login(cast.manager)
    change(client, "owner", [c.pk for c in customers], owner=cast.colleague.pk)
    Customer.objects.filter(pk=customers[0].pk).update(owner=cast.manager)
    undo(client)
    owners = dict(Customer.objects.values_list("name", "owner"))
    assert owners == {"one": cast.manager.pk, "two": cast.rep.pk}


def test_it_refuses_rows_of_others_and_says_so(
    cast: Cast, client: Client, customers: list[Customer]
) -> None:
    foreign = CustomerFactory(owner=cast.colleague, team=cast.team)
    hidden = CustomerFactory(owner=cast.stranger, team=cast.other_team)
    client.force_login(cast.rep)
    response = change(client, "trash", [customers[0].pk, foreign.pk, hidden.pk])
    assert response.status_code == 302
    assert set(Customer.objects.trashed()) == {customers[0]}
    done = BulkChange.objects.get()
    assert (done.total, done.changed, done.refused) == (1, 1, 1)  # the hidden one was never named
    undo(client)
    assert not Customer.objects.trashed().exists()


@pytest.mark.parametrize("action", ["owner", "nonsense"])
def test_it_keeps_actions_to_those_who_have_them(
    cast: Cast, client: Client, customers: list[Customer], action: str
) -> None:
    client.force_login(cast.rep)
    response = change(client, action, [customers[0].pk], owner=cast.colleague.pk)
    assert response.status_code == 403
    assert not BulkChange.objects.exists()


def test_it_gives_many_to_one_person_only_where_one_may_have_many(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.manager)
    offered = {kind: {a.key for a in actions_for(resources[kind], cast.manager)}
               for kind in ("sales.deal", "sales.target")}  # fmt: skip
    assert offered["sales.deal"] - offered["sales.target"] == {"owner", "follow_up"}
    answer = client.post(
        "/sales/targets/bulk/",
        {"action": "owner", "confirmed": "1", "everything": "1", "owner": cast.rep.pk},
    )
    assert answer.status_code == 403


def test_it_tags_and_untags(cast: Cast, client: Client, customers: list[Customer]) -> None:
    tag = Tag.objects.create(name="VIP")
    customers[0].tags.add(tag)
    client.force_login(cast.rep)
    change(client, "tag", [c.pk for c in customers], tag=tag.pk)
    assert tag.customers.count() == 2
    assert BulkChange.objects.get().unchanged == 1
    undo(client)
    assert list(tag.customers.all()) == [customers[0]]


def test_it_adds_customers_to_a_campaign_and_takes_them_out(
    cast: Cast, client: Client, customers: list[Customer]
) -> None:
    campaign = CampaignFactory(owner=cast.manager, team=cast.team)
    client.force_login(cast.rep)
    change(client, "campaign", None, campaign=campaign.pk, filter="q=one")
    assert [a.customer for a in Activity.objects.all()] == [customers[0]]
    undo(client)
    assert not Activity.objects.exists()


def test_it_changes_all_results_of_the_filter_by_a_job(
    cast: Cast, client: Client, run_jobs: Any
) -> None:
    CustomerFactory.create_batch(230, owner=cast.rep, team=cast.team, lifecycle="lead")
    kept = CustomerFactory(owner=cast.rep, team=cast.team, lifecycle="lost")
    client.force_login(cast.rep)
    response = change(client, "lifecycle", None, lifecycle="active", filter="lifecycle=lead")
    done = BulkChange.objects.get()
    assert response["Location"] == f"/lists/changes/{done.pk}/"
    run_jobs()
    assert Customer.objects.filter(lifecycle="active").count() == 230
    kept.refresh_from_db()
    assert kept.lifecycle == "lost"
    assert client.get(f"/lists/changes/{done.pk}/").context["undoable"]
    undo(client)
    run_jobs()
    assert Customer.objects.filter(lifecycle="lead").count() == 230


def test_it_does_a_double_submit_once(
    cast: Cast, client: Client, customers: list[Customer]
) -> None:
    client.force_login(cast.rep)
    key = "6b1f2a60-9d2e-4a55-8d3c-1c2f3a4b5c6d"
    for _ in range(2):
        change(client, "trash", [customers[0].pk], submission=key)
    assert BulkChange.objects.count() == BulkRow.objects.count() == 1


def test_it_asks_the_same_queries_for_any_number_of_rows(
    cast: Cast, client: Client, customers: list[Customer], django_assert_max_num_queries: Any
) -> None:
    CustomerFactory.create_batch(60, owner=cast.rep, team=cast.team)
    client.force_login(cast.manager)
    ids = list(Customer.objects.values_list("pk", flat=True))
    with django_assert_max_num_queries(50):
        change(client, "owner", ids, owner=cast.colleague.pk)
