"""Customers through HTTP: what each role sees and may change."""

import threading
import uuid
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.common.errors import RefusedError
from crm.records import keyset
from customers.models import Customer
from customers.services import customer_take
from tests.factories.cast import Cast, make_cast
from tests.factories.customers import ContactFactory, CustomerFactory

LIST, CREATE = reverse("customers:list"), reverse("customers:create")
VALUES = {
    "name": "上海华信软件", "kind": "organisation", "lifecycle": "lead", "acquisition": "direct",
}  # fmt: skip


def edit(customer: Customer, client: Client, version: int, **changes: str):
    url = reverse("customers:edit", args=[customer.pk])
    return client.post(url, {**VALUES, "expected_version": version, **changes})


@pytest.mark.parametrize("page", ["", "edit/", "history/"])
def test_a_number_that_no_record_can_have_is_not_found(
    cast: Cast, client: Client, page: str
) -> None:
    client.force_login(cast.manager)
    assert client.get(f"/customers/{10**20}/{page}").status_code == 404


def test_it_creates_a_customer_owned_by_the_representative(cast: Cast, client: Client) -> None:
    client.force_login(cast.rep)
    response = client.post(CREATE, {**VALUES, "phone": "138 0013 8000"})
    customer = Customer.objects.get()
    assert response["Location"] == customer.get_absolute_url()
    assert (customer.owner, customer.team) == (cast.rep, cast.team)
    assert customer.phone == "+8613800138000"


def test_it_ignores_fields_that_a_role_may_not_set(cast: Cast, client: Client) -> None:
    client.force_login(cast.rep)
    client.post(CREATE, {**VALUES, "owner": cast.stranger.pk, "team": cast.other_team.pk})
    customer = Customer.objects.get()
    assert (customer.owner, customer.team) == (cast.rep, cast.team)


def test_it_names_the_owner_by_whom_a_list_is_filtered(cast: Cast, client: Client) -> None:
    client.force_login(cast.rep)
    chips = client.get(LIST, {"owner": cast.colleague.pk, "lifecycle": "lead"}).context["chips"]
    assert [chip["label"] for chip in chips] == ["Lifecycle: Lead", f"Owner: {cast.colleague}"]
    wrong = client.get(LIST, {"owner": cast.stranger.pk, "lifecycle": "lead"}).context["chips"]
    assert f"Owner: {cast.stranger}" not in [chip["label"] for chip in wrong]


@pytest.mark.parametrize(
    ("sort", "order"), [("value", "bcda"), ("-value", "adcb"), ("name", "abcd"), ("-name", "dcba")]
)
def test_it_keeps_the_order_of_what_a_filter_leaves(
    cast: Cast, client: Client, sort: str, order: str
) -> None:
    owners = [("a", 30, cast.rep), ("b", 10, None), ("c", 20, cast.colleague), ("d", 25, cast.rep)]
    for name, value, owner in owners:
        CustomerFactory(
            name=name, owner=owner, team=cast.team, order_value=value, lifecycle="active"
        )
    CustomerFactory(owner=cast.rep, lifecycle="lead", order_value=22)
    client.force_login(cast.rep)
    page = client.get(LIST, {"lifecycle": "active", "sort": sort})
    assert "".join(row.name for row, _cells in page.context["rows"]) == order
    assert {(row.name, row.owner) for row, _cells in page.context["rows"]} == {
        (name, owner) for name, _value, owner in owners
    }


def test_it_makes_one_record_of_a_form_sent_twice(cast: Cast, client: Client) -> None:
    client.force_login(cast.rep)
    values = {**VALUES, "submission": uuid.uuid4()}
    first, second = client.post(CREATE, values), client.post(CREATE, values)
    assert first["Location"] == second["Location"]
    assert Customer.objects.count() == 1


