"""What changes a request, and its clocks with it."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied

from crm.common.errors import RefusedError
from service import services
from service.models import Reply, ServiceRequest
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory, UserFactory
from tests.factories.service import (
    CategoryFactory,
    RuleFactory,
    ServiceRequestFactory,
    SLAFactory,
    office_hours,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2025; the third is a Monday."""
    return datetime(2025, 3, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def promises(db: None) -> None:
    """Office hours; P3 is answered in an hour and resolved in eight, P1 in half and in four."""
    office_hours()
    SLAFactory(priority=3, first_response_minutes=60, resolution_minutes=480)
    SLAFactory(priority=1, first_response_minutes=30, resolution_minutes=240)


def opened(actor, **values) -> ServiceRequest:
    values = {"subject": "It does not start", **values}
    return services.request_create(actor=actor, **values)


def move(request: ServiceRequest, actor, status: str) -> ServiceRequest:
    return services.request_set_status(pk=request.pk, actor=actor, status=status)


def steps(request: ServiceRequest) -> list[tuple[str, str]]:
    return list(request.status_changes.values_list("from_status", "to_status"))


# Opening ------------------------------------------------------------------------------------------
def test_it_opens_a_request_in_the_queue(cast: Cast) -> None:
    request = opened(cast.agent, customer=CustomerFactory())
    assert (request.owner, request.team, request.status) == (None, cast.service_team, "new")
    assert steps(request) == [("", "new")]


def test_it_opens_a_request_of_somebody_unknown(cast: Cast) -> None:
    request = opened(cast.agent, requester="张先生", requester_email="z@example.com")
    assert request.customer is None


def test_it_gives_a_new_request_to_the_agent_who_takes_it(cast: Cast) -> None:
    assert opened(cast.agent, take=True).owner == cast.agent


def test_it_refuses_a_customer_whom_the_actor_does_not_see(cast: Cast) -> None:
    stranger = CustomerFactory(owner=cast.stranger)
    with pytest.raises(PermissionDenied):
        opened(cast.manager, customer=stranger)
    assert not ServiceRequest.objects.exists()


def test_it_promises_by_priority_in_business_hours(cast: Cast, promises: None) -> None:
    request = opened(cast.agent, opened_at=at(3, 11, 30))
    assert request.first_response_due_at == at(3, 13, 30)
    assert request.resolution_due_at == at(4, 11, 30)


def test_it_promises_nothing_without_an_sla(cast: Cast) -> None:
    request = opened(cast.agent)
    assert request.first_response_due_at is request.resolution_due_at is None


def test_it_lets_rules_decide_and_notes_which(cast: Cast, promises: None) -> None:
    category = CategoryFactory(name_en="Sign-in")
    RuleFactory(name="Sign-in words", words="password", category=category, priority=1)
    request = opened(cast.agent, description="I forgot my password", opened_at=at(3, 9))
    assert (request.category, request.priority) == (category, 1)
    assert request.resolution_due_at == at(3, 14)
    note = request.replies.get()
    assert note.internal
    assert note.author is None
    assert note.body.count("Sign-in words") == 2


def test_it_prefers_what_the_person_says_to_the_rules(cast: Cast) -> None:
    RuleFactory(words="password", priority=1)
    request = opened(cast.agent, description="password", priority=4)
    assert request.priority == 4
    assert not request.replies.exists()


def test_it_makes_one_request_of_a_form_sent_twice(cast: Cast) -> None:
    key = uuid.uuid4()
    RuleFactory(words="start", priority=1)
    first, second = opened(cast.agent, submission=key), opened(cast.agent, submission=key)
    assert first.pk == second.pk
    assert len(steps(first)) == Reply.objects.count() == 1


# Clocks -------------------------------------------------------------------------------------------
def test_it_moves_the_resolution_by_the_business_time_waited(
    cast: Cast, promises: None, at_time
) -> None:
    request = opened(cast.agent, opened_at=at(3, 9))
    at_time(at(3, 11))
    move(request, cast.agent, "waiting")
    at_time(at(4, 10))  # one hour before lunch, five after, one this morning
    request = move(request, cast.agent, "in_progress")
    assert request.resolution_due_at == at(4, 17)
    assert request.waiting_since is None


def test_it_does_not_count_nights_as_waiting(cast: Cast, promises: None, at_time) -> None:
    request = opened(cast.agent, opened_at=at(3, 9))
    at_time(at(3, 18))
    move(request, cast.agent, "waiting")
    at_time(at(4, 9))
    assert move(request, cast.agent, "in_progress").resolution_due_at == at(3, 18)


def test_it_moves_the_resolution_by_the_time_it_stood_resolved(
    cast: Cast, promises: None, at_time
) -> None:
    request = opened(cast.agent, opened_at=at(3, 9))
    at_time(at(3, 10))
    move(request, cast.agent, "resolved")
    at_time(at(3, 11))
    move(request, cast.agent, "closed")
    at_time(at(3, 12))
    assert move(request, cast.agent, "in_progress").resolution_due_at == at(4, 11)


def test_it_promises_anew_when_the_priority_changes_without_the_time_waited(
    cast: Cast, promises: None, at_time
) -> None:
    request = opened(cast.agent, opened_at=at(3, 9))
    at_time(at(3, 10))
    move(request, cast.agent, "waiting")
    at_time(at(3, 11))
    move(request, cast.agent, "in_progress")
    request = services.request_update(pk=request.pk, actor=cast.agent, changes={"priority": 1})
    assert request.first_response_due_at == at(3, 9, 30)
    assert request.resolution_due_at == at(3, 15)


def test_it_keeps_the_promise_when_something_else_changes(cast: Cast, promises: None) -> None:
    request = opened(cast.agent, opened_at=at(3, 9))
    changes = {"subject": "Other", "priority": 3}
    changed = services.request_update(pk=request.pk, actor=cast.agent, changes=changes)
    assert changed.resolution_due_at == request.resolution_due_at


def test_it_counts_the_first_step_away_from_new_as_the_response(cast: Cast) -> None:
    request = opened(cast.agent)
    assert move(request, cast.agent, "in_progress").first_responded_at is not None


def test_it_counts_the_first_public_reply_as_the_response(cast: Cast) -> None:
    request = opened(cast.agent)
    services.request_reply(pk=request.pk, actor=cast.agent, body="note", internal=True)
    request.refresh_from_db()
    assert request.first_responded_at is None
    services.request_reply(pk=request.pk, actor=cast.agent, body="hello")
    request.refresh_from_db()
    assert request.first_responded_at is not None


# Steps --------------------------------------------------------------------------------------------
def test_it_logs_each_step_with_who_took_it(cast: Cast) -> None:
    request = opened(cast.agent)
    move(request, cast.agent, "in_progress")
    move(request, cast.admin, "resolved")
    assert steps(request)[1:] == [("new", "in_progress"), ("in_progress", "resolved")]
    assert request.status_changes.last().by == cast.admin


def test_it_says_who_resolved_and_forgets_it_on_reopening(cast: Cast) -> None:
    request = move(opened(cast.agent), cast.agent, "resolved")
    assert (request.resolved_by, request.closed_at) == (cast.agent, None)
    request = move(request, cast.agent, "closed")
    assert request.resolved_at is not None
    assert request.closed_at is not None
    request = move(request, cast.agent, "in_progress")
    assert (request.resolved_at, request.resolved_by, request.closed_at) == (None, None, None)
    assert request.reopened_count == 1


def test_it_logs_nothing_when_the_status_is_so_already(cast: Cast) -> None:
    request = opened(cast.agent)
    assert move(request, cast.agent, "new").version == request.version
    assert len(steps(request)) == 1


def test_it_keeps_the_rollup_of_the_customer(cast: Cast) -> None:
    customer = CustomerFactory()
    request = opened(cast.agent, customer=customer)
    customer.refresh_from_db()
    assert customer.open_requests == 1
    move(request, cast.agent, "resolved")
    customer.refresh_from_db()
    assert customer.open_requests == 0


def test_it_refuses_a_request_that_a_colleague_took(cast: Cast, second_agent) -> None:
    request = opened(cast.agent)
    services.request_take(pk=request.pk, actor=cast.agent)
    with pytest.raises(RefusedError, match=str(cast.agent)):
        services.request_take(pk=request.pk, actor=second_agent)
    request.refresh_from_db()
    assert request.owner == cast.agent


def test_it_takes_a_request_into_the_agents_team(cast: Cast) -> None:
    request = ServiceRequestFactory(team=cast.team)
    taken = services.request_take(pk=request.pk, actor=cast.agent)
    assert (taken.team, taken.status) == (cast.service_team, "in_progress")


def test_it_lets_managers_assign_and_give_back(cast: Cast) -> None:
    request = ServiceRequestFactory(
        customer=CustomerFactory(owner=cast.rep), team=cast.service_team
    )
    given = services.request_assign(pk=request.pk, actor=cast.manager, owner=cast.agent)
    assert given.owner == cast.agent
    assert services.request_assign(pk=request.pk, actor=cast.manager, owner=None).owner is None


@pytest.mark.parametrize("role", ["rep", "agent"])
def test_it_lets_nobody_else_assign(cast: Cast, role: str) -> None:
    request = ServiceRequestFactory(customer=CustomerFactory(owner=cast.rep))
    with pytest.raises(PermissionDenied):
        services.request_assign(pk=request.pk, actor=cast.user(role), owner=cast.agent)


def test_it_assigns_to_nobody_of_another_team(cast: Cast) -> None:
    request = ServiceRequestFactory(customer=CustomerFactory(owner=cast.rep), team=cast.team)
    outsider = UserFactory(role="agent")
    with pytest.raises(PermissionDenied):
        services.request_assign(pk=request.pk, actor=cast.manager, owner=outsider)


# Undo ---------------------------------------------------------------------------------------------
def test_it_takes_a_step_back_exactly(cast: Cast, promises: None, at_time) -> None:
    request = opened(cast.agent, opened_at=at(3, 9))
    at_time(at(3, 10))
    before = services.request_state(move(request, cast.agent, "waiting"))
    at_time(at(3, 11))
    after = move(request, cast.agent, "resolved")
    services.request_revert(
        pk=request.pk, actor=cast.agent, state=before, expected_version=after.version
    )
    request.refresh_from_db()
    assert services.request_state(request) == before


def test_it_takes_nothing_back_after_another_change(cast: Cast) -> None:
    request = opened(cast.agent)
    before = services.request_state(request)
    after = move(request, cast.agent, "in_progress")
    move(request, cast.admin, "resolved")
    with pytest.raises(RefusedError):
        services.request_revert(
            pk=request.pk, actor=cast.agent, state=before, expected_version=after.version
        )
    request.refresh_from_db()
    assert request.status == "resolved"


# Replies ------------------------------------------------------------------------------------------
def test_it_lets_a_rep_note_but_not_answer(cast: Cast) -> None:
    request = ServiceRequestFactory(customer=CustomerFactory(owner=cast.rep))
    services.request_reply(pk=request.pk, actor=cast.rep, body="note", internal=True)
    for values in ({"internal": False}, {"internal": True, "then": "resolved"}):
        with pytest.raises(PermissionDenied):
            services.request_reply(pk=request.pk, actor=cast.rep, body="answer", **values)
    assert request.replies.count() == 1


def test_it_replies_and_resolves_at_once(cast: Cast) -> None:
    request = ServiceRequestFactory(owner=cast.agent, team=cast.service_team)
    services.request_reply(pk=request.pk, actor=cast.agent, body="done", then="resolved")
    request.refresh_from_db()
    assert (request.status, request.resolved_by) == ("resolved", cast.agent)
