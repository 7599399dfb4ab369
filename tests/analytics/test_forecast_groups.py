"""Sales forecast by group: groups add up to the whole, stand beside the plan, and come again."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from analytics import forecast_frames, forecast_pages, outlook, pages, runs
from analytics.forecast_cautions import group_cautions
from analytics.frames import Scope
from analytics.methods.errors import Notice
from analytics.models import Run
from analytics.provenance import fingerprint
from sales import measures
from sales.models import OrderLine, Target
from tests.factories.cast import Cast, make_cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import OrderFactory, ProductFactory

pytestmark = pytest.mark.django_db
WEEKS = 110


@pytest.fixture(scope="module")
def sold(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """Two years of weeks: the rep sells in the north and grows, the colleague in the south."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = make_cast()
        north = CustomerFactory(owner=cast.rep, team=cast.team, region="North")
        south = CustomerFactory(owner=cast.colleague, team=cast.team, region="South")
        products = {north: ProductFactory(category="Pumps"), south: ProductFactory()}
        today = measures.company_today()
        monday = today - timedelta(days=today.weekday())
        rng = np.random.default_rng(4)
        for week in range(WEEKS):
            day = monday - timedelta(weeks=WEEKS - week)
            noon = datetime.combine(day, time(12), measures.company_zone())
            for customer, amount in ((north, 400 + 4 * week), (south, 900)):
                order = OrderFactory(customer=customer, team=cast.team, ordered_at=noon)
                price = round(amount + float(rng.normal(0, 20)), 2)
                OrderLine.objects.create(
                    order=order, position=1, quantity=1, unit_price=price,
                    product=products[customer],
                )  # fmt: skip
        OrderFactory(customer=north, owner=None, team=cast.team, ordered_at=noon, lines=[(1, 5)])
        yield cast
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def run(sold: Cast, django_db_blocker: Any) -> Run:
    with django_db_blocker.unblock():
        params = {"by": "owner", "horizon": 8}
        return runs.run_method(method="forecast", params=params, team_id=sold.team.pk)


def test_it_makes_the_groups_add_up_to_the_whole(run: Run, sold: Cast) -> None:
    parts = {part["key"]: part for part in run.result["parts"]}
    assert set(parts) == {f"={sold.rep.pk}", f"={sold.colleague.pk}", "="}
    for k, step in enumerate(run.result["forecast"]):
        told = sum(part["forecast"][k]["mean"] for part in parts.values())
        assert told == pytest.approx(step["mean"])
    grown, steady = parts[f"={sold.rep.pk}"], parts[f"={sold.colleague.pk}"]
    assert sum(s["mean"] for s in grown["forecast"]) > 1.1 * grown["before"]
    assert sum(s["mean"] for s in steady["forecast"]) == pytest.approx(8 * 900, rel=0.1)


@pytest.mark.parametrize(
    ("by", "keys"),
    [("region", {"=North", "=South"}), ("product", 3), ("category", {"=", "=Pumps"})],
)
def test_it_tells_the_same_sales_apart(sold: Cast, by: str, keys: Any) -> None:
    frame = forecast_frames.sales_weeks(Scope(actor=sold.manager, team_id=sold.team.pk, by=by))
    groups = frame.columns[2:]
    assert (len(groups) if keys == 3 else set(groups)) == keys
    assert frame[groups].sum(axis=1).to_numpy() == pytest.approx(frame["sales"].to_numpy())
    assert len(frame) == WEEKS


def test_it_has_no_groups_where_there_is_one(sold: Cast) -> None:
    assert list(forecast_frames.sales_weeks(Scope(by="channel")).columns) == ["week", "sales"]


def test_it_keeps_what_is_beyond_the_largest_as_one_group(
    sold: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast_frames, "MOST_GROUPS", 1)
    frame = forecast_frames.sales_weeks(Scope(by="region"))
    assert list(frame.columns[2:]) == ["=South", "rest"] or list(frame.columns[2:]) == [
        "=North", "rest",
    ]  # fmt: skip
    total = frame[frame.columns[2:]].sum(axis=1)
    assert total.to_numpy() == pytest.approx(frame["sales"].to_numpy())


