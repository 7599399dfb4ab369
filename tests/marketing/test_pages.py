"""Pages of marketing by role."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from customers.models import Segment
from marketing.models import Activity, Campaign
from tests.factories.customers import CustomerFactory, UserFactory
from tests.factories.marketing import ActivityFactory, CampaignFactory

pytestmark = pytest.mark.django_db

CAMPAIGN = {
    "name": "双十一",
    "channel": "email",
    "status": "planned",
    "starts_on": "2026-11-01",
    "ends_on": "2026-11-11",
    "budget": "1000",
    "actual_cost": "0",
    "expected_revenue": "5000",
    "currency": "CNY",
}


@pytest.fixture
def activity(cast: dict[str, Any]) -> Activity:
    campaign = CampaignFactory(owner=cast["manager"], actual_cost="100")
    return ActivityFactory(campaign=campaign, customer__owner=cast["rep"])


@pytest.mark.parametrize(
    "path", ["campaigns/", "activities/", "segments/", "campaigns/{c}/", "activities/{a}/",
             "campaigns/{c}/customers/", "activities/new/"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("who", "status"), [("rep", 200), ("manager", 200), ("admin", 200), ("agent", 404)]
)
def test_it_shows_marketing_to_sellers(
    client: Client, cast: dict[str, Any], activity: Activity, path: str, who: str, status: int
) -> None:
    client.force_login(cast[who])
    url = "/marketing/" + path.format(c=activity.campaign_id, a=activity.pk)
    assert client.get(url).status_code == status


@pytest.mark.parametrize(("who", "status"), [("rep", 404), ("manager", 200), ("admin", 200)])
def test_it_offers_new_campaigns_to_managers(
    client: Client, cast: dict[str, Any], who: str, status: int
) -> None:
    client.force_login(cast[who])
    assert client.get("/marketing/campaigns/new/").status_code == status


def test_it_creates_a_campaign_for_the_managers_team(client: Client, cast: dict[str, Any]) -> None:
    client.force_login(cast["manager"])
    response = client.post("/marketing/campaigns/new/", CAMPAIGN)
    campaign = Campaign.objects.get()
    assert response["Location"] == f"/marketing/campaigns/{campaign.pk}/"
    assert (campaign.name, campaign.team) == ("双十一", cast["manager"].team)


def test_it_refuses_a_campaign_that_ends_before_it_begins(
    client: Client, cast: dict[str, Any]
) -> None:
    client.force_login(cast["manager"])
    response = client.post("/marketing/campaigns/new/", {**CAMPAIGN, "ends_on": "2026-10-01"})
    assert response.status_code == 422
    assert "The end lies before the beginning." in response.content.decode()


def test_it_hides_a_teams_campaign_from_other_teams(
    client: Client, cast: dict[str, Any], activity: Activity
) -> None:
    client.force_login(cast["outsider"])
    assert client.get(f"/marketing/campaigns/{activity.campaign_id}/").status_code == 404
    assert activity.campaign.name not in client.get("/marketing/campaigns/").content.decode()
    assert client.get(f"/marketing/activities/{activity.pk}/").status_code == 404


def test_a_rep_sees_only_the_activities_of_own_customers(
    client: Client, cast: dict[str, Any], activity: Activity
) -> None:
    colleague = UserFactory(team=cast["rep"].team)
    other = ActivityFactory(campaign=activity.campaign, customer__owner=colleague)
    client.force_login(cast["rep"])
    page = client.get(f"/marketing/campaigns/{activity.campaign_id}/").content.decode()
    assert activity.customer.name in page
    assert other.customer.name not in page
    assert client.get(f"/marketing/activities/{other.pk}/").status_code == 404


@pytest.mark.parametrize("result", ["success", "failure"])
def test_it_sets_a_result_by_one_click_with_undo(
    client: Client, cast: dict[str, Any], activity: Activity, result: str
) -> None:
    client.force_login(cast["rep"])
    url = f"/marketing/activities/{activity.pk}/result/"
    response = client.post(f"{url}{result}/", headers={"HX-Request": "true"})
    activity.refresh_from_db()
    assert activity.result == result
    assert f"{url}pending/" in response["HX-Trigger"]
    client.post(f"{url}pending/")
    activity.refresh_from_db()
    assert activity.result == "pending"


@pytest.mark.parametrize("who", ["agent", "outsider"])
def test_it_lets_nobody_else_set_a_result(
    client: Client, cast: dict[str, Any], activity: Activity, who: str
) -> None:
    client.force_login(cast[who])
    url = f"/marketing/activities/{activity.pk}/result/success/"
    assert client.post(url).status_code == 404
    activity.refresh_from_db()
    assert (activity.result, activity.version) == ("pending", 1)


def test_it_adds_customers_by_name_and_by_segment(
    client: Client, cast: dict[str, Any], activity: Activity
) -> None:
    segment = Segment.objects.create(name="高价值", origin="filter")
    named = CustomerFactory(owner=cast["rep"])
    CustomerFactory(owner=cast["rep"], segment=segment)
    CustomerFactory(owner=UserFactory(team=cast["rep"].team), segment=segment)
    client.force_login(cast["rep"])
    url = f"/marketing/campaigns/{activity.campaign_id}/customers/"
    chosen = [str(named.pk), str(activity.customer_id)]
    client.post(url, {"customers": chosen, "segment": str(segment.pk)})
    assert activity.campaign.activities.count() == 3


def test_it_does_not_add_a_colleagues_customer(
    client: Client, cast: dict[str, Any], activity: Activity
) -> None:
    theirs = CustomerFactory(owner=UserFactory(team=cast["rep"].team))
    client.force_login(cast["rep"])
    url = f"/marketing/campaigns/{activity.campaign_id}/customers/"
    assert client.post(url, {"customers": [str(theirs.pk)]}).status_code == 422
    assert activity.campaign.activities.count() == 1


def test_it_says_on_the_form_that_a_customer_takes_part_already(
    client: Client, cast: dict[str, Any], activity: Activity
) -> None:
    client.force_login(cast["rep"])
    data = {
        "campaign": activity.campaign_id, "customer": activity.customer_id, "stage": "planned",
        "result": "pending", "note": "kept",
    }  # fmt: skip
    response = client.post("/marketing/activities/new/", data)
    assert response.status_code == 422
    assert "already takes part" in response.content.decode()


def test_it_lists_the_segments_one_may_see(client: Client, cast: dict[str, Any]) -> None:
    company = Segment.objects.create(name="高价值", name_en="High value", origin="filter", size=12)
    Segment.objects.create(name="Theirs", origin="filter", team=cast["outsider"].team)
    client.force_login(cast["rep"])
    page = client.get("/marketing/segments/").content.decode()
    assert f"/customers/?segment={company.pk}" in page
    assert "High value" in page
    assert "Theirs" not in page


def test_it_shows_running_campaigns_on_a_managers_day(
    client: Client, cast: dict[str, Any], activity: Activity
) -> None:
    client.force_login(cast["manager"])
    assert activity.campaign.name in client.get("/").content.decode()


def test_it_puts_activities_on_the_customers_timeline(
    client: Client, cast: dict[str, Any], activity: Activity
) -> None:
    client.force_login(cast["rep"])
    url = f"/customers/{activity.customer_id}/timeline/?kind=activity"
    assert activity.campaign.name in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("path", "most"),
    [("campaigns/", 12), ("activities/", 14), ("campaigns/{c}/", 12), ("segments/", 9)],
)
def test_it_needs_as_many_queries_for_many_as_for_few(
    client: Client,
    cast: dict[str, Any],
    activity: Activity,
    path: str,
    most: int,
    django_assert_max_num_queries: Any,
) -> None:
    ActivityFactory.create_batch(12, campaign=activity.campaign, customer__owner=cast["rep"])
    CampaignFactory.create_batch(12, owner=cast["manager"])
    client.force_login(cast["manager"])
    url = "/marketing/" + path.format(c=activity.campaign_id)
    with django_assert_max_num_queries(most):
        client.get(url)
