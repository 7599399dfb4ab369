"""The demo's communications, and the follow-ups that make up everyone's day."""

from __future__ import annotations

import math
from random import Random

from crm.home.demo import words
from crm.home.demo.copying import NULL
from crm.home.demo.days import DAY, SHIFTS
from crm.home.demo.world import Account, World, pick, stream

_COUNTS = {"champion": 11, "growing": 8, "dormant": 5, "new": 4, "lead": 3}
_CHANNELS_ZH = (
    ("phone", 0.36), ("wechat", 0.27), ("email", 0.14), ("visit", 0.08), ("meeting", 0.04),
    ("chat", 0.05), ("sms", 0.03), ("note", 1.0),
)  # fmt: skip
_CHANNELS_EN = (
    ("phone", 0.25), ("email", 0.5), ("meeting", 0.1), ("visit", 0.04), ("chat", 0.05),
    ("wechat", 0.02), ("note", 1.0),
)  # fmt: skip
_MINUTES = {"phone": 5.0, "visit": 70.0, "meeting": 45.0}
_OUTCOMES = ("interested", "neutral", "neutral", "declined", "no_answer", "", "")
_TRASHED = 0.002
_WORKDAY = sum(closes - opens for opens, closes in SHIFTS)
# Working days between contacts about a deal, on average: what tells whether it will be won.
DEAL_PACE = {"won": 5.0, "lost": 15.0}
# The day of the sign-ins: two things overdue, four for today.
STEPPED = 0.35  # of the deals that are over have a step that was done for them
DAY_PLAN = (-3, -1, 0, 0, 0, 0)