def test_it_shows_the_groups_and_one_of_them(run: Run, sold: Cast, client: Client) -> None:
    client.force_login(sold.manager)
    address = reverse("analytics:method", args=["forecast"])
    page = client.get(address).content.decode()
    assert f"{sold.rep} grows most" in page
    assert "Expected by group" in page
    one = client.get(address, {"group": f"={sold.colleague.pk}"}).content.decode()
    assert f"{sold.colleague}: the next 8 weeks" in one
    nobody = client.get(address, {"group": "=999999"})
    assert "The next 8 weeks" in nobody.content.decode()
    table = client.get(reverse("analytics:run_csv", args=[run.pk, "groups"]))
    assert table.content.decode("utf-8-sig").splitlines()[0].startswith("Owner,Expected")
    drawn = reverse("analytics:run_csv", args=[run.pk, "forecast"])
    whole = client.get(drawn).content
    assert client.get(drawn, {"group": f"={sold.rep.pk}"}).content != whole


def test_it_draws_and_praises_named_groups_only(run: Run, sold: Cast) -> None:
    parts = copy.deepcopy(run.result["parts"])
    nobody = next(part for part in parts if part["key"] == forecast_frames.MARK)
    nobody["before"] = 0.01  # nobody's sales grew most, as a matter of numbers
    rest = {**copy.deepcopy(parts[0]), "key": forecast_frames.REST}
    shown = Run(pk=run.pk, method=run.method, result={**run.result, "parts": [*parts, rest]})
    with translation.override("en"):
        said = " ".join(forecast_pages.findings(shown, {}))
        chart = forecast_pages.forecast_page(shown, {})[1][1]
    assert f"{sold.rep} grows most" in said
    assert "0% less" not in said
    names = [row[0] for row in chart.rows]
    assert names[-1] == "All others"
    assert chart.spec["labels_y"] == names[:-1]
    assert len(chart.spec["values"]) == len(chart.spec["texts"]) == 3
    assert chart.rows[-1][1] == pytest.approx(sum(s["mean"] for s in rest["forecast"]))


def test_it_asks_for_groups_and_asks_again(run: Run, sold: Cast, client: Client) -> None:
    client.force_login(sold.manager)
    start = reverse("analytics:start", args=["forecast"])
    wrong = client.post(start, {"by": "salary", "horizon": "13"})
    assert wrong.status_code == 422
    page = client.get(reverse("analytics:method", args=["forecast"])).content.decode()
    assert '<input type="hidden" name="by" value="owner">' in page
    assert client.post(start, {"by": "region", "horizon": "26"}).status_code == 302
    asked = Run.objects.latest("pk")
    assert asked.params == {"by": "region", "horizon": 26}
    assert set(runs.load_frame(asked).columns[2:]) == {"=North", "=South"}


def test_it_is_asked_the_same_at_night(run: Run, sold: Cast) -> None:
    assert fingerprint(runs.load_frame(run)) == run.fingerprint
    OrderLine.objects.filter(order__team=sold.team)[0].delete()
    runs.nightly(methods=["forecast"])
    again = Run.objects.last_finished("forecast", sold.team.pk)
    assert again is not None
    assert again.pk != run.pk
    assert again.params == run.params


# Beside the plan ---------------------------------------------------------------------------------


def test_it_adds_what_is_sold_to_the_days_that_are_left() -> None:
    monday = date(2026, 3, 2)
    steps = [{"mean": 70.0, "lo80": 35.0, "hi80": 140.0}] * 4  # until 30 March
    found = outlook.Ahead(monday, steps)
    one = outlook.outlook(found, 100, date(2026, 3, 1), date(2026, 3, 18), date(2026, 3, 4))
    assert one is not None
    assert one.expected == pytest.approx(100 + 13 * 10)  # 5 to 17 March
    assert (one.low, one.high) == (pytest.approx(100 + 65), pytest.approx(100 + 260))
    assert outlook.outlook(found, 0, monday, date(2026, 4, 1), monday) is None  # too far
    assert outlook.outlook(found, 0, monday, date(2026, 3, 9), date(2026, 3, 9)) is None  # over


