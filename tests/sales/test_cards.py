"""My day counts the deals that a card cannot show, those of the reader alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from communications.services import follow_up_create
from sales.cards import CARD_ROWS
from sales.models import Deal, Stage
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import DealFactory

pytestmark = pytest.mark.django_db


def deals(cast: Cast, stage: Stage, count: int, **more: Any) -> list[Deal]:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    return DealFactory.create_batch(
        count, customer=customer, owner=cast.rep, team=cast.team, stage=stage, **more
    )


def shown(client: Client) -> dict[str, tuple[int, int]]:
    """Rows and count of each card of deals, by its icon."""
    cards = [card for card in client.get("/").context["cards"] if "deals" in card]
    return {card["icon"]: (len(card["deals"]), card["count"]) for card in cards}


def test_it_counts_all_that_a_card_is_about(
    cast: Cast, client: Client, stages: dict[str, Stage]
) -> None:
    today = timezone.localdate()
    found = deals(cast, stages["new"], CARD_ROWS + 2, expected_close=today + timedelta(days=90))
    deals(cast, stages["new"], 1, expected_close=today - timedelta(days=1))
    client.force_login(cast.rep)
    assert shown(client) == {"circle-dashed": (CARD_ROWS, 9), "calendar-event": (1, 1)}
    follow_up_create(
        actor=cast.rep, customer=found[0].customer, about_kind="deal", about_id=found[0].pk,
        title="Call", due_at=timezone.now(),
    )  # fmt: skip
    assert shown(client)["circle-dashed"] == (CARD_ROWS, 8)
    client.force_login(cast.colleague)
    assert shown(client) == {"circle-dashed": (0, 0), "calendar-event": (0, 0)}