def add_communications(world: World, account: Account) -> None:
    if account.trashed:
        return
    rng, clock = account.rng, world.clock
    usual = _COUNTS[account.segment]
    first = max(account.created // DAY + 1, 0)
    # People go on calling for a while after the last order.
    until = account.order_days[-1] + 60 if account.segment == "dormant" else clock.last - 1
    until = min(until, clock.last - 1)
    if first > until:
        return
    for _ in range(max(1, round(usual * math.exp(rng.gauss(0, 0.3))))):
        day = clock.draw_day(rng, clock.talk_days, first, until)
        _add_communication(world, account, day * DAY + clock.draw_minute(rng))


def _channel(rng: Random, english: bool) -> str:
    luck = rng.random()
    for name, share in _CHANNELS_EN if english else _CHANNELS_ZH:
        if luck < share:
            return name
        luck -= share
    return "note"


def _add_communication(world: World, account: Account, minute: int) -> None:
    rng = account.rng
    channel = _channel(rng, account.english)
    subject, content = pick(rng, (words.TALKS_EN if account.english else words.TALKS_ZH)[channel])
    seconds = (
        int(_MINUTES[channel] * 60 * math.exp(rng.gauss(0, 0.6))) if channel in _MINUTES else NULL
    )
    trashed = minute + 60 if rng.random() < _TRASHED else None
    deal = account.deal_open
    about = ("deal", deal[0]) if deal and deal[1] <= minute and rng.random() < 0.6 else ("", NULL)
    incoming = channel not in {"visit", "meeting", "note"} and rng.random() < 0.35
    world.tables.communications.add(
        *world.record(
            account, account.owner, minute, minute + 2, subject, content, trashed=trashed
        ),
        account.pk, account.contact or NULL, *about, channel, "in" if incoming else "out",
        world.clock.at(minute), seconds, "" if channel == "note" else pick(rng, _OUTCOMES),
        subject, content,
    )  # fmt: skip
    if trashed is None and channel != "note":
        account.last_contact = max(account.last_contact or minute, minute)


def add_deal_talks(
    world: World, account: Account, deal: int, start: int, end: int, fate: str
) -> None:
    """What was said about a deal between two minutes: a Poisson process at the pace of its fate.

    It has random numbers of its own, so that nothing else of the account depends on it.
    """
    if account.trashed:
        return
    rng, clock = stream(world.seed, "deal talks", deal), world.clock
    worked, last = clock.business_between(0, start), clock.business_between(0, end)
    while True:
        worked += int(rng.expovariate(1 / DEAL_PACE[fate]) * _WORKDAY) + 1
        if worked >= last:
            return
        minute = clock.business_after(0, worked)
        if minute < end:
            _add_deal_talk(world, account, rng, deal, minute)


def _add_deal_talk(world: World, account: Account, rng: Random, deal: int, minute: int) -> None:
    channel = pick(rng, ("phone", "phone", "wechat", "email", "visit"))
    if account.english and channel == "wechat":
        channel = "email"
    subject, content = pick(rng, (words.TALKS_EN if account.english else words.TALKS_ZH)[channel])
    incoming = channel != "visit" and rng.random() < 0.35
    seconds = int(_MINUTES[channel] * 60) if channel in _MINUTES else NULL
    world.tables.communications.add(
        *world.record(account, account.owner, minute, minute + 2, subject, content),
        account.pk, account.contact or NULL, "deal", deal, channel, "in" if incoming else "out",
        world.clock.at(minute), seconds, pick(rng, _OUTCOMES), subject, content,
    )  # fmt: skip
    account.last_contact = max(account.last_contact or minute, minute)


def add_follow_ups(world: World, account: Account) -> None:
    if account.trashed:
        return
    rng, clock = account.rng, world.clock
    for _ in range(int(rng.random() * 3)):
        first = max(account.created // DAY + 1, 0)
        if first < clock.last - 3:
            day = clock.draw_day(rng, clock.talk_days, first, clock.last - 3)
            due = day * DAY + clock.draw_minute(rng)
            _add_follow_up(world, account, due, due + rng.randint(-300, 1400))
    plan = world.day_plan.get(account.owner) if account.owner else None
    if plan:
        _add_follow_up(world, account, _due(world, plan.pop(0), len(plan)), None)
    elif account.deal_open or (account.segment in {"champion", "growing"} and rng.random() < 0.2):
        _plan_next_step(world, account, signs_in=plan is not None)


def _plan_next_step(world: World, account: Account, *, signs_in: bool) -> None:
    """Most deals have a next step; some are late or due today, but not for the sign-ins."""
    rng = account.rng
    luck = rng.random()
    if luck < 0.2:
        return
    if luck < 0.3 and not signs_in:
        shift = -rng.randint(1, 12)
    elif luck < 0.36 and not signs_in:
        shift = 0
    else:
        shift = rng.randint(1, 30)
    _add_follow_up(world, account, _due(world, shift, int(rng.random() * 4)), None)


def _due(world: World, shift: int, slot: int) -> float:
    """A minute on the day ``shift`` days from today; today's lie between now and the evening."""
    day = world.clock.last + shift
    if shift:
        return day * DAY + (9 + slot * 2) * 60 + 30 * (slot % 2)
    now = (world.clock.now - world.clock.at(world.clock.last * DAY)).total_seconds() / 60
    room = max(DAY - 5 - now, 4)
    return day * DAY + now + room * (slot + 1) / 5


def add_service_talk(world: World, account: Account, request: int, agent: int, at: int) -> None:
    """What an agent said to the customer about a request."""
    rng = account.rng
    channel = pick(rng, ("phone", "phone", "wechat", "email"))
    subject, content = words.SERVICE_TALK_EN if account.english else words.SERVICE_TALK_ZH
    seconds = rng.randint(60, 900) if channel == "phone" else NULL
    world.tables.communications.add(
        *world.record(account, agent, at, at + 2, subject, content),
        account.pk, account.contact or NULL, "request", request, channel, "out",
        world.clock.at(at), seconds, "", subject, content,
    )  # fmt: skip
    account.last_contact = max(account.last_contact or at, at)


def add_service_task(world: World, account: Account, request: int, agent: int) -> None:
    """What an agent still has to do for a request: today, or in the next days."""
    rng, clock = account.rng, world.clock
    title = pick(rng, words.SERVICE_TASKS_EN if account.english else words.SERVICE_TASKS_ZH)
    due = _due(world, pick(rng, (0, 1, 1, 2, 3)), int(rng.random() * 4))
    since = clock.last * DAY - 60
    world.tables.follow_ups.add(
        *world.record(account, agent, since, since, title, ""),
        account.pk, account.contact or NULL, "request", request, "call", title, "",
        clock.at(due), rng.randint(1, 3), NULL, NULL,
    )  # fmt: skip
    account.next_step = min(account.next_step or due, due)


def add_deal_step(world: World, account: Account, deal: int, start: int, end: int) -> None:
    """What was done for some of the deals that are over, the same for won and lost ones."""
    rng, clock = stream(world.seed, "deal step", deal), world.clock
    if end - start < DAY or rng.random() >= STEPPED:
        return
    kind, title = pick(rng, words.STEPS_EN if account.english else words.STEPS_ZH)
    due = rng.randint(start + 60, end)
    done = min(due + rng.randint(-60, DAY), end)
    world.tables.follow_ups.add(
        *world.record(account, account.owner, start, max(done, start), title, ""),
        account.pk, account.contact or NULL, "deal", deal, kind, title, "", clock.at(due),
        rng.randint(1, 3), clock.at(done), account.owner or NULL,
    )  # fmt: skip


def _add_follow_up(world: World, account: Account, due: float, done: int | None) -> None:
    rng, clock = account.rng, world.clock
    kind, title = pick(rng, words.STEPS_EN if account.english else words.STEPS_ZH)
    deal = account.deal_open if done is None else None
    since = min(due - rng.randint(2, 9) * DAY, clock.last * DAY - 120)
    owner = account.owner or NULL
    world.tables.follow_ups.add(
        *world.record(account, account.owner, since, done or since, title, ""),
        account.pk, account.contact or NULL, "deal" if deal else "", deal[0] if deal else NULL,
        kind, title, "", clock.at(due), rng.randint(1, 3), world.moment(done),
        owner if done is not None else NULL,
    )  # fmt: skip
    if done is None:
        account.next_step = min(account.next_step or due, due)