def test_it_keeps_what_was_typed_when_a_field_is_wrong(cast: Cast, client: Client) -> None:
    client.force_login(cast.rep)
    response = client.post(CREATE, {**VALUES, "phone": "call me", "city": "Shanghai"})
    assert response.status_code == 422
    assert "“call me” is not a phone number" in response.content.decode()
    assert 'value="Shanghai"' in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("021-58881234 转 801", None), ("021-58881234转801", None),
        ("+1 650 253 0000 ext. 12", None), ("+49 (0)30 123456", "+4930123456"),
        ("１３８００１３８０００", "+8613800138000"), ("13800138000（办公室）", "+8613800138000"),
    ],
)  # fmt: skip
def test_it_loses_no_digit_of_a_phone(
    cast: Cast, client: Client, typed: str, stored: str | None
) -> None:
    client.force_login(cast.rep)
    page = client.post(CREATE, {**VALUES, "phone": typed})
    found = Customer.objects.first()
    assert (found.phone if found else None) == stored
    if not stored:
        assert f"“{typed}” holds an extension or a second number" in page.content.decode()
        assert f'value="{typed}"' in page.content.decode()


@pytest.mark.parametrize(
    ("role", "sees"), [("rep", True), ("manager", True), ("agent", True), ("stranger", False)]
)
def test_it_shows_a_customer_to_the_team(cast: Cast, client: Client, role: str, sees: bool) -> None:
    customer = CustomerFactory(owner=cast.colleague)
    client.force_login(cast.user(role))
    assert client.get(customer.get_absolute_url()).status_code == (200 if sees else 404)
    assert (customer.name in client.get(LIST).content.decode()) is sees


@pytest.mark.parametrize(("role", "status"), [("colleague", 302), ("manager", 302), ("rep", 403)])
def test_it_lets_the_owner_and_the_manager_edit(
    cast: Cast, client: Client, role: str, status: int
) -> None:
    customer = CustomerFactory(owner=cast.colleague)
    client.force_login(cast.user(role))
    assert edit(customer, client, 1).status_code == status
    customer.refresh_from_db()
    assert (customer.name == VALUES["name"]) is (status == 302)


def test_it_lets_an_agent_change_contact_details_only(cast: Cast, client: Client) -> None:
    customer = CustomerFactory(owner=cast.rep, name="Before")
    client.force_login(cast.agent)
    assert edit(customer, client, 1, city="Xi'an").status_code == 302
    customer.refresh_from_db()
    assert (customer.city, customer.name) == ("Xi'an", "Before")


def test_it_shows_both_values_to_the_second_editor(cast: Cast, client: Client) -> None:
    customer = CustomerFactory(owner=cast.rep)
    client.force_login(cast.rep)
    edit(customer, client, 1, name="First editor")
    response = edit(customer, client, 1, name="Second editor")
    page = response.content.decode()
    assert response.status_code == 409
    assert "First editor" in page
    assert 'value="Second editor"' in page
    assert edit(customer, client, 2, name="Second editor").status_code == 302


def test_it_proposes_their_value_where_only_they_changed_it(cast: Cast, client: Client) -> None:
    customer = CustomerFactory(owner=cast.rep, name="As it was", city="Wuhan")
    client.force_login(cast.rep)
    form = client.get(reverse("customers:edit", args=[customer.pk])).context["form"]
    shown = form["shown"].value()
    edit(customer, client, 1, name="First editor", city="Xi'an")
    response = edit(customer, client, 1, name="As it was", city="Chengdu", shown=shown)
    proposed = {row["name"]: row["keep"] for row in response.context["conflicts"]}
    assert proposed == {"name": "theirs", "city": "yours"}
    page = response.content.decode()
    assert 'name="keep_name" value="theirs" checked' in page
    assert 'name="keep_city" value="yours" checked' in page


