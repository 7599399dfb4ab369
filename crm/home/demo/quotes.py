"""The demo's quotes: offers for deals that came as far as a proposal.

They are drawn apart from everything else, the same for deals that are won and lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from crm.home.demo.copying import NULL
from crm.home.demo.days import DAY
from crm.home.demo.world import Account, World, stream
from sales.services.quotes import VALID_DAYS

QUOTED = 0.5
PROPOSAL = 2  # the place of the open stage in which offers are made
PIECES = 10
TAX = 13


@dataclass(frozen=True)
class Offer:
    """What a deal is about, as its quote says it; ``quoted`` and ``closed`` are minutes."""

    deal: int
    product: int
    label: str
    cents: int
    quoted: int
    closed: int | None
    won: bool


def add_quote(world: World, account: Account, offer: Offer) -> None:
    """A quote of the deal's amount for half of the deals."""
    account.accepted = None
    rng = stream(world.seed, "quote", offer.deal)
    if rng.random() >= QUOTED:
        return
    clock, tables = world.clock, world.tables
    status = _status(world, offer, draft=rng.random() < 0.3)
    day = clock.date(offer.quoted // DAY)
    world.quote_number += 1
    running = str(world.quote_number)
    number = f"QT-{day.year}-{running:0>6}"
    sent = min(offer.quoted + 120, clock.last * DAY - 1)
    decided = offer.closed if status in {"accepted", "declined"} else None
    quote = tables.quotes.add(
        *world.record(account, account.owner, offer.quoted, decided or sent, number, running),
        account.pk, number, offer.deal, account.contact or NULL, status, account.currency, day,
        day + timedelta(days=VALID_DAYS), "en" if account.english else "zh-hans", "",
        NULL if status == "draft" else clock.at(sent), world.moment(decided),
    )  # fmt: skip
    if status == "accepted":
        account.accepted = quote
    price = f"{offer.cents / 100 / PIECES:.4f}"
    tables.quote_lines.add(quote, 1, offer.product, offer.label, PIECES, price, TAX)


def _status(world: World, offer: Offer, *, draft: bool) -> str:
    if offer.closed is not None:
        return "accepted" if offer.won else "declined"
    if world.clock.last - offer.quoted // DAY > VALID_DAYS:
        return "expired"
    return "draft" if draft else "sent"
