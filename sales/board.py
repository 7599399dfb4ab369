"""The board: a pipeline's stages as columns of deals, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.common import formats
from sales.models import Deal, Pipeline, Stage
from sales.next_steps import NextStep, next_step_of, with_next_step
from sales.stages import stage_tone

CARDS_PER_COLUMN = 25
CLOSED_SHOWN_DAYS = 90
ORDERS = {"value": ("-amount_base", "-pk"), "newest": ("-created_at", "-pk")}
LIST_SORTS = {"value": "-amount", "newest": "-created"}
STEP_LOOKS = {
    NextStep.OVERDUE: ("red", "alert-triangle"),
    NextStep.TODAY: ("orange", "calendar-due"),
    NextStep.LATER: ("green", "calendar-event"),
    NextStep.NONE: ("", "circle-dashed"),
}


@dataclass(frozen=True)
class BoardQuery:
    """What the address of a board asks for; unknown values fall back to the defaults."""

    pipeline: Pipeline
    pipelines: Sequence[Pipeline]
    owner: int | None = None
    order: str = "value"

    def encode(self) -> str:
        asked = {"pipeline": self.pipeline.pk, "owner": self.owner or "", "order": self.order}
        return urlencode({key: value for key, value in asked.items() if value})


def board_query(params: Mapping[str, str]) -> BoardQuery | None:
    """Read the address; None as long as there is no pipeline."""
    pipelines = list(Pipeline.objects.all())
    if not pipelines:
        return None
    wanted = params.get("pipeline", "")
    pipeline = next((p for p in pipelines if str(p.pk) == wanted), pipelines[0])
    owner, order = params.get("owner", ""), params.get("order", "")
    return BoardQuery(
        pipeline=pipeline,
        pipelines=pipelines,
        owner=int(owner) if owner.isdecimal() and len(owner) < 10 else None,
        order=order if order in ORDERS else "value",
    )


def board_columns(user: Any, query: BoardQuery) -> list[dict[str, Any]]:
    """The columns as components/board.html takes them."""
    stages = list(query.pipeline.stages.order_by("order"))
    deals = _deals(user, query)
    figures = _figures(deals)
    cards = _cards(deals, stages, query)
    return [
        _column(stage, figures.get(stage.pk), cards.get(stage.pk, []), query) for stage in stages
    ]


def board_heads(user: Any, query: BoardQuery) -> dict[str, dict[str, Any]]:
    """The count and total of each column, after a card was dragged."""
    figures = _figures(_deals(user, query))
    stages = query.pipeline.stages.values_list("pk", flat=True)
    return {str(pk): _head(figures.get(pk)) for pk in stages}


def _deals(user: Any, query: BoardQuery) -> Any:
    """Open deals, and those closed lately."""
    lately = timezone.now() - timedelta(days=CLOSED_SHOWN_DAYS)
    deals = Deal.objects.visible_to(user).filter(
        Q(closed_at__isnull=True) | Q(closed_at__gte=lately), pipeline=query.pipeline
    )
    return deals.filter(owner=query.owner) if query.owner else deals


def _figures(deals: Any) -> dict[int, dict[str, Any]]:
    rows = (
        deals.order_by()
        .values("stage")
        .annotate(
            count=Count("pk"),
            total=Coalesce(Sum("amount_base"), Decimal(0)),
            weighted=Coalesce(Sum(F("amount_base") * F("probability")), Decimal(0)) / 100,
        )
    )
    return {row["stage"]: row for row in rows}


def _cards(
    deals: Any, stages: Iterable[Stage], query: BoardQuery
) -> dict[int, list[dict[str, Any]]]:
    """The first cards of every column: their ids in one query, the deals in another."""
    order = ORDERS[query.order]
    tops = [
        deals.filter(stage=stage).order_by(*order).values("pk")[:CARDS_PER_COLUMN]
        for stage in stages
    ]
    if not tops:
        return {}
    first, *others = tops
    ids = [row["pk"] for row in (first.union(*others, all=True) if others else first)]
    found = Deal.objects.filter(pk__in=ids).select_related("customer", "owner").order_by(*order)
    now, columns = timezone.now(), {}  # type: datetime, dict[int, list[dict[str, Any]]]
    for deal in with_next_step(found):
        columns.setdefault(deal.stage_id, []).append(_card(deal, query, now))
    return columns


def _card(deal: Any, query: BoardQuery, now: datetime) -> dict[str, Any]:
    tags = [_age(deal, now)] if deal.closed_at is None else []
    move = reverse("sales:deal_move", args=[deal.pk])
    return {
        "id": deal.pk,
        "url": deal.get_absolute_url(),
        "title": deal.name,
        "subtitle": deal.customer.name,
        "amount": formats.money(deal.amount, deal.currency),
        "owner": str(deal.owner or ""),
        "tags": tags,
        "move_url": f"{move}?back=board&{query.encode()}",
        "version": deal.version,
        **(_step(deal.next_step_at, now) if deal.closed_at is None else _closed(deal)),
    }


def _age(deal: Deal, now: datetime) -> str:
    days = (now - deal.stage_since).days
    return ngettext("%(n)d day in stage", "%(n)d days in stage", days) % {"n": days}


def _step(due_at: datetime | None, now: datetime) -> dict[str, str]:
    """The next step in words, with a colour and an icon beside them."""
    state = next_step_of(due_at, now)
    tone, icon = STEP_LOOKS[state]
    if state == NextStep.OVERDUE and due_at is not None:
        days = (timezone.localdate(now) - timezone.localdate(due_at)).days
        words = ngettext("%(n)d day overdue", "%(n)d days overdue", days) % {"n": days}
        words = words if days else _("Overdue today")
    else:
        words = formats.since(due_at, now) or str(NextStep.NONE.label)
    return {"when": words, "when_tone": tone, "when_icon": icon}


def _closed(deal: Deal) -> dict[str, str]:
    return {"when": formats.since(deal.closed_at), "when_tone": "", "when_icon": "flag"}


def _head(figures: dict[str, Any] | None) -> dict[str, Any]:
    total = figures["total"] if figures else Decimal(0)
    return {
        "count": formats.number(figures["count"] if figures else 0),
        "total": formats.short_money(total, settings.BASE_CURRENCY),
    }


def _column(
    stage: Stage, figures: dict[str, Any] | None, cards: list[dict[str, Any]], query: BoardQuery
) -> dict[str, Any]:
    more = (figures["count"] if figures else 0) - len(cards)
    column = {
        "id": stage.pk,
        "label": stage.label,
        "tone": stage_tone(stage),
        "cards": cards,
        "hint": _hint(stage, figures),
        **_head(figures),
    }
    if more > 0:
        column["more_url"] = _list_url(stage, query)
        column["more_label"] = ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more}
    return column


def _hint(stage: Stage, figures: dict[str, Any] | None) -> str:
    if stage.kind != Stage.Kind.OPEN:
        return _("last %(n)d days") % {"n": CLOSED_SHOWN_DAYS}
    weighted = figures["weighted"] if figures else Decimal(0)
    return _("weighted %(amount)s") % {
        "amount": formats.short_money(weighted, settings.BASE_CURRENCY)
    }


def _list_url(stage: Stage, query: BoardQuery) -> str:
    params: dict[str, Any] = {"stage": stage.pk, "sort": LIST_SORTS[query.order]}
    if query.owner:
        params["owner"] = query.owner
    if stage.kind != Stage.Kind.OPEN:
        since = timezone.localdate() - timedelta(days=CLOSED_SHOWN_DAYS)
        params["closed_from"] = since.isoformat()
    return f"{reverse('sales:deal_list')}?{urlencode(params)}"
