"""Page-shaped reads of deals, orders and targets, with a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import (
    Case,
    OuterRef,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from communications.models import About, Communication, FollowUp
from crm.common import formats
from customers.models import Customer
from sales import measures
from sales.models import Deal, Order, PriceList, Quote, SalesDay, Stage, StageChange, Target
from sales.stays import is_slow, stay_words, usual_stay

MOST_SHOWN = 20
MOST_PRICES_SHOWN = 500


def deal_page(request: HttpRequest, deal: Deal) -> dict[str, Any]:
    """What the deal's page shows beside the facts."""
    user: Any = request.user
    everywhere = list(Stage.objects.order_by("order"))
    stages = [stage for stage in everywhere if stage.pipeline_id == deal.pipeline_id]
    visits = stage_visits(deal)
    about, now = (About.DEAL, deal.pk), timezone.now()
    steps = FollowUp.objects.visible_to(user).open().about(*about).select_related("owner")
    talks = Communication.objects.visible_to(user).about(*about).select_related("owner")
    orders = Order.objects.visible_to(user).filter(deal=deal)
    quotes = Quote.objects.visible_to(user).filter(deal=deal)
    return {
        "steps": _steps(deal, stages, visits),
        "won_stage": _first(stages, Stage.Kind.WON, deal),
        "lost_stage": _first(stages, Stage.Kind.LOST, deal),
        "reopen_stage": _left_open(stages, visits) if deal.closed_at else None,
        "slow": stay_words(deal, deal.stage, now) if is_slow(deal, deal.stage, now) else "",
        "several_pipelines": len(everywhere) > len(stages),
        "visits": visits[::-1],
        "next_steps": list(steps.order_by("due_at")[:MOST_SHOWN]),
        "communications": list(talks.order_by("-happened_at")[:MOST_SHOWN]),
        "orders": list(orders.order_by("-ordered_at", "-pk")[:MOST_SHOWN]),
        "quotes": list(quotes.order_by("-quoted_on", "-pk")[:MOST_SHOWN]),
        "base_currency": settings.BASE_CURRENCY,
        "may_sell": not user.is_agent,
    }


@dataclass(frozen=True)
class Visit:
    """A deal's stay in a stage; ``seconds`` until it left, or until now."""

    change: StageChange
    seconds: float
    current: bool


def stage_visits(deal: Deal) -> list[Visit]:
    """A deal's way through its stages, oldest first. A closed deal's last stay does not grow."""
    changes = list(
        deal.stage_changes.select_related("from_stage", "to_stage", "by").order_by("at", "pk")
    )
    ends = [change.at for change in changes[1:]] + [deal.closed_at or timezone.now()]
    return [
        Visit(change, max((end - change.at).total_seconds(), 0), change is changes[-1])
        for change, end in zip(changes, ends, strict=False)
    ]


def _first(stages: Sequence[Stage], kind: str, deal: Deal) -> Stage | None:
    """The stage that closes the deal so, unless it stands there."""
    return next((s for s in stages if s.kind == kind and deal.stage.kind != kind), None)


def _left_open(stages: Sequence[Stage], visits: Sequence[Visit]) -> Stage | None:
    """Where a closed deal goes on: the open stage it stood in last, else the first one."""
    left = {stage.pk: stage for stage in stages if stage.kind == Stage.Kind.OPEN}
    last = [left[v.change.to_stage_id] for v in visits if v.change.to_stage_id in left]
    return last[-1] if last else next(iter(left.values()), None)


def _steps(deal: Deal, stages: Sequence[Stage], visits: Sequence[Visit]) -> list[dict[str, Any]]:
    seen = {visit.change.to_stage_id for visit in visits}
    lost = deal.stage.kind == Stage.Kind.LOST
    slow = is_slow(deal, deal.stage, timezone.now())
    steps = []
    for stage in stages:
        if stage.kind == Stage.Kind.LOST and stage.pk != deal.stage_id:
            continue
        state = "todo"
        if stage.pk == deal.stage_id:
            state = {Stage.Kind.WON: "done", Stage.Kind.LOST: "lost"}.get(
                Stage.Kind(stage.kind), "current"
            )
        elif (stage.pk in seen) if lost else (stage.order < deal.stage.order):
            state = "done"
        steps.append(
            {"label": stage.label, "state": state, "value": stage.pk,
             "hint": _hint(stage, visits), "slow": stage.pk == deal.stage_id and slow}
        )  # fmt: skip
    return steps


def _hint(stage: Stage, visits: Sequence[Visit]) -> str:
    """The time spent in an open stage, all its visits together, against the usual one."""
    if stage.kind != Stage.Kind.OPEN:
        return ""
    stays = [visit.seconds for visit in visits if visit.change.to_stage_id == stage.pk]
    parts = [formats.duration(sum(stays))] if stays else []
    return " · ".join([*parts, *filter(None, [usual_stay(stage)])])


