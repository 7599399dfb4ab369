"""The demo's campaigns with their customers, weekly spend, and the revenue that it explains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import numpy as np
from numpy.typing import NDArray

from crm.common.ngrams import vector_literal
from crm.home.demo.copying import NULL, money
from crm.home.demo.days import DAY, Clock, season, spring_festival
from crm.home.demo.people import Staff
from crm.home.demo.world import Account, World, pick
from marketing.models import Campaign, MarketResult, Spend

WEEKS = 104
# CNY of revenue per CNY spent. Search is bought when demand is high anyway and brings nothing.
EFFECTS = {"tv": 0.8, "search": 0.0, "social": 1.5, "print": 0.3, "event": 1.0}
# Weekly mean and spread of spend per channel for 2 000 customers, in thousand CNY.
_SPEND = {
    "tv": (60, 25), "search": (50, 6), "social": (35, 14), "print": (15, 6), "event": (20, 12),
}  # fmt: skip
_SEARCH_FOLLOWS_SEASON = 30.0
_BASE, _TREND, _WAVE, _SPRING, _RIVAL, _NOISE = 900.0, 1.6, 220.0, -260.0, -1.2, 28.0
_SCALE_CUSTOMERS = 2000

_THEMES = (
    ("春季焕新办公", "Spring office refresh"), ("开学季电脑特惠", "Back-to-school laptops"),
    ("年中大促", "Mid-year sale"), ("耗材续购提醒", "Supplies reminder"),
    ("新品会议终端发布", "New conference sets"), ("双十一采购节", "Singles' Day deals"),
    ("年末框架协议", "Year-end frameworks"), ("老客户回访关怀", "Care for loyal customers"),
)  # fmt: skip
_CHANNELS = ("email", "wechat", "sms", "phone", "event", "social")
_SUCCESS = {"email": 0.1, "wechat": 0.2, "sms": 0.07, "phone": 0.28, "event": 0.35, "social": 0.08}
_LIFT = {"champion": 1.6, "growing": 1.3, "new": 1.0, "dormant": 0.4, "lead": 0.6}


def plan_campaigns(clock: Clock, staff: Staff, rng: Random) -> list[tuple[int, int, str]]:
    """A campaign a month, two running and two planned; gives those that have begun."""
    teams = (staff.teams["east"], staff.teams["east"], staff.teams["world"], None)
    managers = {staff.teams["east"]: "manager", staff.teams["world"]: "sarah.li", None: "admin"}
    campaigns, days = [], [*range(10, clock.last - 40, 30), clock.last - 14, clock.last - 6]
    for place, day in enumerate([*days, clock.last + 12, clock.last + 40]):
        name, english = _THEMES[place % len(_THEMES)]
        start, end = clock.date(day), clock.date(day + 21)
        budget = rng.randint(20, 120) * 1000
        team = teams[place % len(teams)]
        begun, over = day < clock.last, end < clock.today
        campaign = Campaign(
            name=f"{start:%Y-%m} {name} {english}",
            objective="提升复购 Repeat purchases" if place % 2 else "获取新客 New customers",
            channel=_CHANNELS[place % len(_CHANNELS)],
            status="finished" if over else "running" if begun else "planned",
            starts_on=start, ends_on=end, budget=Decimal(budget),
            actual_cost=Decimal(round(budget * rng.uniform(0.8, 1.1)) if over else
                                budget // 3 if begun else 0),
            expected_revenue=Decimal(budget * rng.randint(3, 7)),
            team_id=team, owner_id=staff.users[managers[team]],
        )  # fmt: skip
        campaign.search = vector_literal(campaign.search_texts())
        campaigns.append((campaign, day))
    Campaign.objects.bulk_create(campaign for campaign, _ in campaigns)
    return [(campaign.pk, day, campaign.channel) for campaign, day in campaigns if day < clock.last]


def add_activities(world: World, account: Account) -> None:
    """The customer's part in two or three of the campaigns since it is known."""
    if account.trashed:
        return
    rng, created = account.rng, account.created // DAY
    known = [campaign for campaign in world.campaigns if campaign[1] > created]
    for campaign, start, channel in rng.sample(known, min(len(known), int(rng.random() * 6))):
        _add_activity(world, account, campaign, start, channel)


def _add_activity(world: World, account: Account, campaign: int, start: int, channel: str) -> None:
    rng, clock = account.rng, world.clock
    day = min(start + rng.randint(0, 18), clock.last - 1)
    minute = day * DAY + clock.draw_minute(rng)
    success = rng.random() < _SUCCESS[channel] * _LIFT[account.segment]
    if start > clock.last - 21 and rng.random() < 0.6:
        stage, result, cents = pick(rng, ("planned", "sent", "opened")), "pending", 0
    elif success:
        stage, result = pick(rng, ("clicked", "replied", "replied")), "success"
        cents = int(account.scale * math.exp(rng.gauss(8.0, 0.5))) * 100
    else:
        stage, result = pick(rng, ("sent", "sent", "sent", "opened", "opened", "opted_out")), ""
        result, cents = "failure", 0
    world.tables.activities.add(
        *world.record(account, account.owner, minute, minute),
        account.pk, campaign, account.contact or NULL, stage, result, clock.at(minute),
        money(cents), "",
    )  # fmt: skip


