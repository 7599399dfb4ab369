"""The weighted forecast by month, beside the plan, and how it moved from week to week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from sales import measures
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
    """Open deals of a month: how many, their amounts, amounts times probability."""

    deals: int = 0
    amount: Decimal = NOTHING
    weighted: Decimal = NOTHING

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
    def expected(self) -> Decimal:
        """What is won already, and what the open deals are worth by their probability."""
        return self.won + self.open.weighted

    @property
    def share(self) -> float | None:
        """What is sold already and the weighted deals, of the target."""
        return float((self.sold + self.open.weighted) / self.target) if self.target else None


@dataclass(frozen=True)
class Forecast:
    """``overdue`` deals should have been closed by now; they are in no month."""

    lines: Sequence[Line]
    overdue: Open
    overdue_url: str
    undated: Open
    undated_url: str
    later: Open
    later_url: str

    @property
    def weighted(self) -> Decimal:
        return sum((line.open.weighted for line in self.lines), NOTHING)

    @property
    def won(self) -> Decimal:
        return sum((line.won for line in self.lines), NOTHING)

    @property
    def target(self) -> Decimal | None:
        """The plan of the months that have one."""
        known = [line.target for line in self.lines if line.target is not None]
        return sum(known, NOTHING) if known else None


def forecast(scope: SalesScope, today: date, horizon: int) -> Forecast:
    """The months from that of ``today`` on. Five queries."""
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
    return Forecast(
        lines=lines,
        overdue=overdue.plus(passed),
        overdue_url=scope.deal_list(status="open", close_until=yesterday, sort="close"),
        undated=by_month.get(None, Open()),
        undated_url=scope.deal_list(status="open", undated="true"),
        later=_sum(part for month, part in by_month.items() if month and month >= end),
        later_url=scope.deal_list(status="open", close_from=end, sort="close"),
    )


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

    @property
    def expected(self) -> Decimal:
        return self.won + self.weighted


@dataclass(frozen=True)
class Judged:
    """A month that has ended: what was won, and what had been forecast so many weeks before."""

    month: date
    won: Decimal
    said: Sequence[Decimal | None]

    @property
    def errors(self) -> list[float | None]:
        """(forecast - won) / won of each lead; None where nothing was said, or nothing won."""
        return [
            float(said / self.won - 1) if said is not None and self.won else None
            for said in self.said
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
        .annotate(open_sum=Sum("amount"), weighted_sum=Sum("weighted"), won_sum=Sum("won"))
        .order_by("month", "taken_on")
    )
    weeks: dict[date, list[Week]] = {}
    for row in rows:
        if row["taken_on"] >= next_month(row["month"]):
            continue  # the month was over
        weighted = round(row["weighted_sum"], 2)
        week = Week(row["taken_on"], row["open_sum"], weighted, row["won_sum"], row["rebuilt"])
        weeks.setdefault(row["month"], []).append(week)
    won = _won_by_month(scope, past[0])
    judged = [_judge(m, won.get(m, NOTHING), weeks[m]) for m in past if m in weeks]
    return Movement(month, months, weeks.get(month, []), judged, _typical(judged))


def _judge(month: date, won: Decimal, weeks: Sequence[Week]) -> Judged:
    said = []
    for lead in LEADS:
        until = month - timedelta(weeks=lead)
        before = [week for week in weeks if until - timedelta(days=7) < week.taken_on <= until]
        said.append(before[-1].expected if before else None)
    return Judged(month, won, said)


def _typical(judged: Sequence[Judged]) -> float | None:
    """The median of the absolute errors four weeks before the months began."""
    errors = sorted(
        abs(error) for month in judged if (error := month.errors[LEADS.index(4)]) is not None
    )
    if not errors:
        return None
    half = len(errors) // 2
    return errors[half] if len(errors) % 2 else (errors[half - 1] + errors[half]) / 2
