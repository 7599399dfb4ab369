"""Follow-ups through HTTP: plan, tick off, snooze, and who may."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from communications.models import FollowUp
from customers.models import Customer
from tests.factories.cast import Cast
from tests.factories.communications import FollowUpFactory

STEPS, PLAN = reverse("communications:follow_up_list"), reverse("communications:follow_up_create")
HTMX = {"HX-Request": "true"}


def url(page: str, step: FollowUp, *more: int) -> str:
    return reverse(f"communications:follow_up_{page}", args=[step.pk, *more])


def sign_in(client: Client, user) -> Client:
    client.force_login(user)
    return client


def toast(response) -> dict[str, str]:
    return json.loads(response["HX-Trigger"])["app:message"]


def call(customer: Customer, **values) -> dict[str, object]:
    return {"customer": customer.pk, "channel": "phone", "direction": "out", **values}


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
