"""What service puts into the navigation, the customer's page, the search and my day, and who it
lets see what in the apps below."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce, Left
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communications.about import about_offers, register_about
from communications.querysets import request_scope
from communications.selectors import person_name
from crm.common import tones
from crm.common.addresses import record_url
from crm.common.registries import (
    CustomerTab,
    HomeCard,
    NavItem,
    Panel,
    QuickCreate,
    SearchProvider,
    TimelineSource,
    customer_panels,
    customer_tabs,
    home_cards,
    nav_items,
    quick_creates,
    search_providers,
    timeline_sources,
)
from crm.common.roles import Person, Role
from crm.common.searching import SearchQuery, search_values
from customers.models import Customer
from customers.querysets import agent_customer_scope
from customers.timeline import timeline_values
from service.models import ServiceRequest
from service.selectors import (
    QUEUE_ROLES,
    customer_requests,
    due_requests,
    queue_badge,
    queue_summary,
    requests_of,
)

MOST_TEXT = 400
AGENTS = frozenset({Role.AGENT.value})


def _requests_seen(user: Person) -> Any:
    return ServiceRequest.objects.visible_to(user)


def _customers_served(user: Person) -> Any:
    """The customers of an agent's own requests."""
    own = ServiceRequest.objects.alive().filter(owner=user.pk, customer__isnull=False)
    return Customer.objects.filter(pk__in=own.values("customer"))


request_scope.append(_requests_seen)
agent_customer_scope.append(_customers_served)
register_about("request", ServiceRequest.objects.visible_to)

nav_items += [
    NavItem(gettext_lazy("Service desk"), "service:desk", "gauge", 49),
    NavItem(
        gettext_lazy("Queue"),
        "service:queue",
        "list-check",
        50,
        QUEUE_ROLES,
        badge=queue_badge,
        key="w",
    ),
    NavItem(gettext_lazy("Requests"), "service:request_list", "headset", 51, key="t"),
]
quick_creates.append(
    QuickCreate(gettext_lazy("Request"), "service:request_create", "headset", 50, QUEUE_ROLES)
)
customer_panels.append(Panel("requests", "service/_customer_requests.html", 40, customer_requests))
customer_tabs.append(
    CustomerTab(
        "requests", gettext_lazy("Requests"), "headset", 30, "service/_request_rows.html",
        requests_of, lambda rows: rows.order_by("-opened_at", "-pk"),
        all_url="service:request_list", add_url="service:request_create", adders=QUEUE_ROLES,
    )
)  # fmt: skip
home_cards += [
    HomeCard("queue", "service/_queue_card.html", 20, AGENTS, queue_summary, width=6),
    HomeCard("due_requests", "service/_due_card.html", 15, AGENTS, due_requests, width=6),
]


def _requests_to_speak_of(user: Any, customer_id: int) -> list[tuple[str, str]]:
    found = requests_of(user, customer_id).open().order_by("priority", "-opened_at")[:20]
    return [(f"request:{one.pk}", f"{one.number} {one.subject}") for one in found]


about_offers.append(_requests_to_speak_of)


def _find(user: Any, query: SearchQuery) -> Any:
    named = Q(pk=query.number) if query.number is not None else None
    return search_values(
        ServiceRequest.objects.visible_to(user), "requests", query, newest="opened_at",
        label="subject", hint=Coalesce("customer__name", "requester"), also=named,
    )  # fmt: skip


search_providers.append(
    SearchProvider(
        "requests", gettext_lazy("Requests"), "headset", 60, "service:request_detail", _find,
        lambda row: (f"#{row['pk']} {row['label']}", row["hint"]),
    )
)  # fmt: skip


def _opened(user: Any, customer_id: int) -> Any:
    return timeline_values(
        _requests_seen(user).filter(customer=customer_id), "request", "opened_at",
        title=F("subject"), text=Left("description", MOST_TEXT), extra=F("status"),
        who=person_name("owner"),
    )  # fmt: skip


def _describe_opened(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": _("Request #%(number)s: %(subject)s")
        % {"number": row["pk"], "subject": row["title"]},
        "body": row["text"],
        "tone": "red",
        "badge": str(ServiceRequest.Status(row["extra"]).label),
        "badge_tone": tones.tone("service.servicerequest", "status", row["extra"]),
        "url": record_url("service:request_detail", row["pk"]),
    }


def _resolved(user: Any, customer_id: int) -> Any:
    done = _requests_seen(user).filter(customer=customer_id, resolved_at__isnull=False)
    return timeline_values(
        done, "request_resolved", "resolved_at", title=F("subject"), who=person_name("resolved_by")
    )


def _describe_resolved(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": _("Resolved #%(number)s: %(subject)s")
        % {"number": row["pk"], "subject": row["title"]},
        "tone": "green",
        "url": record_url("service:request_detail", row["pk"]),
    }


timeline_sources += [
    TimelineSource(
        "request", gettext_lazy("Requests"), "headset", _opened, _describe_opened, order=40
    ),
    TimelineSource(
        "request_resolved", gettext_lazy("Resolved requests"), "circle-check", _resolved,
        _describe_resolved, group="request", actor="resolved_by",
    ),
]  # fmt: skip
