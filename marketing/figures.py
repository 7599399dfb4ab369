"""The figures of campaigns that dashboards are composed of; summed in ``measures``.

Campaigns count when they ran in the period. Costs of campaigns in another currency than the
company's are left out, for there is no rate to sum them at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.accounts.models import Team
from crm.records.figures import Day, Figure, Group, Part, Source, Span, offer
from crm.records.resources import KEEPERS, SELLERS
from marketing import measures
from marketing.models import Activity, Campaign

RAN = Span("starts_on", ("ran_from", "ran_until"), "", last="ends_on")
HAPPENED = Day("happened_at", ("happened_from", "happened_until"))


def _teams(keys: Any) -> Mapping[Any, str]:
    return {pk: team.label for pk, team in Team.objects.in_bulk(list(keys)).items()}


def _channels(keys: Any) -> Mapping[Any, str]:
    return {value: str(label) for value, label in Campaign.Channel.choices}


def _campaigns(keys: Any) -> Mapping[Any, str]:
    return {pk: campaign.name for pk, campaign in Campaign.objects.in_bulk(list(keys)).items()}


CAMPAIGNS = Source(
    Campaign, "marketing:campaign_list",
    {"team": "team", "owner": "owner"}, {"team": "team", "owner": "owned_by"},
    measures.CAMPAIGN,
    (
        Group("way", _("Channel"), "channel", _channels, "channel"),
        Group("team", _("Team"), "team", _teams, "team"),
    ),
    {"currency": settings.BASE_CURRENCY},
)  # fmt: skip
ACTIVITIES = Source(
    Activity, "marketing:activity_list",
    {"team": "team", "owner": "owner", "region": "customer__region"},
    {"team": "team", "owner": "owned_by", "region": "region"},
    measures.ACTIVITY,
    (Group("campaign", _("Campaign"), "campaign", _campaigns, "campaign_is"),),
)  # fmt: skip
_OURS = Q(currency=settings.BASE_CURRENCY)


def roi(part: Part) -> float | None:
    """What the customers of the campaigns that ran brought, against the campaigns' costs."""
    ran = CAMPAIGNS.records(_spend, part)
    cost = CAMPAIGNS.over(ran, ("cost",))["cost"]
    own = Activity.objects.visible_to(part.user).filter(campaign__in=ran.values("pk"))
    brought: Decimal = ACTIVITIES.over(own, ("brought",))["brought"]
    return measures.return_on(cost, brought)


def other_currencies(part: Part) -> str:
    """How many of the campaigns that ran reckon in another currency, and are left out."""
    n = CAMPAIGNS.records(replace(_spend, where=~_OURS), part).count()
    if not n:
        return ""
    return ngettext(
        "Without %(n)d campaign in another currency.",
        "Without %(n)d campaigns in other currencies.", n,
    ) % {"n": n}  # fmt: skip


_spend = Figure(
    "campaign_cost", _("Campaign costs"),
    _("Actual costs of the campaigns that ran in the period."), "money", KEEPERS, CAMPAIGNS,
    ("cost",), RAN, _OURS, caveat=other_currencies, low_is_good=True, order=61,
)  # fmt: skip

offer(
    Figure("campaigns", _("Campaigns"), _("Campaigns that ran in the period."), "count", KEEPERS,
           CAMPAIGNS, ("campaigns",), RAN, _OURS, caveat=other_currencies, order=60),
    _spend,
    Figure("roi", _("Return on campaign costs"),
           _("What customers in the campaigns that ran brought, over the costs, less one."),
           "share", KEEPERS, CAMPAIGNS, (), made=roi,
           made_url=lambda part: _spend.list_url(part), caveat=other_currencies,
           adds_up=False, order=62),
    Figure("activities", _("Customers addressed"), _("Customers' parts in campaigns."), "count",
           SELLERS, ACTIVITIES, ("customers",), HAPPENED, order=63),
    Figure("success_rate", _("Success rate of campaigns"),
           _("Successes among the customers whose result is known."), "share", SELLERS, ACTIVITIES,
           ("success", "decided"), HAPPENED, combine=measures.success_rate, adds_up=False,
           order=64),
    Figure("brought", _("Revenue from campaigns"), _("What customers in campaigns brought."),
           "money", SELLERS, ACTIVITIES, ("brought",), HAPPENED, order=65),
)  # fmt: skip
