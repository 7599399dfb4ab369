"""Scores on the demo company find who left and why, and stand where people work."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics import runs
from analytics.frames import Scope
from analytics.methods.score import score
from analytics.models import CustomerScore, Run
from analytics.snapshots import CHURN, HORIZON_DAYS, features, learning_frame
from customers.models import Customer
from sales.models import Order
from service.models import ServiceRequest

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 1)
# The demo of these tests ends on this day, whatever the clock says.
LAST = {"today": "2026-11-20"}


@pytest.fixture
def churn(truth: dict[str, Any]) -> Run:
    return runs.run_method(method="churn", params=LAST)


def test_it_finds_who_left_and_the_planted_causes(churn: Run) -> None:
    assert churn.state == Run.State.FINISHED
    assert churn.metrics["signal"]
    assert churn.metrics["auc_lo"] > 0.7
    assert churn.metrics["log_loss"] < churn.metrics["naive_log_loss"]
    moved = {one["column"]: one["direction"] for one in churn.result["influences"]}
    assert moved["response_hours"] == "up"
    assert moved["complaints"] == "up"
    assert moved["unanswered"] == "up"
    assert churn.result["leaks"] == []
    assert churn.result["split"] == "time"


def test_it_says_no_signal_when_outcomes_are_shuffled(truth: dict[str, Any]) -> None:
    frame = learning_frame(Scope(), CHURN, date(2026, 11, 20))
    rng = np.random.default_rng(5)
    frame["event"] = rng.permutation(frame["event"])
    found = score(frame, "event", positive="yes", time="day", exclude=("customer",))
    assert not found.signal
    assert found.scorer is None


def test_it_knows_nothing_that_happened_later(truth: dict[str, Any]) -> None:
    """What is written for days after the day of a snapshot leaves its features as they were."""
    before = features(Scope(), DAY)
    later = timezone.now() - timedelta(days=1)
    orders = Order.objects.counted().filter(ordered_at__date__gte=DAY)
    orders.filter(pk__in=orders.values("pk")[:50]).update(
        customer=before["customer"].iloc[0], ordered_at=later
    )
    ServiceRequest.objects.filter(opened_at__date__gte=DAY).update(kind="complaint")
    answered = ServiceRequest.objects.filter(first_responded_at__date__gte=DAY)
    assert answered.update(first_responded_at=later)
    for industry in ("Another", "A third"):
        Customer.objects.update(industry=industry, region="Elsewhere", acquisition="other")
    pd.testing.assert_frame_equal(before, features(Scope(), DAY))


def test_it_counts_by_hand_what_was_known_on_a_day(truth: dict[str, Any]) -> None:
    frame = features(Scope(), DAY).set_index("customer")
    busiest = frame["complaints"].idxmax()
    opened = ServiceRequest.objects.alive().filter(
        customer=busiest, opened_at__lt=pd.Timestamp(DAY, tz="Asia/Shanghai").to_pydatetime()
    )
    assert frame.loc[busiest, "complaints"] == opened.filter(kind="complaint").count() > 0
    assert frame.loc[busiest, "requests"] == opened.count()


def test_it_shows_scores_with_reasons_on_the_page_and_in_the_list(
    churn: Run, person: Any, client: Client
) -> None:
    likeliest = CustomerScore.objects.filter(level=3).order_by("-chance").first()
    assert likeliest is not None
    assert 0 < len(likeliest.reasons) <= 5
    client.force_login(person("admin"))
    page = client.get(likeliest.customer.get_absolute_url()).content.decode()
    assert "Risk of leaving" in page
    assert "usually" in page
    listed = client.get(
        reverse("customers:list"), {"churn": "3", "columns": "name,score_churn", "size": 100}
    )
    shown = {row.pk for row in listed.context["page"].rows}
    assert shown
    levels = CustomerScore.objects.filter(customer__in=shown, kind="churn")
    assert set(levels.values_list("level", flat=True)) == {3}
    assert levels.count() == len(shown)


def test_it_shows_the_run_to_a_manager(churn: Run, person: Any, client: Client) -> None:
    client.force_login(person("admin"))
    page = client.get(reverse("analytics:method", args=["churn"])).content.decode()
    assert f"{churn.result['scored']} customers who ordered lately" in page
    assert "Calibration slope" in page
    for key in ("influences", "lift", "calibration"):
        answer = client.get(reverse("analytics:run_csv", args=[churn.pk, key]))
        assert answer.status_code == 200


def test_it_scores_those_without_recent_orders_by_their_chance_to_buy(
    truth: dict[str, Any],
) -> None:
    run = runs.run_method(method="potential", params=LAST)
    assert run.state == Run.State.FINISHED
    today = date.fromisoformat(LAST["today"])
    for one in CustomerScore.objects.filter(kind="potential").select_related("customer"):
        last = one.customer.last_order_at
        assert last is None or (today - timezone.localdate(last)).days >= HORIZON_DAYS - 1


def test_it_leaves_the_scores_of_a_team_to_its_own_run(churn: Run, person: Any) -> None:
    team = person("manager").team
    own = runs.run_method(method="churn", params=LAST, team_id=team.pk)
    if own.state != Run.State.FINISHED:
        pytest.skip("the demo's team has too few events")
    runs.run_method(method="churn", params=LAST)
    of_team = CustomerScore.objects.filter(customer__team=team)
    assert set(of_team.values_list("run", flat=True)) <= {own.pk}
    assert CustomerScore.objects.exclude(customer__team=team).exists()
