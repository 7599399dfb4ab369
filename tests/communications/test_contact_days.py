"""The kept numbers of contacts are what counting the communications gives, whatever was written."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, connections
from django.db.models import Count
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, TruncDate
from django.utils import timezone

from analytics import metrics
from analytics.slices import Slice
from communications.models import About, Communication, ContactDay
from communications.services import (
    communication_log,
    communication_restore,
    communication_trash,
    communication_update,
)
from communications.triggers import CONTACT_CLOCK, CONTACT_DAYS
from tests.factories.cast import Cast, make_cast
from tests.factories.communications import CommunicationFactory
from tests.factories.customers import CustomerFactory
from tests.factories.service import ServiceRequestFactory

HOURS = list(CONTACT_DAYS.sums)
COUNTED = Communication.objects.filter(trashed_at=None).exclude(channel="note")


def kept() -> dict[tuple[Any, ...], int]:
    return {
        (row["day"], row["team"], row["owner"], hour): row[name]
        for row in ContactDay.objects.values("day", "team", "owner", *HOURS)
        for hour, name in enumerate(HOURS)
        if row[name]
    }


def counted() -> dict[tuple[Any, ...], int]:
    rows = COUNTED.values(
        "team", "owner", day=TruncDate("happened_at"), hour=ExtractHour("happened_at")
    ).annotate(n=Count("pk"))
    return {(row["day"], row["team"], row["owner"], row["hour"]): row["n"] for row in rows}


@pytest.mark.django_db
def test_it_keeps_the_numbers_through_every_write(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    first, second, note = (
        communication_log(actor=cast.rep, customer=customer, channel=channel, subject="x")
        for channel in ("phone", "email", "note")
    )
    assert kept() == counted() != {}
    assert sum(kept().values()) == 2
    earlier = timezone.now() - timedelta(days=2, hours=3)
    communication_update(pk=first.pk, actor=cast.rep, changes={"happened_at": earlier})
    communication_update(pk=note.pk, actor=cast.rep, changes={"channel": "visit"})
    assert kept() == counted()
    assert sum(kept().values()) == 3
    communication_trash(pk=second.pk, actor=cast.rep)
    assert kept() == counted()
    communication_restore(pk=second.pk, actor=cast.rep)
    Communication.objects.update(owner=cast.colleague)
    assert kept() == counted()
    Communication.objects.filter(pk=first.pk).delete()
    assert kept() == counted()
    ContactDay.objects.update(h00=7)
    with connection.cursor() as cursor:
        cursor.execute(CONTACT_DAYS.refill)
    assert kept() == counted() != {}


def test_it_keeps_the_numbers_when_many_write_at_once(transactional_db: None) -> None:
    cast = make_cast()
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    start = threading.Barrier(4)

    def write() -> None:
        try:
            start.wait()
            for _turn in range(5):
                CommunicationFactory(customer=customer)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept() == counted()
    assert sum(kept().values()) == 20


@pytest.mark.django_db
def test_it_follows_the_company_to_another_zone(cast: Cast, settings: LazySettings) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    CommunicationFactory(customer=customer, happened_at=datetime(2026, 3, 9, 16, 5, tzinfo=UTC))
    row = ContactDay.objects.get()
    assert (row.day, row.h00) == (date(2026, 3, 10), 1)
    settings.TIME_ZONE = "America/New_York"
    CONTACT_CLOCK.follow()
    row = ContactDay.objects.get()
    assert (row.day, row.h12) == (date(2026, 3, 9), 1)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["rep", "colleague", "manager", "admin", "agent", "stranger"])
def test_it_shows_each_role_the_contacts_that_it_sees(cast: Cast, who: str) -> None:
    ours = CustomerFactory(owner=cast.rep, team=cast.team)
    request = ServiceRequestFactory(customer=ours, owner=cast.agent, team=cast.service_team)
    other = CustomerFactory(owner=cast.stranger, team=cast.other_team)
    moment = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)  # Monday, half past nine in Shanghai
    CommunicationFactory(customer=ours, happened_at=moment)
    CommunicationFactory(customer=ours, happened_at=moment, channel="note")
    CommunicationFactory(customer=other, happened_at=moment + timedelta(days=1))
    for owner in (cast.rep, cast.agent):
        CommunicationFactory(
            customer=ours, owner=owner, team=owner.team, happened_at=moment + timedelta(hours=1),
            about_kind=About.REQUEST, about_id=request.pk,
        )  # fmt: skip
    part = Slice(getattr(cast, who), date(2026, 3, 9), date(2026, 3, 11))

    table = [[0] * 24 for _day in range(7)]
    rows = part.of(Communication).exclude(channel="note").values(
        weekday=ExtractIsoWeekDay("happened_at"), hour=ExtractHour("happened_at")
    )  # fmt: skip
    for row in rows.annotate(n=Count("pk")):
        table[row["weekday"] - 1][row["hour"]] = row["n"]
    assert metrics.contact_heat(part) == table
    expected = {"rep": 2, "colleague": 0, "manager": 3, "admin": 4, "agent": 2, "stranger": 1}
    assert sum(map(sum, table)) == expected[who]
