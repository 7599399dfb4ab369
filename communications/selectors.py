"""Page-shaped reads of communications and follow-ups, with a fixed number of queries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from communications.about import find_subject
from communications.models import Communication, FollowUp
from crm.common.models import new_submission
from crm.common.prepared import Prepared
from customers.models import Customer

CHANNEL_ICONS = {
    "phone": "phone", "email": "mail", "chat": "message", "sms": "device-mobile",
    "wechat": "brand-wechat", "visit": "map-pin", "meeting": "users", "note": "note",
}  # fmt: skip
QUICK_CHANNELS = ("phone", "email", "wechat", "visit", "meeting", "note")
QUICK_DAYS = (1, 3, 7, 14, 30)
_CHANNELS = dict(Communication.Channel.choices)
PANEL_ROWS = 3
TALKS = 10
CARD_ROWS = 8


def day_end() -> datetime:
    """The coming midnight in the reader's zone."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return timezone.make_aware(datetime(tomorrow.year, tomorrow.month, tomorrow.day))  # noqa: DTZ001  # made aware here


def person_name(path: str) -> Coalesce:
    """A colleague's name as the database gives it, for timelines: ``person_name("owner")``."""
    return Coalesce(NullIf(F(f"{path}__full_name"), Value("")), F(f"{path}__username"), Value(""))


def with_rights(user: Any, follow_ups: Any) -> Any:
    """Follow-ups with ``can_edit``: who may tick them off."""
    own = FollowUp.objects.editable_by(user).filter(pk=OuterRef("pk"))
    return follow_ups.annotate(can_edit=Exists(own))


def about_page(request: HttpRequest, record: Any) -> dict[str, Any]:
    """The record that a communication or follow-up is about, if the reader may see it."""
    return {"about": find_subject(request.user, record.about_kind, record.about_id)}


def next_steps(user: Any, customer: Any) -> dict[str, Any]:
    """The customer's open follow-ups, the earliest first."""
    rows = _NEXT_STEPS.fetch(user, customer_id=customer.pk)
    return {
        "steps": rows[:PANEL_ROWS], "more": len(rows) > PANEL_ROWS, "step_customer": customer
    }  # fmt: skip


def _next_steps(user: Any, customer_id: int) -> Any:
    steps = FollowUp.objects.visible_to(user).open().filter(customer=customer_id)
    found = with_rights(user, steps.select_related("owner")).order_by("due_at", "pk")
    return found[: PANEL_ROWS + 1]


_NEXT_STEPS = Prepared(_next_steps)


def quick_log(user: Any, customer: Any) -> dict[str, Any]:
    """What the form on the customer's page offers."""
    return {
        "log_customer": customer,
        "log_channels": [(key, _CHANNELS[key], CHANNEL_ICONS[key]) for key in QUICK_CHANNELS],
        "log_outcomes": Communication.Outcome.choices,
        "log_days": [(days, _in_days(days)) for days in QUICK_DAYS],
        "log_submission": new_submission(),
        "values": {"channel": "phone", "next_in": "1"},
    }


def _in_days(days: int) -> str:
    return (
        gettext("tomorrow")
        if days == 1
        else (ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days})
    )


def due_steps(user: Any) -> dict[str, Any] | None:
    """One's own open follow-ups that are overdue or due today."""
    mine = FollowUp.objects.visible_to(user).open().filter(owner=user, due_at__lt=day_end())
    rows = list(mine.select_related("customer").order_by("due_at", "pk")[: CARD_ROWS + 1])
    now = timezone.now()
    for row in rows:
        row.can_edit = True  # one's own
    return {
        "overdue": [row for row in rows[:CARD_ROWS] if row.due_at < now],
        "today_steps": [row for row in rows[:CARD_ROWS] if row.due_at >= now],
        "more_steps": len(rows) > CARD_ROWS,
        "steps_owner": user,
    }  # fmt: skip


def talks_with(user: Any, contact: Any) -> dict[str, Any]:
    """What was said to or by a person, newest first, and the customer that a new one is for."""
    said = Communication.objects.visible_to(user).filter(contact=contact.pk)
    houses = Customer.objects.visible_to(user).filter(
        affiliations__contact=contact.pk, affiliations__active=True
    )
    found = said.select_related("owner").order_by("-happened_at", "-pk")[:TALKS]
    house = houses.order_by("-affiliations__is_primary", "pk").values_list("pk", flat=True).first()
    return {"talks": list(found), "contact": contact, "house": house}
