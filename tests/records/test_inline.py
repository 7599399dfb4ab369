"""Values edited in place: the small form, saving, conflicts, rights."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer, Tag
from tests.factories.cast import Cast
from tests.factories.communications import FollowUpFactory
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.sales import DealFactory

HTMX = {"HX-Request": "true"}


def field_url(record: Any, name: str, kind: str = "customers:") -> str:
    return reverse(f"{kind}field", args=[record.pk, name])


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return CustomerFactory(owner=cast.rep, city="Shanghai", phone="+8613800138000")


def test_it_gives_a_form_with_one_field(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.rep)
    page = client.get(field_url(customer, "city"), headers=HTMX).content.decode()
    assert 'name="city"' in page
    assert 'value="Shanghai"' in page
    assert 'name="name"' not in page


def test_it_leads_to_the_whole_form_without_scripts(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.rep)
    response = client.get(field_url(customer, "city"))
    assert response["Location"] == reverse("customers:edit", args=[customer.pk]) + "#id_city"


def test_it_saves_one_value_and_shows_it(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.rep)
    values = {"city": "Kunming", "expected_version": 1, "name": "Another name"}
    response = client.post(field_url(customer, "city"), values)
    customer.refresh_from_db()
    assert "Kunming" in response.content.decode()
    assert (customer.city, customer.version) == ("Kunming", 2)
    assert customer.name != "Another name"
    assert '"version": 2' in response["HX-Trigger"]


def test_it_says_what_is_wrong_and_keeps_what_was_typed(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.rep)
    response = client.post(field_url(customer, "phone"), {"phone": "call me"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "“call me” is not a phone number" in page
    assert 'value="call me"' in page
    customer.refresh_from_db()
    assert customer.phone == "+8613800138000"


@pytest.mark.parametrize("moment", ["0026-03-01T10:00", "9999-12-31T23:59"])
def test_it_refuses_years_that_are_slips_of_the_keyboard(
    cast: Cast, client: Client, customer: Customer, moment: str
) -> None:
    step = FollowUpFactory(customer=customer, owner=cast.rep, team=cast.team)
    client.force_login(cast.rep)
    url = reverse("communications:follow_up_field", args=[step.pk, "due_at"])
    response = client.post(url, {"due_at": moment, "expected_version": step.version})
    assert response.status_code == 422
    assert "Say a day between 1800 and 2999." in response.content.decode()
    assert moment in response.content.decode()


def test_it_shows_both_values_when_another_changed_this_one(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.rep)
    seen = {"expected_version": 1, "seen": "Shanghai"}
    client.post(field_url(customer, "city"), {"city": "Dali", **seen})
    response = client.post(field_url(customer, "city"), {"city": "Lijiang", **seen})
    page = response.content.decode()
    assert response.status_code == 409
    assert "“Dali”" in page
    assert 'value="Lijiang"' in page
    again = {"city": "Lijiang", "expected_version": 2, "seen": "Dali"}
    assert client.post(field_url(customer, "city"), again).status_code == 200
    customer.refresh_from_db()
    assert customer.city == "Lijiang"


def test_it_does_not_mind_changes_of_other_values(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.rep)
    client.post(field_url(customer, "industry"), {"industry": "Tea", "expected_version": 1})
    late = {"city": "Dali", "expected_version": 1, "seen": "Shanghai"}
    assert client.post(field_url(customer, "city"), late).status_code == 200
    customer.refresh_from_db()
    assert (customer.industry, customer.city) == ("Tea", "Dali")


def test_it_keeps_owners_to_those_who_may_name_them(
    cast: Cast, client: Client, customer: Customer
) -> None:
    owner = field_url(customer, "owner")
    client.force_login(cast.rep)
    assert client.post(owner, {"owner": cast.colleague.pk}).status_code == 403
    client.force_login(cast.manager)
    assert client.post(owner, {"owner": cast.stranger.pk}).status_code == 422
    assert client.post(owner, {"owner": cast.colleague.pk}).status_code == 200
    customer.refresh_from_db()
    assert customer.owner == cast.colleague


def test_it_lets_agents_correct_contact_details_only(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.agent)
    assert client.post(field_url(customer, "phone"), {"phone": "021-62881234"}).status_code == 200
    assert client.post(field_url(customer, "name"), {"name": "Taken over"}).status_code == 403
    customer.refresh_from_db()
    assert customer.phone == "+862162881234"
    assert customer.name != "Taken over"


@pytest.mark.parametrize("name", ["team", "version", "order_value", "owner__password", "nothing"])
def test_it_knows_only_the_values_it_offers(
    cast: Cast, client: Client, customer: Customer, name: str
) -> None:
    client.force_login(cast.admin)
    assert client.get(field_url(customer, name), headers=HTMX).status_code == 404
    assert client.post(field_url(customer, name), {name: "1"}).status_code == 404


def test_it_sets_several_tags(cast: Cast, client: Client, customer: Customer) -> None:
    tags = [Tag.objects.create(name="VIP"), Tag.objects.create(name="East")]
    client.force_login(cast.rep)
    values = {"tags": [tag.pk for tag in tags], "expected_version": 1}
    page = client.post(field_url(customer, "tags"), values).content.decode()
    assert "VIP" in page
    assert "East" in page
    assert set(customer.tags.all()) == set(tags)


def test_it_offers_a_deal_the_contacts_of_its_customer_only(cast: Cast, client: Client) -> None:
    deal = DealFactory(customer__owner=cast.rep)
    known, unknown = ContactFactory(owner=cast.rep), ContactFactory(owner=cast.rep)
    deal.customer.affiliations.create(contact=known)
    client.force_login(cast.rep)
    url = field_url(deal, "contact", "sales:deal_")
    assert client.post(url, {"contact": unknown.pk}).status_code == 422
    assert client.post(url, {"contact": known.pk}).status_code == 200
    deal.refresh_from_db()
    assert deal.contact == known


def test_it_puts_pencils_where_one_may_edit(cast: Cast, client: Client) -> None:
    own, theirs = CustomerFactory(owner=cast.rep), CustomerFactory(owner=cast.colleague)
    client.force_login(cast.rep)
    assert field_url(own, "city") in client.get(own.get_absolute_url()).content.decode()
    assert field_url(theirs, "city") not in client.get(theirs.get_absolute_url()).content.decode()
