"""Page-shaped reads of customers, with a fixed number of queries."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, IntegerField, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject

from crm.accounts.http import SignedInRequest
from crm.common.prepared import Prepared
from crm.common.registries import CustomerTab, customer_panels, customer_tabs
from customers.models import Affiliation, Customer
from customers.timeline import TimelineFilter, timeline_page

MOST_CONTACTS = 20
TAB_ROWS = 20


def customer_page(request: SignedInRequest, customer: Customer) -> dict[str, Any]:
    """What the customer's page shows beside the facts."""
    user = request.user
    counts, contacts = _side(user, customer.pk)
    customer.counts = counts  # type: ignore[attr-defined]  # for the panels
    return {
        "contacts": contacts,
        "can_take": user.is_rep and customer.owner_id is None,
        "panels": panels_of(user, customer),
        **tab_page(user, customer, request.GET.get("tab", ""), TimelineFilter.of(request.GET)),
    }


def panels_of(user: Any, customer: Customer) -> list[dict[str, Any]]:
    """The cards that the apps above put beside the customer."""
    shown = []
    for panel in sorted(customer_panels, key=lambda entry: entry.order):
        context = panel.context(user, customer)
        if context is not None:
            shown.append(
                {"key": panel.key, "template": panel.template, "column": panel.column, **context}
            )
    return shown


def customer_counts(user: Any, customer_id: int) -> dict[str, int]:
    """How many records of each tab the reader sees."""
    return _side(user, customer_id)[0]


def tab_page(
    user: Any, customer: Any, key: str, chosen: TimelineFilter | None = None
) -> dict[str, Any]:
    """The open tab of the customer's page (the timeline unless another one is named)."""
    tabs = {tab.key: tab for tab in sorted(customer_tabs, key=lambda entry: entry.order)}
    tab = tabs.get(key)
    context: dict[str, Any] = {
        "tabs": [
            {"key": t.key, "label": t.label, "count": customer.counts.get(t.key), "icon": t.icon}
            for t in tabs.values()
        ],
        "open_tab": tab.key if tab else "timeline",
        "tab": tab,
        "tab_listed": tab is not None and tab.shown is not None,
        "may_add": tab is not None and user.role in tab.adders,
    }
    if tab is None:
        context["timeline"] = timeline_page(user, customer.pk, chosen)
    elif tab.rows and tab.shown:
        context["tab_rows"] = list(tab.shown(tab.rows(user, customer.pk))[:TAB_ROWS])
    return context


def contacts_of(user: Any, customer_id: int) -> list[dict[str, Any]]:
    """The people of a customer: the primary one first, inactive ones last."""
    return _side(user, customer_id)[1]


def contact_page(request: SignedInRequest, contact: Any) -> dict[str, Any]:
    visible = Customer.objects.visible_to(request.user)
    parts = contact.affiliations.filter(customer__in=visible).select_related("customer")
    return {"affiliations": list(parts[:50])}


def _side(user: Any, customer_id: int) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """The counts of the tabs and the contacts, in one query."""
    found = _SIDE.fetch(user, pk=customer_id)
    row = dict(found[0]) if found else {}
    people = row.pop("people", None) or []
    return {name.removeprefix("count_"): count for name, count in row.items()}, people


def _side_query(user: Any, pk: int) -> Any:
    counts = {f"count_{tab.key}": _count(tab, user, pk) for tab in customer_tabs if tab.rows}
    parts = Affiliation.objects.filter(customer=pk, contact__trashed_at__isnull=True)
    parts = parts.order_by("-is_primary", "-active", "contact__name", "pk")[:MOST_CONTACTS]
    person = JSONObject(
        pk="contact_id", name="contact__name", title="contact__title", phone="contact__phone",
        email="contact__email", role="role", is_primary="is_primary", active="active",
    )  # fmt: skip
    people = ArraySubquery(parts.values(person=person))
    seen = Customer.objects.visible_to(user).filter(pk=pk).order_by()
    return seen.annotate(people=people, **counts).values("people", *counts)


def _count(tab: CustomerTab, user: Any, pk: int) -> Any:
    rows: Any = tab.rows(user, pk) if tab.rows else None
    counted = rows.order_by().values(one=Value(1)).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


_SIDE = Prepared(_side_query)
