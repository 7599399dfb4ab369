"""Contacts on a customer's page: link, role, primary, inactive, unlink and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Affiliation, Contact, Customer
from tests.factories.cast import Cast
from tests.factories.customers import ContactFactory, CustomerFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return CustomerFactory(owner=cast.rep)


@pytest.fixture
def person(cast: Cast) -> Contact:
    return ContactFactory(owner=cast.rep, name="Zhang Wei")


def link(client: Client, customer: Customer, person: Contact, **values: Any) -> Any:
    url = reverse("customers:contacts", args=[customer.pk])
    return client.post(url, {"contact": person.pk, "active": "on", **values}, headers=HTMX)


def part_url(customer: Customer, person: Contact, page: str = "affiliation") -> str:
    return reverse(f"customers:{page}", args=[customer.pk, person.pk])


def test_it_links_somebody_known(
    cast: Cast, client: Client, customer: Customer, person: Contact
) -> None:
    client.force_login(cast.rep)
    page = link(client, customer, person, role="Buyer").content.decode()
    assert "Zhang Wei" in page
    assert "Buyer" in page
    assert link(client, customer, person, role="Engineer").status_code == 200
    assert [(p.contact, p.role) for p in customer.affiliations.all()] == [(person, "Engineer")]


def test_it_shows_all_customers_of_a_person(
    cast: Cast, client: Client, customer: Customer, person: Contact
) -> None:
    other, hidden = CustomerFactory(owner=cast.rep), CustomerFactory(owner=cast.stranger)
    for one in (customer, other, hidden):
        one.affiliations.create(contact=person)
    client.force_login(cast.rep)
    page = client.get(person.get_absolute_url()).content.decode()
    assert customer.name in page
    assert other.name in page
    assert hidden.name not in page


def test_it_has_one_primary_contact(
    cast: Cast, client: Client, customer: Customer, person: Contact
) -> None:
    second = ContactFactory(owner=cast.rep)
    client.force_login(cast.rep)
    link(client, customer, person, is_primary="on")
    link(client, customer, second, is_primary="on")
    primary = Affiliation.objects.filter(customer=customer, is_primary=True)
    assert [part.contact for part in primary] == [second]


def test_it_refuses_an_inactive_primary_contact(
    cast: Cast, client: Client, customer: Customer, person: Contact
) -> None:
    client.force_login(cast.rep)
    link(client, customer, person)
    values = {"role": "Boss", "is_primary": "on"}
    response = client.post(part_url(customer, person), values, headers=HTMX)
    assert response.status_code == 422
    assert 'value="Boss"' in response.content.decode()
    client.post(part_url(customer, person), {"role": "Boss"}, headers=HTMX)
    part = Affiliation.objects.get()
    assert (part.role, part.active, part.is_primary) == ("Boss", False, False)


def test_it_unlinks_and_takes_it_back(
    cast: Cast, client: Client, customer: Customer, person: Contact
) -> None:
    client.force_login(cast.rep)
    link(client, customer, person, role="Buyer", is_primary="on")
    response = client.post(part_url(customer, person, "unlink"), headers=HTMX)
    assert "Zhang Wei" not in response.content.decode()
    assert not Affiliation.objects.exists()
    assert Contact.objects.alive().filter(pk=person.pk).exists()
    undo = json.loads(response["HX-Trigger"])["app:message"]["undo"]
    client.post(undo)
    part = Affiliation.objects.get()
    assert (part.contact, part.role, part.is_primary) == (person, "Buyer", True)


def test_it_does_not_link_people_one_does_not_see(
    cast: Cast, client: Client, customer: Customer
) -> None:
    hidden = ContactFactory(owner=cast.stranger)
    client.force_login(cast.rep)
    assert link(client, customer, hidden).status_code == 422
    assert not Affiliation.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [("rep", 200), ("manager", 200), ("agent", 200), ("colleague", 403)]
)
def test_it_links_for_those_who_may_edit_the_customer(
    cast: Cast, client: Client, customer: Customer, person: Contact, role: str, status: int
) -> None:
    client.force_login(cast.user(role))
    assert link(client, customer, person).status_code == status
    assert Affiliation.objects.exists() is (status == 200)


def test_it_works_without_scripts(
    cast: Cast, client: Client, customer: Customer, person: Contact
) -> None:
    client.force_login(cast.rep)
    cards = reverse("customers:contacts", args=[customer.pk])
    assert "<html" in client.get(cards).content.decode()
    sent = client.post(cards, {"contact": person.pk, "active": "on"})
    assert sent["Location"] == customer.get_absolute_url()
    assert "<html" in client.get(part_url(customer, person)).content.decode()


def test_it_links_from_the_persons_page_to_customers_that_one_may_edit(
    cast: Cast, client: Client, customer: Customer, person: Contact
) -> None:
    colleagues = CustomerFactory(owner=cast.colleague, team=cast.team)
    url = reverse("customers:employer", args=[person.pk])
    client.force_login(cast.rep)
    assert url in client.get(person.get_absolute_url()).content.decode()
    refused = client.post(url, {"customer": colleagues.pk, "active": "on"})
    assert refused.status_code == 422
    assert "You may not add contacts to this customer." in refused.content.decode()
    linked = client.post(url, {"customer": customer.pk, "role": "Buyer", "active": "on"})
    assert linked.status_code == 302
    assert [(p.customer, p.role) for p in person.affiliations.all()] == [(customer, "Buyer")]


def test_a_new_contact_takes_no_place_at_a_customer_of_others(
    cast: Cast, client: Client, customer: Customer, person: Contact
) -> None:
    colleagues = CustomerFactory(owner=cast.colleague, team=cast.team)
    colleagues.affiliations.create(contact=person, is_primary=True)
    client.force_login(cast.rep)
    values = {"name": "Usurper", "is_primary": "on"}
    for theirs, status in ((colleagues, 422), (customer, 302)):
        answer = client.post(reverse("customers:contact_create"), {**values, "customer": theirs.pk})
        assert answer.status_code == status
    assert [p.contact for p in colleagues.affiliations.filter(is_primary=True)] == [person]
    assert Contact.objects.get(name="Usurper").affiliations.get().is_primary
