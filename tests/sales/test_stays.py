"""How long deals usually stay in a stage, and who stays longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.jobs.models import Job
from crm.jobs.runner import job_run
from sales.models import Deal, Stage, StageChange
from sales.services import stage_norms_refresh
from sales.services.norms import FEWEST_STAYS
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import DealFactory

Stages = dict[str, Stage]
Stays = list[float]


def deal_with_stays(cast: Cast, stages: Stages, days: float, **more: Any) -> Deal:
    """A deal that stood ``days`` in "new" and stands in "offer" now."""
    deal = DealFactory(customer=CustomerFactory(owner=cast.rep), stage=stages["offer"], **more)
    entered = timezone.now() - timedelta(days=100)
    left = entered + timedelta(days=days)
    StageChange.objects.create(deal=deal, to_stage=stages["new"], at=entered)
    StageChange.objects.create(
        deal=deal, from_stage=stages["new"], to_stage=stages["offer"], at=left
    )
    return deal


def test_it_measures_the_median_of_stays_that_ended(cast: Cast, stages: Stages) -> None:
    for days in [1, 2, 3, 4, 9, *[9] * (FEWEST_STAYS - 8), 30, 40, 50]:
        deal_with_stays(cast, stages, days)
    deal_with_stays(cast, stages, 90, trashed_at=timezone.now())
    assert stage_norms_refresh() == 1
    new, offer = Stage.objects.filter(kind="open").order_by("order")
    assert (new.norm_stays, new.norm_seconds) == (FEWEST_STAYS, 9 * 86_400)
    assert (offer.norm_stays, offer.norm_seconds) == (0, None)


def test_it_names_no_usual_time_from_a_few_stays(cast: Cast, stages: Stages) -> None:
    for _ in range(FEWEST_STAYS - 1):
        deal_with_stays(cast, stages, 5)
    assert stage_norms_refresh() == 0
    stages["new"].refresh_from_db()
    assert (stages["new"].norm_stays, stages["new"].norm_seconds) == (FEWEST_STAYS - 1, None)


@pytest.fixture
def two_deals(cast: Cast, stages: Stages) -> dict[str, Deal]:
    Stage.objects.filter(pk=stages["new"].pk).update(norm_seconds=9 * 86_400)
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    return {
        name: DealFactory(
            customer=customer, stage=stages["new"], name=name,
            stage_since=timezone.now() - timedelta(days=days, hours=1),
        )
        for name, days in {"standing": 23, "moving": 3}.items()
    }  # fmt: skip


def test_it_marks_cards_that_stand_longer_than_usual(
    cast: Cast, client: Client, two_deals: dict[str, Deal]
) -> None:
    client.force_login(cast.rep)
    content = client.get(reverse("sales:board")).content.decode()
    cards = {name: content.split(f">{name}</a>")[1].split("</li>")[0] for name in two_deals}
    assert "23 days, usually 9" in cards["standing"]
    assert "bg-orange-lt" in cards["standing"]
    assert "3 days in stage" in cards["moving"]
    assert "usually" not in cards["moving"]
    assert "bg-orange-lt" not in cards["moving"]


def test_it_lists_the_deals_that_stand_longer(
    cast: Cast, client: Client, two_deals: dict[str, Deal]
) -> None:
    client.force_login(cast.rep)
    content = client.get(reverse("sales:deal_list"), {"slow": "true"}).content.decode()
    assert two_deals["standing"].get_absolute_url() in content
    assert two_deals["moving"].get_absolute_url() not in content


def test_it_shows_on_my_day_what_stands_still(
    cast: Cast, client: Client, two_deals: dict[str, Deal]
) -> None:
    client.force_login(cast.rep)
    assert [card["deals"] for card in _standing(client)] == [[two_deals["standing"]]]
    client.force_login(cast.colleague)
    assert _standing(client) == []


def _standing(client: Client) -> list[dict[str, Any]]:
    return [card for card in client.get("/").context["cards"] if card.get("shows_stay")]


def test_it_measures_by_hand_in_the_background(cast: Cast, client: Client, stages: Stages) -> None:
    for _ in range(FEWEST_STAYS):
        deal_with_stays(cast, stages, 4)
    client.force_login(cast.manager)
    response = client.post(reverse("sales:measure_stays"))
    job = Job.objects.get(kind="stage_norms")
    assert response["Location"] == job.get_absolute_url()
    job_run(job.pk)
    stages["new"].refresh_from_db()
    assert stages["new"].norm_seconds == 4 * 86_400
