"""Deals, their moves and orders on the customer's timeline."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.common import formats
from crm.common.addresses import record_url
from crm.common.registries import TimelineSource
from customers.timeline import timeline_values
from sales.models import Deal, Order, StageChange
from sales.stages import CLOSED_TONES, stage_label


def _joined(*names: str) -> Any:
    """Several columns in one text, as the timeline has one column for extras."""
    parts: list[Any] = []
    for name in names:
        parts += [Cast(name, CharField()), Value("|")]
    return Concat(*parts, output_field=CharField())


def _who(path: str) -> Any:
    """A person's shown name, or nothing."""
    return Coalesce(NullIf(F(f"{path}__full_name"), Value("")), F(f"{path}__username"), Value(""))


def _deals(user: Any, customer_id: int) -> Any:
    deals = Deal.objects.visible_to(user).filter(customer=customer_id)
    return timeline_values(
        deals, "deal", "created_at", title=F("name"), extra=_joined("amount", "currency"),
        who=_who("owner"),
    )  # fmt: skip


def _describe_deal(row: dict[str, Any]) -> dict[str, Any]:
    amount, currency, _rest = row["extra"].split("|")
    return {
        "title": _("New deal: %(name)s") % {"name": row["title"]},
        "body": formats.money(amount, currency),
        "url": record_url("sales:deal_detail", row["pk"]),
        "tone": "blue",
    }


def _moves(user: Any, customer_id: int) -> Any:
    deals = Deal.objects.visible_to(user).filter(customer=customer_id)
    changes = StageChange.objects.filter(deal__in=deals, from_stage__isnull=False)
    return timeline_values(
        changes, "stage_change", "at", title=F("deal__name"), text=stage_label("to_stage"),
        extra=_joined("deal_id", "to_stage__kind"), who=_who("by"),
    )  # fmt: skip


def _describe_move(row: dict[str, Any]) -> dict[str, Any]:
    deal_id, kind, _rest = row["extra"].split("|")
    tone = CLOSED_TONES.get(kind, "blue")
    return {
        "title": row["title"],
        "url": record_url("sales:deal_detail", deal_id),
        "tone": tone,
        "badge": f"→ {row['text']}",
        "badge_tone": tone,
    }


def _orders(user: Any, customer_id: int) -> Any:
    orders = Order.objects.visible_to(user).filter(customer=customer_id)
    return timeline_values(
        orders, "order", "ordered_at", title=F("number"), text=F("note"),
        extra=_joined("total", "currency", "status", "kind"), who=_who("owner"),
    )  # fmt: skip


def _describe_order(row: dict[str, Any]) -> dict[str, Any]:
    total, currency, status, kind, _rest = row["extra"].split("|")
    refund = kind == Order.Kind.REFUND
    return {
        "title": f"{Order.Kind(kind).label} {row['title']} · {formats.money(total, currency)}",
        "body": row["text"],
        "url": record_url("sales:order_detail", row["pk"]),
        "tone": "orange" if refund else "green",
        "badge": Order.Status(status).label,
    }


SOURCES = [
    TimelineSource("deal", gettext_lazy("Deals"), "target-arrow", _deals, _describe_deal,
                   order=20),
    TimelineSource("stage_change", gettext_lazy("Stage changes"), "arrows-exchange", _moves,
                   _describe_move, group="deal", actor="by"),
    TimelineSource("order", gettext_lazy("Orders"), "shopping-cart", _orders, _describe_order,
                   order=30),
]  # fmt: skip
