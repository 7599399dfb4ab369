"""The board: a pipeline's stages as columns of deals, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.common import formats
from crm.common.prepared import Prepared
from sales.board_cards import CardWriter
from sales.measures import company_today, day_start
from sales.models import Deal, DealSum, Pipeline, Stage
from sales.next_steps import with_next_step
from sales.offers import tags_of
from sales.stages import stage_tone
from sales.stays import usual_stay

CARDS_PER_COLUMN = 20
CLOSED_SHOWN_DAYS = 90
DEFAULT_ORDER = "value"
ORDERS = {"value": ("-amount_base", "-pk"), "newest": ("-pk",)}
# What a card shows; whole customers and people take longer to read than to find.
SHOWN = (
    "version", "name", "amount", "currency", "stage_id", "stage_since", "closed_at",
    "customer__name", "owner__full_name", "owner__first_name", "owner__last_name",
    "owner__username",
)  # fmt: skip
LIST_SORTS = {"value": "-amount", "newest": "-created"}


@dataclass(frozen=True)
class BoardQuery:
    """What the address of a board asks for; unknown values fall back to the defaults."""

    pipeline: Pipeline
    pipelines: Sequence[Pipeline]
    owner: int | None = None
    order: str = DEFAULT_ORDER

    def encode(self) -> str:
        """Without what is so by default: it stands in the address of every card."""
        asked = {
            "pipeline": self.pipeline.pk if self.pipeline != self.pipelines[0] else "",
            "owner": self.owner or "",
            "order": self.order if self.order != DEFAULT_ORDER else "",
        }
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
        order=order if order in ORDERS else DEFAULT_ORDER,
    )


def board_columns(user: Any, query: BoardQuery) -> list[dict[str, Any]]:
    """The columns as components/board.html takes them."""
    stages = list(query.pipeline.stages.order_by("order"))
    figures = _figures(user, query, stages)
    cards = _cards(user, stages, query)
    return [
        _column(stage, figures.get(stage.pk), cards.get(stage.pk, []), query) for stage in stages
    ]


def board_heads(user: Any, query: BoardQuery) -> dict[str, dict[str, Any]]:
    """The figures of each column, after a card was moved."""
    stages = list(query.pipeline.stages.all())
    figures = _figures(user, query, stages)
    return {str(stage.pk): _head(stage, figures.get(stage.pk)) for stage in stages}


def board_card(query: BoardQuery, deal: Deal) -> str:
    """One card as it is now; of a deal that the user was seen to move."""
    found = Deal.objects.filter(pk=deal.pk).select_related("customer", "owner").only(*SHOWN)
    fresh = with_next_step(found).get()
    return _writer(query).card(fresh, deal.stage, tags_of([fresh]).get(deal.pk, ()))


def _writer(query: BoardQuery) -> CardWriter:
    return CardWriter(timezone.now(), f"?back=board&{query.encode()}".rstrip("&"))


def _lately() -> datetime:
    """The company's midnight from which on closed deals are shown, and summed by whole days."""
    return day_start(company_today() - timedelta(days=CLOSED_SHOWN_DAYS))


def _figures(user: Any, query: BoardQuery, stages: Sequence[Stage]) -> dict[int, dict[str, Any]]:
    """Count, total and weighted total of each column, from the sums that the database keeps."""
    shown = Q(closed_on__isnull=True) | Q(
        closed_on__gte=company_today() - timedelta(days=CLOSED_SHOWN_DAYS)
    )
    kept = DealSum.objects.visible_to(user).filter(shown, stage__in=[s.pk for s in stages])
    if query.owner:
        kept = kept.filter(owner=query.owner)
    rows = kept.order_by().values("stage").annotate(
        count=Sum("deals"), total=Sum("amount"), weight=Sum("weighted")
    )  # fmt: skip
    return {row["stage"]: row for row in rows}


def _cards(user: Any, stages: Sequence[Stage], query: BoardQuery) -> dict[int, list[SafeString]]:
    """The first cards of every column: their ids in one query, the deals in another."""
    order = ORDERS[query.order]
    if not stages:
        return {}
    columns_asked = tuple((stage.pk, stage.kind == Stage.Kind.OPEN) for stage in stages)
    values: dict[str, Any] = {"owner": query.owner} if query.owner else {}
    if not all(is_open for _pk, is_open in columns_asked):
        values["lately"] = _lately()
    ids = [row["pk"] for row in _TOPS.fetch(user, columns_asked, order, **values)]
    found = Deal.objects.filter(pk__in=ids).select_related("customer", "owner").only(*SHOWN)
    writer = _writer(query)
    by_id = {stage.pk: stage for stage in stages}
    columns: dict[int, list[SafeString]] = {}
    deals = list(with_next_step(found.order_by(*order)))
    tags = tags_of(deals)
    for deal in deals:
        card = writer.card(deal, by_id[deal.stage_id], tags.get(deal.pk, ()))
        columns.setdefault(deal.stage_id, []).append(card)
    return columns


def _tops(
    user: Any,
    stages: Sequence[tuple[int, bool]],
    order: Sequence[str],
    owner: int | None = None,
    lately: datetime | None = None,
) -> Any:
    """The ids of the first deals of each stage: open ones, or those closed since ``lately``."""
    seen = Deal.objects.visible_to(user)
    if owner:
        seen = seen.filter(owner=owner)
    first, *others = (
        seen.filter(stage=pk, **_shown(is_open, lately)).order_by(*order)
        .values("pk")[:CARDS_PER_COLUMN]
        for pk, is_open in stages
    )  # fmt: skip
    return first.union(*others, all=True)


def _shown(is_open: bool, lately: datetime | None) -> dict[str, Any]:
    return {"closed_at__isnull": True} if is_open else {"closed_at__gte": lately}


_TOPS = Prepared(_tops)


def _head(stage: Stage, figures: dict[str, Any] | None) -> dict[str, Any]:
    total = figures["total"] if figures else Decimal(0)
    return {
        "count": formats.number(figures["count"] if figures else 0),
        "total": formats.short_money(total or 0, settings.BASE_CURRENCY),
        "hint": _hint(stage, figures),
    }


def _column(
    stage: Stage, figures: dict[str, Any] | None, cards: list[SafeString], query: BoardQuery
) -> dict[str, Any]:
    more = (figures["count"] if figures else 0) - len(cards)
    column = {
        "id": stage.pk,
        "label": stage.label,
        "tone": stage_tone(stage),
        "cards": cards,
        "usual": usual_stay(stage) if stage.kind == Stage.Kind.OPEN else "",
        **_head(stage, figures),
    }
    if more > 0:
        column["more_url"] = _list_url(stage, query)
        column["more_label"] = _("and %(n)s more") % {"n": formats.number(more)}
    return column


def _hint(stage: Stage, figures: dict[str, Any] | None) -> str:
    if stage.kind != Stage.Kind.OPEN:
        return _("last %(n)d days") % {"n": CLOSED_SHOWN_DAYS}
    weighted = figures["weight"] if figures else Decimal(0)
    return _("weighted %(amount)s") % {
        "amount": formats.short_money(weighted, settings.BASE_CURRENCY)
    }


def _list_url(stage: Stage, query: BoardQuery) -> str:
    params: dict[str, Any] = {"stage": stage.pk, "sort": LIST_SORTS[query.order]}
    if query.owner:
        params["owner"] = query.owner
    if stage.kind != Stage.Kind.OPEN:
        since = company_today() - timedelta(days=CLOSED_SHOWN_DAYS)
        params["closed_from"] = since.isoformat()
    return f"{reverse('sales:deal_list')}?{urlencode(params)}"
