"""The services about orders, refunds and the plan."""

import re
import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse

from crm.common.changes import record_changes
from crm.common.errors import RefusedError
from crm.records.models import BulkChange
from customers.models import Customer
from sales.models import ExchangeRate, Order, Target
from sales.selectors import attainment, with_achieved
from sales.services import (
    LineItem,
    order_create,
    order_refund,
    order_restore,
    order_trash,
    order_update,
    target_create,
    target_update,
)
from sales.services.orders import next_number
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import DealFactory, OrderFactory

LINES = [LineItem(Decimal(2), Decimal("10.25")), LineItem(Decimal("1.5"), Decimal("3.33"))]
TOTAL = Decimal("25.50")  # 20.50 + 4.995 rounded to 5.00


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return CustomerFactory(owner=cast.rep, team=cast.team)


def test_it_totals_its_lines(cast: Cast, customer: Customer) -> None:
    order = order_create(actor=cast.rep, customer=customer, lines=LINES)
    assert (order.total, order.total_base, order.owner) == (TOTAL, TOTAL, cast.rep)
    customer.refresh_from_db()
    assert (customer.order_count, customer.order_value) == (1, TOTAL)


def test_it_totals_again_when_lines_are_replaced(cast: Cast, customer: Customer) -> None:
    order = order_create(actor=cast.rep, customer=customer, lines=LINES)
    changes = {"lines": [LineItem(Decimal(1), Decimal(7))]}
    changed = order_update(pk=order.pk, actor=cast.rep, changes=changes)
    assert (changed.total, changed.version) == (7, 2)
    assert changed.lines.get().position == 1


@pytest.mark.parametrize(("was", "becomes"), [(10, 7), (0, 7), (10, 0)])
def test_it_keeps_what_it_was_when_lines_are_replaced(
    cast: Cast, customer: Customer, was: int, becomes: int
) -> None:
    order = order_create(actor=cast.rep, customer=customer, lines=_one_of(was))
    assert record_changes(order, cast.rep) == []  # a new one has no past
    changes = {"lines": _one_of(becomes), "note": "Other"}
    changed = order_update(pk=order.pk, actor=cast.rep, changes=changes)
    (change,) = record_changes(changed, cast.rep)
    told = {one.label: (one.before, one.after) for one in change.fields}
    total, note = (str(Order._meta.get_field(name).verbose_name) for name in ("total", "note"))
    assert set(told) == {total, note, "明细"}
    assert [Decimal(text) for text in told[total]] == [was, becomes]


def _one_of(price: int) -> list[LineItem]:
    return [LineItem(Decimal(1), Decimal(price))]


def test_it_leaves_equal_lines_alone(cast: Cast, customer: Customer) -> None:
    order = order_create(actor=cast.rep, customer=customer, lines=LINES)
    kept = set(order.lines.values_list("pk", flat=True))
    order_update(pk=order.pk, actor=cast.rep, changes={"lines": LINES, "note": "Same"})
    assert set(order.lines.values_list("pk", flat=True)) == kept


@pytest.mark.parametrize(
    "lines", [[], [LineItem(Decimal(-1), Decimal(5))], [LineItem(Decimal(0), Decimal(5))]]
)
def test_it_refuses_a_sale_of_nothing(
    cast: Cast, customer: Customer, lines: list[LineItem]
) -> None:
    with pytest.raises(RefusedError):
        order_create(actor=cast.rep, customer=customer, lines=lines)
    assert not Order.objects.exists()


def test_it_converts_by_the_rate_of_its_day(cast: Cast, customer: Customer) -> None:
    ExchangeRate.objects.create(currency="EUR", from_date=date(2024, 1, 1), rate="7.5")
    ExchangeRate.objects.create(currency="EUR", from_date=date(2025, 1, 1), rate="8")
    order = order_create(
        actor=cast.rep, customer=customer, lines=LINES, currency="EUR",
        ordered_at=datetime(2024, 6, 1, tzinfo=UTC),
    )  # fmt: skip
    assert order.total_base == Decimal("191.25")
    later = {"ordered_at": datetime(2025, 6, 1, tzinfo=UTC)}
    order_update(pk=order.pk, actor=cast.rep, changes=later)
    order.refresh_from_db()
    assert (order.rate, order.total, order.total_base) == (8, TOTAL, 204)


def test_it_refuses_a_day_before_the_first_rate(cast: Cast, customer: Customer) -> None:
    ExchangeRate.objects.create(currency="EUR", from_date=date(2024, 1, 1), rate="7.5")
    with pytest.raises(RefusedError, match="EUR"):
        order_create(
            actor=cast.rep, customer=customer, lines=LINES, currency="EUR",
            ordered_at=datetime(2023, 6, 1, tzinfo=UTC),
        )  # fmt: skip