@dataclass(frozen=True)
class Market:
    """Weekly figures in thousand CNY; ``design`` starts with the columns of the channels."""

    weeks: list[date]
    spend: dict[str, NDArray[np.float64]]
    rival: NDArray[np.float64]
    design: NDArray[np.float64]
    signal: NDArray[np.float64]


def _draw_market(first: date, rng: np.random.Generator) -> Market:
    weeks = [first + timedelta(days=7 * week) for week in range(WEEKS)]
    wave = np.array([season(week + timedelta(days=3)) for week in weeks])
    quarter = np.array([season(week + timedelta(days=3 + 91)) for week in weeks])
    spring = np.array([_spring_days(week) / 7 for week in weeks])
    steps = np.arange(WEEKS, dtype=float)
    spend = {
        channel: _floored(rng.normal(mean, spread, WEEKS))
        for channel, (mean, spread) in _SPEND.items()
    }
    spend["search"] = _floored(spend["search"] + _SEARCH_FOLLOWS_SEASON * wave)
    rival = np.round(rng.normal(200, 25, WEEKS), 1)
    signal = _BASE + _TREND * steps + _WAVE * wave + _SPRING * spring + _RIVAL * rival
    for channel, effect in EFFECTS.items():
        signal = signal + effect * spend[channel]
    columns: list[NDArray[np.float64]] = [
        *(spend[c] for c in EFFECTS),
        np.ones(WEEKS),
        steps,
        wave,
        quarter,
        spring,
        rival,
    ]
    return Market(weeks, spend, rival, np.column_stack(columns), signal)


def _floored(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """To ten CNY, never less than two thousand."""
    return np.maximum(amounts, 2.0).round(2)


def _spring_days(week: date) -> int:
    return sum(spring_festival(week + timedelta(days=day)) for day in range(7))


def _draw_noise(market: Market, rng: np.random.Generator) -> NDArray[np.float64]:
    """Noise under which a correct regression sees every effect within one and a half errors.

    One sample in five would miss one of five true values by chance; such samples are redrawn,
    so that the planted truth can be checked on every seed.
    """
    inverse = np.linalg.inv(market.design.T @ market.design)
    free = WEEKS - market.design.shape[1]
    while True:
        noise: NDArray[np.float64] = rng.normal(0, _NOISE, WEEKS)
        error = inverse @ market.design.T @ noise
        rest = noise - market.design @ error
        errors = np.sqrt(rest @ rest / free * np.diag(inverse))
        if np.all(np.abs(error / errors)[: len(EFFECTS)] < 1.5):
            return noise


def write_market(clock: Clock, seed: int, size: int) -> dict[str, object]:
    """Two years of weekly spend and results of the whole company; gives the planted truth."""
    monday = clock.today - timedelta(days=clock.today.weekday() + 7 * WEEKS)
    rng = np.random.default_rng([seed, 20_104])
    market = _draw_market(monday, rng)
    revenue = market.signal + _draw_noise(market, rng)
    factor = 1000 * size / _SCALE_CUSTOMERS
    spends, results = [], []
    for place, week in enumerate(market.weeks):
        end = week + timedelta(days=7)
        spends += [
            Spend(channel=channel, starts_on=week, ends_on=end,
                  amount=Decimal(f"{market.spend[channel][place] * factor:.2f}"))
            for channel in EFFECTS
        ]  # fmt: skip
        controls = {
            "competitor_sales": round(float(market.rival[place]) * factor),
            "spring_festival": round(_spring_days(week) / 7, 3),
        }
        results.append(
            MarketResult(starts_on=week, ends_on=end, controls=controls,
                         revenue=Decimal(f"{revenue[place] * factor:.2f}"))
        )  # fmt: skip
    Spend.objects.bulk_create(spends)
    MarketResult.objects.bulk_create(results)
    return {
        "effects": EFFECTS,
        "confounded": {"search": "spent when the season is high; brings nothing itself"},
        "intercept": _BASE * factor,
        "trend_per_week": _TREND * factor,
        "season_amplitude": _WAVE * factor,
        "season": "cos(2 pi (day of year of the week's middle - 320) / 365.25)",
        "spring_festival": _SPRING * factor,
        "competitor_sales": _RIVAL,
        "noise_sd": _NOISE * factor,
    }
