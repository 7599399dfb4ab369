"""Orders credited to campaigns: figures reckoned by hand, and totals that add up."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.attribution import panels, tables
from analytics.attribution.credit import OTHERS, Rule, Terms, credited_to, credits_of, sold_in
from analytics.attribution.declaring import declared
from analytics.attribution.lists import read, written
from analytics.attribution.models import CreditTable, Declaration
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from crm.jobs.services import job_enqueue
from marketing.models import Activity, Campaign
from sales.models import Order
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.marketing import ActivityFactory, CampaignFactory
from tests.factories.sales import OrderFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 12, tzinfo=timezone.get_default_timezone())
PERIOD = (date(2026, 3, 1), date(2026, 6, 30))
PAGE, FILE = "/analytics/attribution/", "/analytics/attribution/table.csv"
DECLARE = "/analytics/attribution/declare/"


def on(day: int) -> datetime:
    return START + timedelta(days=day)


def order(customer: Any, day: int, total: str, **more: Any) -> Order:
    made: Order = OrderFactory(
        customer=customer, team=customer.team, ordered_at=on(day), lines=[(1, Decimal(total))],
        status=more.pop("status", "completed"), **more,
    )  # fmt: skip
    return made


@pytest.fixture
def campaigns(cast: Cast) -> dict[str, Campaign]:
    """One customer met A on day 1 and B on day 10; orders on days 20 and 45, and a refund.

    C was only planned, D opted out, and E came before all windows. Another customer met nobody;
    a stranger's was met by F, of the other team.
    """
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    made = {}
    for name, day, stage in (
        ("A", 1, "sent"), ("B", 10, "clicked"), ("C", 12, "planned"), ("D", 13, "opted_out"),
        ("E", -400, "replied"),
    ):  # fmt: skip
        made[name] = CampaignFactory(name=name, owner=cast.manager, team=cast.team)
        ActivityFactory(
            campaign=made[name], customer=customer, happened_at=on(day), stage=stage,
            team=cast.team,
        )  # fmt: skip
    bought = order(customer, 20, "100.01")
    order(customer, 60, "-30.00", kind="refund", refund_of=bought)
    order(customer, 45, "200.00")
    order(customer, 21, "999.00", status="draft")
    order(CustomerFactory(owner=cast.rep, team=cast.team), 22, "50.00")
    made["F"] = CampaignFactory(name="F", owner=cast.stranger, team=cast.other_team)
    foreign = CustomerFactory(owner=cast.stranger, team=cast.other_team)
    ActivityFactory(campaign=made["F"], customer=foreign, happened_at=on(1), stage="sent")
    order(foreign, 2, "7.00")
    return made


def credited(user: Any, terms: Terms) -> dict[str, tuple[int, str]]:
    names: dict[Any, str] = {None: "none", OTHERS: "others"}
    names |= Campaign.objects.values_list("pk", "name")
    found = credits_of(sold_in(user, *PERIOD), terms, user)
    return {names[one.campaign]: (one.orders, str(one.amount)) for one in found}


@pytest.mark.parametrize(
    ("rule", "days", "expected"),
    [
        ("last", 30, {"B": (1, "70.01"), "none": (2, "250.00")}),
        ("first", 30, {"A": (1, "70.01"), "none": (2, "250.00")}),
        # 50.01 and 50.00, less half of the refund each.
        ("even", 30, {"A": (1, "35.01"), "B": (1, "35.00"), "none": (2, "250.00")}),
        ("last", 40, {"B": (2, "270.01"), "none": (1, "50.00")}),
        ("first", 45, {"A": (2, "270.01"), "none": (1, "50.00")}),
        ("last", 9, {"none": (3, "320.01")}),
        ("last", 11, {"B": (1, "70.01"), "none": (2, "250.00")}),
    ],
)
def test_it_credits_as_reckoned_by_hand(
    cast: Cast, campaigns: Any, rule: str, days: int, expected: dict[str, tuple[int, str]]
) -> None:
    assert credited(cast.manager, Terms(Rule(rule), days)) == expected


@pytest.mark.parametrize("rule", Rule.values)
@pytest.mark.parametrize("days", [1, 15, 30, 45, 365])
def test_it_adds_up_and_leads_to_the_orders_it_counted(
    cast: Cast, campaigns: Any, rule: str, days: int
) -> None:
    terms = Terms(Rule(rule), days)
    orders = sold_in(cast.admin, *PERIOD)
    found = credits_of(orders, terms, cast.admin)
    assert sum(one.amount for one in found) == Decimal("327.01")
    for one in found:
        listed = credited_to(orders, terms, one.campaign)
        assert listed.filter(kind="sale").count() == one.orders
        if rule != Rule.EVEN or one.campaign is None:
            assert sum(row.total_base for row in listed) == one.amount


def test_it_shares_cents_so_that_none_is_lost(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    for day in range(7):
        ActivityFactory(customer=customer, happened_at=on(day), stage="sent", team=cast.team)
    order(customer, 8, "0.10")
    amounts = [
        one.amount for one in credits_of(sold_in(cast.admin, *PERIOD), Terms(Rule.EVEN), cast.admin)
    ]
    assert sum(amounts) == Decimal("0.10")
    assert set(amounts) == {Decimal("0.01"), Decimal("0.02")}


def test_it_does_not_credit_twice_what_two_teams_touched(cast: Cast, campaigns: Any) -> None:
    """The last touch was another team's: the own campaign is not credited in its place."""
    customer = Activity.objects.filter(campaign=campaigns["B"]).get().customer
    ActivityFactory(campaign=campaigns["F"], customer=customer, happened_at=on(15), stage="sent",
                    team=cast.other_team)  # fmt: skip
    assert credited(cast.admin, Terms())["F"] == (2, "77.01")
    assert credited(cast.manager, Terms())["others"] == (1, "70.01")
    assert "B" not in credited(cast.manager, Terms())


