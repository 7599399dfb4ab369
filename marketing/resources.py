"""The lists and pages of campaigns and their activities."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.common import tones
from crm.common.columns import (
    BadgeColumn,
    Column,
    DayColumn,
    LinkColumn,
    MomentColumn,
    MoneyColumn,
    RelatedColumn,
    SinceColumn,
)
from crm.records.keyset import Sort
from crm.records.resources import KEEPERS, SELLERS, Fact, Resource
from marketing import measures, services
from marketing.filters import ActivityFilterSet, CampaignFilterSet
from marketing.forms import ActivityForm, CampaignForm
from marketing.models import Activity, Campaign
from marketing.selectors import campaign_page

tones.register(
    "marketing.campaign", "status",
    {"planned": "blue", "running": "green", "finished": "secondary", "cancelled": "red"},
)  # fmt: skip
tones.register(
    "marketing.activity", "result", {"pending": "blue", "success": "green", "failure": "red"}
)
tones.register(
    "marketing.activity", "stage",
    {"sent": "azure", "opened": "cyan", "clicked": "teal", "replied": "green", "opted_out": "red"},
)  # fmt: skip


def _campaign_tabs(user: Any) -> list[tuple[Any, str]]:
    return [
        (_("All campaigns"), ""),
        (_("Running"), "status=running"),
        (_("Planned"), "status=planned"),
        (_("Finished"), "status=finished"),
    ]


def _activity_tabs(user: Any) -> list[tuple[Any, str]]:
    return [
        (_("All activities"), ""),
        (_("Pending"), "result=pending"),
        (_("Success"), "result=success"),
        (_("Failure"), "result=failure"),
    ]


def _activity_initial(request: Any) -> dict[str, Any]:
    named = ("campaign", "customer")
    return {name: request.GET[name] for name in named if request.GET.get(name, "").isdecimal()}


def _campaign_currency(activity: Any) -> str:
    return str(activity.campaign.currency)


CAMPAIGNS = Resource(
    model=Campaign,
    namespace="marketing",
    prefix="campaign_",
    api="campaigns",
    icon="speakerphone",
    columns=[
        LinkColumn("name", _("Campaign"), sort="name"),
        BadgeColumn("status", _("Status")),
        BadgeColumn("channel", _("Channel")),
        DayColumn("starts_on", _("From"), sort="starts"),
        DayColumn("ends_on", _("Until")),
        MoneyColumn("budget", _("Budget"), sort="budget"),
        MoneyColumn("cost", _("Cost"), export=measures.COST),
        MoneyColumn("actual_cost", _("Costs entered by hand"), default=False),
        MoneyColumn("ad_spend", _("Ad spend"), default=False),
        Column("external_id", _("Id on the advertising platform"), default=False),
        Column("owner", _("Owner"), path="owner.display_name"),
        SinceColumn("updated_at", _("Updated"), sort="updated"),
    ],
    sorts=[
        Sort("updated", "updated_at"),
        Sort("name", "name"),
        Sort("starts", "starts_on"),
        Sort("budget", "budget"),
    ],
    default_sort="-starts",
    filterset=CampaignFilterSet,
    form=CampaignForm,
    create=services.campaign_create,
    update=services.campaign_update,
    trash=services.campaign_trash,
    restore=services.campaign_restore,
    creators=KEEPERS,
    readers=SELLERS,
    select=["owner", "team"],
    facts=[
        Fact(Column("objective", _("Objective"))),
        Fact(BadgeColumn("channel", _("Channel")), always=True),
        Fact(DayColumn("starts_on", _("From")), always=True),
        Fact(DayColumn("ends_on", _("Until")), always=True),
        Fact(MoneyColumn("budget", _("Budget")), always=True),
        Fact(MoneyColumn("cost", _("Cost")), always=True),
        Fact(MoneyColumn("actual_cost", _("Costs entered by hand"))),
        Fact(MoneyColumn("ad_spend", _("Ad spend"))),
        Fact(Column("external_id", _("Id on the advertising platform"))),
        Fact(MoneyColumn("expected_revenue", _("Expected revenue")), always=True),
        Fact(Column("team", _("Team"), path="team.label")),
    ],
    detail_template="marketing/campaign_detail.html",
    detail_context=campaign_page,
    tabs=_campaign_tabs,
    empty=_("No campaigns yet. Plan the first one."),
)

ACTIVITIES = Resource(
    model=Activity,
    namespace="marketing",
    prefix="activity_",
    api="activities",
    icon="mail-forward",
    columns=[
        LinkColumn("customer", _("Customer"), path="customer.name"),
        RelatedColumn("campaign", _("Campaign")),
        BadgeColumn("stage", _("Stage")),
        BadgeColumn("result", _("Result")),
        MoneyColumn("revenue", _("Revenue"), sort="revenue", currency=_campaign_currency),
        Column("owner", _("Owner"), path="owner.display_name"),
        SinceColumn("happened_at", _("When"), sort="happened"),
    ],
    sorts=[Sort("happened", "happened_at"), Sort("revenue", "revenue")],
    default_sort="-happened",
    filterset=ActivityFilterSet,
    form=ActivityForm,
    create=services.activity_create,
    update=services.activity_update,
    trash=services.activity_trash,
    restore=services.activity_restore,
    creators=SELLERS,
    readers=SELLERS,
    select=["owner", "customer", "campaign"],
    facts=[
        Fact(RelatedColumn("customer", _("Customer")), always=True),
        Fact(RelatedColumn("campaign", _("Campaign")), always=True),
        Fact(BadgeColumn("stage", _("Stage")), always=True),
        Fact(BadgeColumn("result", _("Result")), always=True),
        Fact(MomentColumn("happened_at", _("When")), always=True),
        Fact(MoneyColumn("revenue", _("Revenue"), currency=_campaign_currency), always=True),
        Fact(Column("note", _("Note"))),
    ],
    detail_template="marketing/activity_detail.html",
    tabs=_activity_tabs,
    initial=_activity_initial,
    empty=_("No activities yet. Add customers to a campaign."),
)
