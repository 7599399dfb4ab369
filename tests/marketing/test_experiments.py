"""Experiments: drawn once and at random, the control left alone, nobody in two at once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.common.errors import RefusedError
from customers.models import Customer
from marketing import services as campaigns
from marketing.bulk import activities_plan
from marketing.experiments import services
from marketing.experiments.drawing import draw_arms
from marketing.experiments.models import Experiment
from marketing.models import Activity, Campaign
from tests.factories.customers import CustomerFactory
from tests.factories.marketing import ActivityFactory, CampaignFactory

SHARES = {"control": 0.2, "a": 0.4, "b": 0.4}


def test_it_deals_each_arm_its_share_within_each_stratum() -> None:
    members = [(pk, pk % 3) for pk in range(1, 1001)]
    drawn = draw_arms(members, SHARES, seed=7)
    assert Counter(drawn.values()) == {"control": 200, "a": 400, "b": 400}
    for stratum in range(3):
        counts = Counter(drawn[pk] for pk, where in members if where == stratum)
        assert abs(counts["control"] - sum(counts.values()) * 0.2) <= 2


def test_it_draws_the_same_for_the_same_seed_whatever_the_order() -> None:
    members = [(pk, 0) for pk in range(1, 201)]
    first = draw_arms(members, SHARES, seed=7)
    assert draw_arms(reversed(members), SHARES, seed=7) == first
    assert draw_arms(members, SHARES, seed=8) != first


def test_it_draws_without_regard_to_the_customer() -> None:
    """Over many seeds everybody is held out as often as planned, next to whomever."""
    members = [(pk, 0) for pk in range(1, 41)]
    held = Counter(
        pk
        for seed in range(400)
        for pk, arm in draw_arms(members, SHARES, seed).items()
        if arm == "control"
    )
    # 80 of 400 expected; five standard errors are 40.
    assert all(40 < held[pk] < 120 for pk, _stratum in members)


def test_it_takes_no_more_than_asked() -> None:
    members = [(pk, 0) for pk in range(1, 501)]
    assert len(draw_arms(members, SHARES, seed=7, most=100)) == 100


@pytest.fixture
def campaign(cast: dict[str, Any]) -> Campaign:
    return CampaignFactory(owner=cast["manager"])


def customers(cast: dict[str, Any], count: int) -> list[Customer]:
    return CustomerFactory.create_batch(count, owner=cast["rep"])


def plan(cast: dict[str, Any], campaign: Campaign, **values: Any) -> Experiment:
    given = {"name": "Subjects", "arms": ["Short", "Long"], "control_share": "0.2", **values}
    return services.experiment_create(actor=cast["manager"], campaign=campaign, **given)


def draw(cast: dict[str, Any], experiment: Experiment) -> Experiment:
    return services.experiment_draw(pk=experiment.pk, actor=cast["manager"])


@pytest.fixture
def drawn(cast: dict[str, Any], campaign: Campaign) -> Experiment:
    customers(cast, 100)
    return draw(cast, plan(cast, campaign))


def control(experiment: Experiment) -> list[Customer]:
    return [one.customer for one in experiment.assignments.filter(arm="control")]


def test_it_plans_activities_with_everybody_but_the_control(drawn: Experiment) -> None:
    treated = set(drawn.assignments.exclude(arm="control").values_list("customer", flat=True))
    planned = set(
        Activity.objects.filter(campaign=drawn.campaign).values_list("customer", flat=True)
    )
    assert planned == treated
    assert Counter(drawn.assignments.values_list("arm", flat=True)) == {
        "control": 20, "a": 40, "b": 40
    }  # fmt: skip


def test_it_never_draws_again(cast: dict[str, Any], drawn: Experiment) -> None:
    before = set(drawn.assignments.values_list("customer", "arm"))
    customers(cast, 5)
    with pytest.raises(RefusedError, match="never drawn again"):
        draw(cast, drawn)
    assert set(drawn.assignments.values_list("customer", "arm")) == before
    with pytest.raises(RefusedError, match="cannot be taken back"):
        services.experiment_discard(pk=drawn.pk, actor=cast["manager"])


@pytest.mark.parametrize("door", ["add", "bulk", "one"])
def test_it_keeps_the_control_out_by_every_door_until_the_end(
    cast: dict[str, Any], drawn: Experiment, door: str
) -> None:
    held = control(drawn)

    def enter() -> None:
        if door == "add":
            campaigns.campaign_add_customers(
                pk=drawn.campaign_id, actor=cast["manager"], customers=[one.pk for one in held]
            )
        elif door == "bulk":
            activities_plan(campaign=drawn.campaign, customers=held, actor=cast["manager"])
        else:
            campaigns.activity_create(
                actor=cast["manager"], campaign=drawn.campaign, customer=held[0]
            )

    if door == "one":
        with pytest.raises(campaigns.HeldOutError):
            enter()
    else:
        enter()
    theirs = Activity.objects.filter(campaign=drawn.campaign, customer__in=held)
    assert not theirs.exists()
    services.experiment_end(pk=drawn.pk, actor=cast["manager"])
    enter()
    assert theirs.exists()


def test_it_says_who_is_held_out(cast: dict[str, Any], drawn: Experiment) -> None:
    pks = list(drawn.assignments.values_list("customer", flat=True))
    add = {"pk": drawn.campaign_id, "actor": cast["manager"], "customers": pks}
    assert campaigns.campaign_add_customers(**add) == campaigns.Added(0, 80, 20)


def test_it_leaves_out_who_sits_elsewhere_or_takes_part(
    cast: dict[str, Any], drawn: Experiment
) -> None:
    fresh = customers(cast, 90)
    other = CampaignFactory(owner=cast["manager"])
    for one in fresh[:10]:
        ActivityFactory(campaign=other, customer=one)
    second = draw(cast, plan(cast, other, control_share="0.25"))
    assert second.excluded == {"elsewhere": 100, "inside": 10}
    inside = set(second.assignments.values_list("customer", flat=True))
    assert inside == {one.pk for one in fresh[10:]}
    services.experiment_end(pk=drawn.pk, actor=cast["manager"])
    third = draw(cast, plan(cast, CampaignFactory(owner=cast["manager"])))
    assert third.excluded["elsewhere"] == 80


def test_it_refuses_arms_that_are_too_small(cast: dict[str, Any], campaign: Campaign) -> None:
    customers(cast, 60)
    with pytest.raises(RefusedError, match="smallest arm would have 12"):
        draw(cast, plan(cast, campaign))
    assert not Activity.objects.exists()
    assert Experiment.objects.get().started_at is None


@pytest.mark.parametrize("who", ["rep", "agent", "outsider"])
def test_it_is_the_managers_to_plan_and_draw(
    cast: dict[str, Any], campaign: Campaign, who: str
) -> None:
    customers(cast, 100)
    experiment = plan(cast, campaign)
    for act in (services.experiment_draw, services.experiment_end, services.experiment_discard):
        with pytest.raises(PermissionDenied):
            act(pk=experiment.pk, actor=cast[who])
    with pytest.raises(PermissionDenied):
        services.experiment_create(actor=cast[who], campaign=campaign, name="x", arms=["a"])
    experiment.refresh_from_db()
    assert (experiment.started_at, experiment.assignments.count()) == (None, 0)


def test_it_gives_the_better_arm_to_the_rest(cast: dict[str, Any], drawn: Experiment) -> None:
    with pytest.raises(RefusedError, match="still running"):
        services.experiment_roll_out(pk=drawn.pk, actor=cast["manager"], arm="a")
    drawn.started_at = timezone.now() - timedelta(days=31)
    drawn.save()
    campaign = services.experiment_roll_out(pk=drawn.pk, actor=cast["manager"], arm="a")
    had = set(drawn.assignments.filter(arm="a").values_list("customer", flat=True))
    given = set(campaign.activities.values_list("customer", flat=True))
    assert len(given) == 60
    assert not given & had
    assert "Short" in campaign.name