@pytest.mark.parametrize(("rule", "listed"), [("last", 1), ("first", 0), ("even", 1)])
def test_it_gathers_what_other_teams_did_in_one_row(
    cast: Cast, client: Client, campaigns: Any, rule: str, listed: int
) -> None:
    """Two campaigns of the other team touched the own customer: one row, with its one order."""
    customer = Activity.objects.filter(campaign=campaigns["B"]).get().customer
    second = CampaignFactory(name="G", owner=cast.stranger, team=cast.other_team)
    for campaign, day in ((campaigns["F"], 14), (second, 15)):
        ActivityFactory(campaign=campaign, customer=customer, happened_at=on(day), stage="sent",
                        team=cast.other_team)  # fmt: skip
    client.force_login(cast.manager)
    asked = {"rule": rule, "days": "30", "first": "2026-03-01", "last": "2026-06-30"}
    page = client.get(PAGE, asked)
    rows = [line for line in page.context["lines"] if line.name.startswith("Campaigns of other")]
    assert [line.orders for line in rows] == [1] * listed
    for line in rows:
        orders = client.get(line.url).context["page"].rows
        assert [order.total_base for order in orders if order.kind == "sale"] == [Decimal("100.01")]
    assert page.context["total"] == Decimal("320.01")


def test_it_goes_by_what_was_declared_everywhere(
    cast: Cast, client: Client, campaigns: Any
) -> None:
    client.force_login(cast.manager)
    given = {"rule": "first", "days": "45", "first": "2026-03-01", "last": "2026-06-30"}
    assert "Declare “First touch within 45 days”" in client.get(PAGE, given).content.decode()
    for _twice in range(2):
        answer = client.post(DECLARE, given, follow=True)
    assert answer.context["terms"] == declared() == Terms(Rule.FIRST, 45)
    assert "Declare “" not in answer.content.decode()
    assert Declaration.objects.get().declared_by == cast.manager
    assert client.get(PAGE).context["terms"] == Terms(Rule.FIRST, 45)
    page = client.get(campaigns["A"].get_absolute_url()).content.decode()
    assert "First touch within 45 days" in page
    assert "270.01" in page
    for wrong in ({"days": "0"}, {"rule": "luck"}):
        assert client.post(DECLARE, given | wrong, follow=True).status_code == 422
    client.force_login(cast.rep)
    assert client.post(DECLARE, given).status_code == 404
    assert declared() == Terms(Rule.FIRST, 45)


def test_it_shows_the_table_with_its_rule_and_what_it_is_not(
    cast: Cast, client: Client, campaigns: Any
) -> None:
    client.force_login(cast.manager)
    asked = {"rule": "last", "days": "30", "first": "2026-03-01", "last": "2026-06-30"}
    answer = client.get(PAGE, asked)
    page = answer.content.decode()
    assert "This is bookkeeping, not effect" in page
    assert "Last touch within 30 days" in page
    assert [(line.name, line.orders) for line in answer.context["lines"]] == [
        ("B", 1), ("None: no activity before the order", 2),
    ]  # fmt: skip
    assert answer.context["total"] == Decimal("320.01")
    for line in answer.context["lines"]:
        orders = client.get(line.url).context["page"].rows
        assert sum(row.kind == "sale" for row in orders) == line.orders
    listed = client.get(answer.context["lines"][0].url).content.decode()
    assert f"campaign {campaigns['B'].pk} · Last touch within 30 days" in listed
    text = client.get(FILE, asked).content.decode("utf-8-sig")
    assert text.splitlines()[1] == "B,1,70.01,CNY,Last touch,30,2026-03-01,2026-06-30"


