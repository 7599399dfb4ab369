"""Experiments as a manager meets them: plan, size, draw, outcome, conclusion."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.comparing.reproduction import verdict
from analytics.comparing.services import run_again
from analytics.comparing.sides import side_of
from analytics.experiments.outcomes import outcomes, past_outcomes
from analytics.experiments.runs import nightly
from analytics.models import Run
from crm.common.roles import Role
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from marketing.experiments import services
from marketing.experiments.models import Experiment
from marketing.models import Campaign
from sales.models import Order, OrderLine
from tests.factories.customers import CustomerFactory, TeamFactory, UserFactory
from tests.factories.marketing import CampaignFactory
from tests.factories.sales import OrderFactory

pytestmark = pytest.mark.django_db
NEW = "/analytics/experiment/new/"


@pytest.fixture
def manager(db: None) -> Any:
    return UserFactory(role=Role.MANAGER, team=TeamFactory(), language="en")


@pytest.fixture
def campaign(manager: Any) -> Campaign:
    return CampaignFactory(owner=manager, name="Spring")


@pytest.fixture
def drawn(manager: Any, campaign: Campaign) -> Experiment:
    CustomerFactory.create_batch(120, owner=manager)
    experiment = services.experiment_create(
        actor=manager, campaign=campaign, name="Subjects", arms=["Short"], control_share="0.5",
        window_days=30,
    )  # fmt: skip
    return services.experiment_draw(pk=experiment.pk, actor=manager)


def buy(experiment: Experiment, arm: str, count: int, when: datetime, **values: Any) -> None:
    """So many customers of an arm order once."""
    for one in experiment.assignments.filter(arm=arm).select_related("customer")[:count]:
        OrderFactory(customer=one.customer, ordered_at=when, **values)


def after(experiment: Experiment, days: int) -> datetime:
    return experiment.started_at + timedelta(days=days)


def wind_back(experiment: Experiment, days: int) -> None:
    """As if the arms had been drawn so many days ago."""
    experiment.started_at = timezone.now() - timedelta(days=days)
    experiment.save()


PLAN = {
    "name": "Subjects", "arms": "Short\nLong", "control_percent": "20", "outcome": "order",
    "window_days": "30", "correction": "holm", "power": "0.8",
}  # fmt: skip


def test_it_plans_draws_and_concludes(client: Client, manager: Any, campaign: Campaign) -> None:
    CustomerFactory.create_batch(120, owner=manager)
    client.force_login(manager)
    page = client.get(NEW, {"campaign": campaign.pk}).content.decode()
    assert "of your 120 customers ordered" in page
    answer = client.post(NEW, {**PLAN, "campaign": campaign.pk})
    experiment = Experiment.objects.get()
    assert answer["Location"] == experiment.get_absolute_url()
    client.post(reverse("analytics:experiment_draw", args=[experiment.pk]))
    job_run(Job.objects.get(kind="experiment_draw").pk)
    experiment.refresh_from_db()
    assert experiment.assignments.count() == 120
    page = client.get(experiment.get_absolute_url()).content.decode()
    assert "Still running: don&#x27;t stop early." in page or "Still running: don't" in page
    assert "Subjects" in client.get(reverse("analytics:experiments")).content.decode()


def test_it_tells_how_many_customers_are_needed(
    client: Client, manager: Any, campaign: Campaign
) -> None:
    client.force_login(manager)
    CustomerFactory(owner=manager)
    asked = {
        **PLAN, "campaign": campaign.pk, "arms": "Short", "control_percent": "50", "base": "10",
        "smallest": "5", "weekly": "500", "size": "1",
    }  # fmt: skip
    page = client.post(NEW, asked).content.decode()
    # Fleiss: 683 an arm; 1366 at 500 a week are 3 weeks, and 30 days are 5 more.
    assert "1,366 customers are needed: 683 to compare with, 683 in each other arm" in page
    assert "about 8 weeks" in page
    assert "You may change only 1" in page
    assert not Experiment.objects.exists()
    del asked["size"]
    client.post(NEW, asked)
    assert Experiment.objects.get().planned == 1366


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"arms": ""}, "This field is required"),
        ({"arms": "A\na"}, "same name"),
        ({"arms": "A\nB\nC\nD\nE\nF"}, "At most five"),
        ({"control_percent": "0"}, "hold out some"),
        ({"outcome": "success", "arms": "A"}, "name two variants"),
        ({"correction": "dunnett"}, "for revenue only"),
        ({"base": "99", "smallest": "5"}, "within 0 and 100"),
        ({"window_days": "9999"}, "365"),
        ({"campaign": "999999"}, "valid choice"),
    ],
)
def test_it_says_what_is_wrong_and_keeps_what_was_typed(
    client: Client, manager: Any, campaign: Campaign, change: dict[str, str], sentence: str
) -> None:
    client.force_login(manager)
    answer = client.post(NEW, {**PLAN, "campaign": campaign.pk, "hypothesis": "kept", **change})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "kept" in page
    assert not Experiment.objects.exists()


def test_it_counts_orders_within_the_window_only(drawn: Experiment) -> None:
    buy(drawn, "a", 3, after(drawn, 5))
    buy(drawn, "control", 1, after(drawn, 29))
    late = drawn.assignments.filter(arm="a").last().customer
    OrderFactory(customer=late, ordered_at=after(drawn, 30))
    OrderFactory(customer=late, ordered_at=after(drawn, -1))
    OrderFactory(customer=late, ordered_at=after(drawn, 3), status=Order.Status.DRAFT)
    sums = outcomes(drawn).groupby("arm")["outcome"].agg(["sum", "size"])
    assert list(sums.loc["a"]) == [3, 60]
    assert list(sums.loc["control"]) == [1, 60]


def test_it_concludes_once_the_window_has_passed(
    client: Client, manager: Any, drawn: Experiment
) -> None:
    client.force_login(manager)
    buy(drawn, "a", 30, after(drawn, 1))
    buy(drawn, "control", 5, after(drawn, 1))
    compute = reverse("analytics:experiment_compute", args=[drawn.pk])
    client.post(compute)
    job_run(Job.objects.filter(kind="analyze").latest("created_at").pk)
    page = client.get(drawn.get_absolute_url()).content.decode()
    assert "Still running until" in page
    assert "Plan the campaign for the rest" not in page
    assert client.post(reverse("analytics:experiment_roll_out", args=[drawn.pk, "a"])).url
    assert not Job.objects.filter(kind="experiment_roll_out").exists()
    wind_back(drawn, 40)
    Order.objects.update(ordered_at=after(drawn, 2))
    client.post(compute)
    job_run(Job.objects.filter(kind="analyze").latest("created_at").pk)
    page = client.get(drawn.get_absolute_url()).content.decode()
    assert "“Short” brought 41.7 points more per customer than Control (held out)" in page
    assert "Plan the campaign for the rest" in page
    run = Run.objects.filter(method="experiment").latest("created_at")
    assert run.result["looks"] == 2
    csv = client.get(reverse("analytics:run_csv", args=[run.pk, "differences"])).content.decode()
    assert "Short,60,50" in csv
    client.post(reverse("analytics:experiment_roll_out", args=[drawn.pk, "a"]))
    job_run(Job.objects.get(kind="experiment_roll_out").pk)
    assert Campaign.objects.exclude(pk=drawn.campaign_id).get().activities.count() == 60


def test_it_names_nothing_where_nothing_is(client: Client, manager: Any, drawn: Experiment) -> None:
    client.force_login(manager)
    wind_back(drawn, 40)
    for arm in ("a", "control"):
        buy(drawn, arm, 10, after(drawn, 1))
    assert nightly() == {str(drawn.pk): "finished"}
    assert nightly() == {}
    page = client.get(drawn.get_absolute_url()).content.decode()
    assert "No arm differs from Control (held out) beyond chance" in page
    assert "Plan the campaign for the rest" not in page


def kept(since: datetime) -> list[Any]:
    """The old rows of orders and activities that were kept since a moment."""
    names = ("sales.OrderEvent", "marketing.ActivityEvent")
    return [apps.get_model(name).objects.filter(pgh_created_at__gt=since) for name in names]


@pytest.mark.parametrize("outcome", ["order", "revenue", "success"])
def test_it_is_done_again_on_the_records_of_then(drawn: Experiment, outcome: str) -> None:
    """What was ordered, cancelled, deleted, dearer or answered since is as it was."""
    drawn.outcome = outcome
    wind_back(drawn, 40)
    buy(drawn, "a", 20, after(drawn, 1), lines=[(2, 50)])
    buy(drawn, "control", 4, after(drawn, 1), lines=[(1, 30), (1, 20)])
    activities = drawn.campaign.activities
    first = list(activities.order_by("pk").values_list("pk", flat=True)[:20])
    activities.filter(pk__in=first).update(result="success")
    frame, then = outcomes(drawn), timezone.now()
    long_ago = then - timedelta(days=1)
    for rows in kept(long_ago):
        rows.update(pgh_created_at=long_ago)
    buy(drawn, "control", 50, after(drawn, 2), lines=[(1, 10)])
    orders = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    Order.objects.filter(pk__in=orders[:3]).update(status=Order.Status.CANCELLED)
    Order.objects.filter(pk__in=orders[3:5]).update(trashed_at=then)
    OrderLine.objects.filter(order__in=orders[5:8]).update(quantity=7)
    OrderLine.objects.filter(order__in=orders[8:9]).delete()
    activities.filter(pk__in=first[:9]).update(result="failure")
    for rows in kept(long_ago):
        rows.update(pgh_created_at=timezone.now())  # now() stands still within a test
    assert frame["outcome"].sum() >= 20
    assert not outcomes(drawn).equals(frame)
    assert outcomes(drawn, then).equals(frame)


def test_it_says_of_a_result_done_again_that_it_is_the_same(manager: Any, drawn: Any) -> None:
    wind_back(drawn, 20)
    buy(drawn, "a", 30, after(drawn, 1))
    buy(drawn, "control", 5, after(drawn, 1))
    nightly()
    run = Run.objects.get(method="experiment")
    buy(drawn, "control", 50, after(drawn, 2))
    services.experiment_end(pk=drawn.pk, actor=manager)
    made = run_again(pk=run.pk, actor=manager)
    job_run(made.job_id)
    again = Run.objects.select_related("reproduces").get(pk=made.pk)
    assert verdict(side_of(run), side_of(again)).same


def test_it_refuses_where_nobody_ordered(client: Client, manager: Any, drawn: Experiment) -> None:
    client.force_login(manager)
    nightly()
    page = client.get(drawn.get_absolute_url()).content.decode()
    assert "nothing to compare yet" in page


def test_it_compares_revenue_by_dunnett(manager: Any, campaign: Campaign) -> None:
    CustomerFactory.create_batch(120, owner=manager)
    experiment = services.experiment_create(
        actor=manager, campaign=campaign, name="Gifts", arms=["Pen", "Cup"], control_share="0.3",
        outcome="revenue", correction="dunnett",
    )  # fmt: skip
    services.experiment_draw(pk=experiment.pk, actor=manager)
    experiment.refresh_from_db()
    for at, (arm, price) in enumerate((("a", 500), ("b", 100), ("control", 100))):
        for place, one in enumerate(experiment.assignments.filter(arm=arm)):
            order = OrderFactory(customer=one.customer, ordered_at=after(experiment, 1))
            order.lines.all().delete()
            order.lines.create(
                description="x", quantity=1, unit_price=Decimal(price + 7 * place + at)
            )
    wind_back(experiment, 40)
    Order.objects.update(ordered_at=after(experiment, 2))
    nightly()
    result = Run.objects.get(method="experiment").result
    assert (result["kind"], result["correction"]) == ("mean", "dunnett")
    pen = next(one for one in result["arms"] if one["arm"] == "a")
    assert pen["lo_all"] < 400 < pen["hi_all"]
    assert pen["p_adjusted"] < 0.001


def test_it_knows_the_past(manager: Any) -> None:
    first, *_rest = CustomerFactory.create_batch(4, owner=manager)
    order = OrderFactory(customer=first, ordered_at=timezone.now() - timedelta(days=3))
    OrderFactory(customer=first, ordered_at=timezone.now() - timedelta(days=50))
    order.refresh_from_db()
    past = past_outcomes(manager, 30)
    assert (past.customers, past.share) == (4, 0.25)
    assert past.mean == pytest.approx(float(order.total_base) / 4)


@pytest.mark.parametrize(("role", "status"), [("rep", 404), ("agent", 404), ("manager", 404)])
def test_it_shows_other_teams_nothing(
    client: Client, drawn: Experiment, role: str, status: int
) -> None:
    client.force_login(UserFactory(role=role, team=TeamFactory()))
    assert client.get(drawn.get_absolute_url()).status_code == status
    for act in ("draw", "compute", "end", "discard"):
        url = reverse(f"analytics:experiment_{act}", args=[drawn.pk])
        assert client.post(url).status_code == status
