"""Communications and follow-ups through HTTP: what each role sees and may do."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from communications.models import Communication, FollowUp
from crm.records import lists
from crm.records.resources import resources
from customers.models import Affiliation, Customer
from tests.factories.cast import Cast
from tests.factories.communications import CommunicationFactory, FollowUpFactory
from tests.factories.customers import ContactFactory, CustomerFactory, UserFactory
from tests.factories.service import ServiceRequestFactory

LIST, CREATE = reverse("communications:list"), reverse("communications:create")
STEPS = reverse("communications:follow_up_list")


def sign_in(client: Client, user) -> Client:
    client.force_login(user)
    return client


def call(customer: Customer, **values) -> dict[str, object]:
    return {"customer": customer.pk, "channel": "phone", "direction": "out", **values}


# Logging --------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["rep", "colleague", "manager", "agent", "admin"])
def test_it_logs_a_call_for_everyone_who_sees_the_customer(
    cast: Cast, client: Client, customer: Customer, role: str
) -> None:
    user = cast.user(role)
    response = sign_in(client, user).post(CREATE, call(customer, content="Hello"))
    logged = Communication.objects.get()
    assert response["Location"] == logged.get_absolute_url()
    assert (logged.owner, logged.team) == (user, customer.team)
    assert timezone.now() - logged.happened_at < timedelta(minutes=1)
    assert client.get(response["Location"]).status_code == 200


def test_it_logs_nothing_on_a_customer_of_another_team(
    cast: Cast, client: Client, customer: Customer
) -> None:
    response = sign_in(client, cast.stranger).post(CREATE, call(customer))
    assert response.status_code == 422
    assert not Communication.objects.exists()


def test_it_returns_to_the_customers_page_after_the_quick_form(
    cast: Cast, client: Client, customer: Customer
) -> None:
    page = customer.get_absolute_url()
    sign_in(client, cast.rep)
    assert f'name="next" value="{page}"' in client.get(page).content.decode()
    response = client.post(CREATE, call(customer, content="Wants an offer", next=page))
    assert response["Location"] == page
    assert "Wants an offer" in client.get(page).content.decode()


def test_it_returns_to_no_foreign_page(cast: Cast, client: Client, customer: Customer) -> None:
    values = call(customer, next="https://evil.example/")
    response = sign_in(client, cast.rep).post(CREATE, values)
    assert response["Location"] == Communication.objects.get().get_absolute_url()


def test_it_plans_the_next_step_in_the_same_form_once(
    cast: Cast, client: Client, customer: Customer
) -> None:
    values = call(customer, next_title="Send the offer", submission=uuid.uuid4())
    sign_in(client, cast.rep)
    client.post(CREATE, values)
    client.post(CREATE, values)
    step = FollowUp.objects.get()
    assert (step.title, step.owner, step.customer) == ("Send the offer", cast.rep, customer)
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert timezone.localtime(step.due_at).date() == tomorrow
    assert Communication.objects.count() == 1


def test_it_keeps_what_was_typed_when_the_next_step_has_no_name(
    cast: Cast, client: Client, customer: Customer
) -> None:
    values = call(customer, content="Long talk", next_due_at="2030-01-01T10:00")
    response = sign_in(client, cast.rep).post(CREATE, values)
    assert response.status_code == 422
    assert "Long talk" in response.content.decode()
    assert not Communication.objects.exists()


def test_it_refuses_a_call_in_the_future(cast: Cast, client: Client, customer: Customer) -> None:
    response = sign_in(client, cast.rep).post(
        CREATE, call(customer, happened_at="2099-01-01T10:00")
    )
    assert "Plan a follow-up instead" in response.content.decode()


def test_it_offers_the_customers_contacts_only(
    cast: Cast, client: Client, customer: Customer
) -> None:
    inside, outside = ContactFactory(owner=cast.rep), ContactFactory(owner=cast.rep)
    Affiliation.objects.create(customer=customer, contact=inside)
    sign_in(client, cast.rep)
    page = client.get(CREATE, {"customer": customer.pk, "channel": "visit"}).content.decode()
    assert str(inside) in page
    assert str(outside) not in page
    assert '<option value="visit" selected' in page
    assert client.post(CREATE, call(customer, contact=outside.pk)).status_code == 422
    client.post(CREATE, call(customer, contact=inside.pk))
    assert Communication.objects.get().contact == inside


def test_it_is_about_nothing_that_the_person_does_not_see(cast: Cast, client: Client) -> None:
    theirs = ServiceRequestFactory(customer=CustomerFactory(owner=cast.stranger))
    mine = CustomerFactory(owner=cast.rep)
    response = sign_in(client, cast.rep).post(CREATE, call(mine, about=f"request:{theirs.pk}"))
    assert response.status_code == 422
    assert not Communication.objects.exists()


@pytest.mark.parametrize("about", ["request:x", "request:", "nothing:1", "request:" + "9" * 30])
def test_it_refuses_a_broken_about(
    cast: Cast, client: Client, customer: Customer, about: str
) -> None:
    response = sign_in(client, cast.rep).post(CREATE, call(customer, about=about))
    assert response.status_code == 422


# Who sees what --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "sees", "edits"),
    [("rep", True, True), ("colleague", True, False), ("manager", True, True),
     ("admin", True, True), ("agent", False, False), ("stranger", False, False)],
)  # fmt: skip
def test_it_shows_communications_to_the_team_and_lets_owners_edit(
    cast: Cast, client: Client, customer: Customer, role: str, sees: bool, edits: bool
) -> None:
    logged = CommunicationFactory(customer=customer, subject="Secret price")
    sign_in(client, cast.user(role))
    assert ("Secret price" in client.get(LIST).content.decode()) is sees
    assert client.get(logged.get_absolute_url()).status_code == (200 if sees else 404)
    values = call(customer, subject="Changed", expected_version=logged.version)
    answer = client.post(reverse("communications:edit", args=[logged.pk]), values)
    assert answer.status_code == (302 if edits else 403 if sees else 404)
    logged.refresh_from_db()
    assert logged.subject == ("Changed" if edits else "Secret price")


def test_it_shows_agents_what_concerns_their_requests(cast: Cast, client: Client) -> None:
    request = ServiceRequestFactory(team=cast.service_team)
    about = {"about_kind": "request", "about_id": request.pk, "customer": request.customer}
    logged = CommunicationFactory(subject="About it", **about)
    page = sign_in(client, cast.agent).get(logged.get_absolute_url())
    assert request.get_absolute_url() in page.content.decode()


@pytest.mark.parametrize("few", [1, 100])
@pytest.mark.parametrize("factory", [CommunicationFactory, FollowUpFactory])
def test_it_lists_for_agents_what_they_see(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch, factory: Any, few: int
) -> None:
    monkeypatch.setattr(lists, "FEW", few)  # whether the list starts from ids
    customer, colleague = CustomerFactory(owner=cast.rep), UserFactory(role="agent")
    requests = [
        ServiceRequestFactory(customer=customer, owner=owner)
        for owner in (cast.agent, None, colleague)
    ]
    mine, about, free, theirs = (
        factory(customer=customer, owner=owner, about_kind=kind, about_id=request and request.pk)
        for owner, kind, request in (
            (cast.agent, "", None), (cast.rep, "request", requests[0]),
            (cast.rep, "request", requests[1]), (cast.rep, "request", requests[2]),
        )
    )  # fmt: skip
    both = factory(
        customer=customer, owner=cast.agent, about_kind="request", about_id=requests[0].pk
    )
    factory(customer=customer, owner=cast.agent, trashed_at=timezone.now())
    sign_in(client, cast.agent)
    for query in ("", f"customer={customer.pk}"):
        page = client.get(f"{reverse(resources[mine._meta.label_lower].name('list'))}?{query}")
        assert {row.pk for row in page.context["page"].rows} == {
            r.pk for r in (mine, about, free, both)
        }
        assert page.context["count"] == 4
    seen = type(mine).objects.visible_to(cast.agent)
    assert set(seen) == {mine, about, free, both}
    assert theirs not in seen


@pytest.mark.parametrize(
    ("query", "shown"),
    [("channel=visit", "visit"), ("direction=in", "came in"), ("outcome=declined", "no"),
     ("happened_until=2025-01-01", "old"), ("q=visit", "visit")],
)  # fmt: skip
def test_it_filters_communications(cast: Cast, client: Client, query: str, shown: str) -> None:
    customer = CustomerFactory(owner=cast.rep)
    then = timezone.make_aware(timezone.datetime(2024, 5, 1))
    for values in (
        {"subject": "visit", "channel": "visit"}, {"subject": "came in", "direction": "in"},
        {"subject": "no", "outcome": "declined"}, {"subject": "old", "happened_at": then},
    ):  # fmt: skip
        CommunicationFactory(customer=customer, **values)
    rows = sign_in(client, cast.rep).get(f"{LIST}?{query}").context["rows"]
    assert [record.subject for record, _ in rows] == [shown]


def test_it_begins_and_ends_days_in_the_readers_zone(cast: Cast, client: Client) -> None:
    late = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)  # a minute before midnight in Shanghai
    for minutes, outcome in ((0, "interested"), (1, "declined")):
        CommunicationFactory(
            customer=CustomerFactory(owner=cast.rep, team=cast.team), outcome=outcome,
            happened_at=late + timedelta(minutes=minutes),
        )  # fmt: skip
    sign_in(client, cast.manager)

    def found(**asked: str) -> set[str]:
        rows = client.get(LIST, asked).context["page"].rows
        return {row.outcome for row in rows}

    assert found(happened_until="2026-03-01") == {"interested"}
    assert found(happened_from="2026-03-02") == {"declined"}
    assert found(happened_from="2026-03-01", happened_until="2026-03-02") == {
        "interested", "declined",
    }  # fmt: skip
    assert found(happened_from="0001-01-01", happened_until="9999-12-31") == {
        "interested", "declined",
    }  # fmt: skip
    cast.manager.time_zone = "UTC"
    cast.manager.save()
    assert found(happened_from="2026-03-02") == set()


# Queries --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("address", "factory"), [(LIST, CommunicationFactory), (STEPS, FollowUpFactory)])  # fmt: skip  # noqa: E501  # one line of a table
def test_it_reads_many_rows_with_as_many_queries_as_few(
    cast: Cast, client: Client, address: str, factory: type
) -> None:
    def queries() -> int:
        client.get(address)  # the first page of a session also writes the session
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    sign_in(client, cast.rep)
    for _ in range(2):
        factory(customer=CustomerFactory(owner=cast.rep))
    few = queries()
    for _ in range(8):
        factory(customer=CustomerFactory(owner=cast.rep))
    assert queries() == few <= 7


def test_it_shows_on_a_contacts_page_what_was_said(
    cast: Cast, client: Client, customer: Customer
) -> None:
    contact = ContactFactory(owner=cast.rep, team=cast.team)
    Affiliation.objects.create(contact=contact, customer=customer)
    CommunicationFactory(customer=customer, contact=contact, subject="About the roof")
    CommunicationFactory(customer=customer, subject="With somebody else")
    page = sign_in(client, cast.rep).get(contact.get_absolute_url()).content.decode()
    assert "About the roof" in page
    assert "With somebody else" not in page
    assert f"{CREATE}?customer={customer.pk}&amp;contact={contact.pk}" in page
