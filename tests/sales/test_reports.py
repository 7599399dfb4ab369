"""Reports: the figures of a page, what stands behind each, and who sees what."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from crm.accounts.models import User
from customers.models import Customer
from sales.models import Order, Stage
from sales.reports.drilling import drill_url
from sales.reports.query import ReportQuery, read
from sales.reports.tables import ReportTable, Row, build
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import (
    ChannelFactory,
    DealFactory,
    OrderFactory,
    PipelineFactory,
    ProductFactory,
)

NOVEMBER = "period=custom&start=2026-11-01&until=2026-11-30"
Sell = Callable[..., Order]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def sell(cast: Cast) -> Sell:
    """An order of one line, worth ``amount``, in November 2026."""

    def order(
        amount: int, *, region: str = "East", owner: User | None = None, **more: Any
    ) -> Order:
        seller = owner or cast.rep
        customer = more.pop("customer", None) or CustomerFactory(owner=seller, region=region)
        more.setdefault("ordered_at", at("2026-11-10 04:00"))
        return OrderFactory(customer=customer, owner=seller, lines=[(1, amount)], **more)

    return order


def query(user: User, text: str, today: date | None = None) -> ReportQuery:
    form, found = read(user, text, today)
    assert found is not None, form.errors
    return found


def table(user: User, text: str, today: date | None = None) -> ReportTable:
    return build(query(user, text, today))


def row(found: ReportTable, label: str) -> Row:
    return next(row for row in found.rows if row.label == label)


def test_it_describes_each_group(cast: Cast, sell: Sell) -> None:
    amounts = [100, 250, 400, 900]
    for amount in amounts:
        sell(amount)
    sell(50, region="West")
    found = table(cast.rep, f"by=region&{NOVEMBER}")
    figures = row(found, "East").figures
    assert (figures.count, figures.total) == (4, Decimal("1650.00"))
    assert figures.mean == Decimal("412.50")
    assert figures.median == Decimal("325.00")
    assert figures.variance == round(Decimal(statistics.variance(amounts)), 2)
    assert figures.sd == round(Decimal(statistics.stdev(amounts)), 2)
    assert (figures.least, figures.most) == (100, 900)
    assert row(found, "East").share == pytest.approx(1650 / 1700)
    assert found.total.figures.total == Decimal(1700)


def test_it_knows_no_spread_of_one(cast: Cast, sell: Sell) -> None:
    sell(100)
    figures = row(table(cast.rep, f"by=region&{NOVEMBER}"), "East").figures
    assert (figures.mean, figures.variance, figures.sd) == (100, None, None)
    assert figures.few


def test_it_takes_refunds_off_the_amount_alone(cast: Cast, sell: Sell) -> None:
    sell(300)
    sell(-100, kind="refund")
    sell(999, status="draft")
    sell(999, status="cancelled")
    figures = table(cast.rep, f"by=region&{NOVEMBER}").total.figures
    assert (figures.total, figures.count, figures.refunds, figures.mean) == (200, 1, 1, 300)


def test_it_begins_and_ends_with_the_company_s_days(cast: Cast, sell: Sell) -> None:
    sell(1, ordered_at=at("2026-10-31 15:59:59"))  # Shanghai: 31 Oct 23:59:59
    sell(2, ordered_at=at("2026-10-31 16:00:00"))
    sell(4, ordered_at=at("2026-11-30 15:59:59"))
    sell(8, ordered_at=at("2026-11-30 16:00:00"))
    found = table(cast.rep, f"by=month&{NOVEMBER}&compare=none")
    assert [(r.key, r.figures.total) for r in found.rows] == [(date(2026, 11, 1), 6)]


def test_it_shows_steps_without_sales(cast: Cast, sell: Sell) -> None:
    sell(5, ordered_at=at("2026-11-03 04:00"))
    sell(7, ordered_at=at("2026-11-20 04:00"))
    found = table(cast.rep, "by=week&period=custom&start=2026-11-02&until=2026-11-22")
    assert [r.figures.total for r in found.rows] == [5, 0, 7]


def test_it_compares_with_the_period_before(cast: Cast, sell: Sell) -> None:
    sell(150)
    sell(100, ordered_at=at("2026-10-10 04:00"))
    sell(30, ordered_at=at("2026-10-12 04:00"), region="West")
    found = table(cast.rep, f"by=region&{NOVEMBER}&compare=previous")
    east, west = row(found, "East"), row(found, "West")
    assert (east.previous, east.change) == (100, pytest.approx(0.5))
    assert (west.figures.total, west.previous, west.change) == (0, 30, pytest.approx(-1))
    assert found.total.previous == 130


@pytest.mark.parametrize("narrow", ["", "&owner={rep}", "&channel={web}"])
def test_it_compares_with_what_the_report_of_that_period_says(
    cast: Cast, sell: Sell, narrow: str
) -> None:
    """Whether the sums that are kept by day tell it, or the orders."""
    web = ChannelFactory()
    earlier = at("2026-10-10 04:00")
    sell(150, channel=web)
    sell(100, channel=web, ordered_at=earlier)
    sell(40, owner=cast.colleague, ordered_at=earlier, region="West")
    sell(-30, kind="refund", ordered_at=earlier)
    sell(999, ordered_at=earlier).delete()  # leaves a day of zeros
    narrowed = narrow.format(rep=cast.rep.pk, web=web.pk)
    for by in ("owner", "channel", "team", "region", "product"):
        now = table(cast.manager, f"by={by}&{NOVEMBER}&compare=previous{narrowed}")
        october = "period=custom&start=2026-10-01&until=2026-10-31&compare=none"
        then = table(cast.manager, f"by={by}&{october}{narrowed}")
        told = {row.key: row.previous for row in now.rows if row.previous}
        assert told == {row.key: row.figures.total for row in then.rows}, by
        assert now.total.previous == then.total.figures.total
        assert {row.key for row in now.rows} >= set(told), by


def test_it_compares_each_month_with_a_year_before(cast: Cast, sell: Sell) -> None:
    sell(150)
    sell(100, ordered_at=at("2025-11-20 04:00"))
    found = table(cast.rep, f"by=month&{NOVEMBER}&compare=year")
    assert [(r.previous, r.change) for r in found.rows] == [(100, pytest.approx(0.5))]


def test_it_crosses_two_dimensions(cast: Cast, sell: Sell) -> None:
    web, shop = ChannelFactory(name="Web"), ChannelFactory(name="Shop")
    sell(10, channel=web)
    sell(20, channel=shop)
    sell(40, channel=web, region="West")
    found = table(cast.rep, f"by=region&across=channel&{NOVEMBER}")
    assert [label for _key, label in found.columns] == ["Web", "Shop"]
    east, west = row(found, "East"), row(found, "West")
    assert (east.cells[web.pk].total, east.cells[shop.pk].total) == (10, 20)
    assert shop.pk not in west.cells
    assert found.total.cells[web.pk].total == 50


def test_it_sums_lines_by_product_and_adds_up_to_the_sales(cast: Cast) -> None:
    tea, cup = ProductFactory(name="Tea", category="Drinks"), ProductFactory(name="Cup")
    order = OrderFactory(
        customer=CustomerFactory(owner=cast.rep), ordered_at=at("2026-11-10 04:00")
    )
    for position, (product, price) in enumerate([(tea, 30), (tea, 20), (cup, 5), (None, 1)], 1):
        order.lines.create(position=position, product=product, quantity=2, unit_price=price)
    found = table(cast.rep, f"by=product&{NOVEMBER}")
    assert {r.label: (r.figures.count, r.figures.total) for r in found.rows} == {
        "Tea": (1, 100), "Cup": (1, 10), "Not given": (1, 2),
    }  # fmt: skip
    assert (found.total.figures.count, found.total.figures.total) == (1, 112)
    by_region = table(cast.rep, f"by=region&product={tea.pk}&{NOVEMBER}")
    assert by_region.total.figures.total == 100


def test_it_counts_deals_by_the_day_they_closed(cast: Cast, stages: dict[str, Stage]) -> None:
    customer = CustomerFactory(owner=cast.rep)
    closed = at("2026-11-05 04:00")
    for amount, stage in ((100, "won"), (300, "won"), (50, "lost")):
        DealFactory(customer=customer, stage=stages[stage], amount=amount, closed_at=closed)
    DealFactory(customer=customer, stage=stages["new"], amount=70)
    won = table(cast.rep, f"what=won&by=owner&{NOVEMBER}").total.figures
    assert (won.count, won.total, won.median) == (2, 400, 200)
    assert table(cast.rep, f"what=lost&by=lost_reason&{NOVEMBER}").total.figures.total == 50
    assert table(cast.rep, "what=open&by=stage").total.figures.total == 70


@pytest.mark.parametrize(
    ("role", "seen"), [("rep", 1), ("manager", 3), ("admin", 7), ("stranger", 4)]
)
def test_it_counts_what_the_reader_sees(cast: Cast, sell: Sell, role: str, seen: int) -> None:
    sell(1)
    sell(2, owner=cast.colleague)
    sell(4, owner=cast.stranger)
    assert table(cast.user(role), f"by=owner&{NOVEMBER}").total.figures.total == seen


def test_it_is_no_page_for_agents(cast: Cast, client: Client) -> None:
    client.force_login(cast.agent)
    assert client.get(reverse("sales:reports")).status_code == 404


DIMENSIONS = ["region", "product", "category", "channel", "owner", "team", "customer_kind",
              "industry", "acquisition", "source", "day", "week", "month", "quarter",
              "year"]  # fmt: skip


@pytest.mark.parametrize("by", DIMENSIONS)
def test_it_leads_from_each_number_to_as_many_orders(
    cast: Cast, sell: Sell, client: Client, by: str
) -> None:
    """Also to those of a colleague who left, and to groups without a value."""
    cast.colleague.is_active = False
    cast.colleague.save()
    web, tea = ChannelFactory(), ProductFactory(category="Drinks & more")
    rich = CustomerFactory(
        owner=cast.rep, region="华东 & West", industry="a=b", source="Fair;x", acquisition="dealer",
        kind=Customer.Kind.PERSON,
    )  # fmt: skip
    for order in (sell(10, customer=rich, channel=web), sell(20, customer=rich)):
        order.lines.update(product=tea)
    sell(5, region="", owner=cast.colleague)
    sell(-5, kind="refund", customer=rich)
    sell(7, ordered_at=at("2026-11-30 15:00"), status="draft")
    sell(9, ordered_at=at("2026-10-31 15:00"), owner=cast.colleague)
    asked = query(
        cast.manager, f"by={by}&period=custom&start=2026-10-01&until=2026-11-30&compare=none"
    )
    found = build(asked)
    client.force_login(cast.manager)
    for one in (*found.rows, found.total):
        whole = one is found.total
        listed = client.get(drill_url(asked, one.key, whole=whole, sales_only=True))
        assert listed.context["count"] == one.figures.count, one.label
        everything = client.get(drill_url(asked, one.key, whole=whole)).context["page"].rows
        if by not in {"product", "category"}:
            assert sum(order.total_base for order in everything) == one.figures.total, one.label


@pytest.mark.parametrize(
    ("what", "by"),
    [("won", "owner"), ("lost", "lost_reason"), ("open", "stage"), ("won", "month"),
     ("open", "pipeline"), ("won", "region"), ("open", "week")],
)  # fmt: skip
def test_it_leads_from_each_number_to_as_many_deals(
    cast: Cast, stages: dict[str, Stage], client: Client, what: str, by: str
) -> None:
    customer = CustomerFactory(owner=cast.rep, region="East")
    closed = at("2026-11-05 04:00")
    for stage, reason in (("won", ""), ("won", ""), ("lost", "price"), ("lost", "")):
        DealFactory(customer=customer, stage=stages[stage], closed_at=closed, lost_reason=reason)
    for name in ("new", "offer"):
        DealFactory(customer=customer, stage=stages[name], expected_close=date(2026, 11, 20))
    asked = query(cast.manager, f"what={what}&by={by}&{NOVEMBER}")
    found = build(asked)
    assert found.total.figures.count == 2
    client.force_login(cast.manager)
    for one in found.rows:
        listed = client.get(drill_url(asked, one.key))
        assert listed.context["count"] == one.figures.count, one.label


def test_it_leads_from_each_cell_to_its_orders(cast: Cast, sell: Sell, client: Client) -> None:
    web = ChannelFactory()
    sell(10, channel=web)
    sell(20, region="West")
    asked = query(cast.rep, f"by=region&across=channel&figure=count&{NOVEMBER}")
    client.force_login(cast.rep)
    for one in build(asked).rows:
        for column, figures in one.cells.items():
            listed = client.get(drill_url(asked, one.key, (column,)))
            assert listed.context["count"] == figures.count


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("by=nonsense", "Select a valid choice"),
        ("by=region&across=region", "Rows and columns are the same"),
        ("period=custom&start=2026-01-01", "Say a day"),
        ("period=custom&start=2026-02-30&until=2026-03-01", "Enter a valid date"),
        ("period=custom&start=2026-03-02&until=2026-03-01", "before the first one"),
        ("period=custom&start=0001-01-01&until=2026-03-01", "between 1990 and 2200"),
        ("by=day&period=custom&start=2020-01-01&until=2026-01-01", "Choose a longer step"),
        ("owner=1 OR 1=1", "Select a valid choice"),
        ("product=²", "Select a valid choice"),
        ("region=%00", "Null characters"),
    ],
)
def test_it_says_what_is_wrong_with_an_address(
    cast: Cast, client: Client, text: str, words: str
) -> None:
    client.force_login(cast.manager)
    response = client.get(f"{reverse('sales:reports')}?{text}")
    assert response.status_code == 422
    assert words in response.content.decode()


def test_it_offers_a_month_when_days_are_asked_for(cast: Cast) -> None:
    asked = query(cast.rep, "period=custom", date(2026, 11, 30))
    assert (asked.start, asked.end) == (date(2026, 11, 1), date(2026, 12, 1))


@pytest.mark.parametrize("what", ["orders", "won"])
def test_it_leaves_out_what_another_subject_was_narrowed_to(
    cast: Cast, sell: Sell, client: Client, what: str
) -> None:
    client.force_login(cast.manager)
    pipeline, channel = PipelineFactory(), ChannelFactory()
    url = reverse("sales:reports")
    asked = {"what": what, "by": "product", "pipeline": pipeline.pk, "channel": channel.pk}
    assert client.get(url, asked).status_code == 200
    form, found = read(cast.manager, urlencode(asked))
    assert found is not None
    narrowed = {"orders": (channel, None), "won": (None, pipeline)}[what]
    assert (found.asked["channel"], found.asked["pipeline"]) == narrowed
    assert form.filters_used == 1
    assert found.by.key == {"orders": "product", "won": "region"}[what]


def test_it_names_nobody_of_another_team(cast: Cast, client: Client) -> None:
    client.force_login(cast.manager)
    for text in (f"owner={cast.stranger.pk}", f"team={cast.other_team.pk}"):
        assert client.get(f"{reverse('sales:reports')}?{text}").status_code == 422


@pytest.mark.parametrize("text", ["by=owner", "by=product&across=month", "by=month&compare=year"])
def test_it_asks_as_much_for_many_groups_as_for_few(
    cast: Cast, sell: Sell, client: Client, text: str
) -> None:
    client.force_login(cast.manager)
    url = f"{reverse('sales:reports')}?{text}&period=custom&start=2026-10-01&until=2026-11-30"

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    sell(1).lines.update(product=ProductFactory())
    asked()
    few = asked()
    for number in range(6):
        sell(number, owner=cast.colleague).lines.update(product=ProductFactory())
    assert asked() == few <= 14


def test_it_sorts_by_the_figure_asked_for(cast: Cast, sell: Sell) -> None:
    sell(10, region="A")
    sell(30, region="B")
    sell(5, region="C")
    sell(6, region="C")

    def order(sort: str) -> str:
        return "".join(r.label for r in table(cast.rep, f"by=region&sort={sort}&{NOVEMBER}").rows)

    assert order("-total") == "BCA"
    assert order("total") == "ACB"
    assert order("-count")[0] == "C"
    assert order("-variance")[0] == "C"  # the only one that has one
    assert order("label") == "ABC"


def test_it_keeps_everything_in_the_address(cast: Cast, client: Client) -> None:
    client.force_login(cast.rep)
    page = client.get(f"{reverse('sales:reports')}?by=month&{NOVEMBER}&region=East&junk=1")
    assert page.context["query"].text == (
        "by=month&period=custom&start=2026-11-01&until=2026-11-30&region=East"
    )
