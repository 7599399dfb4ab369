"""What marketing puts into the navigation, the search, the timeline and my day."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from crm.common import tones
from crm.common.addresses import record_url
from crm.common.registries import (
    HomeCard,
    NavItem,
    QuickCreate,
    SearchProvider,
    TimelineSource,
    home_cards,
    nav_items,
    ownership_followers,
    quick_creates,
    search_providers,
    timeline_sources,
)
from crm.common.searching import SearchQuery, search_values
from crm.records.resources import KEEPERS, SELLERS
from customers.timeline import timeline_values
from marketing import bulk  # noqa: F401  # fills the registry
from marketing.models import Activity, Campaign
from marketing.selectors import running_card
from marketing.services import follow_customer

nav_items += [
    NavItem(_("Campaigns"), "marketing:campaign_list", "speakerphone", 60, SELLERS, key="k"),
    NavItem(_("Campaign activities"), "marketing:activity_list", "mail-forward", 61, SELLERS),
    NavItem(_("Ad spend"), "marketing:spend", "coin", 62, KEEPERS),
    NavItem(_("Segments"), "marketing:segments", "users-group", 63, SELLERS),
]
quick_creates += [
    QuickCreate(_("Campaign"), "marketing:campaign_create", "speakerphone", 70, KEEPERS),
]


def _campaigns(user: Any, query: SearchQuery) -> Any:
    return search_values(
        Campaign.objects.visible_to(user), "campaigns", query,
        newest="updated_at", label="name", extra="status",
    )  # fmt: skip


search_providers.append(
    SearchProvider(
        "campaigns", _("Campaigns"), "speakerphone", 80, "marketing:campaign_detail", _campaigns,
        lambda row: (row["label"], str(Campaign.Status(row["extra"]).label)),
    )
)  # fmt: skip


def _activities(user: Any, customer_id: int) -> Any:
    found = Activity.objects.visible_to(user).filter(customer=customer_id)
    return timeline_values(
        found, "activity", "happened_at",
        title=F("campaign__name"), text=F("note"), extra=F("result"), who=F("owner__full_name"),
    )  # fmt: skip


def _describe(row: dict[str, Any]) -> dict[str, Any]:
    results = dict(Activity.Result.choices)
    return {
        "title": row["title"],
        "body": row["text"],
        "tone": tones.tone("marketing.activity", "result", row["extra"]),
        "badge": results.get(row["extra"], row["extra"]),
        "url": record_url("marketing:activity_detail", row["pk"]),
    }


timeline_sources.append(
    TimelineSource("activity", _("Campaigns"), "speakerphone", _activities, _describe)
)
home_cards.append(HomeCard("campaigns", "marketing/running_card.html", 60, KEEPERS, running_card))
ownership_followers.append(follow_customer)
