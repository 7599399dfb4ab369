"""The funnel of a cohort: how many deals reached each stage, how fast, and how they ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sales import measures
from sales.funnel_rows import WITHIN_DAYS, Row, cohorts, middle, outcomes
from sales.models import Deal, Stage
from sales.plan import next_month
from sales.scopes import SalesScope
from sales.survival import Stays, kaplan_meier

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Group:
    """Deals with their amounts, and the list of them."""

    deals: int
    amount: Decimal
    url: str


@dataclass(frozen=True)
class Reason(Group):
    label: str


@dataclass(frozen=True)
class Step:
    """A stage of the funnel. Shares are None where there is nothing to divide by."""

    stage: Stage
    reached: Group
    overall: float | None
    onward: float | None
    onward_before: float | None
    stays: Stays | None
    median_before: float | None

    @property
    def onward_change(self) -> float | None:
        """Points of the share that goes on, against the period before."""
        if self.onward is None or self.onward_before is None:
            return None
        return self.onward - self.onward_before


@dataclass(frozen=True)
class Month:
    """Deals created in a month: how far they came, and the share won within so many days.

    ``by_days`` are (days, share won by then, whether all deals had that much time).
    """

    month: date
    created: Group
    by_stage: Sequence[tuple[Stage, float]]
    by_days: Sequence[tuple[int, float, bool]]


@dataclass(frozen=True)
class Funnel:
    """``created`` and the rest are of [start, end); ``before`` are deals created before it.

    ``kept_at`` is the moment that the figures are of; None: now.
    """

    start: date
    end: date
    created: Group
    before: int
    steps: Sequence[Step]
    won: Group
    lost: Group
    open: Group
    reasons: Sequence[Reason]
    months: Sequence[Month]
    stages: Sequence[Stage]
    win_rate: float | None
    win_rate_before: float | None
    kept_at: datetime | None

    @property
    def columns(self) -> Sequence[int]:
        return WITHIN_DAYS


def funnel(scope: SalesScope, start: date, end: date) -> Funnel:
    """The funnel of the deals created in the months [start, end).

    Beside it that of as many months before. Four queries at most.
    """
    stages = list(scope.pipeline.stages.exclude(kind=Stage.Kind.LOST).order_by("order"))
    months = (end.year - start.year) * 12 + end.month - start.month
    found = cohorts(scope, next_month(start, -months), end)
    now = [row for row in found.outcomes if row["month"] >= start]
    then = [row for row in found.outcomes if row["month"] < start]
    lasting = [{**row, "before": row["month"] < start} for row in found.stays]
    list_of = _lists(scope, start, end)
    won, lost, still = (_group(now, kind, list_of) for kind in ("won", "lost", "open"))
    return Funnel(
        start=start,
        end=end,
        created=_all(now, list_of()),
        before=_count(then),
        steps=_steps(stages, now, then, lasting, list_of),
        won=won,
        lost=lost,
        open=still,
        reasons=_reasons(now, list_of),
        months=_months(scope, stages, now),
        stages=stages,
        win_rate=measures.win_rate(won.deals, lost.deals),
        win_rate_before=measures.win_rate(_count(then, kind="won"), _count(then, kind="lost")),
        kept_at=found.kept_at,
    )


def reached(scope: SalesScope, start: date, end: date) -> list[tuple[Stage, int]]:
    """How many of the deals created in the days [start, end) reached each stage but “lost”."""
    rows = outcomes(scope, start, end)
    stages = scope.pipeline.stages.exclude(kind=Stage.Kind.LOST).order_by("order")
    return [(stage, _count(rows, place=stage.order)) for stage in stages]


def _lists(scope: SalesScope, start: date, end: date) -> Callable[..., str]:
    """Addresses of lists of the cohort's deals."""
    last = end - timedelta(days=1)

    def list_of(**filters: Any) -> str:
        return scope.deal_list(created_from=start, created_until=last, **filters)

    return list_of


def _count(rows: Sequence[Row], *, place: int = 0, kind: str = "") -> int:
    """Deals that reached ``place`` and ended in ``kind``."""
    return sum(r["deals"] for r in rows if r["furthest"] >= place and kind in {"", r["kind"]})


def _amount(rows: Sequence[Row], *, place: int = 0, kind: str = "") -> Decimal:
    return sum(
        (r["amount"] for r in rows if r["furthest"] >= place and kind in {"", r["kind"]}), NOTHING
    )


def _all(rows: Sequence[Row], url: str) -> Group:
    return Group(_count(rows), _amount(rows), url)


def _group(rows: Sequence[Row], kind: str, list_of: Callable[..., str]) -> Group:
    return Group(_count(rows, kind=kind), _amount(rows, kind=kind), list_of(status=kind))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _steps(
    stages: Sequence[Stage], now: Sequence[Row], then: Sequence[Row], lasting: Sequence[Row],
    list_of: Callable[..., str],
) -> list[Step]:  # fmt: skip
    steps = []
    created = _count(now)
    for stage, following in zip(stages, [*stages[1:], None], strict=True):
        reached = _count(now, place=stage.order)
        onward = onward_before = None
        if following is not None:
            onward = _share(_count(now, place=following.order), reached)
            onward_before = _share(
                _count(then, place=following.order), _count(then, place=stage.order)
            )
        is_open = stage.kind == Stage.Kind.OPEN
        stayed_before = _stays(lasting, stage, before=True)
        steps.append(
            Step(
                stage=stage,
                reached=Group(reached, _amount(now, place=stage.order), list_of(reached=stage.pk)),
                overall=_share(reached, created),
                onward=onward,
                onward_before=onward_before,
                stays=_stays(lasting, stage, before=False) if is_open else None,
                median_before=stayed_before.median if is_open else None,
            )
        )
    return steps


def _stays(rows: Sequence[Row], stage: Stage, *, before: bool) -> Stays:
    mine = [r for r in rows if r["stage"] == stage.pk and r["before"] == before]
    return kaplan_meier(((r["bin"], r["ended"], r["stays"]) for r in mine), middle)


def _reasons(rows: Sequence[Row], list_of: Callable[..., str]) -> list[Reason]:
    """Why deals were lost, the most frequent reason first."""
    labels = dict(Deal.LostReason.choices)
    lost: dict[str, list[Row]] = {}
    for row in rows:
        if row["kind"] == Stage.Kind.LOST:
            lost.setdefault(row["lost_reason"], []).append(row)
    found = [
        Reason(
            _count(group), _amount(group), list_of(status="lost", lost_reason=reason or "none"),
            str(labels.get(reason, "–")),
        )
        for reason, group in lost.items()
    ]  # fmt: skip
    return sorted(found, key=lambda reason: -reason.deals)


def _months(scope: SalesScope, stages: Sequence[Stage], rows: Sequence[Row]) -> list[Month]:
    today = measures.company_today()
    by_month: dict[date, list[Row]] = {}
    for row in rows:
        by_month.setdefault(row["month"], []).append(row)
    months = []
    for month, group in sorted(by_month.items()):
        last = next_month(month) - timedelta(days=1)
        created = _all(group, scope.deal_list(created_from=month, created_until=last))
        won = [
            (
                days,
                sum(r[f"won{days}"] for r in group) / created.deals,
                last + timedelta(days=days) < today,
            )
            for days in WITHIN_DAYS
        ]
        reached = [(stage, _count(group, place=stage.order) / created.deals) for stage in stages]
        months.append(Month(month, created, reached, won))
    return months
