"""Queries compiled once: the same rows as Django's own, for every reader."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from communications.models import FollowUp
from crm.common.prepared import Prepared
from customers.models import Customer
from tests.factories.cast import Cast, make_cast
from tests.factories.communications import FollowUpFactory
from tests.factories.customers import CustomerFactory

ROLES = ("rep", "manager", "agent", "admin", "stranger")


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def customer_of(user: Any, pk: int) -> Any:
    editable = Customer.objects.editable_by(user).filter(pk=OuterRef("pk"))
    seen = Customer.objects.visible_to(user).select_related("owner")
    return seen.annotate(can_edit=Exists(editable)).filter(pk=pk)


@pytest.mark.parametrize("role", ROLES)
def test_it_gives_each_reader_their_rows(cast: Cast, role: str) -> None:
    prepared = Prepared(customer_of)
    user = cast.user(role)
    for owner in (cast.rep, cast.colleague, cast.stranger):
        customer = CustomerFactory(owner=owner, custom={"level": "A"})
        got, expected = prepared.fetch(user, pk=customer.pk), list(customer_of(user, customer.pk))
        assert got == expected
        for one, other in zip(got, expected, strict=True):
            assert (one.can_edit, one.owner, one.custom) == (
                other.can_edit, other.owner, other.custom,
            )  # fmt: skip


def test_it_never_serves_one_reader_anothers_rows(cast: Cast) -> None:
    prepared = Prepared(customer_of)
    customer = CustomerFactory(owner=cast.rep)
    assert prepared.fetch(cast.rep, pk=customer.pk) == [customer]
    assert prepared.fetch(cast.stranger, pk=customer.pk) == []  # the same role, another team


def test_records_have_their_own_related_ones(cast: Cast) -> None:
    """Each is made once, for all records that have it."""

    def owned(user: Any) -> Any:
        return Customer.objects.visible_to(user).select_related("owner", "segment").order_by("pk")

    owners = [cast.rep, None, cast.colleague, cast.rep, None]
    for owner in owners:
        CustomerFactory(owner=owner, team=cast.rep.team)
    got = Prepared(owned).fetch(cast.rep)
    with CaptureQueriesContext(connection) as asked:
        assert [customer.owner for customer in got] == owners
        assert [customer.segment for customer in got] == [None] * len(owners)
    assert not asked.captured_queries
    assert got[0].owner is got[3].owner


def test_it_fills_in_texts_beside_patterns(cast: Cast) -> None:
    """A percent sign in the query is no place for a value."""
    for name in ("100% Cotton", "100 Cotton", "a'); DROP TABLE x; --"):
        CustomerFactory(owner=cast.rep, name=name)

    def named(user: Any, like: str) -> Any:
        seen = Customer.objects.visible_to(user).filter(name__contains="% C")
        return seen.filter(name__gte=like).values("name")

    prepared = Prepared(named)
    assert prepared.fetch(cast.rep, like="100%") == [{"name": "100% Cotton"}]
    assert prepared.fetch(cast.rep, like="b'; --") == []


@pytest.mark.django_db(transaction=True)
def test_it_is_planned_once_for_each_connection() -> None:
    cast = make_cast()
    prepared = Prepared(customer_of)
    customers = [CustomerFactory(owner=cast.rep) for _number in range(2)]

    def answers() -> tuple[list[Any], int]:
        before = _statements()
        found = [prepared.fetch(cast.rep, pk=customer.pk) for customer in customers]
        return found, _statements() - before

    expected = [[customer] for customer in customers]
    assert answers() == (expected, 1)
    assert answers() == (expected, 0)
    connection.close()
    assert answers() == (expected, 1)


def _statements() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return int(cursor.fetchone()[0])


def test_it_asks_nothing_for_roles_that_see_none(cast: Cast) -> None:
    prepared = Prepared(lambda user, pk: Customer.objects.takeable_by(user).filter(pk=pk))
    customer = CustomerFactory(owner=None, team=cast.team)
    assert prepared.fetch(cast.rep, pk=customer.pk) == [customer]
    with CaptureQueriesContext(connection) as captured:
        assert prepared.fetch(cast.manager, pk=customer.pk) == []
    assert len(captured) == 0


def test_it_fills_in_moments_and_variants(cast: Cast) -> None:
    now = timezone.now()
    soon, later = (
        FollowUpFactory(customer__owner=cast.rep, due_at=now + timedelta(days=days))
        for days in (1, 9)
    )

    def due(user: Any, order: str, until: datetime) -> Any:
        found = FollowUp.objects.visible_to(user).filter(due_at__lt=until).order_by(order)
        return found.values("pk", "due_at")

    prepared = Prepared(due)
    week = prepared.fetch(cast.rep, "due_at", until=now + timedelta(days=7))
    month = prepared.fetch(cast.rep, "-due_at", until=now + timedelta(days=30))
    assert week == [{"pk": soon.pk, "due_at": soon.due_at}]
    assert [row["pk"] for row in month] == [later.pk, soon.pk]


def test_it_reads_unions(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.rep)
    step = FollowUpFactory(customer=customer)

    def both(user: Any, pk: int) -> Any:
        seen = Customer.objects.visible_to(user).filter(pk=pk).values("pk", "name")
        steps = FollowUp.objects.visible_to(user).filter(customer=pk).values("pk", "title")
        return seen.union(steps, all=True)

    found = Prepared(both).fetch(cast.rep, pk=customer.pk)
    assert found == [
        {"pk": customer.pk, "name": customer.name}, {"pk": step.pk, "name": step.title},
    ]  # fmt: skip


def test_it_refuses_a_query_that_forgets_a_value(cast: Cast) -> None:
    prepared = Prepared(lambda user, pk: Customer.objects.visible_to(user))
    with pytest.raises(ValueError, match="pk"):
        prepared.fetch(cast.rep, pk=1)
