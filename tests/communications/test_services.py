"""What follows a customer who changes hands, and what each write keeps true."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from communications import services
from communications.models import Communication
from customers.services import customer_take, customer_update
from tests.factories.cast import Cast
from tests.factories.communications import CommunicationFactory, FollowUpFactory
from tests.factories.customers import CustomerFactory


def test_it_keeps_the_last_contact_and_the_next_step_of_the_customer(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.rep)
    call = services.communication_log(
        actor=cast.rep, customer=customer, channel="phone", next_title="Send the offer"
    )
    customer.refresh_from_db()
    assert customer.last_contact_at == call.happened_at
    step = customer.followups.get()
    assert customer.next_step_at == step.due_at
    services.follow_up_done(pk=step.pk, actor=cast.rep)
    customer.refresh_from_db()
    assert customer.next_step_at is None


def test_it_logs_nothing_on_a_customer_whom_the_actor_does_not_see(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.rep)
    for write, values in (
        (services.communication_log, {}),
        (services.follow_up_create, {"title": "x", "due_at": timezone.now()}),
    ):
        with pytest.raises(PermissionDenied):
            write(actor=cast.stranger, customer=customer, **values)
    assert not Communication.objects.exists()


def test_it_moves_no_communication_to_a_customer_whom_the_actor_does_not_see(cast: Cast) -> None:
    call = CommunicationFactory(customer=CustomerFactory(owner=cast.rep))
    theirs = CustomerFactory(owner=cast.stranger)
    with pytest.raises(PermissionDenied):
        services.communication_update(pk=call.pk, actor=cast.rep, changes={"customer": theirs})


def test_it_ticks_off_once(cast: Cast) -> None:
    step = FollowUpFactory(customer=CustomerFactory(owner=cast.rep))
    first = services.follow_up_done(pk=step.pk, actor=cast.rep)
    second = services.follow_up_done(pk=step.pk, actor=cast.manager)
    assert (second.done_at, second.done_by) == (first.done_at, cast.rep)


def test_it_snoozes_what_is_not_due_yet_from_its_own_day(cast: Cast) -> None:
    due = timezone.now() + timedelta(days=3)
    step = FollowUpFactory(customer=CustomerFactory(owner=cast.rep), due_at=due)
    snoozed, before = services.follow_up_snooze(pk=step.pk, actor=cast.rep)
    assert (snoozed.due_at - due, before) == (timedelta(days=1), due)


def test_it_hands_open_work_to_the_new_owner_and_leaves_the_past(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.rep)
    todo, done = FollowUpFactory(customer=customer), FollowUpFactory(customer=customer)
    services.follow_up_done(pk=done.pk, actor=cast.rep)
    colleagues = FollowUpFactory(customer=customer, owner=cast.colleague)
    call = CommunicationFactory(customer=customer)
    customer_update(pk=customer.pk, actor=cast.admin, changes={"owner": cast.manager})
    for record in (todo, done, colleagues, call):
        record.refresh_from_db()
    assert todo.owner == cast.manager
    assert (done.owner, call.owner, colleagues.owner) == (cast.rep, cast.rep, cast.colleague)


def test_it_takes_everything_along_to_another_team(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.rep)
    todo = FollowUpFactory(customer=customer)
    colleagues = FollowUpFactory(customer=customer, owner=cast.colleague)
    agents = FollowUpFactory(customer=customer, owner=cast.agent)
    call = CommunicationFactory(customer=customer)
    customer_update(pk=customer.pk, actor=cast.admin, changes={"owner": cast.stranger})
    for record in (todo, colleagues, agents, call):
        record.refresh_from_db()
        assert record.team == cast.other_team
    assert todo.owner == colleagues.owner == cast.stranger  # whom the old team can no longer see
    assert agents.owner == cast.agent


def test_it_gives_nobodys_work_to_who_takes_the_customer(cast: Cast) -> None:
    customer = CustomerFactory(owner=None, team=cast.team)
    step = FollowUpFactory(customer=customer, owner=None, team=cast.team)
    customer_take(pk=customer.pk, actor=cast.rep)
    step.refresh_from_db()
    assert step.owner == cast.rep
