"""Logging and planning from a customer's page, without leaving it."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from communications.models import Communication, FollowUp
from customers.models import Customer
from tests.factories.cast import Cast
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.sales import DealFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return CustomerFactory(owner=cast.rep)


def quick(client: Client, customer: Customer, **values: Any) -> Any:
    url = reverse("communications:quick", args=[customer.pk])
    return client.post(url, {"channel": "phone", **values}, headers=HTMX)


def test_it_logs_a_call_and_shows_it_on_top(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.rep)
    response = quick(client, customer, content="Wants 200 pieces", outcome="interested", minutes=12)
    page = response.content.decode()
    said = Communication.objects.get()
    assert (said.customer, said.owner, said.direction) == (customer, cast.rep, "out")
    assert (said.duration_seconds, said.outcome) == (720, "interested")
    assert said.get_absolute_url() in page
    assert ">Wants 200 pieces</textarea>" not in page
    assert re.search(r'id="last-contact"[^>]*>(<time[^>]*>)?just now<', page), page[-900:]
    assert "Logged." in response["HX-Trigger"]


def test_it_logs_a_call_without_a_word(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.rep)
    assert quick(client, customer, channel="visit").status_code == 200
    assert Communication.objects.get().channel == "visit"


def test_it_makes_one_record_of_a_form_sent_twice(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.rep)
    values = {"content": "Hello", "next_title": "Send the offer", "submission": uuid.uuid4()}
    quick(client, customer, **values)
    assert quick(client, customer, **values).status_code == 200
    assert Communication.objects.count() == FollowUp.objects.count() == 1


@pytest.mark.parametrize(("days", "ahead"), [("3", 3), ("", 1), ("x", 1)])
def test_it_plans_the_next_step_with_the_call(
    cast: Cast, client: Client, customer: Customer, days: str, ahead: int
) -> None:
    client.force_login(cast.rep)
    page = quick(client, customer, next_title="Send the offer", next_in=days).content.decode()
    due = timezone.localtime(FollowUp.objects.get().due_at)
    assert (due.date() - timezone.localdate(), due.hour) == (timedelta(days=ahead), 9)
    assert 'id="next-step"' in page
    assert "Send the offer" in page


def test_it_plans_a_step_alone(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.rep)
    quick(client, customer, channel="step", content="Visit them\nwith the new samples", next_in="7")
    step = FollowUp.objects.get()
    assert (step.title, step.note, step.owner) == ("Visit them", "with the new samples", cast.rep)
    assert not Communication.objects.exists()


def test_it_says_what_a_step_lacks_and_keeps_the_rest(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.rep)
    response = quick(client, customer, channel="step", content="  ", next_in="14")
    page = response.content.decode()
    assert response.status_code == 422
    assert "What to do" in page
    assert '<option value="14" selected>' in page
    response = quick(client, customer, content="Kept text", minutes="-5")
    assert response.status_code == 422
    assert "Kept text</textarea>" in response.content.decode()


def test_it_is_about_a_deal_with_a_contact(cast: Cast, client: Client, customer: Customer) -> None:
    deal = DealFactory(customer=customer)
    contact = ContactFactory(owner=cast.rep)
    customer.affiliations.create(contact=contact)
    client.force_login(cast.rep)
    more = client.get(reverse("communications:quick_more", args=[customer.pk])).content.decode()
    assert f'value="deal:{deal.pk}"' in more
    assert contact.name in more
    quick(client, customer, about=f"deal:{deal.pk}", contact=contact.pk, direction="in")
    said = Communication.objects.get()
    assert (said.about_kind, said.about_id, said.contact) == ("deal", deal.pk, contact)
    assert said.direction == "in"


def test_it_takes_no_others_deal(cast: Cast, client: Client, customer: Customer) -> None:
    deal = DealFactory(customer__owner=cast.stranger)
    client.force_login(cast.rep)
    assert quick(client, customer, about=f"deal:{deal.pk}").status_code == 422
    assert not Communication.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("colleague", 200), ("stranger", 404)])
def test_it_writes_about_customers_that_one_sees(
    cast: Cast, client: Client, customer: Customer, role: str, status: int
) -> None:
    client.force_login(cast.user(role))
    assert quick(client, customer, content="Hello").status_code == status
    assert Communication.objects.exists() is (status == 200)


def test_it_works_without_scripts(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.rep)
    url = reverse("communications:quick", args=[customer.pk])
    sent = client.post(url, {"channel": "phone", "content": "Hello"})
    assert sent["Location"] == customer.get_absolute_url()
    wrong = client.post(url, {"channel": "pigeon", "content": "Typed text"})
    assert wrong.status_code == 422
    assert "<html" in wrong.content.decode()
    assert "Typed text" in wrong.content.decode()