def test_it_refuses_another_customers_deal(cast: Cast, customer: Customer) -> None:
    deal = DealFactory(customer=CustomerFactory(owner=cast.rep, team=cast.team))
    with pytest.raises(RefusedError):
        order_create(actor=cast.rep, customer=customer, lines=LINES, deal=deal)


def test_it_refuses_those_who_do_not_sell(cast: Cast, customer: Customer) -> None:
    for other in (cast.agent, cast.stranger):
        with pytest.raises(PermissionDenied):
            order_create(actor=other, customer=customer, lines=LINES)


def test_it_numbers_orders_and_refunds(cast: Cast, customer: Customer) -> None:
    order = order_create(
        actor=cast.rep, customer=customer, lines=LINES, ordered_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    assert re.fullmatch(r"SO-2026-\d{6}", order.number)
    assert order_refund(pk=order.pk, actor=cast.rep).number.startswith("RF-")


def test_it_skips_a_number_that_is_taken(cast: Cast, customer: Customer) -> None:
    when = datetime(2026, 3, 1, tzinfo=UTC)
    taken = int(next_number("sale", when).rpartition("-")[2]) + 1
    OrderFactory(customer=customer, number=f"SO-2026-{taken:06d}")
    assert next_number("sale", when) == f"SO-2026-{taken + 1:06d}"


@pytest.mark.django_db(transaction=True)
def test_it_never_numbers_twice_in_parallel() -> None:
    barrier, numbers = threading.Barrier(6), []

    def draw() -> None:
        barrier.wait()
        try:
            numbers.extend(next_number("sale", datetime(2026, 1, 1, tzinfo=UTC)) for _ in range(5))
        finally:
            connection.close()

    threads = [threading.Thread(target=draw) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == 30


def test_it_refunds_once_at_the_orders_rate(cast: Cast, customer: Customer) -> None:
    ExchangeRate.objects.create(currency="EUR", from_date=date(2024, 1, 1), rate="7.5")
    order = order_create(actor=cast.rep, customer=customer, lines=LINES, currency="EUR")
    ExchangeRate.objects.update(rate=9)
    refund = order_refund(pk=order.pk, actor=cast.rep)
    assert order_refund(pk=order.pk, actor=cast.rep) == refund
    assert (refund.kind, refund.refund_of, refund.total) == ("refund", order, -TOTAL)
    customer.refresh_from_db()
    assert (customer.order_count, customer.order_value) == (1, 0)


def test_it_keeps_a_refund_negative_and_at_its_rate(cast: Cast, customer: Customer) -> None:
    order = order_create(actor=cast.rep, customer=customer, lines=LINES)
    refund = order_refund(pk=order.pk, actor=cast.rep)
    with pytest.raises(RefusedError):
        order_update(pk=refund.pk, actor=cast.rep, changes={"lines": LINES})
    part = [LineItem(Decimal(-1), Decimal("10.25"))]
    changed = order_update(pk=refund.pk, actor=cast.rep, changes={"lines": part})
    assert changed.total == Decimal("-10.25")


def test_it_gives_back_at_most_what_was_sold(cast: Cast, customer: Customer) -> None:
    ExchangeRate.objects.create(currency="EUR", from_date=date(2024, 1, 1), rate="7.5")
    order = order_create(actor=cast.rep, customer=customer, lines=LINES)
    refund = order_refund(pk=order.pk, actor=cast.rep)

    def change(pk: int, **changes: object) -> None:
        order_update(pk=pk, actor=cast.rep, changes=changes)

    with pytest.raises(RefusedError, match=re.escape("25.51")):
        change(refund.pk, lines=[LineItem(Decimal(-1), TOTAL + Decimal("0.01"))])
    with pytest.raises(RefusedError, match=re.escape("25.50")):
        change(order.pk, lines=LINES[:1])
    for pk in (order.pk, refund.pk):
        with pytest.raises(RefusedError, match=r"is in (CNY|EUR)|币种为 (CNY|EUR)"):
            change(pk, currency="EUR")
    for refused in (
        lambda: change(order.pk, status="cancelled"),
        lambda: order_trash(pk=order.pk, actor=cast.rep),
    ):
        with pytest.raises(RefusedError, match=refund.number):
            refused()
    change(refund.pk, lines=[LineItem(Decimal(-1), Decimal("20.50"))])
    change(order.pk, lines=LINES[:1])
    order_trash(pk=refund.pk, actor=cast.rep)
    order_trash(pk=order.pk, actor=cast.rep)
    with pytest.raises(RefusedError):
        order_restore(pk=refund.pk, actor=cast.rep)


def test_it_deletes_no_order_of_many_whose_refund_would_stay(
    cast: Cast, client: Client, customer: Customer
) -> None:
    orders = [order_create(actor=cast.rep, customer=customer, lines=LINES) for _n in range(2)]
    refund = order_refund(pk=orders[0].pk, actor=cast.rep)
    client.force_login(cast.rep)

    def discard(*pks: int) -> str:
        data = {"action": "trash", "confirmed": "1", "ids": list(pks)}
        page = client.post(reverse("sales:order_bulk"), data, follow=True)
        return str(next(iter(page.context["messages"])))

    said = discard(*(order.pk for order in orders))
    assert set(Order.objects.trashed()) == {orders[1]}
    why = "1 was refused: a refund of it stands; cancel or delete the refund first."
    page = client.get(reverse("records:bulk_detail", args=[BulkChange.objects.get().pk]))
    assert why in said
    assert why in page.content.decode()
    discard(orders[0].pk, refund.pk)
    assert Order.objects.trashed().count() == 3
    client.post(reverse("records:bulk_undo", args=[BulkChange.objects.latest("pk").pk]))
    assert set(Order.objects.trashed()) == {orders[1]}


@pytest.mark.parametrize("status", ["draft", "cancelled"])
def test_it_refunds_only_what_was_sold(cast: Cast, customer: Customer, status: str) -> None:
    order = OrderFactory(customer=customer, status=status, lines=[(1, 5)])
    with pytest.raises(RefusedError):
        order_refund(pk=order.pk, actor=cast.rep)


def test_it_never_refunds_a_refund(cast: Cast, customer: Customer) -> None:
    refund = OrderFactory(customer=customer, kind="refund", lines=[(-1, 5)])
    with pytest.raises(RefusedError):
        order_refund(pk=refund.pk, actor=cast.rep)


def test_it_refuses_a_restore_beside_a_second_refund(cast: Cast, customer: Customer) -> None:
    order = order_create(actor=cast.rep, customer=customer, lines=LINES)
    first = order_refund(pk=order.pk, actor=cast.rep)
    order_trash(pk=first.pk, actor=cast.rep)
    order_refund(pk=order.pk, actor=cast.rep)
    with pytest.raises(RefusedError):
        order_restore(pk=first.pk, actor=cast.rep)


PERIOD = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 4, 1), "amount": Decimal(1000)}


