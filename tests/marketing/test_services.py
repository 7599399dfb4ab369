"""Writes of marketing: who may, once per customer, results that add up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from crm.common.errors import RefusedError
from customers.services import customer_update
from marketing import services
from marketing.models import Activity, Campaign
from marketing.selectors import campaign_figures
from tests.factories.customers import CustomerFactory, UserFactory
from tests.factories.marketing import ActivityFactory, CampaignFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(cast: dict[str, Any]) -> Campaign:
    return CampaignFactory(owner=cast["manager"], actual_cost=Decimal(1000))


@pytest.mark.parametrize("role", ["rep", "agent"])
def test_it_lets_only_managers_plan_campaigns(cast: dict[str, Any], role: str) -> None:
    with pytest.raises(PermissionDenied):
        services.campaign_create(
            actor=cast[role], name="X", starts_on="2026-01-01", ends_on="2026-02-01"
        )
    assert not Campaign.objects.exists()


def test_it_plans_one_activity_per_customer(cast: dict[str, Any], campaign: Campaign) -> None:
    mine = CustomerFactory.create_batch(3, owner=cast["rep"])
    ActivityFactory(campaign=campaign, customer=mine[0])
    pks = [customer.pk for customer in mine]
    add = {"pk": campaign.pk, "actor": cast["rep"], "customers": pks}
    assert services.campaign_add_customers(**add) == services.Added(2, 1, 0)
    assert services.campaign_add_customers(**add) == services.Added(0, 3, 0)
    made = Activity.objects.filter(campaign=campaign)
    assert set(made.values_list("owner", "team", "result")) == {
        (cast["rep"].pk, cast["rep"].team_id, "pending")
    }


@pytest.mark.parametrize("who", ["rep", "agent", "outsider"])
def test_it_adds_nobody_when_one_customer_is_a_colleagues(
    cast: dict[str, Any], campaign: Campaign, who: str
) -> None:
    colleague = UserFactory(team=cast["rep"].team)
    pks = [CustomerFactory(owner=owner).pk for owner in (cast["rep"], colleague)]
    with pytest.raises(PermissionDenied):
        services.campaign_add_customers(pk=campaign.pk, actor=cast[who], customers=pks)
    assert not Activity.objects.exists()


def test_it_says_that_a_customer_takes_part_already(
    cast: dict[str, Any], campaign: Campaign
) -> None:
    activity = ActivityFactory(campaign=campaign, customer__owner=cast["rep"])
    with pytest.raises(services.AlreadyInCampaignError, match=activity.customer.name):
        services.activity_create(actor=cast["rep"], campaign=campaign, customer=activity.customer)


def test_it_adds_nobody_to_a_campaign_that_is_over(cast: dict[str, Any]) -> None:
    over = CampaignFactory(owner=cast["manager"], status="finished")
    customer = CustomerFactory(owner=cast["rep"])
    with pytest.raises(RefusedError, match="is over"):
        services.campaign_add_customers(pk=over.pk, actor=cast["rep"], customers=[customer.pk])


def test_it_refuses_to_restore_beside_a_second_activity(
    cast: dict[str, Any], campaign: Campaign
) -> None:
    first = ActivityFactory(campaign=campaign, customer__owner=cast["rep"])
    services.activity_trash(pk=first.pk, actor=cast["rep"])
    services.activity_create(actor=cast["rep"], campaign=campaign, customer=first.customer)
    with pytest.raises(RefusedError):
        services.activity_restore(pk=first.pk, actor=cast["rep"])
    first.refresh_from_db()
    assert first.trashed_at


def test_it_computes_the_figures_in_one_query(
    cast: dict[str, Any], campaign: Campaign, django_assert_num_queries: Any
) -> None:
    team = {"campaign": campaign, "customer__owner": cast["rep"]}
    ActivityFactory.create_batch(3, result="success", revenue="700", **team)
    ActivityFactory.create_batch(1, result="failure", **team)
    ActivityFactory.create_batch(2, **team)
    ActivityFactory(result="success", revenue="9999")  # of another campaign
    with django_assert_num_queries(1):
        figures = campaign_figures(cast["manager"], campaign)
    counts = (figures.customers, figures.successes, figures.failures, figures.pending)
    assert counts == (6, 3, 1, 2)
    assert (figures.success_rate, figures.revenue) == (0.75, Decimal(2100))
    assert figures.roi == pytest.approx(1.1)
    assert round(figures.cost_per_success or 0, 2) == Decimal("333.33")


def test_it_sets_no_whole_cost_against_a_part_of_the_results(
    cast: dict[str, Any], campaign: Campaign
) -> None:
    ActivityFactory(campaign=campaign, customer__owner=cast["rep"], result="success", revenue=10)
    ActivityFactory(campaign=campaign, customer__owner=UserFactory(team=cast["rep"].team))
    figures = campaign_figures(cast["rep"], campaign)
    assert (figures.customers, figures.roi, figures.cost_per_success) == (1, None, None)


def test_it_takes_activities_along_to_a_new_owner(cast: dict[str, Any], campaign: Campaign) -> None:
    activity = ActivityFactory(campaign=campaign, customer__owner=cast["rep"])
    successor = UserFactory(team=cast["outsider"].team)
    customer_update(pk=activity.customer_id, actor=cast["admin"], changes={"owner": successor})
    activity.refresh_from_db()
    assert (activity.owner, activity.team) == (successor, successor.team)


def test_it_counts_a_second_click_on_a_result_once(
    cast: dict[str, Any], campaign: Campaign
) -> None:
    activity = ActivityFactory(campaign=campaign, customer__owner=cast["rep"])
    for _click in range(2):
        services.activity_set_result(pk=activity.pk, actor=cast["rep"], result="success")
    activity.refresh_from_db()
    assert (activity.result, activity.version) == ("success", 2)
