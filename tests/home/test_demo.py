"""The demo company: believable, repeatable, and with a truth that can be found again."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import statsmodels.api as sm
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F, Q, Sum, Window
from django.db.models.functions import Lag
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import RobustScaler

from communications.models import Communication, FollowUp
from communications.triggers import CONTACT_DAYS, LAST_CONTACT, NEXT_STEP
from crm.accounts.models import User
from crm.common.tallies import Tally
from customers.models import Affiliation, Contact, Customer, Need
from marketing.models import Activity, Campaign, MarketResult, Spend
from sales.models import Deal, Order, OrderLine, Quote, StageChange, Target
from sales.triggers import OPEN_DEALS, ORDER_TOTAL, ORDER_VALUE, TALLIES
from service.models import SLA, Holiday, ServiceRequest, Shift, StatusChange
from service.sla import Calendar, add_business_minutes
from service.triggers import OPEN_REQUESTS

TODAY = date(2026, 3, 18)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 18, 10, tzinfo=SHANGHAI)
SIZE = 120


def write_demo(folder: Path) -> dict[str, Any]:
    truth = folder / "truth.json"
    call_command("demo", customers=SIZE, seed=1, today=TODAY, truth=truth, verbosity=0)
    return json.loads(truth.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def company(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """One company for the whole module; each test's own changes are rolled back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield write_demo(tmp_path_factory.mktemp("demo"))
        transaction.set_rollback(True)


@pytest.fixture
def truth(company: dict[str, Any], db: None) -> dict[str, Any]:
    return company


