"""Marketing's analyses on the CRM's own records, as a manager meets them."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from analytics import runs
from analytics.budgets import campaign_channel, plan_write
from analytics.frames import Scope
from analytics.marketing_frames import marketing_weeks
from analytics.methods.response import adstock, saturated
from analytics.models import Run
from crm.accounts.models import User
from crm.common.errors import RefusedError
from crm.common.roles import Role
from crm.jobs.runner import job_run
from marketing.models import Campaign, MarketResult, Spend
from tests.factories.customers import UserFactory

pytestmark = pytest.mark.django_db
MONDAY = date(2023, 1, 2)


def plant(weeks: int = 150, effect: float = 1.0, seed: int = 1) -> None:
    """TV keeps bringing more; web brings nothing: money should go from web to TV."""
    Spend.objects.all().delete()
    MarketResult.objects.all().delete()
    rng = np.random.default_rng(seed)
    tv, web = rng.gamma(4, 5_000, weeks), rng.gamma(4, 5_000, weeks)
    sales = 400_000 + effect * 200_000 * saturated(adstock(tv, 0.4), 40_000, "hill")
    sales = sales + rng.normal(0, 4_000, weeks)
    for week in range(weeks):
        start = MONDAY + timedelta(weeks=week)
        period = {"starts_on": start, "ends_on": start + timedelta(weeks=1)}
        MarketResult.objects.create(revenue=round(float(sales[week]), 2), **period)
        for channel, spent in (("tv", tv), ("web ads", web)):
            Spend.objects.create(channel=channel, amount=round(float(spent[week]), 2), **period)


@pytest.fixture
def admin(db: None, client: Client) -> Client:
    client.force_login(UserFactory(role=Role.ADMIN, language="en"))
    return client


@pytest.fixture(scope="module")
def advice(django_db_setup: None, django_db_blocker: Any) -> Any:
    """A finished run on planted curves, taken back at the end of the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        plant()
        yield runs.run_method(method="budget")
        transaction.set_rollback(True)


def test_it_advises_the_better_channel(advice: Run, admin: Client) -> None:
    tv, web = advice.result["channels"]
    assert advice.state == Run.State.FINISHED
    assert advice.metrics["clear"]
    assert tv["suggested"] > tv["spend"]
    assert web["suggested"] < web["spend"]
    page = admin.get(reverse("analytics:method", args=["budget"])).content.decode()
    assert "most should be moved to Television" in page
    assert reverse("analytics:budget_plan", args=[advice.pk]) in page
    csv = admin.get(reverse("analytics:run_csv", args=[advice.pk, "split"])).content.decode()
    assert "web ads" in csv


def test_it_plans_campaigns_once(advice: Run, admin: Client) -> None:
    url = reverse("analytics:budget_plan", args=[advice.pk])
    assert "Television" in admin.get(url).content.decode()
    asked = {"starts_on": "2026-12-07", "weeks": "4"}
    for _twice in range(2):
        assert admin.post(url, asked)["Location"] == reverse("marketing:campaign_list")
    assert {(c.channel, c.status) for c in Campaign.objects.all()} == {
        ("tv", "planned"), ("other", "planned")
    }  # fmt: skip
    assert Campaign.objects.count() == 2
    total = sum(c.budget for c in Campaign.objects.all())
    assert float(total) == pytest.approx(4 * advice.result["total"], abs=0.1)


def test_it_keeps_what_was_typed_into_a_plan(advice: Run, admin: Client) -> None:
    url = reverse("analytics:budget_plan", args=[advice.pk])
    response = admin.post(url, {"starts_on": "2026-12-07", "weeks": "999"})
    assert response.status_code == 422
    assert 'value="999"' in response.content.decode()
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(("total", "status"), [("1e12", 422), ("much", 422), ("40000", 302)])
def test_it_splits_another_total_within_what_was_tried(
    advice: Run, admin: Client, total: str, status: int
) -> None:
    response = admin.post(reverse("analytics:start", args=["budget"]), {"total": total})
    assert response.status_code == status
    if status == 422:
        assert total in response.content.decode()
        assert not Run.objects.exclude(pk=advice.pk).exists()
        return
    run = Run.objects.exclude(pk=advice.pk).get()
    job_run(run.job_id)
    run.refresh_from_db()
    assert run.result["total"] == 40_000
    assert sum(one["suggested"] for one in run.result["channels"]) == pytest.approx(40_000)


def test_it_suggests_nothing_on_noise(admin: Client) -> None:
    plant(effect=0.0, seed=2)
    run = runs.run_method(method="budget")
    page = admin.get(reverse("analytics:method", args=["budget"])).content.decode()
    assert not run.metrics["clear"]
    assert "No better than the present split" in page
    assert 'id="split"' not in page
    url = reverse("analytics:budget_plan", args=[run.pk])
    assert admin.get(url).status_code == 404
    with pytest.raises(RefusedError):
        plan_write(
            run=run,
            actor=User.objects.get(pk=admin.session["_auth_user_id"]),
            starts_on=MONDAY,
            weeks=1,
        )


@pytest.mark.parametrize("method", ["budget", "regress"])
def test_it_refuses_without_spend(method: str) -> None:
    Spend.objects.all().delete()
    run = runs.run_method(method=method)
    assert (run.state, run.error["code"]) == (Run.State.REFUSED, "no_rows")


def test_it_lays_spend_of_any_period_against_weeks() -> None:
    Spend.objects.all().delete()
    MarketResult.objects.all().delete()
    for week in range(3):
        start = MONDAY + timedelta(weeks=week)
        MarketResult.objects.create(
            starts_on=start, ends_on=start + timedelta(weeks=1), revenue=100 + week
        )
    # 14 days from Thursday of the first week: 4 days, 7 days, 3 days of 10 a day.
    begins = MONDAY + timedelta(days=3)
    Spend.objects.create(
        channel="tv", starts_on=begins, ends_on=begins + timedelta(days=14), amount=140
    )
    frame = marketing_weeks(Scope())
    assert list(frame["tv"]) == [40, 70, 30]
    assert frame.attrs["source"] == "results"


@pytest.mark.parametrize(
    ("spend", "campaign"),
    [("tv", "tv"), ("Baidu 百度", "search"), ("Meta Ads", "social"), ("newspaper", "other")],
)
def test_it_names_the_channel_of_campaigns(spend: str, campaign: str) -> None:
    assert campaign_channel(spend) == campaign
