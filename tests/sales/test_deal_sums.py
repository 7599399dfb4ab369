"""The kept sums of deals are what adding them up gives, whatever was written."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import Count, F, Sum
from django.utils import timezone

from crm.accounts.models import User
from sales.measures import company_day
from sales.models import Deal, DealSum, Stage
from sales.services import deal_move, deal_restore, deal_trash, deal_update
from sales.triggers import DEAL_SUMS
from tests.factories.cast import Cast, make_cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import DealFactory, make_stages

Sums = dict[tuple[Any, ...], tuple[Any, ...]]


def kept() -> Sums:
    rows = DealSum.objects.exclude(deals=0, amount=0, weighted=0)
    return {
        (row.closed_on, row.stage_id, row.team_id, row.owner_id): (
            row.deals,
            row.amount,
            row.weighted,
        )
        for row in rows
    }


def added_up() -> Sums:
    day = company_day("closed_at")
    groups = Deal.objects.alive().order_by().values("stage", "team", "owner", closed_on=day)
    rows = groups.annotate(
        n=Count("pk"), total=Sum("amount_base"), weighted=Sum(F("amount_base") * F("probability"))
    )
    return {
        (row["closed_on"], row["stage"], row["team"], row["owner"]): (
            row["n"],
            row["total"],
            row["weighted"] / 100,
        )
        for row in rows
    }


@pytest.fixture
def deals(cast: Cast, stages: dict[str, Stage]) -> list[Deal]:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    return [
        DealFactory(customer=customer, stage=stages["new"], amount=Decimal(amount))
        for amount in (100, 250, 333)
    ]


def test_it_keeps_the_sums_through_every_write(
    cast: Cast, deals: list[Deal], stages: dict[str, Stage]
) -> None:
    first, second, third = deals
    assert kept() == added_up() != {}
    deal_move(pk=first.pk, actor=cast.rep, stage=stages["offer"])
    deal_move(pk=second.pk, actor=cast.rep, stage=stages["won"])
    assert kept() == added_up()
    deal_update(pk=third.pk, actor=cast.rep, changes={"amount": Decimal(7), "probability": 90})
    assert kept() == added_up()
    deal_trash(pk=third.pk, actor=cast.rep)
    assert kept() == added_up()
    deal_restore(pk=third.pk, actor=cast.rep)
    Deal.objects.filter(pk=first.pk).update(owner=cast.colleague)
    assert kept() == added_up()
    User.objects.filter(pk=cast.colleague.pk).delete()
    Deal.objects.filter(pk=third.pk).delete()
    assert kept() == added_up() != {}


def test_it_keeps_the_sums_when_many_write_at_once(transactional_db: None) -> None:
    cast, stages = make_cast(), make_stages()
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    made = [DealFactory(customer=customer, stage=stages["new"]) for _ in range(8)]
    start = threading.Barrier(len(made))

    def move(deal: Deal) -> None:
        try:
            start.wait()
            with transaction.atomic():
                deal_move(pk=deal.pk, actor=cast.rep, stage=stages["offer"])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=move, args=[deal]) for deal in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Deal.objects.filter(stage=stages["offer"]).count() == len(made)
    assert kept() == added_up()


def test_it_fills_the_table_from_what_there_is(deals: list[Deal], cast: Cast) -> None:
    Deal.objects.filter(pk=deals[0].pk).update(closed_at=timezone.now())
    DealSum.objects.update(deals=17)
    with connection.cursor() as cursor:
        cursor.execute(DEAL_SUMS.refill)
    assert kept() == added_up() != {}
