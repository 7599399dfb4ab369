"""The queue and the pages of requests through HTTP: what each role sees and may do."""

import json
import threading

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from communications.models import Communication
from crm.common.roles import Role
from service.models import Reply, ServiceRequest, StatusChange
from tests.factories.cast import Cast, make_cast
from tests.factories.communications import CommunicationFactory
from tests.factories.customers import CustomerFactory, UserFactory
from tests.factories.service import (
    CategoryFactory,
    RuleFactory,
    ServiceRequestFactory,
    SLAFactory,
)

QUEUE, LIST = reverse("service:queue"), reverse("service:request_list")
HTMX = {"HX-Request": "true"}


def url(page: str, request: ServiceRequest, *more: str) -> str:
    return reverse(f"service:request_{page}", args=[request.pk, *more])


def sign_in(client: Client, user) -> Client:
    client.force_login(user)
    return client


def toast(response) -> dict[str, str]:
    return json.loads(response["HX-Trigger"])["app:message"]


@pytest.fixture
def request_of_rep(cast: Cast) -> ServiceRequest:
    """In the queue of the service team, of a customer of ``cast.rep``."""
    return ServiceRequestFactory(
        customer=CustomerFactory(owner=cast.rep), team=cast.service_team, subject="Printer broken"
    )


# Who sees what --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "sees"),
    [("rep", True), ("agent", True), ("manager", True), ("admin", True),
     ("colleague", False), ("stranger", False)],
)  # fmt: skip
def test_it_shows_a_request_to_those_it_concerns(
    cast: Cast, client: Client, request_of_rep: ServiceRequest, role: str, sees: bool
) -> None:
    sign_in(client, cast.user(role))
    assert client.get(url("detail", request_of_rep)).status_code == (200 if sees else 404)
    assert ("Printer broken" in client.get(LIST).content.decode()) is sees


@pytest.mark.parametrize(
    ("role", "status"), [("agent", 200), ("manager", 200), ("admin", 200), ("rep", 404)]
)
def test_it_opens_the_queue_to_those_who_answer(
    cast: Cast, client: Client, role: str, status: int
) -> None:
    assert sign_in(client, cast.user(role)).get(QUEUE).status_code == status


def test_it_hides_what_an_agent_of_another_team_handles(cast: Cast, client: Client) -> None:
    other = UserFactory(role=Role.AGENT)
    request = ServiceRequestFactory(owner=other, team=other.team)
    sign_in(client, cast.agent)
    assert client.post(url("status", request, "resolved")).status_code == 404
    request.refresh_from_db()
    assert request.status == "new"


def test_it_lets_a_rep_comment_but_change_nothing(
    cast: Cast, client: Client, request_of_rep: ServiceRequest
) -> None:
    sign_in(client, cast.rep)
    client.post(url("reply", request_of_rep), {"body": "He is on holiday", "internal": "on"})
    assert Reply.objects.get().internal
    for page, more in (("status", ["resolved"]), ("take", []), ("assign", [])):
        assert client.post(url(page, request_of_rep, *more)).status_code == 403
    assert client.post(url("reply", request_of_rep), {"body": "public"}).status_code == 403
    assert client.get(reverse("service:request_create")).status_code == 404
    request_of_rep.refresh_from_db()
    assert (request_of_rep.status, request_of_rep.owner) == ("new", None)
    assert Reply.objects.count() == 1


# Opening --------------------------------------------------------------------------------------
def test_it_opens_a_request_by_form_and_lets_rules_decide(cast: Cast, client: Client) -> None:
    category = CategoryFactory(name_en="Sign-in")
    RuleFactory(words="password", category=category, priority=1)
    SLAFactory(priority=1)
    customer = CustomerFactory()
    response = sign_in(client, cast.agent).post(
        reverse("service:request_create"),
        {"subject": "Password lost", "customer": customer.pk, "kind": "question",
         "channel": "phone", "priority": "", "category": "", "take": "on"},
    )  # fmt: skip
    request = ServiceRequest.objects.get()
    assert response["Location"] == request.get_absolute_url()
    assert (request.category, request.priority, request.owner) == (category, 1, cast.agent)
    assert "set the category: Sign-in" in client.get(response["Location"]).content.decode()


def test_it_ignores_fields_that_the_form_does_not_have(
    cast: Cast, client: Client, request_of_rep: ServiceRequest
) -> None:
    values = {
        "subject": "Other", "kind": "repair", "channel": "phone", "priority": 2,
        "status": "closed", "owner": cast.agent.pk, "team": cast.other_team.pk,
        "expected_version": request_of_rep.version,
    }  # fmt: skip
    sign_in(client, cast.agent).post(url("edit", request_of_rep), values)
    request_of_rep.refresh_from_db()
    assert request_of_rep.subject == "Other"
    assert (request_of_rep.status, request_of_rep.owner) == ("new", None)
    assert request_of_rep.team == cast.service_team


