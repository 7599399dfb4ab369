"""The demo's deals: their way through the stages, and what they ended in.

Won deals end on the day of an order of theirs and are worth as much.
"""

from __future__ import annotations

import math
from datetime import timedelta
from random import Random

from crm.home.demo import talks, words
from crm.home.demo.catalogue import to_base
from crm.home.demo.copying import NULL, money
from crm.home.demo.days import DAY
from crm.home.demo.quotes import PROPOSAL, Offer, add_quote
from crm.home.demo.world import Account, World, pick, stream

_STAGE_DAYS = (5.0, 9.0, 13.0, 10.0)
# By group: how many won and lost at most, and how often one is open.
_PLANS = {
    "champion": (3, 2, 0.3), "growing": (2, 1, 0.4), "dormant": (1, 2, 0.03),
    "new": (1, 0, 0.25), "lead": (0, 1, 0.45),
}  # fmt: skip
# How many more deals were lost at most.
_LOST_MORE = {"champion": 3, "growing": 3, "new": 2, "dormant": 1, "lead": 1}
PROMISING = 0.5
_LOST = ("price", "price", "competitor", "competitor", "no_budget", "no_need", "no_answer", "other")
_REACHED = (0.3, 0.65, 0.9, 1.0)  # how far lost deals came, cumulated


def add_won_deal(world: World, account: Account, order_minute: int, cents: int) -> int:
    """The deal that an order came of; gives its id."""
    return _add_closed(world, account, order_minute - 5, cents, won=True)


def won_places(account: Account) -> set[int]:
    """Which of the account's orders came of a deal."""
    places = range(len(account.order_days))
    return set(account.rng.sample(places, min(account.rng.randint(0, _PLANS[account.segment][0]),
                                              len(places))))  # fmt: skip


def add_deals(world: World, account: Account) -> None:
    """Lost and open deals; won ones come with their orders."""
    if account.trashed:
        return
    rng, clock = account.rng, world.clock
    _, lost, share = _PLANS[account.segment]
    latest = clock.last - 5
    old_enough = account.created // DAY < latest - 1
    for _ in range(rng.randint(0, lost) if old_enough and lost and rng.random() < 0.6 else 0):
        earliest = min(max(account.created // DAY + 10, 0), latest)
        _add_lost(world, account, earliest, latest)
    _lose_more(world, account)
    if rng.random() < share or world.day_plan.get(account.owner or 0):
        _add_open(world, account)


def _add_lost(world: World, account: Account, earliest: int, latest: int) -> None:
    rng, clock = account.rng, world.clock
    end = clock.draw_day(rng, clock.talk_days, earliest, latest) * DAY
    _add_closed(world, account, end + clock.draw_minute(rng), _worth(account), won=False)


def _lose_more(world: World, account: Account) -> None:
    """More lost deals, from random numbers of their own: the rest of the account stays as it is."""
    latest = world.clock.last - 5
    first = max(account.created // DAY + 10, 0)
    if first >= latest:
        return
    story, account.rng = account.rng, stream(world.seed, "lost", account.pk)
    for _ in range(account.rng.randint(0, _LOST_MORE[account.segment])):
        _add_lost(world, account, first, latest)
    account.rng = story


def _worth(account: Account) -> int:
    """Cents in the customer's currency, rounded as people offer."""
    unit = 1 if account.currency == "CNY" else 7
    worth = account.scale * math.exp(account.rng.gauss(8.4, 0.7)) / unit / 100
    return max(round(worth), 1) * 10_000


def _durations(rng: Random, stages: int) -> list[int]:
    """Minutes spent in each stage."""
    typical = (_STAGE_DAYS[place % len(_STAGE_DAYS)] for place in range(stages))
    return [int(days * math.exp(rng.gauss(0, 0.5)) * DAY) + 30 for days in typical]


def _path(world: World, stages: int, end: int, account: Account) -> list[tuple[int, int]]:
    """Stage and the minute at which it was entered, so that the last one is left at ``end``."""
    spent = _durations(account.rng, stages)
    room = end - account.created - 60
    if sum(spent) > room:
        shrink = max(room, stages) / sum(spent)
        spent = [max(int(minutes * shrink), 1) for minutes in spent]
    at = end - sum(spent)
    path = []
    for (stage, _), minutes in zip(world.pipe.open, spent, strict=False):
        path.append((stage, at))
        at += minutes
    return path


def _add_closed(world: World, account: Account, end: int, cents: int, *, won: bool) -> int:
    rng, pipe = account.rng, world.pipe
    if won:
        reached, stage, probability = len(pipe.open), pipe.won, 100
    else:
        luck = rng.random()
        reached = min(sum(luck > share for share in _REACHED) + 1, len(pipe.open))
        stage, probability = pipe.lost, 0
    path = [*_path(world, reached, end, account), (stage, end)]
    reason = "" if won else pick(rng, _LOST)
    return _write(world, account, path, cents, probability, end, reason)


def _add_open(world: World, account: Account) -> None:
    rng, pipe = account.rng, world.pipe
    top = len(pipe.open) - 1 if account.segment != "lead" else max(len(pipe.open) - 2, 0)
    place = min(int(rng.random() * (top + 1)), top)
    now = world.clock.last * DAY
    path = _path(world, place + 1, now - rng.randint(1, 8) * 60, account)
    _write(world, account, path, _worth(account), pipe.open[place][1], None, "")


def _promising(world: World, deal: int) -> bool:
    """Whether an open deal is talked about like those that are won."""
    return stream(world.seed, "open deal", deal).random() < PROMISING


def _write(
    world: World, account: Account, path: list[tuple[int, int]], cents: int, probability: int,
    closed: int | None, reason: str,
) -> int:  # fmt: skip
    rng, clock, tables = account.rng, world.clock, world.tables
    created, (stage, since) = path[0][1], path[-1]
    item = world.catalogue.items[world.catalogue.draw(rng)]
    category = item.category_english if account.english else item.category
    form = pick(rng, words.DEALS_EN if account.english else words.DEALS_ZH)
    name = form.format(short=account.short, category=category)
    micros = world.rates.micros(account.currency, clock.date(since // DAY))
    if closed is not None:
        expected = clock.date(closed // DAY) + timedelta(days=rng.randint(-12, 12))
    else:
        # A tenth of the open deals should have been closed by now.
        expected = clock.today + timedelta(days=rng.randint(5, 90) if rng.random() < 0.9 else -7)
    need = account.need if closed is None else None
    if need:
        account.need = None
    deal = tables.deals.add(
        *world.record(account, account.owner, created, since, name),
        account.pk, name, account.contact or NULL, need or NULL, world.pipe.pipeline, stage,
        clock.at(since), money(cents), account.currency, money(to_base(cents, micros)),
        probability, expected, world.moment(closed), reason, "",
    )  # fmt: skip
    before: int | str = NULL
    for step, at in path:
        tables.stage_changes.add(deal, before, step, clock.at(at), account.owner or NULL)
        before = step
    warm = _promising(world, deal) if closed is None else stage == world.pipe.won
    fate = "won" if warm else "lost"
    talks.add_deal_talks(world, account, deal, created, closed or clock.last * DAY, fate)
    if len(path) > PROPOSAL + (closed is not None):
        label = item.english if account.english else item.name
        quoted = path[PROPOSAL][1]
        add_quote(world, account, Offer(deal, item.pk, label, cents, quoted, closed, warm))
    if closed is not None:
        talks.add_deal_step(world, account, deal, created, closed)
    else:
        account.open_deals += 1
        account.deal_open = (deal, created)
    return deal
