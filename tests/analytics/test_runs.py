"""Runs on the demo company find what was planted in it, and say so where people work."""

from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from sklearn.metrics import adjusted_rand_score

from analytics import metrics, runs
from analytics.frames import Scope, customer_features
from analytics.marketing_frames import marketing_weeks
from analytics.methods.clustering import cluster
from analytics.models import Run
from analytics.slices import Slice
from crm.accounts.models import User
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from customers.models import Customer, Segment
from marketing.models import MarketResult
from sales.models import Order

pytestmark = pytest.mark.django_db


def test_it_finds_the_planted_segments(truth: dict[str, Any]) -> None:
    run = runs.run_method(method="cluster")
    labels = truth["segments"]["labels"]
    found = Customer.objects.filter(pk__in=labels, segment__isnull=False)
    pairs = [(labels[str(pk)], segment) for pk, segment in found.values_list("pk", "segment")]
    assert run.state == Run.State.FINISHED
    assert adjusted_rand_score(*zip(*pairs, strict=True)) >= 0.8
    assert run.metrics["stability"] > 0.9


def test_it_says_when_there_are_no_groups(truth: dict[str, Any]) -> None:
    """Shuffled columns: the same figures without the structure. Nothing is written back."""
    frame = customer_features(Scope())
    rng = np.random.default_rng(0)
    noise = frame.assign(**{name: rng.lognormal(size=len(frame)) for name in frame.columns[1:]})
    assert not cluster(noise, list(frame.columns[1:]), logged=frame.columns[1:]).structure


def test_it_keeps_segment_names_between_runs(truth: dict[str, Any]) -> None:
    runs.run_method(method="cluster")
    before = dict(Customer.objects.exclude(segment=None).values_list("pk", "segment"))
    runs.run_method(method="cluster")
    after = dict(Customer.objects.exclude(segment=None).values_list("pk", "segment"))
    assert before == after
    assert Segment.objects.filter(origin="cluster").count() == len(set(after.values()))


def test_it_covers_the_planted_channel_effects(truth: dict[str, Any]) -> None:
    run = runs.run_method(method="regress")
    adjusted = {row["name"]: row for row in run.result["adjusted"]}
    for channel, effect in truth["market"]["effects"].items():
        assert adjusted[channel]["lo"] <= effect <= adjusted[channel]["hi"], channel
    assert "effect_disagrees" in {entry["code"] for entry in run.warnings}


def test_it_forecasts_better_than_its_naive_rival(truth: dict[str, Any]) -> None:
    run = runs.run_method(method="forecast", params={"horizon": 8})
    assert len(run.result["forecast"]) == 8
    assert run.metrics["mase"] <= run.metrics["naive_mase"]
    # Of eight weeks: fewer than five would be a surprise of 1 in 18 at 80 %, than seven at 95 %.
    assert run.metrics["coverage80"] >= 5 / 8
    assert run.metrics["coverage95"] >= 7 / 8


def test_it_tells_who_moved_since_the_last_run(
    truth: dict[str, Any], person: Any, client: Client
) -> None:
    assert runs.run_method(method="cluster").result["drift"] is None
    first, other = Segment.objects.filter(origin="cluster", active=True).order_by("key")[:2]
    strayed = Customer.objects.filter(segment=first).values("pk")[:7]
    Customer.objects.filter(pk__in=list(strayed.values_list("pk", flat=True))).update(segment=other)
    run = runs.run_method(method="cluster")
    drift = run.result["drift"]
    assert [other.key, first.key, 7] in drift["flows"]
    assert drift["moved"] == 7
    client.force_login(person("admin"))
    page = client.get(reverse("analytics:method", args=["cluster"])).content.decode()
    assert "Who moved since the last run" in page
    assert "7 moved to another segment" in page


def test_it_gives_the_same_figures_for_the_same_data_and_seed(truth: dict[str, Any]) -> None:
    first, second = (runs.run_method(method="cluster") for _ in range(2))
    assert first.fingerprint == second.fingerprint
    assert first.metrics == second.metrics


def test_it_skips_unchanged_data_at_night(truth: dict[str, Any]) -> None:
    some = ["cluster", "regress", "rules", "churn"]  # of one kind each; churn keeps a model
    company = [f"{method}:company" for method in some]
    User.objects.filter(role="manager").update(is_active=False)  # teams: see below
    first, second = (runs.nightly(methods=some) for _ in range(2))
    assert {first[turn] for turn in company} == {"finished"}
    assert {second[turn] for turn in company} == {"unchanged"}
    order = Order.objects.counted().order_by("ordered_at").last()
    order.lines.update(unit_price=99_999)
    assert runs.nightly(methods=["cluster"])["cluster:company"] == "finished"


def test_it_gives_each_managed_team_its_own_runs(truth: dict[str, Any], person: Any) -> None:
    team = person("manager").team
    states = runs.nightly(methods=["cluster"])
    assert states[f"cluster:{team.pk}"] == states["cluster:company"] == "finished"
    ours = Customer.objects.filter(team=team, segment__isnull=False)
    assert set(ours.values_list("segment__team", flat=True)) == {team.pk}