def _sold(customer: Customer, day: str, amount: int, **values: object) -> None:
    ordered_at = datetime.fromisoformat(f"{day}:00+08:00")
    OrderFactory(customer=customer, ordered_at=ordered_at, lines=[(1, amount)], **values)


def test_it_attains_what_the_person_sold_in_the_period(cast: Cast, customer: Customer) -> None:
    _sold(customer, "2026-02-28T23:59", 1)
    _sold(customer, "2026-03-01T00:00", 300)
    _sold(customer, "2026-03-31T23:59", 200)
    _sold(customer, "2026-04-01T00:00", 2)
    _sold(customer, "2026-03-10T12:00", 4, status="draft")
    _sold(customer, "2026-03-10T12:00", 8, status="cancelled")
    _sold(customer, "2026-03-10T12:00", 50, owner=cast.colleague)
    OrderFactory(
        customer=customer, kind="refund", lines=[(-1, 100)],
        ordered_at=datetime(2026, 3, 15, tzinfo=UTC),
    )  # fmt: skip
    mine = target_create(actor=cast.manager, owner=cast.rep, **PERIOD)
    team = target_create(actor=cast.manager, **PERIOD)
    found = {t.pk: t for t in with_achieved(Target.objects.all(), cast.manager)}
    assert found[mine.pk].achieved == 400
    assert found[team.pk].achieved == 450


def test_it_measures_the_pace(cast: Cast, customer: Customer) -> None:
    _sold(customer, "2026-03-05T12:00", 400)
    target_create(actor=cast.manager, owner=cast.rep, **PERIOD)
    target = with_achieved(Target.objects.all(), cast.manager).get()
    early, late = attainment(target, date(2026, 3, 5)), attainment(target, date(2026, 3, 31))
    assert (early.share, early.expected, early.on_pace) == (0.4, Decimal("161.29"), True)
    assert (late.expected, late.gap, late.on_pace) == (1000, 600, False)


def test_it_plans_a_period_once(cast: Cast) -> None:
    target_create(actor=cast.manager, owner=cast.rep, **PERIOD)
    with pytest.raises(RefusedError):
        target_create(actor=cast.manager, owner=cast.rep, **PERIOD)
    team = target_create(actor=cast.manager, **PERIOD)
    with pytest.raises(RefusedError):
        target_update(pk=team.pk, actor=cast.manager, changes={"owner": cast.rep})


def test_it_plans_for_ones_own_team_only(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        target_create(actor=cast.manager, owner=cast.stranger, **PERIOD)
    with pytest.raises(PermissionDenied):
        target_create(actor=cast.rep, owner=cast.rep, **PERIOD)