def test_it_keeps_their_value_when_the_second_editor_chooses_it(cast: Cast, client: Client) -> None:
    customer = CustomerFactory(owner=cast.rep)
    client.force_login(cast.rep)
    edit(customer, client, 1, name="First editor")
    edit(customer, client, 2, name="Second editor", city="Wuhan", keep_name="theirs")
    customer.refresh_from_db()
    assert (customer.name, customer.city) == ("First editor", "Wuhan")


def test_it_trashes_and_undoes(cast: Cast, client: Client) -> None:
    customer = CustomerFactory(owner=cast.rep)
    client.force_login(cast.rep)
    response = client.post(reverse("customers:trash", args=[customer.pk]), follow=True)
    undo = reverse("customers:restore", args=[customer.pk])
    assert undo in response.content.decode()
    assert client.get(customer.get_absolute_url()).status_code == 404
    assert client.post(undo)["Location"] == customer.get_absolute_url()
    assert client.get(customer.get_absolute_url()).status_code == 200


def test_it_does_not_restore_what_another_deleted(cast: Cast, client: Client) -> None:
    customer = CustomerFactory(owner=cast.rep)
    client.force_login(cast.manager)
    client.post(reverse("customers:trash", args=[customer.pk]))
    client.force_login(cast.rep)
    assert client.post(reverse("customers:restore", args=[customer.pk])).status_code == 404


def test_it_lets_one_representative_take_a_free_customer(cast: Cast, client: Client) -> None:
    customer = CustomerFactory(owner=None, team=cast.team)
    take = reverse("customers:take", args=[customer.pk])
    client.force_login(cast.rep)
    assert client.post(take).status_code == 302
    client.force_login(cast.colleague)
    page = client.post(take, {"next": "/"}, follow=True)
    assert page.redirect_chain == [("/", 302)]
    assert f"{cast.rep} has taken {customer} already." in page.content.decode()
    client.force_login(cast.manager)
    assert client.post(take).status_code == 403
    customer.refresh_from_db()
    assert (customer.owner, customer.version) == (cast.rep, 2)


def test_it_gives_a_free_customer_to_one_of_twenty(transactional_db: None) -> None:
    cast = make_cast()
    customer = CustomerFactory(owner=None, team=cast.team)
    rivals = [cast.rep, cast.colleague] * 10
    start = threading.Barrier(len(rivals))
    given: list[int | None] = []
    refused: list[int] = []

    def take(rival: Any) -> None:
        try:
            start.wait()
            given.append(customer_take(pk=customer.pk, actor=rival).owner_id)
        except RefusedError:
            refused.append(rival.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=[rival]) for rival in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    customer.refresh_from_db()
    loser = ({cast.rep.pk, cast.colleague.pk} - {customer.owner_id}).pop()
    assert (given, refused) == ([customer.owner_id] * 10, [loser] * 10)
    assert customer.version == 2  # taken once


def test_it_shows_new_leads_on_my_day_until_they_are_taken(cast: Cast, client: Client) -> None:
    lead = CustomerFactory(owner=None, team=cast.team, lifecycle="lead", name="New here")
    CustomerFactory(owner=None, team=cast.other_team, lifecycle="lead", name="Out of sight")
    CustomerFactory(owner=None, team=cast.team, lifecycle="active", name="No lead")
    client.force_login(cast.rep)
    page = client.get("/").content.decode()
    assert "New here" in page
    assert ("Out of sight" in page, "No lead" in page) == (False, False)
    client.post(reverse("customers:take", args=[lead.pk]), {"next": "/"})
    assert not [card for card in client.get("/").context["cards"] if "leads" in card]


def test_it_tells_who_changed_what(cast: Cast, client: Client) -> None:
    customer = CustomerFactory(owner=cast.rep, name="Old name")
    client.force_login(cast.rep)
    edit(customer, client, 1, name="New name")
    page = client.get(reverse("customers:history", args=[customer.pk])).content.decode()
    assert "Old name" in page
    assert "New name" in page
    assert str(cast.rep) in page


