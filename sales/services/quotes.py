"""Writes about quotes: made from a deal, sent, decided, turned into an order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.common.services import record_create, record_lock, record_trash, record_update
from customers.models import Customer
from sales.currency import rate_on
from sales.models import Deal, Order, Quote, QuoteLine, Stage
from sales.services.deals import deal_move, deal_update
from sales.services.orders import LineItem, order_create
from sales.services.places import restore_unless_replaced
from sales.services.reach import require_seller

Status = Quote.Status
VALID_DAYS = 30
UNDECIDED = (Status.DRAFT, Status.SENT)
NUMBER_SEQUENCE = "sales_quote_number"


@transaction.atomic
def quote_create(
    *,
    actor: Any,
    customer: Customer,
    lines: Sequence[LineItem],
    currency: str = "",
    quoted_on: date | None = None,
    valid_until: date | None = None,
    submission: UUID | None = None,
    **values: Any,
) -> Quote:
    """A new draft with its lines, numbered.

    Raises
    ------
    PermissionDenied
        The actor does not sell, or does not see the customer.
    RefusedError
        No lines, a currency without a rate, or another customer's deal.
    """
    require_seller(actor, customer)
    quoted_on = quoted_on or timezone.localdate()
    currency = currency or settings.BASE_CURRENCY
    rate_on(currency, quoted_on)  # an order must be possible
    quote = Quote(
        customer=customer, currency=currency, quoted_on=quoted_on,
        valid_until=valid_until or quoted_on + timedelta(days=VALID_DAYS), **values,
    )  # fmt: skip
    _check(quote.deal, customer, lines)
    quote.number = quote.number or _next_number(quoted_on)
    if quote.owner_id is None and not getattr(actor, "is_rep", False):
        quote.owner = customer.owner
    created = record_create(record=quote, actor=actor, submission=submission)
    if created is quote:
        _write_lines(quote, lines)
    return created


@transaction.atomic
def quote_update(
    *, pk: int, actor: Any, changes: dict[str, Any], expected_version: int | None = None
) -> Quote:
    """Change a draft; ``changes["lines"]`` replaces its lines. Raises as ``quote_create``.

    A version that was sent is refused: make the next one.
    """
    quote = _locked(pk, actor)
    if quote.status != Status.DRAFT:
        raise RefusedError(_("This version was sent already. Make a new version of the quote."))
    changes = dict(changes)
    lines = changes.pop("lines", None)
    customer = changes.get("customer", quote.customer)
    if customer.pk != quote.customer_id:
        require_seller(actor, customer)
    _check(changes.get("deal", quote.deal), customer, lines)
    changes["pdf"] = ""
    quote = record_update(
        model=Quote, pk=pk, actor=actor, changes=changes, expected_version=expected_version
    )
    if lines is not None:
        quote.lines.all().delete()
        _write_lines(quote, lines)
    return quote


quote_trash = partial(record_trash, model=Quote)


def quote_restore(*, pk: int, actor: Any) -> Quote:
    """Take it out of the trash."""
    refusal = _("There is such a version of this quote already.")
    return restore_unless_replaced(model=Quote, pk=pk, actor=actor, refusal=refusal)


@transaction.atomic
def quote_from_deal(*, deal_pk: int, actor: Any) -> Quote:
    """The quote of a deal, with one line of its amount; a second call gives the open draft.

    Raises
    ------
    PermissionDenied
        The actor may not edit the deal.
    """
    deal: Deal = record_lock(Deal.objects.editable_by(actor), deal_pk)
    draft = Quote.objects.alive().filter(deal=deal, status=Status.DRAFT).order_by("-pk").first()
    if draft is not None:
        return draft
    tax = Decimal(settings.DEFAULT_TAX_PERCENT)
    line = LineItem(Decimal(1), deal.amount, description=deal.name, tax_rate=tax)
    return quote_create(
        actor=actor, customer=deal.customer, contact=deal.contact, deal=deal, lines=[line],
        currency=deal.currency, owner=deal.owner, language=getattr(actor, "language", "zh-hans"),
    )  # fmt: skip


@transaction.atomic
def quote_send(*, pk: int, actor: Any) -> Quote:
    """Say that a draft went to the customer; it does not change from here on."""
    quote = _locked(pk, actor)
    if quote.status == Status.SENT:
        return quote
    if quote.status != Status.DRAFT:
        raise RefusedError(_("Only a draft can be sent."))
    return _step(quote, Status.SENT, sent_at=timezone.now())


@transaction.atomic
def quote_accept(*, pk: int, actor: Any) -> Quote:
    """Say that the customer accepted; a second call does nothing.

    Raises
    ------
    RefusedError
        It was decided otherwise, or its last day has passed.
    """
    quote = _locked(pk, actor)
    if quote.status == Status.ACCEPTED:
        return quote
    if quote.valid_until < timezone.localdate() or quote.status == Status.EXPIRED:
        raise RefusedError(_("This quote is no longer valid. Make a new version of it."))
    if quote.status not in UNDECIDED:
        raise RefusedError(_("This version is decided already."))
    return _step(quote, Status.ACCEPTED, decided_at=timezone.now())


@transaction.atomic
def quote_decline(*, pk: int, actor: Any) -> Quote:
    """Say that the customer declined; a second call does nothing."""
    quote = _locked(pk, actor)
    if quote.status == Status.DECLINED:
        return quote
    if quote.status not in UNDECIDED:
        raise RefusedError(_("This version is decided already."))
    return _step(quote, Status.DECLINED, decided_at=timezone.now())


@transaction.atomic
def quote_revise(*, pk: int, actor: Any) -> Quote:
    """The next version of a quote as a draft, valid from today; the old one is replaced.

    A second call gives the version that there is.
    """
    quote = _locked(pk, actor)
    later = Quote.objects.filter(number=quote.number, revision__gt=quote.revision)
    if made := later.order_by("-revision").first():
        return made
    if quote.status not in Quote.REVISABLE:
        raise RefusedError(_("Only a version that was sent can be followed by a new one."))
    made = quote_create(
        actor=actor, customer=quote.customer, contact=quote.contact, deal=quote.deal,
        lines=_items(quote), currency=quote.currency, owner=quote.owner, terms=quote.terms,
        language=quote.language, number=quote.number, revision=quote.revision + 1,
    )  # fmt: skip
    _step(quote, Status.REPLACED)
    return made


@transaction.atomic
def quote_order(*, pk: int, actor: Any) -> Order:
    """The order of an accepted quote, without tax as all sales are; a second call gives it again.

    Raises
    ------
    PermissionDenied
        The actor may not edit the quote.
    RefusedError
        The quote is not accepted.
    """
    quote = _locked(pk, actor)
    made = Order.objects.alive().filter(quote=quote).first()
    if made is not None:
        return made
    if quote.status != Status.ACCEPTED:
        raise RefusedError(_("Only an accepted quote becomes an order."))
    return order_create(
        actor=actor, customer=quote.customer, deal=quote.deal, quote=quote, lines=_items(quote),
        currency=quote.currency, owner=quote.owner, status=Order.Status.CONFIRMED,
    )  # fmt: skip


@transaction.atomic
def quote_win(*, pk: int, actor: Any) -> Deal:
    """Win the deal of an accepted quote, at what was agreed, without tax; a second call does
    nothing.

    Raises
    ------
    PermissionDenied
        The actor may not edit the quote or its deal.
    RefusedError
        The quote is not accepted, belongs to no deal, or its pipeline has no stage for it.
    """
    quote = _locked(pk, actor)
    if quote.status != Status.ACCEPTED or quote.deal_id is None:
        raise RefusedError(_("Only an accepted quote wins its deal."))
    deal: Deal = record_lock(Deal.objects.editable_by(actor), quote.deal_id)
    if deal.stage.kind == Stage.Kind.WON:
        return deal
    won = Stage.objects.filter(pipeline=deal.pipeline_id, kind=Stage.Kind.WON)
    stage = won.order_by("order").first()
    if stage is None:
        raise RefusedError(_("The pipeline of this deal has no stage for what was won."))
    agreed = {"amount": quote.net, "currency": quote.currency}
    deal_update(pk=deal.pk, actor=actor, changes=agreed)
    return deal_move(pk=deal.pk, actor=actor, stage=stage)


def quotes_expire(today: date) -> int:
    """Sent quotes whose last day has passed are expired. Gives their number."""
    over = Quote.objects.alive().filter(status=Status.SENT, valid_until__lt=today)
    return over.update(status=Status.EXPIRED)


def _locked(pk: int, actor: Any) -> Quote:
    quote: Quote = record_lock(Quote.objects.editable_by(actor), pk)
    return quote


def _step(quote: Quote, status: Quote.Status, **moments: Any) -> Quote:
    quote.status = status
    for name, moment in moments.items():
        setattr(quote, name, moment)
    quote.version += 1
    quote.save(update_fields=["status", "version", *moments])
    return quote


def _items(quote: Quote) -> list[LineItem]:
    return [
        LineItem(line.quantity, line.unit_price, line.product, line.description,
                 discount=line.discount, tax_rate=line.tax_rate)
        for line in quote.lines.select_related("product").order_by("position")
    ]  # fmt: skip


def _check(deal: Deal | None, customer: Customer, lines: Sequence[LineItem] | None) -> None:
    if deal is not None and deal.customer_id != customer.pk:
        raise RefusedError(_("The deal belongs to another customer."))
    if lines is None:
        return
    if not lines:
        raise RefusedError(_("A quote needs at least one line."))
    if any(line.quantity <= 0 for line in lines):
        raise RefusedError(_("Quantities are above zero."))


def _next_number(day: date) -> str:
    """The next free number, like QT-2026-000012."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [NUMBER_SEQUENCE])
        return f"QT-{day.year}-{cursor.fetchone()[0]:06d}"


def _write_lines(quote: Quote, lines: Sequence[LineItem]) -> None:
    QuoteLine.objects.bulk_create(
        QuoteLine(quote=quote, position=position, product=line.product,
                  description=line.description, quantity=line.quantity,
                  unit_price=line.unit_price, discount=line.discount, tax_rate=line.tax_rate)
        for position, line in enumerate(lines, start=1)
    )  # fmt: skip
    quote.refresh_from_db(fields=["net", "tax", "total"])