# One click ------------------------------------------------------------------------------------
def test_it_swaps_the_row_after_one_click_and_offers_undo(
    cast: Cast, client: Client, request_of_rep: ServiceRequest
) -> None:
    sign_in(client, cast.agent)
    taken = client.post(url("take", request_of_rep), headers=HTMX)
    assert f'id="request-{request_of_rep.pk}"' in taken.content.decode()
    assert "In progress" in taken.content.decode()
    for way in ("hx-post", "formaction"):  # the next step, with and without scripts
        assert (
            f'{way}="{request_of_rep.get_absolute_url()}status/resolved/"' in taken.content.decode()
        )
    request_of_rep.refresh_from_db()
    assert (request_of_rep.owner, request_of_rep.status) == (cast.agent, "in_progress")

    undone = client.post(toast(taken)["undo"], {"next": QUEUE})
    assert undone["Location"] == QUEUE
    request_of_rep.refresh_from_db()
    assert (request_of_rep.owner, request_of_rep.status) == (None, "new")
    assert request_of_rep.first_responded_at is None


@pytest.mark.parametrize("status", ["in_progress", "waiting", "resolved", "closed"])
def test_it_sets_each_status_with_one_post(
    cast: Cast, client: Client, request_of_rep: ServiceRequest, status: str
) -> None:
    response = sign_in(client, cast.agent).post(url("status", request_of_rep, status))
    assert response["Location"] == request_of_rep.get_absolute_url()
    request_of_rep.refresh_from_db()
    assert (request_of_rep.status, request_of_rep.owner) == (status, cast.agent)
    assert StatusChange.objects.get(request=request_of_rep, to_status=status).by == cast.agent


def test_it_knows_no_other_status(
    cast: Cast, client: Client, request_of_rep: ServiceRequest
) -> None:
    sign_in(client, cast.agent)
    assert client.post(url("status", request_of_rep, "lost")).status_code == 404


def test_it_changes_nothing_by_get(
    cast: Cast, client: Client, request_of_rep: ServiceRequest
) -> None:
    sign_in(client, cast.agent)
    assert client.get(url("status", request_of_rep, "resolved")).status_code == 405


def test_it_takes_no_step_back_for_somebody_else(
    cast: Cast, client: Client, request_of_rep: ServiceRequest, second_agent
) -> None:
    undo = toast(sign_in(client, cast.agent).post(url("take", request_of_rep), headers=HTMX))[
        "undo"
    ]
    assert sign_in(Client(), second_agent).post(undo).status_code == 403
    assert client.post(undo.replace("/undo/", "/undo/x")).status_code == 400
    request_of_rep.refresh_from_db()
    assert request_of_rep.owner == cast.agent


def test_it_returns_to_no_foreign_page(
    cast: Cast, client: Client, request_of_rep: ServiceRequest
) -> None:
    response = sign_in(client, cast.agent).post(
        url("status", request_of_rep, "waiting"), {"next": "//evil.example/"}
    )
    assert response["Location"] == request_of_rep.get_absolute_url()


def test_it_tells_the_slower_agent_plainly(
    cast: Cast, client: Client, request_of_rep: ServiceRequest, second_agent
) -> None:
    sign_in(Client(), cast.agent).post(url("take", request_of_rep))
    late = sign_in(client, second_agent).post(url("take", request_of_rep), headers=HTMX)
    assert toast(late)["tone"] == "warning"
    assert f"already been taken by {cast.agent}" in toast(late)["message"]
    assert str(cast.agent) in late.content.decode()


