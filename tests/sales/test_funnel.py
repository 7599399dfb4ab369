"""The funnel of a cohort: who reached which stage, how long that took, and how it ended."""

from __future__ import annotations

import csv
import io
import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from statsmodels.duration.survfunc import SurvfuncRight

from analytics import metrics
from analytics.slices import Slice
from customers.models import Customer
from sales import funnel_rows, measures
from sales.funnel import Funnel, funnel
from sales.models import Deal, FunnelOutcome, Stage, StageChange
from sales.plan import next_month
from sales.scopes import SalesScope, sales_scope
from sales.survival import kaplan_meier
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import DealFactory, PipelineFactory, StageFactory

THIS = measures.company_today().replace(day=1)
JULY, AUGUST = next_month(THIS, -4), next_month(THIS, -3)


@pytest.fixture
def customer(cast: Cast) -> Customer:
    customer: Customer = CustomerFactory(owner=cast.rep, team=cast.team, source="Fair")
    return customer


def scope_of(user: Any, **params: str) -> SalesScope:
    scope = sales_scope(user, params)
    assert scope is not None
    return scope


def deal(customer: Customer, born: date, *path: tuple[Stage, int], amount: int = 100,
         reason: str = "") -> Deal:  # fmt: skip
    """A deal with the days after its birth on which it entered each stage."""
    last, days = path[-1]
    closed = None if last.kind == "open" else measures.day_start(born + timedelta(days=days))
    made: Deal = DealFactory(
        customer=customer, stage=last, amount=Decimal(amount), closed_at=closed, lost_reason=reason
    )
    Deal.objects.filter(pk=made.pk).update(created_at=measures.day_start(born))
    for stage, day in path:
        at = measures.day_start(born + timedelta(days=day))
        StageChange.objects.create(deal=made, to_stage=stage, at=at)
    return made


@pytest.fixture
def deals(customer: Customer, stages: dict[str, Stage]) -> None:
    new, offer, won, lost = (stages[name] for name in ("new", "offer", "won", "lost"))
    deal(customer, AUGUST, (new, 0), (offer, 10), (won, 20), amount=1000)
    deal(customer, AUGUST, (new, 0), (won, 45), amount=500)  # skipped the offer
    deal(customer, AUGUST, (new, 0), (offer, 20), (lost, 25), reason="price")
    deal(customer, AUGUST, (new, 0), (lost, 5), reason="price")
    deal(customer, AUGUST, (new, 0))
    deal(customer, JULY, (new, 0), (won, 80), amount=70)
    deal(customer, JULY, (new, 0), (lost, 1), reason="no_need")


def test_it_counts_who_reached_which_stage(cast: Cast, deals: None) -> None:
    found = funnel(scope_of(cast.rep), AUGUST, next_month(AUGUST))
    assert [(s.stage.name, s.reached.deals, s.reached.amount) for s in found.steps] == [
        ("new", 5, 1800), ("offer", 3, 1600), ("won", 2, 1500),
    ]  # fmt: skip
    new, offer, won = found.steps
    assert (new.onward, offer.onward, won.onward) == (3 / 5, 2 / 3, None)
    assert (new.onward_before, won.overall) == (1 / 2, 2 / 5)
    assert (found.created.deals, found.won.deals, found.lost.deals, found.open.deals) == (
        5,
        2,
        2,
        1,
    )
    assert (found.win_rate, found.win_rate_before, found.before) == (0.5, 0.5, 2)
    assert [(r.label, r.deals, r.amount) for r in found.reasons] == [
        (str(Deal.LostReason.PRICE.label), 2, 200)
    ]


def test_it_measures_stays_also_those_that_last(cast: Cast, deals: None) -> None:
    found = funnel(scope_of(cast.rep), AUGUST, next_month(AUGUST))
    new, offer, won = (step.stays for step in found.steps)
    assert new is not None
    assert (new.ended, new.running) == (4, 1)
    # 5, 10, 20, 45 days and one that lasts: half of the five have ended after 20.
    assert new.median == pytest.approx(20 * 86_400, rel=0.07)
    assert offer is not None
    assert offer.median == pytest.approx(5 * 86_400, rel=0.07)
    assert won is None


def test_it_ends_a_stay_where_the_deal_leaves_for_another_pipeline(
    cast: Cast, customer: Customer, stages: dict[str, Stage]
) -> None:
    away = StageFactory(pipeline=PipelineFactory())
    new, offer = stages["new"], stages["offer"]
    deal(customer, AUGUST, (new, 0), (away, 10), (offer, 60))
    mine = scope_of(cast.rep, pipeline=str(new.pipeline_id))
    (first, *_) = funnel(mine, AUGUST, next_month(AUGUST)).steps
    assert first.stays is not None
    assert first.stays.median == pytest.approx(10 * 86_400, rel=0.07)


def test_it_shows_the_months_and_what_was_won_in_time(cast: Cast, deals: None) -> None:
    found = funnel(scope_of(cast.rep), JULY, next_month(AUGUST))
    july, august = found.months
    assert (july.month, july.created.deals, august.created.deals) == (JULY, 2, 5)
    assert [share for _days, share, _complete in august.by_days] == [0.2, 0.4, 0.4]
    assert [share for _days, share, _complete in july.by_days] == [0, 0, 0.5]
    recent = funnel(scope_of(cast.rep), THIS, next_month(THIS))
    assert recent.months == []
    assert all(complete for _days, _share, complete in august.by_days[:2])