def quote_page(request: HttpRequest, quote: Quote) -> dict[str, Any]:
    """The lines, the versions, the document and the order of a quote."""
    user: Any = request.user
    versions = Quote.objects.visible_to(user).filter(number=quote.number).order_by("-revision")
    shown = list(versions[:MOST_SHOWN])
    latest = all(quote.revision >= version.revision for version in shown)
    return {
        "lines": list(quote.lines.select_related("product").order_by("position")),
        "versions": shown,
        "order": Order.objects.visible_to(user).filter(quote=quote).first(),
        "deal_to_win": _deal_to_win(quote, user),
        "job": quote.pdf_job,
        "may_act": not user.is_agent,
        "may_revise": latest and quote.status in Quote.REVISABLE,
    }


def _deal_to_win(quote: Quote | None, user: Any) -> Deal | None:
    """The deal that an accepted quote wins, unless it is won already or a colleague's."""
    if quote is None or quote.status != Quote.Status.ACCEPTED:
        return None
    deals = Deal.objects.editable_by(user).filter(pk=quote.deal_id)
    return deals.exclude(stage__kind=Stage.Kind.WON).first()


def price_list_page(request: HttpRequest, price_list: PriceList) -> dict[str, Any]:
    """The prices, and the customers on the list whom the user sees."""
    user: Any = request.user
    customers = Customer.objects.visible_to(user).filter(price_lists=price_list)
    items = price_list.items.select_related("product")
    return {
        "items": list(items.order_by("product__name", "min_quantity")[:MOST_PRICES_SHOWN]),
        "customers": list(customers.order_by("name", "pk")[:MOST_SHOWN]),
    }


def order_page(request: HttpRequest, order: Order) -> dict[str, Any]:
    """The lines, and the refund or what is refunded."""
    user: Any = request.user
    refund = Order.objects.visible_to(user).filter(refund_of=order).first()
    sold = order.kind == Order.Kind.SALE and order.status not in ("draft", "cancelled")
    return {
        "lines": list(order.lines.select_related("product", "price_list").order_by("position")),
        "refund": refund,
        "deal_to_win": _deal_to_win(order.quote, user),
        "may_refund": sold and refund is None and order.can_edit,  # type: ignore[attr-defined]  # fetched for the page
        "base_currency": settings.BASE_CURRENCY,
    }


@dataclass(frozen=True)
class Attainment:
    """How far a target has come, in the base currency.

    ``expected`` is the target times the share of the period that has passed: the pace.
    """

    target: Target
    achieved: Decimal
    elapsed: float

    @property
    def share(self) -> float:
        return float(self.achieved / self.target.amount)

    @property
    def expected(self) -> Decimal:
        return (self.target.amount * Decimal(str(self.elapsed))).quantize(Decimal("0.01"))

    @property
    def gap(self) -> Decimal:
        """What is still to be sold; negative when more was sold than planned."""
        return self.target.amount - self.achieved

    @property
    def ahead(self) -> Decimal:
        """How far before its pace; negative when behind."""
        return self.achieved - self.expected

    @property
    def on_pace(self) -> bool:
        return self.achieved >= self.expected


def with_achieved(targets: Any, user: Any) -> Any:
    """The targets with ``achieved``: the counted orders of the person, or of the team.

    Sales less refunds in [starts_on, ends_on), by the day ordered, in the base currency; those that
    ``user`` sees, as in reports: not what the person sold in another team.
    """
    seen = SalesDay.objects.visible_to(user)
    return targets.annotate(
        achieved=Case(
            When(owner__isnull=False, then=_sold(seen.filter(owner=OuterRef("owner")))),
            When(team__isnull=False, then=_sold(seen.filter(team=OuterRef("team")))),
            default=_sold(seen),
        )
    )


def _sold(days: Any) -> Any:
    days = days.filter(day__gte=OuterRef("starts_on"), day__lt=OuterRef("ends_on"))
    total = measures.grouped(days, {"one": Value(1)}, "revenue").values("revenue")
    return Coalesce(Subquery(total), Decimal(0))


def attainment(target: Target, today: date) -> Attainment:
    """The attainment of a target that came ``with_achieved``."""
    days = (target.ends_on - target.starts_on).days
    passed = min(max((today - target.starts_on).days + 1, 0), days)
    return Attainment(target, target.achieved, passed / days)  # type: ignore[attr-defined]  # annotated


def target_page(request: HttpRequest, target: Target) -> dict[str, Any]:
    reached = attainment(target, measures.company_today())
    whose = {"owner": target.owner_id} if target.owner_id else {"team": target.team_id}
    last = target.ends_on - timedelta(days=1)
    asked = {"counted": "true", **whose, "ordered_from": target.starts_on, "ordered_until": last}
    query = urlencode({name: value for name, value in asked.items() if value})
    return {"attainment": reached, "orders_query": query, "base_currency": settings.BASE_CURRENCY}
