"""What customers show on my day."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from crm.records.keyset import first_rows
from customers.models import Customer, PrivacyRequest

CARD_ROWS = 6
CARD_COUNT = 1000


def leads_card(user: Any) -> dict[str, Any] | None:
    """Leads of the team that nobody owns yet, the newest first; hidden when there are none."""
    free = Customer.objects.takeable_by(user).filter(lifecycle=Customer.Lifecycle.LEAD)
    rows, count, exact = first_rows(free.order_by("-created_at", "-pk"), CARD_ROWS, CARD_COUNT)
    if not rows:
        return None
    query = f"lifecycle={Customer.Lifecycle.LEAD}&unowned=true"
    url = f"{reverse('customers:list')}?{query}"
    return {"leads": rows, "count": count, "count_exact": exact, "url": url}


def privacy_card(user: Any) -> dict[str, Any] | None:
    """Others' requests about personal data that wait for the user, the oldest first."""
    everything = PrivacyRequest.objects.select_related("customer", "contact", "requested_by")
    waiting = everything.decidable_by(user).waiting().exclude(requested_by=user.pk)
    rows = list(waiting.order_by("requested_at", "pk")[:CARD_ROWS])
    return {"requests": rows} if rows else None
