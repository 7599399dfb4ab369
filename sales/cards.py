"""What sales show on my day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.common.prepared import Prepared
from crm.records.keyset import CappedCount
from sales import measures
from sales.models import Deal, Target
from sales.next_steps import NextStep, filter_next_step
from sales.selectors import attainment, with_achieved
from sales.stays import stay_words

CARD_ROWS = 6
CARD_COUNT = 1000


def deal_cards(user: Any) -> list[dict[str, Any]]:
    """Open deals without a next step, those to close this month, and those that stand still.

    The last card is hidden without any. Counted, together, only where a card cannot show all.
    """
    today = timezone.localdate()
    last = _next_month(today) - timedelta(days=1)
    found = {key: _DEALS.fetch(user, key, **_days(key, last)) for key in _WANTING}
    counts = {key: len(rows) for key, rows in found.items()}
    if max(counts.values()) > CARD_ROWS:
        counts = _COUNTS.fetch(user, last=last)[0]
    cards = [_card(key, found[key][:CARD_ROWS], counts[key], last) for key in _WANTING]
    return [card for card in cards if card["deals"] or card["nothing"]]


def _stepless(deals: Any) -> Any:
    return filter_next_step(deals, NextStep.NONE).order_by("-amount_base", "-pk")


def _closing(deals: Any, last: date) -> Any:
    """Expected to close this month, or should have."""
    return deals.filter(expected_close__lte=last).order_by("expected_close", "-pk")


def _slow(deals: Any) -> Any:
    """In their stage longer than deals usually are."""
    return deals.slow().order_by("-amount_base", "-pk")


_WANTING: dict[str, Callable[..., Any]] = {
    "stepless": _stepless, "closing": _closing, "slow": _slow,
}  # fmt: skip


def _days(key: str, last: date) -> dict[str, date]:
    return {"last": last} if key == "closing" else {}


def _wanting(user: Any, key: str, **days: date) -> Any:
    return _WANTING[key](Deal.objects.visible_to(user).open(), **days)


def _first_deals(user: Any, key: str, **days: date) -> Any:
    return _wanting(user, key, **days).select_related("customer", "stage")[: CARD_ROWS + 1]


def _counts(user: Any, last: date) -> Any:
    """One row: how many deals each card is about, at most one more than ``CARD_COUNT``."""
    counted = {
        key: CappedCount(_wanting(user, key, **_days(key, last)), CARD_COUNT) for key in _WANTING
    }
    return User.objects.filter(pk=user.pk).values(**counted)


_DEALS, _COUNTS = Prepared(_first_deals), Prepared(_counts)


def _card(key: str, deals: list[Any], count: int, last: date) -> dict[str, Any]:
    title, icon, nothing, query = {
        "stepless": (
            _("Deals without a next step"), "circle-dashed",
            _("Every open deal has its next step."), "next_step=none&sort=-amount",
        ),
        "closing": (
            _("Closing this month"), "calendar-event",
            _("No open deal is expected to close this month."),
            f"close_until={last.isoformat()}&sort=close",
        ),
        "slow": (_("Deals that stand still"), "hourglass", "", "slow=true&sort=-amount"),
    }[key]  # fmt: skip
    now = timezone.now()
    if key == "slow":
        for deal in deals:
            deal.stay = stay_words(deal, deal.stage, now)
    return {
        "deals": deals, "count": min(count, CARD_COUNT), "count_exact": count <= CARD_COUNT,
        "url": f"{reverse('sales:deal_list')}?status=open&{query}",
        "title": title, "icon": icon, "nothing": nothing, "shows_close": key == "closing",
        "shows_stay": key == "slow",
    }  # fmt: skip


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def target_card(user: Any) -> dict[str, Any] | None:
    """How far the running targets of the person and the team have come."""
    today = measures.company_today()
    running = Target.objects.visible_to(user).filter(starts_on__lte=today, ends_on__gt=today)
    if not user.is_admin:
        running = running.filter(Q(owner=user.pk) | Q(owner__isnull=True))
    found = with_achieved(running.select_related("owner", "team"), user).order_by("ends_on", "pk")
    reached = [attainment(target, today) for target in found[:CARD_ROWS]]
    if not reached:
        return None
    return {"attainments": reached, "base_currency": settings.BASE_CURRENCY,
            "url": reverse("sales:target_list")}  # fmt: skip