def test_it_finds_chinese_names_by_two_characters(cast: Cast, client: Client) -> None:
    CustomerFactory(owner=cast.rep, name="杭州百川电子商务")
    CustomerFactory(owner=cast.rep, name="成都星辰医疗")
    client.force_login(cast.rep)
    page = client.get(LIST, {"q": "百川"}).content.decode()
    assert "杭州百川电子商务" in page
    assert "成都星辰医疗" not in page


def test_it_refuses_nonsense_in_filters_without_an_error(cast: Cast, client: Client) -> None:
    client.force_login(cast.rep)
    nonsense = {"lifecycle": "'; DROP TABLE", "owner": "x", "sort": "owner__password", "after": "%"}
    assert client.get(LIST, nonsense).status_code == 200
    assert client.get(LIST, {"owner": "²"}).status_code == 200  # a digit, and no number


@pytest.mark.parametrize(
    ("region", "sort", "few"),
    # Compiled once; in another order; few rows are gathered before their order, many are not.
    [
        ("", "", 60),
        ("", "name", 60),
        ("North", "", 59),
        ("North", "name", 0),
        ("North", "", 60),
        ("", "next", 60),
        ("", "-next", 60),
    ],
)
def test_it_walks_pages_forth_and_back(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch, region: str, sort: str, few: int
) -> None:
    monkeypatch.setattr(keyset, "FEW", few)
    CustomerFactory(owner=cast.stranger, region="North")
    CustomerFactory.create_batch(60, owner=cast.rep, region="North")
    planned = Customer.objects.filter(pk__in=Customer.objects.filter(owner=cast.rep)[:30])
    planned.update(next_step_at=timezone.now())  # the others have none and come last
    if region:
        CustomerFactory.create_batch(3, owner=cast.rep, region="South")
    client.force_login(cast.rep)
    first = client.get(LIST, {"size": 25, "sort": sort, "region": region})
    second = client.get(LIST + first.context["next_url"])
    third = client.get(LIST + second.context["next_url"])
    back = client.get(LIST + third.context["previous_url"])
    ids = [row.pk for page in (first, second, third) for row in page.context["page"].rows]
    assert len(ids) == len(set(ids)) == first.context["count"] == 60
    assert all(row.owner == cast.rep for row in first.context["page"].rows)
    if "next" in sort:
        rows = [row for page in (first, second, third) for row in page.context["page"].rows]
        assert [row.next_step_at is None for row in rows] == [False] * 30 + [True] * 30
    assert [r.pk for r in back.context["page"].rows] == [r.pk for r in second.context["page"].rows]
    assert third.context["next_url"] == ""


def test_it_replaces_the_primary_contact(cast: Cast, client: Client) -> None:
    customer = CustomerFactory(owner=cast.rep)
    client.force_login(cast.rep)
    for name in ("First", "Second"):
        values = {"name": name, "customer": customer.pk, "role": "Buyer", "is_primary": "on"}
        client.post(reverse("customers:contact_create"), values)
    assert [part.contact.name for part in customer.affiliations.filter(is_primary=True)] == [
        "Second"
    ]


def test_it_hides_contacts_of_another_team(cast: Cast, client: Client) -> None:
    contact = ContactFactory(owner=cast.stranger)
    client.force_login(cast.rep)
    assert client.get(contact.get_absolute_url()).status_code == 404


def test_it_shows_again_what_a_session_that_ended_kept_from_being_saved(
    cast: Cast, client: Client
) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    client.force_login(cast.rep)
    typed = {"name": "Typed long ago", "kind": "person", "lifecycle": "lead", "restored": "1"}
    for url in (reverse("customers:create"), reverse("customers:edit", args=[customer.pk])):
        page = client.post(url, {**typed, "expected_version": 1})
        assert page.status_code == 200
        assert 'value="Typed long ago"' in page.content.decode()
        assert "You were signed out before this was saved." in page.content.decode()
    assert not Customer.objects.filter(name="Typed long ago").exists()
