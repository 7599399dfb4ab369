"""Writes about orders and refunds. Totals are kept by the database from the lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.common.services import (
    record_create,
    record_lock,
    record_trash,
    record_update,
)
from customers.models import Customer
from sales.currency import converted, rate_on
from sales.models import Deal, Order, OrderLine, PriceList, Product
from sales.services.balance import NOT_SOLD, check_balance
from sales.services.places import restore_unless_replaced
from sales.services.reach import require_seller

PREFIXES = {Order.Kind.SALE: "SO", Order.Kind.REFUND: "RF"}
NUMBER_SEQUENCE = "sales_order_number"


LineKey = tuple[int | None, str, Decimal, Decimal, Decimal]


@dataclass(frozen=True)
class LineItem:
    """What one line of an order or quote says; a refund's quantities are negative.

    ``discount`` and ``tax_rate`` are per cents; ``price_list`` is where the price came from.
    """

    quantity: Decimal
    unit_price: Decimal
    product: Product | None = None
    description: str = ""
    discount: Decimal = Decimal(0)
    tax_rate: Decimal = Decimal(0)  # of quotes; sales are counted without tax
    price_list: PriceList | None = None

    @property
    def key(self) -> LineKey:
        product = self.product.pk if self.product else None
        return product, self.description, self.quantity, self.unit_price, self.discount


@transaction.atomic
def order_create(
    *,
    actor: Any,
    customer: Customer,
    lines: Sequence[LineItem],
    ordered_at: datetime | None = None,
    currency: str = "",
    rate: Decimal | None = None,
    number: str = "",
    submission: UUID | None = None,
    **values: Any,
) -> Order:
    """A new order with its lines and total; numbered unless it brings its number.

    The rate is that of the order's day unless one is given.

    Raises
    ------
    PermissionDenied
        The actor does not sell, or does not see the customer.
    RefusedError
        No lines, a currency without a rate, or another customer's deal.
    """
    require_seller(actor, customer)
    ordered_at = ordered_at or timezone.now()
    currency = currency or settings.BASE_CURRENCY
    order = Order(customer=customer, ordered_at=ordered_at, currency=currency, **values)
    order.rate = rate or rate_on(currency, timezone.localdate(ordered_at))
    order.number = number or next_number(order.kind, ordered_at)
    _check(order.deal, customer, order.kind, lines)
    if order.owner_id is None and not getattr(actor, "is_rep", False):
        order.owner = customer.owner
    created = record_create(record=order, actor=actor, submission=submission)
    if created is order:
        _write_lines(order, lines)
    return created


@transaction.atomic
def order_update(
    *, pk: int, actor: Any, changes: dict[str, Any], expected_version: int | None = None
) -> Order:
    """Change an order; ``changes["lines"]`` replaces its lines. Raises as ``order_create``, and
    RefusedError when the order and its refund would not hold together any more.

    The rate follows the currency and the day; a refund keeps that of its order.
    """
    order: Order = record_lock(Order.objects.editable_by(actor), pk)
    before = order.currency, order.status
    changes = dict(changes)
    lines = changes.pop("lines", None)
    customer = changes.get("customer", order.customer)
    if customer.pk != order.customer_id:
        require_seller(actor, customer)
    _check(changes.get("deal", order.deal), customer, order.kind, lines)
    if order.refund_of_id is None:
        changes |= _rate_changes(order, changes)
    order = record_update(
        model=Order, pk=pk, actor=actor, changes=changes, expected_version=expected_version
    )
    anew = lines is not None and [line.key for line in lines] != _line_keys(order)
    if anew:
        order.lines.all().delete()
        _write_lines(order, lines or ())
    if anew or (order.currency, order.status) != before:
        check_balance(order)
    return order


@transaction.atomic
def order_trash(*, pk: int, actor: Any) -> Order:
    """Put an order into the trash; RefusedError while a refund of it stands."""
    order = record_trash(model=Order, pk=pk, actor=actor)
    if not order.refund_of_id:
        check_balance(order)
    return order


@transaction.atomic
def order_restore(*, pk: int, actor: Any) -> Order:
    """Take it out of the trash, unless another one took its place meanwhile, or what it refunds
    is no longer sold."""
    refusal = _("The order has another refund now.")
    order = restore_unless_replaced(model=Order, pk=pk, actor=actor, refusal=refusal)
    check_balance(order)
    return order


@transaction.atomic
def order_refund(*, pk: int, actor: Any) -> Order:
    """The refund of a whole order, at the order's own rate; a second call gives the same refund.

    Raises
    ------
    PermissionDenied
        The actor may not edit the order.
    RefusedError
        The order is a refund itself, or never was sold.
    """
    order: Order = record_lock(Order.objects.editable_by(actor), pk)
    made = Order.objects.alive().filter(refund_of=order).first()
    if made is not None:
        return made
    if order.kind == Order.Kind.REFUND:
        raise RefusedError(_("A refund cannot be refunded."))
    if order.status in NOT_SOLD:
        raise RefusedError(_("Only a confirmed order can be refunded."))
    lines = [
        LineItem(-line.quantity, line.unit_price, line.product, line.description, line.discount)
        for line in order.lines.select_related("product")
    ]
    return order_create(
        actor=actor, customer=order.customer, lines=lines, kind=Order.Kind.REFUND,
        refund_of=order, deal=order.deal, channel=order.channel, currency=order.currency,
        rate=order.rate, owner=order.owner, status=Order.Status.CONFIRMED,
    )  # fmt: skip


def next_number(kind: str, ordered_at: datetime) -> str:
    """The next free number, like SO-2026-000123: a sequence never gives one twice."""
    prefix, year = PREFIXES[Order.Kind(kind)], timezone.localtime(ordered_at).year
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(%s::regclass)", [NUMBER_SEQUENCE])
            number = f"{prefix}-{year}-{cursor.fetchone()[0]:06d}"
        # An imported order may stand there already.
        if not Order.objects.filter(number=number).exists():
            return number


def _check(
    deal: Deal | None, customer: Customer, kind: str, lines: Sequence[LineItem] | None
) -> None:
    if deal is not None and deal.customer_id != customer.pk:
        raise RefusedError(_("The deal belongs to another customer."))
    if lines is None:
        return
    if not lines:
        raise RefusedError(_("An order needs at least one line."))
    if kind == Order.Kind.SALE and any(line.quantity <= 0 for line in lines):
        raise RefusedError(_("Quantities are above zero. Use a refund to take goods back."))
    if kind == Order.Kind.REFUND and any(line.quantity >= 0 for line in lines):
        raise RefusedError(_("The quantities of a refund are below zero."))


def _rate_changes(order: Order, changes: dict[str, Any]) -> dict[str, Any]:
    currency = changes.get("currency", order.currency)
    day = timezone.localdate(changes.get("ordered_at", order.ordered_at))
    if (currency, day) == (order.currency, timezone.localdate(order.ordered_at)):
        return {}
    rate = rate_on(currency, day)
    return {"rate": rate, "total_base": converted(order.total, rate)}


def _line_keys(order: Order) -> list[LineKey]:
    lines = order.lines.order_by("position")
    return [(n.product_id, n.description, n.quantity, n.unit_price, n.discount) for n in lines]


def _write_lines(order: Order, lines: Sequence[LineItem]) -> None:
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=position, product=line.product,
                  description=line.description, quantity=line.quantity, unit_price=line.unit_price,
                  discount=line.discount, price_list=line.price_list)
        for position, line in enumerate(lines, start=1)
    )  # fmt: skip
    order.refresh_from_db(fields=["total", "total_base"])
