"""The demo's orders: baskets with planted rules, refunds, a few cancelled and drafted ones."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from crm.home.demo.catalogue import Item, quarter_start, to_base
from crm.home.demo.copying import NULL, money
from crm.home.demo.days import DAY
from crm.home.demo.deals import add_won_deal, won_places
from crm.home.demo.world import Account, World
from sales.models import Order
from sales.services.orders import PREFIXES

# How much dearer a customer of one standard deviation more pays; nobody leaves over it.
PRICE_STEP = 0.05
_CHANNELS = {"direct": (0.7, 0.9), "dealer": (0.15, 0.9), "ecommerce": (0.15, 0.25)}
_CANCELLED, _REFUNDED = 0.02, 0.02
_SMALLEST = 80_000  # cents; below it nobody delivers


def draw_basket(world: World, rng: Random) -> list[int]:
    """Positions of the products of one order, with the planted rules obeyed exactly."""
    catalogue = world.catalogue
    wanted = 1 + (rng.random() < 0.6) + (rng.random() < 0.35) + (rng.random() < 0.15)
    basket = list(dict.fromkeys(catalogue.draw(rng) for _ in range(wanted)))
    for left, (right, confidence) in catalogue.rules.items():
        if left not in basket:
            continue
        present, meant = right in basket, rng.random() < confidence
        if meant and not present:
            basket.append(right)
        elif present and not meant:
            basket.remove(right)
    return basket


def _quantity(item: Item, scale: float, rng: Random) -> int:
    usual = 6 if item.cents < 10_000 else 2.5 if item.cents < 70_000 else 1
    return max(1, round(usual * scale * math.exp(rng.gauss(0, 0.25))))


@dataclass(frozen=True)
class Draft:
    """An order before it is written; prices in cents of the customer's currency."""

    minute: int
    status: str
    lines: list[tuple[Item, int, int]]
    micros: int  # millionths of CNY per unit
    deal: int | None = None
    quote: int | None = None
    refund_of: int | None = None

    @property
    def cents(self) -> int:
        return sum(quantity * price for _, quantity, price in self.lines)


def add_orders(world: World, account: Account, acquisition: str) -> None:
    """All orders of the account; the first and the last always count as sales."""
    rng = account.rng
    final = len(account.order_days) - 1
    won = won_places(account)
    for place, day in enumerate(account.order_days):
        draft = _draft(world, account, day)
        if place in won:
            deal = add_won_deal(world, account, draft.minute, draft.cents)
            draft = replace(draft, deal=deal, quote=account.accepted)
        elif 0 < place < final and rng.random() < _CANCELLED:
            draft = replace(draft, status="cancelled")
        order = _add_order(world, account, draft, acquisition)
        if 0 < place < final and draft.status == "completed" and rng.random() < _REFUNDED:
            _add_order(world, account, _refund(world, draft, order), acquisition)
    if account.segment == "lead" and not account.trashed and rng.random() < 0.05:
        day = max(account.created // DAY + 1, world.clock.last - 6)
        draft = replace(_draft(world, account, day), status="draft")
        _add_order(world, account, draft, acquisition)


def _draft(world: World, account: Account, day: int) -> Draft:
    rng = account.rng
    micros = world.rates.micros(account.currency, world.clock.date(day))
    factor = math.exp(PRICE_STEP * account.price) * 1_000_000 / micros
    items = [world.catalogue.items[position] for position in draw_basket(world, rng)]
    quantities = [_quantity(item, account.scale, rng) for item in items]
    worth = sum(item.cents * quantity for item, quantity in zip(items, quantities, strict=True))
    more = -(-_SMALLEST // worth) if worth < _SMALLEST else 1
    lines = [
        (item, quantity * more, round(item.cents * factor))
        for item, quantity in zip(items, quantities, strict=True)
    ]
    minute = day * DAY + world.clock.draw_minute(rng)
    return Draft(minute, _status(world, day, rng), lines, micros)


def _refund(world: World, sale: Draft, order: int) -> Draft:
    """A third of the first line comes back nine days later."""
    item, quantity, price = sale.lines[0]
    back = min(sale.minute + 9 * DAY, world.clock.last * DAY - 60)
    lines = [(item, -max(1, quantity // 3), price)]
    return replace(sale, minute=back, lines=lines, refund_of=order, quote=None)


def _status(world: World, day: int, rng: Random) -> str:
    age = world.clock.last - day
    if age > 21:
        return "completed"
    return "shipped" if age > 6 or rng.random() < 0.3 else "confirmed"


def _add_order(world: World, account: Account, draft: Draft, acquisition: str) -> int:
    tables, clock = world.tables, world.clock
    kind = "refund" if draft.refund_of else "sale"
    world.order_number += 1
    running = str(world.order_number)
    day = clock.date(draft.minute // DAY)
    number = f"{PREFIXES[Order.Kind(kind)]}-{day.year}-{running:0>6}"
    base = to_base(draft.cents, draft.micros)
    until = max(min(draft.minute + 3 * DAY, clock.last * DAY - 1), draft.minute)
    order = tables.orders.add(
        *world.record(account, account.owner, draft.minute, until, number, running),
        account.pk, number, kind, draft.refund_of or NULL, draft.deal or NULL, draft.quote or NULL,
        world.channels[_channel(account.rng, acquisition)], draft.status,
        clock.at(draft.minute), account.currency, f"{draft.micros / 1_000_000:.6f}",
        money(draft.cents), money(base), "",
    )  # fmt: skip
    for position, (item, quantity, price) in enumerate(draft.lines, start=1):
        label = item.english if account.english else item.name
        tables.lines.add(order, position, item.pk, label, quantity, money(price))
    if draft.status not in {"draft", "cancelled"}:
        _count(world, account, draft, base, day)
    return order


def _count(world: World, account: Account, draft: Draft, base: int, day: date) -> None:
    """What the order adds to the customer and to the quarter's sales."""
    account.order_cents += base
    quarter = quarter_start(day)
    world.sold["team", account.team, quarter] += base
    if account.owner:
        world.sold["owner", account.owner, quarter] += base
    if draft.refund_of is None:
        account.order_count += 1
        account.first_order = min(account.first_order or draft.minute, draft.minute)
        account.last_order = max(account.last_order or draft.minute, draft.minute)


def _channel(rng: Random, acquisition: str) -> str:
    """Most buy where they came from."""
    direct, dealer = _CHANNELS.get(acquisition, (0.6, 0.8))
    luck = rng.random()
    return "direct" if luck < direct else "dealer" if luck < dealer else "ecommerce"
