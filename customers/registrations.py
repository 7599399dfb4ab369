"""What customers put into the navigation, the search and the timeline."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Value
from django.utils.translation import gettext_lazy as _

from crm.common.addresses import record_url
from crm.common.registries import (
    CustomerTab,
    HomeCard,
    NavItem,
    PageAction,
    QuickCreate,
    SearchProvider,
    TimelineSource,
    customer_tabs,
    home_cards,
    nav_items,
    owned,
    page_actions,
    quick_creates,
    search_providers,
    timeline_sources,
)
from crm.common.roles import Role
from crm.common.searching import SearchQuery, search_values
from crm.records.models import Attachment
from crm.records.resources import EVERYONE, KEEPERS, SELLERS
from customers import bulk  # noqa: F401  # fills the registry
from customers.cards import leads_card, owned_customers, privacy_card, strays_card
from customers.models import Contact, Customer, Need
from customers.part_history import describe_part, link_rows, tag_rows
from customers.timeline import timeline_values
from customers.timeline_changes import changes_rows, describe_change

REPS = frozenset({Role.REP.value})

nav_items += [
    NavItem(_("Customers"), "customers:list", "users", 20, key="c"),
    NavItem(_("Contacts"), "customers:contact_list", "address-book", 21, key="p"),
    NavItem(_("Needs"), "customers:need_list", "bulb", 22, key="n"),
    NavItem(_("Duplicates"), "customers:duplicates", "users-group", 23, section="upkeep"),
    NavItem(_("Data quality"), "customers:quality", "checklist", 24, SELLERS, section="upkeep"),
    NavItem(
        _("Personal data"), "customers:privacy_list", "shield-lock", 25, KEEPERS, section="upkeep"
    ),
]
page_actions += [
    PageAction("customers.customer", "customers/_merge_action.html", KEEPERS),
    PageAction("customers.contact", "customers/_merge_action.html", SELLERS),
    PageAction("customers.customer", "customers/_privacy_action.html", EVERYONE),
    PageAction("customers.contact", "customers/_privacy_action.html", EVERYONE),
]
quick_creates += [
    QuickCreate(_("Customer"), "customers:create", "users", 10, SELLERS),
    QuickCreate(_("Contact"), "customers:contact_create", "address-book", 20, EVERYONE),
    QuickCreate(_("Need"), "customers:need_create", "bulb", 30, SELLERS),
]
owned.append(owned_customers)
home_cards += [
    HomeCard("privacy", "customers/_privacy_card.html", 5, KEEPERS, privacy_card),
    HomeCard("strays", "customers/_strays_card.html", 6, KEEPERS, strays_card),
    HomeCard("leads", "customers/_leads_card.html", 15, REPS, leads_card),
]


def _customers(user: Any, query: SearchQuery) -> Any:
    seen = Customer.objects.visible_to(user)
    return search_values(seen, "customers", query, newest="updated_at", label="name", hint="city")


def _contacts(user: Any, query: SearchQuery) -> Any:
    seen = Contact.objects.visible_to(user)
    return search_values(seen, "contacts", query, newest="updated_at", label="name", hint="title")


search_providers += [
    SearchProvider("customers", _("Customers"), "users", 10, "customers:detail", _customers),
    SearchProvider(
        "contacts", _("Contacts"), "address-book", 20, "customers:contact_detail", _contacts
    ),
]


def _needs(user: Any, customer_id: int) -> Any:
    needs = Need.objects.visible_to(user).filter(customer=customer_id)
    return timeline_values(
        needs, "need", "created_at",
        title=F("title"), text=F("product"), extra=F("status"), who=Value(""),
    )  # fmt: skip


def _describe_need(row: dict[str, Any]) -> dict[str, Any]:
    return {"title": row["title"], "body": row["text"], "tone": "yellow",
            "url": f"/customers/needs/{row['pk']}/"}  # fmt: skip


timeline_sources += [
    TimelineSource("need", _("Needs"), "bulb", _needs, _describe_need, order=60),
    TimelineSource(
        "change", _("Changes"), "history", changes_rows, describe_change, actor="actor", order=80
    ),
    TimelineSource("tag", _("Tags"), "tag", tag_rows, describe_part, "change", "actor"),
    TimelineSource(
        "link", _("Contacts"), "address-book", link_rows, describe_part, "change", "actor"
    ),
]


def _needs_seen(user: Any, customer_id: int) -> Any:
    return Need.objects.visible_to(user).filter(customer=customer_id)


def _files_of(user: Any, customer_id: int) -> Any:
    return Attachment.objects.of(Customer, customer_id)


def _files(user: Any, customer_id: int) -> Any:
    seen = Customer.objects.visible_to(user).filter(pk=customer_id)
    kept = _files_of(user, customer_id).filter(object_id__in=seen.values("pk"))
    return timeline_values(
        kept, "file", "created_at", title=F("name"), who=F("created_by__full_name")
    )


def _describe_file(row: dict[str, Any]) -> dict[str, Any]:
    url = record_url("records:file", row["pk"])
    return {"title": row["title"], "tone": "azure", "url": url}


timeline_sources.append(
    TimelineSource(
        "file", _("Files"), "paperclip", _files, _describe_file, actor="created_by", order=70
    )
)
customer_tabs += [
    CustomerTab(
        "needs",
        _("Needs"),
        "bulb",
        40,
        "customers/_needs.html",
        _needs_seen,
        lambda rows: rows.order_by("status", "priority", "-updated_at"),
        all_url="customers:need_list",
        add_url="customers:need_create",
        adders=SELLERS,
    ),
    CustomerTab("files", _("Files"), "paperclip", 50, "customers/_files.html", _files_of),
    CustomerTab("changes", _("Changes"), "history", 90, "customers/_changes.html"),
]
