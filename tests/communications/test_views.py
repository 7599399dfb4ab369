"""Communications and follow-ups through HTTP: what each role sees and may do."""

import json
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
STEPS, PLAN = reverse("communications:follow_up_list"), reverse("communications:follow_up_create")
HTMX = {"HX-Request": "true"}


def url(page: str, step: FollowUp, *more: int) -> str:
    return reverse(f"communications:follow_up_{page}", args=[step.pk, *more])


def sign_in(client: Client, user) -> Client:
    client.force_login(user)
    return client


def toast(response) -> dict[str, str]:
    return json.loads(response["HX-Trigger"])["app:message"]


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return CustomerFactory(owner=cast.rep)


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


# Follow-ups -----------------------------------------------------------------------------------
def test_it_gives_a_follow_up_to_who_plans_it(
    cast: Cast, client: Client, customer: Customer
) -> None:
    values = {"customer": customer.pk, "title": "Call back", "kind": "call", "priority": 2,
              "due_at": "2030-01-01T10:00", "owner": cast.stranger.pk}  # fmt: skip
    sign_in(client, cast.colleague).post(PLAN, values)
    step = FollowUp.objects.get()
    assert (step.owner, step.team) == (cast.colleague, cast.team)


@pytest.mark.parametrize(
    ("due", "fault"),
    [("2030-03-31T02:30", "31 Mar 2030 02:30 is left out in your time zone (Europe/Berlin): "),
     ("2030-10-27T02:30", "27 Oct 2030 02:30 comes twice in your time zone (Europe/Berlin): "),
     ("2030-10-27T03:00", "")],
)  # fmt: skip
def test_it_tells_a_time_that_a_change_of_the_clocks_leaves_out_or_repeats(
    due: str, fault: str, cast: Cast, client: Client, customer: Customer
) -> None:
    cast.rep.time_zone, cast.rep.language = "Europe/Berlin", "en"
    cast.rep.save()
    values = {"customer": customer.pk, "title": "Call back", "kind": "call", "priority": 2,
              "due_at": due}  # fmt: skip
    page = sign_in(client, cast.rep).post(PLAN, values)
    if not fault:
        assert FollowUp.objects.get().due_at == datetime(2030, 10, 27, 2, tzinfo=UTC)
        return
    assert page.context["form"].errors["due_at"][0].startswith(fault)
    assert f'value="{due}"' in page.content.decode()
    assert not FollowUp.objects.exists()


def test_it_lets_a_manager_give_a_follow_up_to_a_colleague(
    cast: Cast, client: Client, customer: Customer
) -> None:
    values = {"customer": customer.pk, "title": "Call back", "kind": "call", "priority": 2,
              "due_at": "2030-01-01T10:00", "owner": cast.rep.pk}  # fmt: skip
    sign_in(client, cast.manager).post(PLAN, values)
    assert FollowUp.objects.get().owner == cast.rep


def test_it_ticks_off_and_takes_back(cast: Cast, client: Client, customer: Customer) -> None:
    step = FollowUpFactory(customer=customer)
    done = sign_in(client, cast.rep).post(url("done", step), headers=HTMX)
    step.refresh_from_db()
    assert step.done_by == cast.rep
    assert done.content == b""
    client.post(toast(done)["undo"], {"next": "/"})
    step.refresh_from_db()
    assert (step.done_at, step.done_by) == (None, None)


def test_it_snoozes_by_a_day_and_takes_back(cast: Cast, client: Client, customer: Customer) -> None:
    due = timezone.now().replace(microsecond=0) - timedelta(days=5)
    step = FollowUpFactory(customer=customer, due_at=due)
    snoozed = sign_in(client, cast.rep).post(url("snooze", step), headers=HTMX)
    step.refresh_from_db()
    later, before = timezone.localtime(step.due_at), timezone.localtime(due)
    assert later.date() == timezone.localdate() + timedelta(days=1)
    assert later.time() == before.time()
    client.post(toast(snoozed)["undo"])
    step.refresh_from_db()
    assert step.due_at == due


def test_it_shows_the_next_follow_up_in_the_customers_panel(
    cast: Cast, client: Client, customer: Customer
) -> None:
    first = FollowUpFactory(customer=customer, title="First")
    FollowUpFactory(customer=customer, title="Second", due_at=timezone.now() + timedelta(days=2))
    panel = sign_in(client, cast.rep).post(
        url("done", first), headers={**HTMX, "HX-Target": "next-step"}
    )
    assert "Second" in panel.content.decode()
    assert "First" not in panel.content.decode()


@pytest.mark.parametrize(
    ("role", "status"), [("colleague", 403), ("stranger", 404), ("agent", 404)]
)
def test_it_lets_nobody_else_tick_off(
    cast: Cast, client: Client, customer: Customer, role: str, status: int
) -> None:
    step = FollowUpFactory(customer=customer)
    sign_in(client, cast.user(role))
    for page, more in (("done", []), ("undo_done", []), ("snooze", []), ("due", [0])):
        assert client.post(url(page, step, *more)).status_code == status
    after = FollowUp.objects.get()
    assert (after.done_at, after.due_at, after.version) == (None, step.due_at, step.version)


def test_it_lists_what_is_to_be_done_until_asked_for_more(
    cast: Cast, client: Client, customer: Customer
) -> None:
    now = timezone.now()
    FollowUpFactory(customer=customer, title="late", due_at=now - timedelta(days=2))
    FollowUpFactory(customer=customer, title="next week", due_at=now + timedelta(days=20))
    FollowUpFactory(customer=customer, title="done", done_at=now)
    sign_in(client, cast.rep)

    def titles(query: str) -> set[str]:
        return {record.title for record, _ in client.get(f"{STEPS}?{query}").context["rows"]}

    assert titles("") == {"late", "next week"}
    assert titles("due=overdue") == titles("due=week") == {"late"}
    assert titles("due=done") == {"done"}
    assert titles("due=all") == {"late", "next week", "done"}


def test_it_shows_buttons_to_those_who_may_use_them(
    cast: Cast, client: Client, customer: Customer
) -> None:
    step = FollowUpFactory(customer=customer)
    assert url("done", step) in sign_in(client, cast.rep).get(STEPS).content.decode()
    assert url("done", step) not in sign_in(client, cast.colleague).get(STEPS).content.decode()


def test_it_shows_ones_own_due_follow_ups_on_my_day(
    cast: Cast, client: Client, customer: Customer
) -> None:
    late = timezone.now() - timedelta(days=1)
    FollowUpFactory(customer=customer, title="My late step", due_at=late)
    assert "My late step" in sign_in(client, cast.rep).get("/").content.decode()
    assert "My late step" not in sign_in(client, cast.colleague).get("/").content.decode()


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