def scalar(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_it_writes_as_many_customers_as_asked(truth: dict[str, Any]) -> None:
    assert Customer.objects.count() == SIZE
    assert all(m.objects.exists() for m in (Contact, Need, Deal, Order, Activity, Target))


@pytest.mark.parametrize("name", ["admin", "manager", "rep", "agent"])
def test_it_lets_the_four_people_sign_in(truth: dict[str, Any], name: str) -> None:
    user = User.objects.get(username=name)
    assert user.check_password(f"demo-{name}")
    assert user.language == "zh-hans"


def test_it_gives_nobody_else_a_password(truth: dict[str, Any]) -> None:
    others = User.objects.exclude(username__in=["admin", "manager", "rep", "agent"])
    assert others.count() >= 8
    assert not any(user.has_usable_password() for user in others)
    assert others.filter(language="en").count() == 1


@pytest.mark.parametrize(
    ("name", "models"),
    [
        ("admin", [Customer, Deal, Order, Communication, FollowUp, ServiceRequest, Campaign]),
        ("manager", [Customer, Deal, Order, Communication, FollowUp, ServiceRequest, Target]),
        ("rep", [Customer, Deal, Order, Communication, FollowUp, Campaign, Activity, Target]),
        ("agent", [Customer, ServiceRequest, Communication]),
    ],
)
def test_it_fills_everyones_pages(
    truth: dict[str, Any], name: str, models: list[type[Any]]
) -> None:
    user = User.objects.get(username=name)
    assert [model for model in models if not model.objects.visible_to(user).exists()] == []


@pytest.mark.parametrize("name", ["rep", "manager"])
def test_it_plans_a_day_with_two_things_overdue(truth: dict[str, Any], name: str) -> None:
    mine = FollowUp.objects.filter(owner__username=name).open()
    tomorrow = datetime(2026, 3, 19, tzinfo=SHANGHAI)
    assert mine.filter(due_at__lt=NOW).count() == 2
    assert mine.filter(due_at__gte=NOW, due_at__lt=tomorrow).count() == 4


def test_it_gives_the_agent_a_queue(truth: dict[str, Any]) -> None:
    agent = User.objects.get(username="agent")
    seen = ServiceRequest.objects.visible_to(agent).open()
    assert seen.filter(owner=agent).exists()
    assert seen.filter(owner=None).exists()
    assert set(ServiceRequest.objects.values_list("status", flat=True)) == set(
        ServiceRequest.Status.values
    )


def test_it_sums_every_order_from_its_lines(truth: dict[str, Any]) -> None:
    summed = Order.objects.annotate(lines_total=Sum("lines__total"))
    assert not summed.exclude(total=F("lines_total")).exists()


def test_it_quotes_deals_and_plans_steps_for_them_whatever_became_of_them(
    truth: dict[str, Any],
) -> None:
    quotes = Quote.objects.all()
    assert {"accepted", "declined", "sent"} <= set(quotes.values_list("status", flat=True))
    assert not quotes.exclude(net=F("deal__amount")).exists()
    assert not quotes.filter(tax=0).exists()
    assert not quotes.filter(status="accepted").exclude(orders__total=F("net")).exists()
    for kind in ("won", "lost"):
        over = Deal.objects.filter(stage__kind=kind)
        steps = FollowUp.objects.filter(about_kind="deal", about_id__in=over.values("pk"))
        assert steps.filter(done_at__isnull=False).exists()
        assert 0 < over.filter(quotes__isnull=False).count() < over.count()


def test_it_leaves_the_rollups_that_the_triggers_would(truth: dict[str, Any]) -> None:
    columns = (
        "id", "last_contact_at", "next_step_at", "order_count", "order_value",
        "first_order_at", "last_order_at", "open_deals", "open_requests",
    )  # fmt: skip
    customers = list(Customer.objects.order_by("id").values(*columns))
    orders = list(Order.objects.order_by("id").values("id", "total", "total_base"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sales_order SET total = -1, total_base = -1")
        cursor.execute(ORDER_TOTAL.refresh.format(ids="SELECT id FROM sales_order"))
        cursor.execute(
            "UPDATE customers_customer SET last_contact_at = now(), next_step_at = now(), "
            "order_count = 99, order_value = 1, open_deals = 99, open_requests = 99"
        )
        for rollup in (ORDER_VALUE, OPEN_DEALS, LAST_CONTACT, NEXT_STEP, OPEN_REQUESTS):
            cursor.execute(rollup.refresh.format(ids="SELECT id FROM customers_customer"))
    assert list(Order.objects.order_by("id").values("id", "total", "total_base")) == orders
    assert list(Customer.objects.order_by("id").values(*columns)) == customers


@pytest.mark.parametrize("tally", [*TALLIES, CONTACT_DAYS], ids=lambda tally: tally.name)
def test_it_leaves_the_sums_by_day_that_the_triggers_would(
    truth: dict[str, Any], tally: Tally
) -> None:
    columns = ", ".join([*tally.keys, *tally.sums])
    rows = f"SELECT {columns} FROM {tally.table} ORDER BY {columns}"  # noqa: S608  # names of our own
    with connection.cursor() as cursor:
        cursor.execute(rows)
        written = cursor.fetchall()
        cursor.execute(f"{tally.refill}; {rows}")
        assert written == cursor.fetchall() != []


def test_it_leaves_the_triggers_at_work(truth: dict[str, Any]) -> None:
    customer = Customer.objects.filter(open_deals=0).first()
    sample = Deal.objects.first()
    assert customer
    assert sample
    Deal.objects.create(
        customer=customer, name="新", pipeline_id=sample.pipeline_id, stage_id=sample.stage_id,
        stage_since=NOW,
    )  # fmt: skip
    customer.refresh_from_db()
    assert customer.open_deals == 1
    assert scalar("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'") == 0


@pytest.mark.parametrize(
    "model", [Customer, Contact, Need, Deal, Order, Communication, FollowUp, ServiceRequest]
)
def test_it_makes_records_findable(truth: dict[str, Any], model: type[Any]) -> None:
    for record in model.objects.all()[:200]:
        before = record.search
        model.objects.filter(pk=record.pk).update(search=record.search_texts())
        assert model.objects.values_list("search", flat=True).get(pk=record.pk) == before


def test_it_lets_new_records_follow(truth: dict[str, Any]) -> None:
    last = Customer.objects.order_by("-id").values_list("id", flat=True)[0]
    assert Customer.objects.create(name="新客户").pk == last + 1


def test_it_keeps_histories_in_order(truth: dict[str, Any]) -> None:
    for model, parent in ((StageChange, "deal"), (StatusChange, "request")):
        steps = model.objects.annotate(
            before=Window(Lag("at"), partition_by=F(parent), order_by=F("id").asc())
        )
        assert not [step for step in steps if step.before and step.before > step.at]


def test_it_ends_histories_where_records_stand(truth: dict[str, Any]) -> None:
    for deal in Deal.objects.select_related("stage"):
        last = deal.stage_changes.order_by("id").last()
        assert (last.to_stage_id, last.at) == (deal.stage_id, deal.stage_since)
        assert (deal.closed_at is None) == (deal.stage.kind == "open")
        assert bool(deal.lost_reason) == (deal.stage.kind == "lost")
    for request in ServiceRequest.objects.all():
        assert request.status_changes.order_by("id").last().to_status == request.status


def test_it_promises_what_the_sla_says(truth: dict[str, Any]) -> None:
    calendar = Calendar.of(
        Shift.objects.values_list("weekday", "starts_at", "ends_at"),
        Holiday.objects.values_list("day", flat=True), SHANGHAI,
    )  # fmt: skip
    promised = dict(SLA.objects.values_list("priority", "first_response_minutes"))
    for request in ServiceRequest.objects.all():
        due = add_business_minutes(request.opened_at, promised[request.priority], calendar)
        assert request.first_response_due_at == due


def test_it_lets_nothing_happen_tomorrow(truth: dict[str, Any]) -> None:
    assert not Order.objects.filter(ordered_at__gte=NOW).exists()
    assert not Communication.objects.filter(happened_at__gte=NOW).exists()
    assert not StageChange.objects.filter(at__gte=NOW).exists()
    assert not StatusChange.objects.filter(at__gte=NOW).exists()


def test_it_keeps_one_primary_contact(truth: dict[str, Any]) -> None:
    organisations = Customer.objects.filter(affiliations__isnull=False).distinct().count()
    assert Affiliation.objects.filter(is_primary=True).count() == organisations


def test_it_plants_gaps_duplicates_and_trash(truth: dict[str, Any]) -> None:
    assert Customer.objects.filter(email="").exists()
    assert Customer.objects.filter(trashed_at__isnull=False, trashed_by__isnull=False).exists()
    first, second = Customer.objects.in_bulk(truth["duplicates"][0]).values()
    assert first.city == second.city
    assert first.name[:4] == second.name[:4]


def test_it_covers_two_years_with_spend_and_results(truth: dict[str, Any]) -> None:
    assert MarketResult.objects.count() == 104
    assert Spend.objects.count() == 104 * len(truth["market"]["effects"])
    assert MarketResult.objects.latest("starts_on").ends_on <= TODAY


def test_it_plants_segments_that_clustering_finds(truth: dict[str, Any]) -> None:
    buyers = list(
        Customer.objects.filter(order_count__gt=0)
        .order_by("id").values_list("id", "last_order_at", "order_count", "order_value")
    )  # fmt: skip
    labels = [truth["segments"]["labels"][str(pk)] for pk, *_ in buyers]
    values = [[(NOW - last).days, count, float(value)] for _, last, count, value in buyers]
    scaled = RobustScaler().fit_transform(np.log1p(values))
    found = KMeans(4, n_init=10, random_state=0).fit_predict(scaled)
    assert adjusted_rand_score(labels, found) >= 0.8


def test_it_plants_effects_that_regression_finds(truth: dict[str, Any]) -> None:
    spend: dict[date, dict[str, float]] = {}
    for week, channel, amount in Spend.objects.values_list("starts_on", "channel", "amount"):
        spend.setdefault(week, {})[channel] = float(amount)
    effects = truth["market"]["effects"]
    rows, revenue = [], []
    for step, result in enumerate(MarketResult.objects.order_by("starts_on")):
        middle = (result.starts_on + timedelta(days=3)).timetuple().tm_yday
        angle = 2 * np.pi * middle / 365.25
        controls = [result.controls["competitor_sales"], result.controls["spring_festival"]]
        bought = [spend[result.starts_on][channel] for channel in effects]
        rows.append([*bought, 1, step, np.sin(angle), np.cos(angle), *controls])
        revenue.append(float(result.revenue))
    fit = sm.OLS(revenue, np.array(rows)).fit()
    intervals = fit.conf_int()[: len(effects)]
    assert [
        channel
        for (channel, effect), (low, high) in zip(effects.items(), intervals, strict=True)
        if not low <= effect <= high
    ] == []


def test_it_plants_rules_between_products(truth: dict[str, Any]) -> None:
    sales = Q(order__kind=Order.Kind.SALE)
    together = total = expected = 0.0
    for rule in truth["rules"]:
        left = set(OrderLine.objects.filter(sales, product=rule["left"])
                   .values_list("order", flat=True))  # fmt: skip
        both = OrderLine.objects.filter(order__in=left, product=rule["right"]).count()
        together, total = together + both, total + len(left)
        expected += rule["confidence"] * len(left)
    assert total > 50
    assert abs(together - expected) < 3 * np.sqrt(total) / 2