@pytest.mark.django_db(transaction=True)
def test_it_gives_one_request_to_one_of_two_agents_who_take_it_at_once() -> None:
    cast = make_cast()
    request = ServiceRequestFactory(team=cast.service_team)
    agents = [UserFactory(team=cast.service_team, role=Role.AGENT) for _ in range(2)]
    clients = [sign_in(Client(), agent) for agent in agents]
    start, said = threading.Barrier(2), []

    def take(client: Client) -> None:
        try:
            start.wait()
            said.append(toast(client.post(url("take", request), headers=HTMX)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    request.refresh_from_db()
    assert request.owner in agents
    assert sorted(message["tone"] for message in said) == ["success", "warning"]
    assert StatusChange.objects.filter(request=request, to_status="in_progress").count() == 1


# Queue ----------------------------------------------------------------------------------------
def tab(client: Client, key: str) -> str:
    return client.get(QUEUE, {"tab": key}).content.decode()


def test_it_sorts_requests_into_tabs(cast: Cast, client: Client) -> None:
    now, hour = timezone.now(), timezone.timedelta(hours=1)
    values = {"team": cast.service_team}
    ServiceRequestFactory(subject="NOBODYS", **values)
    ServiceRequestFactory(subject="MY-OWN", owner=cast.agent, **values)
    ServiceRequestFactory(subject="DUE-SOON", resolution_due_at=now + hour, **values)
    ServiceRequestFactory(subject="TOO-LATE", resolution_due_at=now - hour, **values)
    ServiceRequestFactory(subject="UNANSWERED", first_response_due_at=now - hour, **values)
    ServiceRequestFactory(
        subject="ON-HOLD", status="waiting", resolution_due_at=now - hour, **values
    )
    sign_in(client, cast.agent)
    names = ["NOBODYS", "MY-OWN", "DUE-SOON", "TOO-LATE", "UNANSWERED", "ON-HOLD"]
    shown = {key: {n for n in names if n in tab(client, key)} for key in ("mine", "due", "breached", "waiting")}  # fmt: skip  # noqa: E501  # one line of a table
    assert shown == {
        "mine": {"MY-OWN"},
        "due": {"DUE-SOON"},
        "breached": {"TOO-LATE", "UNANSWERED"},
        "waiting": {"ON-HOLD"},
    }
    assert "MY-OWN" not in tab(client, "unassigned")


def test_it_says_overdue_in_words(cast: Cast, client: Client) -> None:
    late = timezone.now() - timezone.timedelta(days=2)
    ServiceRequestFactory(resolution_due_at=late, first_responded_at=late)
    assert "Overdue:" in tab(sign_in(client, cast.agent), "breached")


def test_it_counts_in_the_side_bar_what_is_late_or_nobodys(cast: Cast, client: Client) -> None:
    late = timezone.now() - timezone.timedelta(hours=1)
    ServiceRequestFactory.create_batch(2)
    ServiceRequestFactory(owner=cast.agent, team=cast.service_team, resolution_due_at=late)
    ServiceRequestFactory(owner=cast.agent, team=cast.service_team)
    context = sign_in(client, cast.agent).get(QUEUE).context
    entries = [entry for section in context["nav"] for entry in section["items"]]
    badges = {entry["url"]: entry["badge"] for entry in entries}
    assert badges[QUEUE] == 3
    assert next(s["badge"] for s in context["nav"] if s["key"] == "service") == 3


# Elsewhere ------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["#{pk}", "{pk}", "Printer"])
def test_it_finds_a_request_by_number_or_word(
    cast: Cast, client: Client, request_of_rep: ServiceRequest, text: str
) -> None:
    query = {"q": text.format(pk=request_of_rep.pk)}
    assert "Printer broken" in sign_in(client, cast.agent).get("/search/", query).content.decode()
    assert "Printer broken" not in (
        sign_in(client, cast.stranger).get("/search/", query).content.decode()
    )


def test_it_shows_requests_on_the_customers_page(
    cast: Cast, client: Client, request_of_rep: ServiceRequest
) -> None:
    page = sign_in(client, cast.rep).get(request_of_rep.customer.get_absolute_url())
    text = page.content.decode()
    assert f"Request #{request_of_rep.pk}: Printer broken" in text  # the timeline
    assert url("detail", request_of_rep) in text


def test_it_shows_calls_about_a_request_to_its_agents(
    cast: Cast, client: Client, request_of_rep: ServiceRequest
) -> None:
    sign_in(client, cast.agent).post(
        reverse("communications:create"),
        {"customer": request_of_rep.customer_id, "channel": "phone", "direction": "out",
         "content": "He will restart it", "about": f"request:{request_of_rep.pk}"},
    )  # fmt: skip
    call = Communication.objects.get()
    assert (call.about_kind, call.about_id) == ("request", request_of_rep.pk)
    assert "He will restart it" in client.get(url("detail", request_of_rep)).content.decode()


# Queries --------------------------------------------------------------------------------------
def fill(cast: Cast, count: int) -> None:
    for _ in range(count):
        request = ServiceRequestFactory(
            customer=CustomerFactory(owner=cast.rep), team=cast.service_team,
            category=CategoryFactory(), owner=cast.agent, status="in_progress",
            resolution_due_at=timezone.now(),
        )  # fmt: skip
        Reply.objects.create(request=request, body="hello", author=cast.agent)


def queries(client: Client, address: str) -> int:
    client.get(address)  # the first page of a session also writes the session
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    ("address", "most"), [(f"{QUEUE}?tab=mine", 10), (f"{QUEUE}?tab=breached", 10), (LIST, 8)]
)
def test_it_reads_many_rows_with_as_many_queries_as_few(
    cast: Cast, client: Client, address: str, most: int
) -> None:
    sign_in(client, cast.agent)
    fill(cast, 2)
    few = queries(client, address)
    fill(cast, 10)
    assert queries(client, address) == few <= most


def test_it_reads_a_long_conversation_with_as_many_queries_as_a_short_one(
    cast: Cast, client: Client, request_of_rep: ServiceRequest
) -> None:
    sign_in(client, cast.agent)
    page = url("detail", request_of_rep)

    def talk() -> None:
        for author in (cast.agent, cast.rep, cast.manager):
            Reply.objects.create(request=request_of_rep, body="x", internal=True, author=author)
            CommunicationFactory(
                customer=request_of_rep.customer, owner=author,
                about_kind="request", about_id=request_of_rep.pk,
            )  # fmt: skip
            StatusChange.objects.create(
                request=request_of_rep, to_status="new", at=timezone.now(), by=author
            )

    talk()
    few = queries(client, page)
    talk()
    assert queries(client, page) == few <= 10
