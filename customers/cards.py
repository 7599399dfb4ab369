"""What customers show on my day."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import ngettext

from crm.accounts.models import User
from crm.common import formats
from crm.records.keyset import first_rows
from customers.models import Customer, PrivacyRequest

CARD_ROWS = 6
CARD_COUNT = 1000


def owned_customers(person: User) -> tuple[str, str] | None:
    """How many customers a person owns, in words, and their list; None without any."""
    count = Customer.objects.alive().filter(owner=person).count()
    words = ngettext("%(n)s customer", "%(n)s customers", count) % {"n": formats.number(count)}
    return (words, f"{reverse('customers:list')}?owner={person.pk}") if count else None


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


def strays_card(user: Any) -> dict[str, Any] | None:
    """Owners who left or are in another team, with the number of customers that stayed behind.

    Administrators, who have no team, see those who left.
    """
    theirs = Customer.objects.visible_to(user).filter(owner=OuterRef("pk"))
    counted = theirs.order_by().values("owner").annotate(n=Count("pk")).values("n")
    gone = Q(is_active=False)
    if not user.is_admin:
        gone |= ~Q(team=user.team_id or 0) | Q(team=None)
    people = User.objects.filter(gone).select_related("team").annotate(customers=Subquery(counted))
    found = list(people.filter(customers__gt=0).order_by("-customers", "pk")[:CARD_ROWS])
    return {"people": found} if found else None
