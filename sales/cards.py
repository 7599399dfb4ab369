"""What sales show on my day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.records.keyset import first_rows
from sales.models import Deal, Target
from sales.next_steps import filter_next_step
from sales.selectors import attainment, with_achieved
from sales.stays import stay_words

CARD_ROWS = 6
CARD_COUNT = 1000


def stepless_card(user: Any) -> dict[str, Any] | None:
    """Open deals that nobody has planned a next step for."""
    deals = filter_next_step(Deal.objects.visible_to(user).open(), "none")
    return _deal_card(
        deals.order_by("-amount_base", "-pk"),
        title=_("Deals without a next step"),
        icon="circle-dashed",
        nothing=_("Every open deal has its next step."),
        query="status=open&next_step=none&sort=-amount",
    )


def closing_card(user: Any) -> dict[str, Any] | None:
    """Open deals that are expected to close this month, or should have."""
    today = timezone.localdate()
    last = _next_month(today) - timedelta(days=1)
    deals = Deal.objects.visible_to(user).open().filter(expected_close__lte=last)
    return _deal_card(
        deals.order_by("expected_close", "-pk"),
        title=_("Closing this month"),
        icon="calendar-event",
        nothing=_("No open deal is expected to close this month."),
        query=f"status=open&close_until={last.isoformat()}&sort=close",
        shows_close=True,
    )


def slow_card(user: Any) -> dict[str, Any] | None:
    """Open deals that stand in their stage longer than deals usually do; hidden without any."""
    card = _deal_card(
        Deal.objects.visible_to(user).slow().order_by("-amount_base", "-pk"),
        title=_("Deals that stand still"),
        icon="hourglass",
        nothing="",
        query="status=open&slow=true&sort=-amount",
        shows_stay=True,
    )
    now = timezone.now()
    for deal in card["deals"]:
        deal.stay = stay_words(deal, deal.stage, now)
    return card if card["deals"] else None


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _deal_card(deals: Any, *, query: str, **context: Any) -> dict[str, Any]:
    found = deals.select_related("customer", "stage")
    rows, count, exact = first_rows(found, CARD_ROWS, CARD_COUNT)
    url = f"{reverse('sales:deal_list')}?{query}"
    return {"deals": rows, "count": count, "count_exact": exact, "url": url,
            "today": timezone.localdate(), **context}  # fmt: skip


def target_card(user: Any) -> dict[str, Any] | None:
    """How far the running targets of the person and the team have come."""
    today = timezone.localdate()
    running = Target.objects.visible_to(user).filter(starts_on__lte=today, ends_on__gt=today)
    if not user.is_admin:
        running = running.filter(Q(owner=user.pk) | Q(owner__isnull=True))
    found = with_achieved(running.select_related("owner", "team")).order_by("ends_on", "pk")
    reached = [attainment(target, today) for target in found[:CARD_ROWS]]
    if not reached:
        return None
    return {"attainments": reached, "base_currency": settings.BASE_CURRENCY,
            "url": reverse("sales:target_list")}  # fmt: skip
