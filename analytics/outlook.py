"""What is sold and what is forecast, beside what is planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from analytics.charts import currency_symbol
from analytics.forecast_frames import MARK
from analytics.frames import Scope
from analytics.models import Run
from crm.common import formats
from crm.common.charting import Chart
from sales import measures
from sales.models import SalesDay, Target
from sales.plan import next_month, planned

BANDS = ("mean", "lo80", "hi80")
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True)
class Outlook:
    """A period's sales in the base currency: those of the days up to ``today``, and the forecast
    of the others with the ends of its 80 % band.

    The ends are sums of those of single weeks, as if all weeks erred alike: wide, not narrow.
    """

    sold: float
    mean: float
    lo80: float
    hi80: float

    @property
    def expected(self) -> float:
        return self.sold + self.mean

    @property
    def low(self) -> float:
        return self.sold + self.lo80

    @property
    def high(self) -> float:
        return self.sold + self.hi80


@dataclass(frozen=True)
class Ahead:
    """A forecast by weeks: ``first`` is the Monday of its first step."""

    first: date
    steps: Sequence[Mapping[str, Any]]

    @property
    def end(self) -> date:
        return self.first + len(self.steps) * WEEK

    def within(self, start: date, end: date) -> dict[str, float] | None:
        """The sums over the days [start, end), a week's days alike; None where it ends before."""
        if end > self.end:
            return None
        total = dict.fromkeys(BANDS, 0.0)
        for monday, step in zip(self._mondays(), self.steps, strict=True):
            days = (min(end, monday + WEEK) - max(start, monday)).days
            if days > 0:
                total = {band: total[band] + float(step[band]) * days / 7 for band in BANDS}
        return total

    def _mondays(self) -> Iterator[date]:
        return (self.first + k * WEEK for k in range(len(self.steps)))


def ahead(result: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> Ahead:
    return Ahead(date.fromisoformat(result["history"]["x"][-1]) + WEEK, steps)


def outlook(
    found: Ahead, sold: Decimal | float, start: date, end: date, today: date
) -> Outlook | None:
    """The outlook of [start, end), of which ``sold`` is sold; None where it is over or too far."""
    rest = found.within(max(start, today + DAY), end)
    return None if rest is None or end <= today else Outlook(float(sold), **rest)


# The plan of a run's team or company -------------------------------------------------------------


@dataclass(frozen=True)
class _Whose:
    """The records that a run is about."""

    scope: Scope

    def whose(self, records: Any) -> Any:
        found = records.alive()
        return found.filter(team=self.scope.team_id) if self.scope.team_id else found


def plan_chart(run: Run) -> Chart | None:
    """Months that the forecast reaches, with their plan; None where nothing is planned."""
    today = measures.company_today()
    found = ahead(run.result, run.result["forecast"])
    months = [today.replace(day=1)]
    while next_month(months[-1], 2) <= found.end:
        months.append(next_month(months[-1]))
    scope = Scope(team_id=run.team_id)
    plan = planned(_Whose(scope), months)
    days = scope.of(SalesDay).filter(day__gte=months[0], day__lte=today)
    sold = {months[0]: measures.revenue(days)}
    rows = []
    for month in months:
        one = outlook(found, sold.get(month, 0), month, next_month(month), today)
        if one and month in plan:
            target = float(plan[month])
            rows.append([formats.month(month), one.sold, one.expected, one.low, one.high, target,
                         formats.percent(one.expected / target)])  # fmt: skip
    return _plan_picture(rows) if rows else None


def _plan_picture(rows: list[list[Any]]) -> Chart:
    series = [
        {"name": _("Sold and forecast"), "data": [round(row[2], 2) for row in rows]},
        {"name": _("Target"), "data": [row[5] for row in rows]},
    ]
    spec = {
        "type": "bar", "x": [row[0] for row in rows], "series": series, "unit": currency_symbol(),
    }  # fmt: skip
    columns = [
        _("Month"), _("Sold"), _("Sold and forecast"), _("Low (80%)"), _("High (80%)"),
        _("Target"), _("Sold and forecast, of target"),
    ]  # fmt: skip
    note = _("The running month: what is sold so far, and the forecast of its remaining days.")
    return Chart("plan", _("Forecast beside the plan"), spec, columns, rows, note=note)


# A target's page ---------------------------------------------------------------------------------


def target_panel(user: Any, target: Target) -> dict[str, Any] | None:
    """What a running target's person or team is forecast to sell by its end; who sees the target
    may see it."""
    today = measures.company_today()
    told = _told_of(target) if target.ends_on > today else None
    if told is None:
        return None
    run, found = told
    amount, currency = float(target.amount), settings.BASE_CURRENCY
    sold: Decimal = target.achieved  # type: ignore[attr-defined]  # annotated by the page
    one = outlook(found, sold, target.starts_on, target.ends_on, today)
    if one is None:
        return {"run": run, "reaches": found.end - DAY}
    verdict, tone = _verdict(one, amount)
    return {
        "run": run, "expected": formats.money(round(one.expected, 2), currency),
        "low": formats.short_money(one.low, currency),
        "high": formats.short_money(one.high, currency),
        "share": formats.percent(one.expected / amount), "verdict": verdict, "tone": tone,
    }  # fmt: skip


def _verdict(one: Outlook, amount: float) -> tuple[str, str]:
    if one.low >= amount:
        return _("Likely reached"), "green"
    if one.high < amount:
        return _("Likely missed"), "orange"
    return _("May go either way"), "azure"


def _told_of(target: Target) -> tuple[Run, Ahead] | None:
    """The newest forecast of exactly those whom a target is about."""
    runs = Run.objects.finished().filter(method=Run.Method.FORECAST).order_by("-created_at")
    if target.owner_id:
        return _group_of(runs.filter(params__by="owner"), target.owner_id)
    own = runs.filter(team=target.team_id).first()
    if own is not None:
        return own, ahead(own.result, own.result["forecast"])
    return _group_of(runs.filter(params__by="team", team=None), target.team_id)


def _group_of(runs: Any, key: int | None) -> tuple[Run, Ahead] | None:
    run = runs.first()
    parts = run.result.get("parts", []) if run else []  # none where there was one group
    found = next((part for part in parts if part["key"] == f"{MARK}{key}"), None)
    return (run, ahead(run.result, found["forecast"])) if found else None