def test_it_asks_as_many_queries_for_many_campaigns(
    cast: Cast, client: Client, campaigns: Any
) -> None:
    client.force_login(cast.manager)

    def count() -> int:
        client.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE, {"first": "2026-03-01", "last": "2026-06-30", "days": "90"})
        return len(captured)

    few = count()
    for number in range(8):
        customer = CustomerFactory(owner=cast.rep, team=cast.team)
        ActivityFactory(customer=customer, happened_at=on(number), stage="sent", team=cast.team)
        order(customer, 20, "5.00")
    assert count() == few


def test_it_adds_many_orders_up_in_the_background(
    cast: Cast, client: Client, campaigns: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(cast.manager)
    asked = {"rule": "even", "days": "45", "first": "2026-03-01", "last": "2026-06-30"}
    at_once = client.get(PAGE, asked).context
    monkeypatch.setattr(tables, "AT_ONCE", 2)
    page = client.get(PAGE, asked)
    assert "lines" not in page.context
    assert "Compute now" in page.content.decode()
    assert client.get(FILE, asked).status_code == 302
    answer = client.post(f"{PAGE}compute/", asked)
    job = Job.objects.get(pk=answer["Location"].strip("/").split("/")[-1])
    job_run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED, job.error
    page = client.get(job.url)
    assert page.context["lines"] == at_once["lines"]
    assert page.context["total"] == at_once["total"]
    assert "As of" in page.content.decode()
    assert client.get(FILE, asked).status_code == 200
    assert client.post(f"{PAGE}compute/", asked | {"days": "x"}, follow=True).status_code == 422
    client.force_login(cast.admin)
    assert "lines" not in client.get(PAGE, asked).context


def test_it_keeps_the_usual_table_at_night(
    cast: Cast, campaigns: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    CreditTable.objects.create(
        reader=cast.admin, rule="last", days=1, first=PERIOD[0], last=PERIOD[1]
    )
    CreditTable.objects.update(made_at=timezone.now() - timedelta(days=31))
    monkeypatch.setattr(tables, "AT_ONCE", 4)  # the manager sees so many, administrators more
    job = job_enqueue(kind=tables.NIGHTLY_KIND, params={}, actor=None)
    job_run(job.pk)
    kept = CreditTable.objects.get()
    assert kept.reader == cast.admin
    assert tables.credits_told(cast.admin, tables.usual())[1] == kept.made_at


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"days": "0"}, "greater than or equal to 1"), ({"days": "x"}, "Enter a whole number"),
        ({"days": "9999"}, "less than or equal to 365"), ({"rule": "luck"}, "luck"),
        ({"first": "2026-05-01", "last": "2026-04-01"}, "lies before the first one"),
        ({"last": "9999-12-31"}, "too far away"), ({"first": "soon"}, "valid date"),
    ],
)  # fmt: skip
def test_it_says_what_is_wrong_and_keeps_what_was_typed(
    cast: Cast, client: Client, asked: dict[str, str], said: str
) -> None:
    client.force_login(cast.manager)
    answer = client.get(PAGE, asked)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert next(iter(asked.values())) in answer.content.decode() or "rule" in asked
    assert client.get(FILE, asked).status_code == 302


def test_it_stands_on_the_pages_of_campaigns_and_activities(
    cast: Cast, client: Client, campaigns: Any
) -> None:
    client.force_login(cast.rep)
    page = client.get(campaigns["B"].get_absolute_url()).content.decode()
    assert "70.01" in page
    assert "1 order" in page  # and its refund, as in the table
    assert "2 orders" not in page
    assert "Other rules and windows" not in page
    client.force_login(cast.manager)
    activity = Activity.objects.get(campaign=campaigns["A"])
    page = client.get(activity.get_absolute_url()).content.decode()
    assert "0 orders" in page
    assert "Other rules and windows" in page
    assert client.get(reverse("sales:order_list"), {"credited": "nonsense"}).status_code == 200


def test_it_stands_on_the_page_of_a_campaign_with_very_many_activities(
    cast: Cast, client: Client, campaigns: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (panels, tables):
        monkeypatch.setattr(module, "MANY_TOUCHES", 0)
    client.force_login(cast.manager)
    page = client.get(campaigns["B"].get_absolute_url()).content.decode()
    assert "added up at night" in page
    job_run(job_enqueue(kind=tables.NIGHTLY_KIND, params={}, actor=None).pk)
    page = client.get(campaigns["B"].get_absolute_url()).content.decode()
    assert "70.01" in page
    assert "orders of a year, as of" in page
    client.force_login(cast.rep)  # sees few orders
    assert "70.01" in client.get(campaigns["B"].get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "text", ["", "x", "1-last", "1-luck-30", "1-last-0", "1-last-366", "1-last-٣", "-last-30",
             "99999999999999999999-last-30", "1-last-30-4", "0-last-30"],
)  # fmt: skip
def test_it_reads_only_what_it_wrote(text: str) -> None:
    assert read(text) is None
    for terms, campaign in ((Terms(), 7), (Terms(Rule.EVEN, 365), None), (Terms(), OTHERS)):
        assert read(written(terms, campaign)) == (terms, campaign)
