"""Page-shaped reads of campaigns, with a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from customers.models import Customer, Segment
from marketing.models import Activity, Campaign
from marketing.spending import by_platform

SHOWN = 50
CARD = 5

_SUCCESS = Q(result=Activity.Result.SUCCESS)
_FAILURE = Q(result=Activity.Result.FAILURE)
_PENDING = Q(result=Activity.Result.PENDING)


@dataclass(frozen=True)
class Figures:
    """What a campaign has brought among the customers that the reader sees.

    ``cost`` is None where the reader sees only a part of the customers: the campaign's whole cost
    against a part of its results would be wrong.
    """

    customers: int
    successes: int
    failures: int
    pending: int
    revenue: Decimal
    cost: Decimal | None

    @property
    def success_rate(self) -> float | None:
        """Successes among the decided; None before the first."""
        decided = self.successes + self.failures
        return self.successes / decided if decided else None

    @property
    def roi(self) -> float | None:
        """(revenue - cost) / cost."""
        if not self.cost:
            return None
        return float((self.revenue - self.cost) / self.cost)

    @property
    def cost_per_success(self) -> Decimal | None:
        if not self.cost or not self.successes:
            return None
        return self.cost / self.successes


def campaign_figures(user: Any, campaign: Campaign) -> Figures:
    """All figures of a campaign in one query."""
    found = Activity.objects.visible_to(user).filter(campaign=campaign)
    sums = found.aggregate(
        customers=Count("pk"),
        successes=Count("pk", filter=_SUCCESS),
        failures=Count("pk", filter=_FAILURE),
        pending=Count("pk", filter=_PENDING),
        revenue=Coalesce(Sum("revenue"), Decimal(0)),
    )
    whole = user.is_admin or (user.is_manager and campaign.team_id == user.team_id)
    return Figures(**sums, cost=campaign.cost if whole else None)


def campaign_page(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    """The figures, and the activities: what is still open first."""
    user: Any = request.user
    activities = Activity.objects.visible_to(user).filter(campaign=campaign)
    shown = (
        activities.select_related("customer", "owner")
        .annotate(is_open=_PENDING)
        .order_by("-is_open", "-happened_at", "-pk")[: SHOWN + 1]
    )
    rows = list(shown)
    over = campaign.status in {Campaign.Status.FINISHED, Campaign.Status.CANCELLED}
    figures = campaign_figures(user, campaign)
    return {
        "figures": figures,
        "platforms": [] if figures.cost is None else by_platform(user, campaign),
        "base_currency": settings.BASE_CURRENCY,
        "activities": rows[:SHOWN],
        "more": len(rows) > SHOWN,
        "may_add": not user.is_agent and not over,
    }


def customers_of_segment(user: Any, segment: Segment) -> list[int]:
    """The segment's customers that the user may add to a campaign."""
    mine = Customer.objects.editable_by(user).filter(segment=segment)
    return list(mine.values_list("pk", flat=True))


def segment_list(user: Any) -> list[Segment]:
    found = Segment.objects.visible_to(user).select_related("team")
    return list(found.order_by("-active", "key", "name")[:200])


def running_card(user: Any) -> dict[str, Any] | None:
    """The running campaigns with their results, for managers; None when there are none."""
    reach = Activity.objects.visible_to(user).values("pk")
    mine = Q(activities__in=reach)
    found = (
        Campaign.objects.visible_to(user)
        .filter(status=Campaign.Status.RUNNING)
        .annotate(
            customers=Count("activities", filter=mine),
            successes=Count("activities", filter=mine & Q(activities__result="success")),
            decided=Count("activities", filter=mine & ~Q(activities__result="pending")),
        )
        .order_by("ends_on", "pk")[:CARD]
    )
    campaigns = list(found)
    for campaign in campaigns:
        campaign.success_rate = campaign.successes / campaign.decided if campaign.decided else None
    return {"campaigns": campaigns} if campaigns else None
