"""The weighted forecast by month, beside the plan, and how it moved from week to week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from sales import measures
from sales.learned import Learned, learned, learned_list
from sales.models import Deal, DealSum, ForecastSnapshot, SalesDay
from sales.plan import next_month, planned
from sales.scopes import SalesScope

HORIZONS = (3, 6, 12)
DEFAULT_HORIZON = 6
JUDGED_MONTHS = 6
# How long before a month begins its forecast is judged.
LEADS = (8, 4, 0)
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Open:
    """Open deals of a month: how many, their amounts, amounts times probability, and amounts times
    the learned chance where any deal has one."""

    deals: int = 0
    amount: Decimal = NOTHING
    weighted: Decimal = NOTHING
    learned: Decimal | None = None

    def less(self, other: Open) -> Open:
        return Open(
            self.deals - other.deals, self.amount - other.amount, self.weighted - other.weighted
        )

    def plus(self, other: Open) -> Open:
        return Open(
            self.deals + other.deals, self.amount + other.amount, self.weighted + other.weighted
        )


@dataclass(frozen=True)
class Line:
    """A month of the forecast. ``target`` is None where nothing is planned.

    ``sold`` is the revenue of the month's orders, of deals or not: what targets are about.
    """

    month: date
    open: Open
    won: Decimal
    sold: Decimal
    target: Decimal | None
    open_url: str
    won_url: str

    @property
    def learned_url(self) -> str:
        return learned_list(self.open_url)

    @property
    def expected(self) -> Decimal:
        """What is won already, and what the open deals are worth by their probability."""
        return self.won + self.open.weighted

    @property
    def share(self) -> float | None:
        """What is sold already and the weighted deals, of the target."""
        return float((self.sold + self.open.weighted) / self.target) if self.target else None


@dataclass(frozen=True)
class Forecast:
    """``overdue`` deals should have been closed by now; they are in no month. ``found`` is what is
    learned of the open deals."""

    lines: Sequence[Line]
    overdue: Open
    overdue_url: str
    undated: Open
    undated_url: str
    later: Open
    later_url: str
    found: Learned | None = None

    @property
    def weighted(self) -> Decimal:
        return sum((line.open.weighted for line in self.lines), NOTHING)

    @property
    def learned(self) -> Decimal | None:
        if self.found is None:
            return None
        return sum((line.open.learned or NOTHING for line in self.lines), NOTHING)

    @property
    def won(self) -> Decimal:
        return sum((line.won for line in self.lines), NOTHING)

    @property
    def target(self) -> Decimal | None:
        """The plan of the months that have one."""
        known = [line.target for line in self.lines if line.target is not None]
        return sum(known, NOTHING) if known else None


def forecast(scope: SalesScope, today: date, horizon: int) -> Forecast:
    """The months from that of ``today`` on. Seven queries."""
    first = today.replace(day=1)
    months = [next_month(first, n) for n in range(horizon)]
    by_month = _open_by_month(scope)
    passed = _open(measures.over(
        scope.deals(Deal.objects).filter(expected_close__gte=first, expected_close__lt=today),
        "open", "open_amount", "weighted",
    ))  # fmt: skip
    overdue = _sum(part for month, part in by_month.items() if month and month < first)
    won = _won_by_month(scope, first)
    sold, plan = _sold_by_month(scope, first), planned(scope, months)
    by_month[first] = by_month.get(first, Open()).less(passed)
    lines = [
        Line(
            month, by_month.get(month, Open()), won.get(month, NOTHING), sold.get(month, NOTHING),
            plan.get(month), *_links(scope, month, max(month, today)),
        )
        for month in months
    ]  # fmt: skip
    end = next_month(months[-1])
    yesterday = today - timedelta(days=1)
    made = Forecast(
        lines=lines,
        overdue=overdue.plus(passed),
        overdue_url=scope.deal_list(status="open", close_until=yesterday, sort="close"),
        undated=by_month.get(None, Open()),
        undated_url=scope.deal_list(status="open", undated="true"),
        later=_sum(part for month, part in by_month.items() if month and month >= end),
        later_url=scope.deal_list(status="open", close_from=end, sort="close"),
    )
    found = learned(scope, today)
    return _with_learned(made, found, end) if found else made


def _with_learned(made: Forecast, found: Learned, end: date) -> Forecast:
    def told(part: Open, worth: Decimal) -> Open:
        return replace(part, learned=worth)

    return replace(
        made, found=found,
        lines=[replace(one, open=told(one.open, found.of(one.month))) for one in made.lines],
        overdue=told(made.overdue, found.overdue), later=told(made.later, found.since(end)),
        undated=told(made.undated, found.of(None)),
    )  # fmt: skip


def _open_by_month(scope: SalesScope) -> dict[date | None, Open]:
    sums = scope.sums(DealSum.objects).filter(closed_on__isnull=True)
    names = ("open", "open_amount", "weighted")
    rows = measures.grouped(sums, {"month": "close_month"}, *names)
    return {row["month"]: _open(row) for row in rows if row["open"]}


def _won_by_month(scope: SalesScope, first: date) -> dict[date, Decimal]:
    sums = scope.sums(DealSum.objects).filter(measures.WON, closed_on__gte=first)
    rows = measures.grouped(sums, {"month": TruncMonth("closed_on")}, "won_amount")
    return {row["month"]: row["won_amount"] for row in rows}


def _sold_by_month(scope: SalesScope, first: date) -> dict[date, Decimal]:
    days = scope.whose(SalesDay.objects).filter(day__gte=first)
    rows = measures.grouped(days, {"month": TruncMonth("day")}, "revenue")
    return {row["month"]: row["revenue"] for row in rows}


def _open(row: dict[str, Any]) -> Open:
    return Open(row["open"], row["open_amount"], row["weighted"])


def _sum(parts: Any) -> Open:
    total = Open()
    for part in parts:
        total = total.plus(part)
    return total


def _links(scope: SalesScope, month: date, start: date) -> tuple[str, str]:
    """The lists of the open deals expected from ``start`` on, and of those won in the month."""
    last = next_month(month) - timedelta(days=1)
    return (
        scope.deal_list(status="open", close_from=start, close_until=last),
        scope.deal_list(status="won", closed_from=month, closed_until=last),
    )


# Week by week ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Week:
    """What was said on a Monday about a month."""

    taken_on: date
    open: Decimal
    weighted: Decimal
    won: Decimal
    rebuilt: bool
    learned: Decimal | None = None

    @property
    def expected(self) -> Decimal:
        return self.won + self.weighted

    @property
    def by_learned(self) -> Decimal | None:
        return None if self.learned is None else self.won + self.learned


@dataclass(frozen=True)
class Judged:
    """A month that has ended: what was won, and what had been forecast so many weeks before, by
    the stages and by the learned chances."""

    month: date
    won: Decimal
    said: Sequence[Decimal | None]
    learned: Sequence[Decimal | None] = ()

    @property
    def errors(self) -> list[float | None]:
        """(forecast - won) / won of each lead; None where nothing was said, or nothing won."""
        return self._off(self.said)

    @property
    def learned_errors(self) -> list[float | None]:
        return self._off(self.learned)

    def _off(self, forecasts: Sequence[Decimal | None]) -> list[float | None]:
        return [
            float(said / self.won - 1) if said is not None and self.won else None
            for said in forecasts
        ]

    @property
    def pairs(self) -> list[tuple[int, Decimal | None, float | None]]:
        """(weeks before, what was said, its error)."""
        return list(zip(LEADS, self.said, self.errors, strict=True))


@dataclass(frozen=True)
class Movement:
    """How the forecast of ``month`` moved, and how good those of past months were."""

    month: date
    months: Sequence[date]
    weeks: Sequence[Week]
    judged: Sequence[Judged]
    typical_error: float | None = None
    # Typical errors by the stages and by the learned chances, of the months that have both.
    rivals: tuple[float, float] | None = None
    said_of: Sequence[int] = field(default=LEADS)


def movement(scope: SalesScope, today: date, chosen: date | None, horizon: int) -> Movement:
    """Two queries: the snapshots of all months that are shown, and what was won in past ones."""
    this = today.replace(day=1)
    past = [next_month(this, -n) for n in range(JUDGED_MONTHS, 0, -1)]
    months = [*past, *(next_month(this, n) for n in range(horizon))]
    month = chosen if chosen in months else this
    rows = (
        scope.whose(ForecastSnapshot.objects)
        .filter(pipeline=scope.pipeline, month__in=months)
        .values("month", "taken_on", "rebuilt")
        .annotate(
            open_sum=Sum("amount"),
            weighted_sum=Sum("weighted"),
            won_sum=Sum("won"),
            learned_sum=Sum("learned"),
        )
        .order_by("month", "taken_on")
    )
    weeks: dict[date, list[Week]] = {}
    for row in rows:
        if row["taken_on"] >= next_month(row["month"]):
            continue  # the month was over
        worth = row["learned_sum"]
        week = Week(
            row["taken_on"], row["open_sum"], round(row["weighted_sum"], 2), row["won_sum"],
            row["rebuilt"], None if worth is None else round(worth, 2),
        )  # fmt: skip
        weeks.setdefault(row["month"], []).append(week)
    won = _won_by_month(scope, past[0])
    judged = [_judge(m, won.get(m, NOTHING), weeks[m]) for m in past if m in weeks]
    typical, rivals = _typical(_errors(judged)), _rivals(judged)
    return Movement(month, months, weeks.get(month, []), judged, typical, rivals)


def _judge(month: date, won: Decimal, weeks: Sequence[Week]) -> Judged:
    said, by_learned = [], []
    for lead in LEADS:
        until = month - timedelta(weeks=lead)
        before = [week for week in weeks if until - timedelta(days=7) < week.taken_on <= until]
        said.append(before[-1].expected if before else None)
        by_learned.append(before[-1].by_learned if before else None)
    return Judged(month, won, said, by_learned)


def _errors(judged: Sequence[Judged]) -> list[float]:
    """Four weeks before the months began."""
    at = LEADS.index(4)
    return [error for month in judged if (error := month.errors[at]) is not None]


def _rivals(judged: Sequence[Judged]) -> tuple[float, float] | None:
    at = LEADS.index(4)
    both = [month for month in judged if month.learned_errors[at] is not None]
    stages, chances = (
        _typical(_errors(both)),
        _typical([e for month in both if (e := month.learned_errors[at]) is not None]),
    )
    return None if stages is None or chances is None else (stages, chances)


def _typical(errors: Sequence[float]) -> float | None:
    """The median of their sizes."""
    return median(map(abs, errors)) if errors else None
