"""What sales show on a customer's page: the way of the leading deal, open deals, needs."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from crm.common.prepared import Prepared
from customers.models import Customer, Need
from sales.models import Deal, Order, Stage
from sales.next_steps import with_next_step

PANEL_ROWS = 5


def deals_of(user: Any, customer_id: int) -> Any:
    """A customer's deals that the reader sees, closed ones too."""
    return Deal.objects.visible_to(user).filter(customer=customer_id)


def orders_of(user: Any, customer_id: int) -> Any:
    """A customer's orders that the reader sees."""
    return Order.objects.visible_to(user).filter(customer=customer_id)


def customer_path(user: Any, customer: Customer) -> dict[str, Any] | None:
    """The stages of the largest open deal, each a button for those who may move it."""
    deals = _open_deals(user, customer)
    if not deals:
        return None
    leading = deals[0]
    stages = _STAGES.fetch(user, pipeline=leading.pipeline_id)
    steps = [
        {"label": stage.label, "value": stage.pk, "hint": "", "state": _state(stage, leading.stage)}
        for stage in stages
    ]
    may_move = not user.is_agent  # sees it as a seller: may edit it
    return {"path_deal": leading, "path_steps": steps, "path_may_move": may_move}


def _state(stage: Stage, reached: Stage) -> str:
    if stage.pk == reached.pk:
        return "current"
    return "done" if stage.order < reached.order else "todo"


def customer_deals(user: Any, customer: Customer) -> dict[str, Any] | None:
    """The open deals of a customer, and the needs that wait for one."""
    shown = _open_deals(user, customer)
    counts: dict[str, int] = customer.counts  # type: ignore[attr-defined]  # given to panels
    needs = _WAITING.fetch(user, customer_id=customer.pk) if counts["needs"] else []
    if user.is_agent and not shown:
        return None
    return {
        "deals": shown, "needs": needs, "customer": customer, "may_sell": not user.is_agent,
        "all_url": f"{reverse('sales:deal_list')}?customer={customer.pk}",
    }  # fmt: skip


def _open_deals(user: Any, customer: Any) -> list[Deal]:
    """The largest open deals; asked once for both cards, and not at all where there is none."""
    if not customer.counts["deals"]:
        return []
    if not hasattr(customer, "open_deals_shown"):
        customer.open_deals_shown = _OPEN.fetch(user, customer_id=customer.pk)
    found: list[Deal] = customer.open_deals_shown
    return found


def _open_query(user: Any, customer_id: int) -> Any:
    found = with_next_step(deals_of(user, customer_id).open()).select_related("stage")
    return found.order_by("-amount_base", "-pk")[:PANEL_ROWS]


def _waiting_query(user: Any, customer_id: int) -> Any:
    waiting = Need.objects.editable_by(user).filter(customer=customer_id, status=Need.Status.OPEN)
    return waiting.order_by("priority", "-updated_at")[:PANEL_ROWS]


def _stages_query(user: Any, pipeline: int) -> Any:
    stages = Stage.objects.filter(pipeline=pipeline)
    return stages.exclude(kind=Stage.Kind.LOST).order_by("order")


_OPEN = Prepared(_open_query)
_WAITING = Prepared(_waiting_query)
_STAGES = Prepared(_stages_query)
