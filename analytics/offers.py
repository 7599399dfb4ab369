"""What to do with what a run found: the first of a list of customers or deals, in one click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.utils.translation import gettext as _

from analytics import win_pages
from analytics.models import NextProduct, Run
from crm.records.bulk import BulkAction, actions_for
from crm.records.resources import Resource
from customers.models import Segment
from customers.resources import CUSTOMERS
from sales.resources import DEALS

TOP, MOST = 50, 1_000
CHOICES = 20
ACTIONS = ("follow_up", "campaign")


@dataclass(frozen=True)
class Offer:
    """Lists to choose from (query string, label), and what can be done with them."""

    resource: Resource
    choices: list[tuple[str, str]]
    actions: list[BulkAction]
    top: int = TOP
    most: int = MOST

    @property
    def url(self) -> str:
        return self.resource.url("bulk")


def offer(run: Run, user: Any) -> Offer | None:
    """The lists that a run leads to; None when its findings are not those that people see."""
    choices = _CHOICES[run.method](run) if run.method in _CHOICES else []
    resource = DEALS if run.method == Run.Method.WIN else CUSTOMERS
    actions = [one for one in actions_for(resource, user) if one.key in ACTIONS]
    return Offer(resource, choices, actions) if choices and actions else None


def _scores(run: Run) -> list[tuple[str, str]]:
    if not (run.live and run.result.get("signal")):
        return []
    query = urlencode({run.method: 3, "sort": f"-{run.method}"})
    leaving = run.method == Run.Method.CHURN
    return [(query, _("Those likeliest to leave") if leaving else _("Those likeliest to buy"))]


def _deals(run: Run) -> list[tuple[str, str]]:
    if not (run.live and run.result.get("better")):
        return []
    return [
        (win_pages.deal_query(win_pages.LIKELY_STEPLESS, "-amount"),
         _("Likely deals without a next step")),
        (win_pages.deal_query(win_pages.SANK, "win"), _("Deals whose chance sank this week")),
    ]  # fmt: skip


def _value(run: Run) -> list[tuple[str, str]]:
    written = run.result.get("written") if run.live else None
    if not written:
        return []
    offered = [
        ("value", "worth_min=1&sort=-worth", _("Those worth most")),
        ("orders", "still_below=50&sort=-value", _("Good customers who may have left")),
        ("when", "order_within=30&sort=expected",
         _("Those whose next order is due within 30 days")),
    ]  # fmt: skip
    return [(query, label) for part, query, label in offered if written[part]]


def _rules(run: Run) -> list[tuple[str, str]]:
    if not (run.live and run.result.get("written")):
        return []
    found = NextProduct.objects.filter(run=run).values("product", "product__name")
    best = found.annotate(customers=Count("pk")).order_by("-customers", "product")[:CHOICES]
    return [
        (f"next_product={one['product']}",
         _("Next product “%(product)s”") % {"product": one["product__name"]})
        for one in best
    ]  # fmt: skip


def _segments(run: Run) -> list[tuple[str, str]]:
    shown = Segment.objects.filter(
        origin=Segment.Origin.CLUSTER, active=True, team=run.team_id, definition__run=run.pk
    )
    return [
        (urlencode({"segment": one.pk, "sort": "-value"}),
         _("Segment “%(name)s”") % {"name": one.label})
        for one in shown.order_by("key")[:CHOICES]
    ]  # fmt: skip


_CHOICES: dict[str, Callable[[Run], list[tuple[str, str]]]] = {
    Run.Method.CHURN: _scores,
    Run.Method.POTENTIAL: _scores,
    Run.Method.WIN: _deals,
    Run.Method.VALUE: _value,
    Run.Method.RULES: _rules,
    Run.Method.CLUSTER: _segments,
}