@pytest.mark.parametrize(
    ("amount", "verdict"), [(1, "Likely reached"), (10_000_000, "Likely missed")]
)
def test_it_stands_beside_a_target(
    run: Run, sold: Cast, client: Client, amount: int, verdict: str
) -> None:
    today = measures.company_today()
    whose = {"team": sold.team, "currency": "CNY", "amount": Decimal(amount)}
    near = {"starts_on": today - timedelta(days=3), "ends_on": today + timedelta(days=20)}
    own = Target.objects.create(owner=sold.rep, **whose, **near)
    teams = Target.objects.create(**whose, **near)
    far = Target.objects.create(
        owner=sold.colleague, **whose,
        starts_on=today, ends_on=today + timedelta(days=300),
    )  # fmt: skip
    nobodys = Target.objects.create(owner=sold.manager, **whose, **near)

    def page(target: Target) -> str:
        return client.get(target.get_absolute_url()).content.decode()

    client.force_login(sold.rep)
    assert verdict in page(own)
    client.force_login(sold.manager)
    assert verdict in page(teams)
    assert "The newest forecast reaches until" in page(far)
    assert "Sold and forecast" not in page(nobodys)
    shown = client.get(reverse("analytics:method", args=["forecast"])).content.decode()
    assert "Forecast beside the plan" in shown


def test_it_says_nothing_beside_a_target_where_groups_are_others_or_none(
    run: Run, sold: Cast, client: Client
) -> None:
    today = measures.company_today()
    own = Target.objects.create(
        owner=sold.rep, team=sold.team, currency="CNY", amount=1,
        starts_on=today, ends_on=today + timedelta(days=9),
    )  # fmt: skip
    client.force_login(sold.rep)

    def newer(by: str, parts: bool) -> str:
        result = {name: found for name, found in run.result.items() if parts or name != "parts"}
        Run.objects.create(
            method="forecast", state="finished", team=sold.team, params={"by": by}, result=result
        )
        return client.get(own.get_absolute_url()).content.decode()

    Run.objects.filter(pk=run.pk).update(params={"by": "region"})
    assert "Sold and forecast" not in newer("region", parts=True)
    assert "Sold and forecast" in newer("owner", parts=True)
    assert "Sold and forecast" not in newer("owner", parts=False)  # one seller only


def _with_notices(run: Run, by_group: dict[str, list[Notice]]) -> Run:
    parts = [
        {**part, "notices": [one.to_dict() for one in by_group.get(part["key"], [])]}
        for part in run.result["parts"]
    ]
    warnings = [Notice("short_weekly_no_season").to_dict()]
    return Run(
        pk=run.pk, method=run.method, state=Run.State.FINISHED, warnings=warnings,
        result={**run.result, "parts": parts},
    )  # fmt: skip


def test_it_keeps_what_each_groups_forecast_says_of_itself(run: Run) -> None:
    assert all("season_by_frequency" in codes(part) for part in run.result["parts"])
    nobody = next(part for part in run.result["parts"] if part["key"] == forecast_frames.MARK)
    assert "mostly_nothing" in codes(nobody)  # one order in 110 weeks


def codes(part: dict[str, Any]) -> list[str]:
    return [one["code"] for one in part["notices"]]


def test_it_says_first_what_is_gravest_about_a_group(run: Run, sold: Cast) -> None:
    rep, colleague = f"={sold.rep.pk}", f"={sold.colleague.pk}"
    gone = Notice("nothing_since", {"period": "2026-03-02", "periods": 9})
    few, weeks = Notice("few_origins", {"origins": 1}), Notice("short_weekly_no_season")
    wide = Notice("intervals_widened", {"factor": 1.3})  # nothing to mind: it is done
    shown = _with_notices(run, {rep: [weeks, few, gone], colleague: [weeks, wide]})
    with translation.override("en"):
        whole = pages.run_page(shown)
        one = pages.run_page(shown, {"group": rep})
    assert whole["cautions"] == [weeks.text]  # said of all, so of no group once more
    assert [(told.name, told.first) for told in whole["group_cautions"]] == [
        (str(sold.rep), gone.text)
    ]
    assert whole["group_cautions"][0].others == [few.text]
    assert whole["groups"] == 3
    assert one["cautions"] == [gone.text, few.text, weeks.text]
    assert "group_cautions" not in one


def test_it_names_the_group_with_the_gravest_caution_first() -> None:
    told = [("East", [("few_origins", "few")]), ("West", [("nothing_since", "gone")])]
    assert [one.name for one in group_cautions(told)] == ["West", "East"]
    assert [one.name for one in group_cautions(told, said=["gone"])] == ["East"]


def test_it_shows_cautions_of_groups_on_the_page(run: Run, sold: Cast, client: Client) -> None:
    client.force_login(sold.manager)
    told = client.get(reverse("analytics:method", args=["forecast"])).content.decode()
    assert "of 3 have something to mind" in told
    assert "Most periods are 0" in told
    with translation.override("zh-hans"):
        assert "多数时期为 0" in str(pages.run_page(run)["group_cautions"])