def test_it_runs_by_a_button_and_shows_the_result(
    truth: dict[str, Any], person: Any, client: Client
) -> None:
    manager = person("manager")
    client.force_login(manager)
    page = reverse("analytics:method", args=["cluster"])
    assert "Not computed yet" in client.get(page).content.decode()
    response = client.post(reverse("analytics:start", args=["cluster"]))
    job = Job.objects.get(kind="analyze")
    assert response["Location"] == job.get_absolute_url()
    job_run(job.pk)
    run = Run.objects.get(job=job)
    shown = client.get(page).content.decode()
    assert f"{run.rows_used} customers fall into" in shown
    assert run.team == manager.team
    assert not Customer.objects.exclude(team=manager.team).exclude(segment=None).exists()
    segment = Segment.objects.filter(team=manager.team).first()
    customer = segment.customers.first()
    assert segment.name_en in client.get(customer.get_absolute_url()).content.decode()
    listed = client.get(reverse("customers:list"), {"segment": segment.pk, "size": 100})
    assert {row.segment_id for row in listed.context["page"].rows} == {segment.pk}


@pytest.mark.parametrize(("role", "status"), [("rep", 404), ("agent", 404), ("manager", 302)])
def test_it_lets_managers_start_runs(
    truth: dict[str, Any], person: Any, client: Client, role: str, status: int
) -> None:
    client.force_login(person(role))
    assert client.post(reverse("analytics:start", args=["forecast"])).status_code == status
    assert Run.objects.exists() is (status == 302)


def test_it_hides_runs_of_another_team(truth: dict[str, Any], person: Any, client: Client) -> None:
    run = runs.run_method(method="forecast")  # the whole company's
    client.force_login(person("manager"))
    assert client.get(run.get_absolute_url()).status_code == 404
    client.force_login(person("admin"))
    assert client.get(run.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("role", ["rep", "agent", "manager", "admin"])
def test_it_draws_a_dashboard_for_each_role(
    truth: dict[str, Any], person: Any, client: Client, role: str
) -> None:
    client.force_login(person(role))
    asked = {"period": "24months"}
    page = client.get(reverse("analytics:dashboard"), asked)
    whole = client.get(reverse("analytics:dashboard"), asked | {"cards": "all"})
    drawn = {entry["card"].key: entry["chart"] for entry in whole.context["cards"]}
    assert ("requests" in drawn) is (role != "rep")
    assert ("funnel" in drawn) is (role != "agent")
    assert [entry["card"].key for entry in page.context["cards"]] == list(drawn)
    shown = [_drawn(client, entry) for entry in page.context["cards"]]
    assert shown == [chart and chart.rows for chart in drawn.values()]
    assert any(shown)
    for key, chart in drawn.items():
        answer = client.get(reverse("analytics:card_csv", args=[key]), asked)
        assert answer.status_code == (200 if chart else 404)


def _drawn(client: Client, entry: dict[str, Any]) -> Any:
    """The rows of a card's chart: on the page, or where the page loads it from."""
    found = client.get(entry["url"]).context["entry"] if "url" in entry else entry
    return found["chart"] and found["chart"].rows


def test_it_counts_sales_of_what_one_may_see(truth: dict[str, Any], person: Any) -> None:
    rep, admin = person("rep"), person("admin")
    whole = metrics.sales(Slice(admin, date(2020, 1, 1), date(2030, 1, 1)))
    own = metrics.sales(Slice(rep, date(2020, 1, 1), date(2030, 1, 1)))
    expected = sum(o.total_base for o in Order.objects.counted().filter(owner=rep))
    assert own == expected
    mine = Slice(rep, date(2020, 1, 1), date(2030, 1, 1))
    counted = sum(row["customers"] for row in metrics.segments(mine))
    assert counted == Customer.objects.alive().filter(owner=rep).count()
    assert 0 < own < whole


def test_it_adds_weeks_up_to_the_total(truth: dict[str, Any], person: Any) -> None:
    part = Slice(person("admin"), date(2026, 1, 5), date(2026, 11, 16))
    weeks = metrics.weekly_sales(part)
    assert sum(total for _week, total in weeks) == pytest.approx(float(metrics.sales(part)))
    assert all((b[0] - a[0]).days == 7 for a, b in pairwise(weeks))


def test_it_explains_the_orders_where_no_results_are_recorded(truth: dict[str, Any]) -> None:
    recorded = marketing_weeks(Scope())
    MarketResult.objects.all().delete()
    frame = marketing_weeks(Scope())
    assert frame.attrs["source"] == "orders"
    assert 0 < len(frame) <= len(recorded) + 1
    assert frame["tv"].sum() == pytest.approx(recorded["tv"].sum(), rel=0.05)
    assert runs.run_method(method="regress").result["source"] == "orders"


def test_it_shows_plain_and_adjusted_effects(
    truth: dict[str, Any], person: Any, client: Client
) -> None:
    run = runs.run_method(method="regress")
    client.force_login(person("admin"))
    page = client.get(run.get_absolute_url()).content.decode()
    for picture in ("coefficients", "both", "residuals", "residuals_time", "quantiles"):
        assert f'id="{picture}"' in page
    assert "Greatest VIF" in page
    rows = client.get(reverse("analytics:run_csv", args=[run.pk, "both"])).content.decode()
    search = next(line for line in rows.splitlines() if line.startswith("Search ads"))
    assert search.endswith("Yes") or "True" in search