def test_it_leads_from_each_figure_to_its_deals(cast: Cast, deals: None, client: Client) -> None:
    client.force_login(cast.manager)
    found = funnel(scope_of(cast.manager), AUGUST, next_month(AUGUST))
    groups = [found.created, found.won, found.lost, found.open, *found.reasons,
              *(step.reached for step in found.steps)]  # fmt: skip
    for group in groups:
        page = client.get(group.url).content.decode()
        assert page.count("data-row-link") == group.deals, group.url


@pytest.mark.parametrize(("who", "seen"), [("rep", 5), ("colleague", 0), ("manager", 5)])
def test_it_counts_what_one_sees(cast: Cast, deals: None, who: str, seen: int) -> None:
    found = funnel(scope_of(getattr(cast, who)), AUGUST, next_month(AUGUST))
    assert found.created.deals == seen


def figures(found: Funnel) -> list[Any]:
    return [
        found.created, found.won, found.lost, found.reasons, found.win_rate_before, found.months,
        found.steps,
    ]  # fmt: skip


def test_it_shows_the_same_from_what_was_kept(
    cast: Cast, deals: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = funnel(scope_of(cast.manager), JULY, next_month(AUGUST))
    assert funnel_rows.funnel_keep() > 0
    assert funnel(scope_of(cast.manager), JULY, next_month(AUGUST)).kept_at is None
    monkeypatch.setattr(funnel_rows, "MOST_LIVE", 1)
    kept = funnel(scope_of(cast.manager), JULY, next_month(AUGUST))
    assert kept.kept_at is not None
    assert figures(kept) == figures(live)
    assert funnel(scope_of(cast.colleague), JULY, next_month(AUGUST)).created.deals == 0
    narrowed = funnel(scope_of(cast.manager, source="Fair"), JULY, next_month(AUGUST))
    assert (narrowed.kept_at, narrowed.created.deals) == (None, 7)
    nowhere = funnel(scope_of(cast.manager, source="%s'"), JULY, next_month(AUGUST))
    assert nowhere.created.deals == 0
    before = FunnelOutcome.objects.count()
    funnel_rows.funnel_keep()
    assert FunnelOutcome.objects.count() == before


def test_it_agrees_with_the_dashboard(cast: Cast, deals: None) -> None:
    steps = metrics.funnel(Slice(cast.manager, JULY, next_month(AUGUST)))
    found = funnel(scope_of(cast.manager), JULY, next_month(AUGUST))
    assert [(s["stage"], s["count"]) for s in steps] == [
        (step.stage, step.reached.deals) for step in found.steps
    ]


def test_it_estimates_quartiles_as_kaplan_and_meier_do() -> None:
    chance = np.random.default_rng(7)
    bins = [(int(chance.exponential(30)), bool(chance.random() < 0.7), 1) for _ in range(400)]
    found = kaplan_meier(bins, lambda place: float(place))
    reference = SurvfuncRight(
        np.array([place for place, _over, _n in bins], dtype=float),
        np.array([float(over) for _place, over, _n in bins]),
    )
    assert list(found.quartiles) == [reference.quantile(q) for q in (0.25, 0.5, 0.75)]


def test_it_knows_no_median_before_half_have_ended() -> None:
    found = kaplan_meier([(1, True, 30), (9, False, 70)], funnel_rows.middle)
    assert found.median is None
    assert found.quartiles[0] == pytest.approx((math.exp(1.5 / 8) - 1) * 86_400)
    assert kaplan_meier([], funnel_rows.middle).quartiles == (None, None, None)


def test_it_shows_the_page_and_its_files(client: Client, cast: Cast, deals: None) -> None:
    client.force_login(cast.manager)
    page = client.get(reverse("sales:funnel"))
    assert page.status_code == 200
    answer = client.get(reverse("sales:funnel_csv", args=["stages"]))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[:2] for row in rows[1:]] == [["new", "7"], ["offer", "4"], ["won", "3"]]
    months = client.get(reverse("sales:funnel_csv", args=["months"])).content.decode()
    assert JULY.isoformat()[:7] in months
    assert client.get(reverse("sales:funnel_csv", args=["other"])).status_code == 404


@pytest.mark.parametrize(
    "query",
    [{"from": "2026-13", "to": "x"}, {"from": "2026-05", "to": "2026-01"},
     {"from": "1999-01", "to": "2026-01"}, {}],
)  # fmt: skip
def test_it_says_what_is_wrong_with_a_period(
    client: Client, cast: Cast, deals: None, query: dict[str, str]
) -> None:
    client.force_login(cast.rep)
    page = client.get(reverse("sales:funnel"), {"period": "custom", **query}).content.decode()
    assert "Give two months" in page
    assert f'value="{query.get("from", "")}"' in page


def test_it_takes_months_and_nonsense(client: Client, cast: Cast, deals: None) -> None:
    client.force_login(cast.manager)
    query = {"period": "custom", "from": f"{AUGUST:%Y-%m}", "to": f"{AUGUST:%Y-%m}"}
    answer = client.get(reverse("sales:funnel_csv", args=["stages"]), query)
    assert "new,5" in answer.content.decode()
    odd = {"period": "never", "pipeline": "0", "owner": "99999999", "acquisition": "x",
           "source": "\x00'%s;--"}  # fmt: skip
    assert client.get(reverse("sales:funnel"), odd).status_code == 200
