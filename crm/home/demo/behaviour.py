"""How customers behave: the groups they belong to, when they buy, what makes them leave.

Champions and dormant customers begin alike. Slow answers, complaints and unanswered requests in
their first year decide which of the two they become; what they pay does not.
"""

from __future__ import annotations

import math
from random import Random

from crm.home.demo.days import DAY, Clock
from crm.home.demo.world import Account, Inquiry, World

# Who left: features of requests opened before the cut-off day, outcome after it.
CUTOFF_DAYS_AGO = 210
ESTABLISHED_DAYS_AGO = 518
CHURN = {
    "intercept": -0.7,
    "log_response": 0.7,
    "complaints": 0.9,
    "unanswered": 1.2,
    "price": 0.0,
}
RESPONSE_UNIT_MINUTES = 240
_SHARES = (("lead", 0.22), ("new", 0.15), ("growing", 0.16), ("established", 1.0))
_BUSINESS_MINUTES = math.log(90)


def draw_segment(rng: Random) -> str:
    luck = rng.random()
    for name, share in _SHARES:
        if luck < share:
            return name
        luck -= share
    return "established"


def poisson(rng: Random, mean: float) -> int:
    """Knuth's method; for small means."""
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def shape(world: World, account: Account) -> None:
    """Give the account its group, its purchases and its requests."""
    rng, clock = account.rng, world.clock
    if account.segment == "established":
        _establish(account, clock)
    elif account.segment == "growing":
        first = clock.last - rng.randint(300, 400)
        _buy(account, clock, first, clock.last - rng.randint(1, 45), rng.randint(6, 8))
        account.scale = 1.8 * math.exp(rng.gauss(0, 0.12))
        _ask(account, clock, first, poisson(rng, 0.9))
    elif account.segment == "new":
        count = 1 if rng.random() < 0.55 else 2
        first = clock.last - rng.randint(45, 120)
        last = clock.last - rng.randint(3, 80 if count == 1 else 44)
        _buy(account, clock, first, last, count)
        account.scale = 0.5 * math.exp(rng.gauss(0, 0.12))
        _ask(account, clock, last, poisson(rng, 0.35))
    else:
        first = clock.last - rng.randint(5, 400)
        account.created = first * DAY + clock.draw_minute(rng)
        _ask(account, clock, first, poisson(rng, 0.1))
    if account.order_days:
        lead_time = rng.randint(10, 70)
        account.created = (account.order_days[0] - lead_time) * DAY + clock.draw_minute(rng)
    _ask_lately(world, account)


def _establish(account: Account, clock: Clock) -> None:
    rng = account.rng
    # Most were customers before the history begins.
    newest = clock.last - ESTABLISHED_DAYS_AGO - 10
    first = rng.randint(0, 20) if rng.random() < 0.75 else rng.randint(21, newest)
    account.price = rng.gauss(0, 1)
    complaints, unanswered = poisson(rng, 0.35), poisson(rng, 0.25)
    calm = poisson(rng, 0.8)
    cutoff = clock.last - CUTOFF_DAYS_AGO
    slow = rng.gauss(0, 0.8)
    for kind, count in (("complaint", complaints), ("", calm), ("silent", unanswered)):
        for _ in range(count):
            account.inquiries.append(_inquiry(rng, clock, first + 5, cutoff - 1, kind, slow))
    if rng.random() < _leaving(account, complaints, unanswered):
        account.segment = "dormant"
        heard = max((inquiry.opened // DAY for inquiry in account.inquiries), default=first + 120)
        last = min(heard + int((cutoff - heard) * rng.random() * 0.9) + 1, cutoff - 1)
        _buy(account, clock, first, max(last, first + 60), rng.randint(4, 6))
        account.scale = 1.6 * math.exp(rng.gauss(0, 0.12))
    else:
        account.segment = "champion"
        _buy(account, clock, first, clock.last - rng.randint(1, 28), rng.randint(20, 32))
        account.scale = 5.0 * math.exp(rng.gauss(0, 0.12))
        _ask(account, clock, cutoff, poisson(rng, 0.5))


def _leaving(account: Account, complaints: int, unanswered: int) -> float:
    """The planted probability of leaving."""
    waits = [
        math.log((inquiry.responded - inquiry.opened) / RESPONSE_UNIT_MINUTES)
        for inquiry in account.inquiries
        if inquiry.responded is not None
    ]
    wait = sum(waits) / len(waits) if waits else 0.0
    logit = (
        CHURN["intercept"]
        + CHURN["log_response"] * wait
        + CHURN["complaints"] * complaints
        + CHURN["unanswered"] * unanswered
        + CHURN["price"] * account.price
    )
    return 1 / (1 + math.exp(-logit))


def _buy(account: Account, clock: Clock, first: int, last: int, count: int) -> None:
    """Days of purchase: the first and the last, between them by the season.

    The last gap is at least half the usual one, so that the company's sales do
    not swell as the history ends.
    """
    if count == 1:
        account.order_days = [last]
        return
    pause = (last - first) // count // 2
    between = sorted(
        clock.draw_day(account.rng, clock.order_days, first, last - pause) for _ in range(count - 2)
    )
    account.order_days = [first, *between, last]


def _inquiry(rng: Random, clock: Clock, first: int, last: int, kind: str, slow: float) -> Inquiry:
    day = clock.draw_day(rng, clock.talk_days, first, max(first, last))
    opened = day * DAY + clock.draw_minute(rng)
    if kind == "silent":
        return Inquiry(opened, "", None)
    worked = min(max(math.exp(_BUSINESS_MINUTES + slow + rng.gauss(0, 0.5)), 5), 2400)
    return Inquiry(opened, kind, max(clock.business_after(opened, int(worked)), opened + 2))


def _ask(account: Account, clock: Clock, first: int, count: int) -> None:
    """Ordinary requests since a day, answered in ordinary time."""
    rng = account.rng
    for _ in range(count):
        kind = "complaint" if rng.random() < 0.08 else ""
        account.inquiries.append(_inquiry(rng, clock, first, clock.last - 1, kind, 0.0))


def _ask_lately(world: World, account: Account) -> None:
    """The requests that stand open today; every size of company has a queue."""
    rng, clock = account.rng, world.clock
    if rng.random() > max(0.03, 24 / world.size) or account.segment == "dormant":
        return
    luck = rng.random()
    backlog = "new" if luck < 0.45 else "in_progress" if luck < 0.75 else "waiting"
    span = 1 if backlog == "new" else 6
    inquiry = _inquiry(rng, clock, clock.last - span, clock.last - 1, "", -1.0)
    inquiry.backlog = backlog
    if backlog == "new":
        inquiry.responded = None
    else:
        soonest = inquiry.opened + rng.randint(5, 90)
        inquiry.responded = min(soonest, clock.last * DAY - 1)
    account.inquiries.append(inquiry)
