"""Runs beside each other: history, comparison, and doing one again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics import runs
from analytics.comparing.figures import TABLE_FIGURES, Figure
from analytics.comparing.reproduction import verdict
from analytics.comparing.services import run_again
from analytics.comparing.sides import side_of
from analytics.methods.relabelling import alike
from analytics.models import CustomerScore, Run
from crm.jobs.runner import job_run
from customers.models import Customer
from sales.models import Order
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db


def again(run: Run, actor: Any) -> Run:
    made = run_again(pk=run.pk, actor=actor)
    job_run(made.job_id)
    return Run.objects.select_related("reproduces").get(pk=made.pk)


@pytest.mark.parametrize("method", ["forecast", "regress", "value", "rules", "staffing", "win"])
def test_it_finds_the_same_figures_again(truth: dict[str, Any], person: Any, method: str) -> None:
    run = runs.run_method(method=method)
    made = again(run, person("admin"))
    found = verdict(side_of(run), side_of(made))
    assert made.fingerprint == run.fingerprint
    assert [one.name for one in found.differences] == []
    assert found.count > 10


def test_it_reads_the_data_window_of_then(
    truth: dict[str, Any], person: Any, client: Client
) -> None:
    """An order of afterwards is left out; an older one that was changed is told as the cause."""
    run = runs.run_method(method="cluster")
    orders = Order.objects.counted().filter(kind=Order.Kind.SALE)
    old = orders.order_by("ordered_at").first()
    later = orders.order_by("ordered_at").last()
    Order.objects.filter(pk=later.pk).update(created_at=run.read_at + timedelta(seconds=1))
    before = orders.filter(pk=later.pk)
    assert again(run, person("admin")).fingerprint != run.fingerprint  # it was read then
    Order.objects.filter(pk=later.pk).update(created_at=run.read_at)
    extra = before.get()
    extra.pk, extra.number, extra.submission = None, "LATER-1", None
    extra.save()
    assert Order.objects.get(number="LATER-1").created_at > run.read_at
    made = again(run, person("admin"))
    assert made.fingerprint == run.fingerprint
    client.force_login(person("admin"))
    assert "The same figures." in client.get(made.get_absolute_url()).content.decode()
    old.lines.update(unit_price=99_999)
    made = again(run, person("admin"))
    page = client.get(made.get_absolute_url()).content.decode()
    assert "figures differ" in page
    assert "The data changed" in page


def test_it_changes_nothing_when_a_run_is_done_again(truth: dict[str, Any], person: Any) -> None:
    run = runs.run_method(method="churn")
    shown = list(CustomerScore.objects.shown().order_by("pk").values_list("pk", "chance"))
    newer = runs.run_method(method="cluster")
    Customer.objects.filter(segment__isnull=False).update(segment=None)
    made, grouped = again(run, person("admin")), again(newer, person("admin"))
    assert verdict(side_of(run), side_of(made)).differences == []
    assert list(CustomerScore.objects.shown().order_by("pk").values_list("pk", "chance")) == shown
    assert not Customer.objects.filter(segment__isnull=False).exists()
    assert Run.objects.last_finished("churn", None) == run
    assert grouped.state == Run.State.FINISHED


def test_it_says_what_else_changed(truth: dict[str, Any], person: Any, client: Client) -> None:
    run = runs.run_method(method="forecast")
    Run.objects.filter(pk=run.pk).update(
        versions={**run.versions, "numpy": "0.1"}, result={**run.result, "chosen": "other"}
    )
    client.force_login(person("admin"))
    page = client.get(again(run, person("admin")).get_absolute_url()).content.decode()
    assert "Libraries changed: numpy 0.1" in page
    assert "<code>chosen</code>" in page


def compare(client: Client, *found: Run, **more: str) -> Any:
    url = reverse("analytics:run_compare", args=[found[0].method])
    return client.get(url, {"run": [run.pk for run in found], **more})


def test_it_compares_quality_parameters_and_rows(
    truth: dict[str, Any], person: Any, client: Client
) -> None:
    first = runs.run_method(method="forecast", params={"horizon": 4})
    second = runs.run_method(method="forecast", params={"horizon": 8})
    Run.objects.filter(pk=second.pk).update(
        metrics={**second.metrics, "mase": first.metrics["mase"] / 2}, rows_used=7
    )
    client.force_login(person("admin"))
    page = compare(client, second, first)  # the earlier one stands first
    rows = {row.name: row for section in page.context["sections"] for row in section.rows}
    assert rows["MASE on unseen weeks"].better == "second"
    assert rows["MASE on unseen weeks"].difference.startswith("−")
    assert (rows["Weeks ahead"].first, rows["Weeks ahead"].second) == ("4", "8")
    assert rows["Rows used"].second == "7"
    assert [text[:15] for text in page.context["cautions"]] == ["They were asked"]
    file = compare(client, first, second, format="csv").content.decode()
    assert "Quality,MASE on unseen weeks," in file
    assert "What was asked,Weeks ahead,4,8" in file


def test_it_counts_customers_whose_result_changed(
    truth: dict[str, Any], person: Any, client: Client
) -> None:
    first = runs.run_method(method="rules")
    assert first.result["moved"] is None
    second = runs.run_method(method="rules")
    moved = second.result["moved"]
    assert (moved["run"], moved["changed"], moved["came"], moved["went"]) == (first.pk, 0, 0, 0)
    assert moved["same"] == second.result["next_products"] > 0
    client.force_login(person("admin"))
    assert "With the same result" in compare(client, first, second).content.decode()


@pytest.fixture
def manager(cast: Cast, client: Client) -> Client:
    cast.manager.language = "en"
    cast.manager.save()
    client.force_login(cast.manager)
    return client


def make_run(cast: Cast, **more: Any) -> Run:
    given = {"method": "forecast", "state": "finished", "team": cast.manager.team, **more}
    return Run.objects.create(metrics={"mase": 0.9}, created_by=cast.manager, **given)


def test_it_asks_for_two_and_keeps_what_was_ticked(cast: Cast, manager: Client) -> None:
    one = make_run(cast)
    page = compare(manager, one)
    assert page.status_code == 422
    assert "you chose 1" in page.content.decode()
    assert f'value="{one.pk}" checked' in page.content.decode()


@pytest.mark.parametrize("whose", ["other_team", "other_method"])
def test_it_compares_only_what_one_sees_of_one_method(
    cast: Cast, manager: Client, whose: str
) -> None:
    one = make_run(cast)
    mine = make_run(cast)
    more = {"team": None} if whose == "other_team" else {"method": "cluster"}
    assert compare(manager, one, mine).status_code == 200
    assert compare(manager, one, make_run(cast, **more)).status_code == 404


def test_it_does_not_do_a_run_again_that_has_no_result(cast: Cast, manager: Client) -> None:
    run = make_run(cast, state="running")
    answer = manager.post(reverse("analytics:run_again", args=[run.pk]))
    assert answer["Location"] == run.get_absolute_url()
    assert not Run.objects.filter(reproduces=run).exists()
    Run.objects.filter(pk=run.pk).update(state="finished")
    manager.post(reverse("analytics:run_again", args=[run.pk]))
    assert Run.objects.get(reproduces=run).params == run.params


def test_it_pages_through_the_history_with_the_same_queries(cast: Cast, manager: Client) -> None:
    url = reverse("analytics:run_history", args=["forecast"])
    made = [make_run(cast) for _number in range(2)]
    manager.get(url)
    with CaptureQueriesContext(connection) as few:
        page = manager.get(url)
    assert [entry.main for entry in page.context["entries"].rows] == ["0.90", "0.90"]
    made += [make_run(cast) for _number in range(60)]
    with CaptureQueriesContext(connection) as many:
        page = manager.get(url)
    assert len(few) == len(many)
    assert page.context["entries"].older == made[-50].pk
    rest = manager.get(url, {"before": made[-50].pk}).context["entries"]
    assert [entry.record for entry in rest.rows] == made[11::-1]
    assert rest.older is None


def test_it_tells_the_better_side_only_where_it_can() -> None:
    area = Figure("AUC", ("auc",), "more", 2, between=(("lo",), ("hi",)))
    low, high = {"auc": 0.6, "lo": 0.5, "hi": 0.7}, {"auc": 0.8, "lo": 0.75, "hi": 0.85}
    assert area.better_side(low, high) == "second"
    assert area.better_side(low, {**high, "lo": 0.65}) == ""
    covered = Figure("80%", ("c",), 0.8, share=True)
    assert covered.better_side({"c": 0.78}, {"c": 0.95}) == "first"
    assert covered.better_side({"c": 0.78}, {}) == ""
    assert Figure("naive", ("n",)).better_side({"n": 1}, {"n": 2}) == ""


@pytest.mark.parametrize("method", TABLE_FIGURES)
def test_it_shows_a_dash_while_a_result_is_computed(method: str) -> None:
    assert {figure.text({}) for figure in TABLE_FIGURES[method]} <= {"–"}


def test_it_names_groups_anew_before_it_counts() -> None:
    assert alike([0, 0, 1, 1, 2], [5, 5, 3, 3, 3]) == 4
    assert alike([], []) == 0
    with pytest.raises(ValueError, match="different rows"):
        alike([1], [1, 2])
