"""The dashboard's figures and cards for a slice: each role gets those it may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import charts, metrics
from analytics.models import Run
from analytics.slices import Slice
from crm.common import formats
from crm.common.charting import Chart
from crm.common.roles import Role
from crm.records.resources import EVERYONE, KEEPERS, SELLERS

SERVERS = frozenset({Role.AGENT.value, Role.MANAGER.value, Role.ADMIN.value})


@dataclass(frozen=True)
class Card:
    """One chart of the dashboard."""

    key: str
    title: str | Promise
    roles: frozenset[str]
    width: int
    build: Callable[[Slice], Chart | None]
    method: str = ""


def _forecast(part: Slice) -> Chart | None:
    run = newest_run(part, Run.Method.FORECAST)
    return charts.fan(run.result) if run else charts.sales_line(metrics.weekly_sales(part))


def _coefficients(part: Slice) -> Chart | None:
    run = newest_run(part, Run.Method.REGRESS)
    return charts.coefficients(run.result) if run else None


def newest_run(part: Slice, method: str) -> Run | None:
    """The newest result that the user may see for the chosen team."""
    user = part.user
    if user.role not in KEEPERS:
        return None
    if method not in part.found:
        team_id = part.team_id if user.is_admin else user.team_id
        part.found[method] = Run.objects.last_finished(method, team_id)
    return cast("Run | None", part.found[method])


def run_of(card: Card, part: Slice) -> Run | None:
    """The run that a card's chart was drawn from."""
    return newest_run(part, card.method) if card.method else None


CARDS = [
    Card("sales", gettext_lazy("Sales and forecast"), SELLERS, 8, _forecast, "forecast"),
    Card("funnel", gettext_lazy("Sales funnel"), SELLERS, 4,
         lambda part: charts.funnel(metrics.funnel(part))),
    Card("heat", gettext_lazy("Contact heat map"), EVERYONE, 6,
         lambda part: charts.heat(metrics.contact_heat(part))),
    Card("requests", gettext_lazy("Request load"), SERVERS, 6,
         lambda part: charts.requests(metrics.weekly_requests(part))),
    Card("coefficients", gettext_lazy("Marketing effect"), KEEPERS, 6, _coefficients, "regress"),
    Card("campaigns", gettext_lazy("Campaign effect"), SELLERS, 6,
         lambda part: charts.campaigns(metrics.campaigns(part))),
    Card("segments", gettext_lazy("Customer segments"), EVERYONE, 6,
         lambda part: charts.segments(metrics.segments(part)), "cluster"),
]  # fmt: skip


def cards_for(user: Any) -> list[Card]:
    return [card for card in CARDS if user.role in card.roles]


def figures(part: Slice) -> list[dict[str, Any]]:
    """The figures on top, each with its change against the period before."""
    user, before = part.user, part.previous()
    shown: list[dict[str, Any]] = []
    if user.role in SELLERS:
        now, then = metrics.sales(part), metrics.sales(before)
        shown.append(
            _figure(_("Sales"), formats.money(round(now), settings.BASE_CURRENCY), now, then)
        )
        pipeline = metrics.weighted_pipeline(part)
        shown.append(
            _figure(_("Weighted pipeline"), formats.money(round(pipeline), settings.BASE_CURRENCY))
        )
        rate, rate_before = metrics.win_rate(part), metrics.win_rate(before)
        text = "–" if rate is None else formats.percent(rate, 1)
        shown.append(_figure(_("Win rate"), text, rate, rate_before))
    if user.role in SERVERS:
        wait, wait_before = metrics.first_responses([part, before])
        text = formats.duration(wait) or "–"
        shown.append(_figure(_("Mean first response"), text, wait, wait_before, low_is_good=True))
    if user.role == Role.AGENT:
        counts = metrics.open_requests(part)
        shown.append(_figure(_("Open requests"), formats.number(counts["open"])))
        shown.append(_figure(_("Past their time"), formats.number(counts["breached"])))
        shown.append(_figure(_("Without an owner"), formats.number(counts["unassigned"])))
    return shown


def _figure(
    label: str, value: str, now: Any = None, then: Any = None, *, low_is_good: bool = False
) -> dict[str, Any]:
    change = float(now) / float(then) - 1 if now is not None and then else None
    good = None if not change else (change < 0) == low_is_good
    return {
        "label": label,
        "value": value,
        "change": None if change is None else f"{change:+.1%}",
        "up": bool(change and change > 0),
        "good": good,
    }
