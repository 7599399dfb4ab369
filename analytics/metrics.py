"""The one definition of every figure that a page shows.

Each function takes a ``Slice`` and reads through ``visible_to``. Money is in the base currency.
Periods are half-open: [start, end).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, DateField, IntegerField, Sum, Value, When
from django.db.models.functions import Cast, ExtractHour, ExtractIsoWeekDay, TruncWeek
from django.utils import timezone

from analytics.slices import Slice
from communications.models import About, Communication, ContactDay
from communications.triggers import CONTACT_DAYS
from crm.common.roles import is_agent
from customers.models import Customer, Segment
from marketing import measures as campaign_measures
from marketing.models import Activity, Campaign
from sales import measures
from sales.funnel import reached
from sales.models import DealSum, SalesDay
from sales.scopes import sales_scope
from service import measures as service_measures
from service.models import ServiceRequest


def sales(part: Slice) -> Decimal:
    """Sum of the orders that count (refunds negative) in the period, by the company's days."""
    return measures.revenue(part.of(SalesDay).filter(day__gte=part.start, day__lt=part.end))


def weighted_pipeline(part: Slice) -> Decimal:
    """Σ amount × probability of the deals open now; lost deals are not open."""
    return measures.weighted_open(part.of(DealSum))


def win_rate(part: Slice) -> float | None:
    """Won / (won + lost) among the deals closed in the period; None when none closed."""
    closed = part.of(DealSum).filter(closed_on__gte=part.start, closed_on__lt=part.end)
    return measures.win_rate(**measures.over(closed, "won", "lost"))


def first_response_seconds(part: Slice) -> float | None:
    """Mean time to the first response of the requests opened in the period, by the clock."""
    return first_responses([part])[0]


def first_responses(parts: Sequence[Slice]) -> list[float | None]:
    """``first_response_seconds`` of slices that differ in their periods alone, in one reading."""
    periods = [part.within("opened_at") for part in parts]
    opened = (
        parts[0]
        .of(ServiceRequest)
        .filter(
            opened_at__gte=min(period["opened_at__gte"] for period in periods),
            opened_at__lt=max(period["opened_at__lt"] for period in periods),
        )
    )
    places = [When(**period, then=place) for place, period in enumerate(periods)]
    placed = opened.order_by().annotate(place=Case(*places, output_field=IntegerField()))
    mean = service_measures.REQUEST["first_response"]
    found = dict(placed.values_list("place").annotate(mean=mean))
    return [service_measures.seconds(mean=found.get(place)) for place in range(len(parts))]


def open_requests(part: Slice) -> dict[str, int]:
    """Requests open now: all, breached, waiting for the customer, without an owner."""
    return dict(part.of(ServiceRequest).open().aggregate(**service_measures.now()))


def weekly_sales(part: Slice) -> list[tuple[date, float]]:
    """Sales per whole week (Monday first) in the period, weeks without sales as 0.

    The week that is still running is left out.
    """
    days = part.of(SalesDay).filter(day__gte=part.start, day__lt=part.end)
    rows = measures.grouped(days, {"week": TruncWeek("day")}, "revenue")
    found = {row["week"]: float(row["revenue"]) for row in rows}
    return _fill_weeks(found, part)


def whole_weeks(part: Slice) -> tuple[date, date]:
    """The Mondays that bound the whole weeks of the period, the running week left out."""
    first = part.start + timedelta(days=-part.start.weekday() % 7)
    end = min(part.end, timezone.localdate())
    return first, end - timedelta(days=end.weekday())


def _fill_weeks(found: dict[date, float], part: Slice) -> list[tuple[date, float]]:
    if not found:
        return []
    first, end = whole_weeks(part)
    week, series = max(first, min(found)), []
    while week < end:
        series.append((week, found.get(week, 0.0)))
        week += timedelta(days=7)
    return series


def funnel(part: Slice) -> list[dict[str, Any]]:
    """Of the deals created in the period: how many reached each stage of the default pipeline.

    As the page of the funnel counts (sales.funnel_rows); a period that does not begin with a month
    is counted live.
    """
    scope = sales_scope(part.user, {"team": str(part.team_id or "")})
    if scope is None:
        return []
    return [{"stage": stage, "count": n} for stage, n in reached(scope, part.start, part.end)]


def weekly_requests(part: Slice) -> list[tuple[date, int, int]]:
    """(week, opened, resolved) for the whole weeks of the period."""
    requests = part.of(ServiceRequest).order_by()
    opened, resolved = (
        requests.filter(**part.within(field))
        .values(resolved=Value(field == "resolved_at"), week=Cast(TruncWeek(field), DateField()))
        .annotate(n=Count("*"))
        for field in ("opened_at", "resolved_at")
    )
    weeks: dict[date, list[int]] = defaultdict(lambda: [0, 0])  # opened, resolved
    for row in opened.union(resolved, all=True):
        weeks[row["week"]][row["resolved"]] = row["n"]
    first, end = whole_weeks(part)
    return [
        (week, one, other) for week, (one, other) in sorted(weeks.items()) if first <= week < end
    ]


def contact_heat(part: Slice) -> list[list[int]]:
    """Communications per weekday (Monday first) and hour, by the company's clock."""
    table = [[0] * 24 for _ in range(7)]
    days = part.of(ContactDay).filter(day__gte=part.start, day__lt=part.end)
    sums = {f"sum_{name}": Sum(name) for name in CONTACT_DAYS.sums}
    for row in days.values(weekday=ExtractIsoWeekDay("day")).annotate(**sums).order_by():
        table[row["weekday"] - 1] = [row[name] for name in sums]
    if is_agent(part.user):
        _add_contacts_on_requests(table, part)
    return table


def _add_contacts_on_requests(table: list[list[int]], part: Slice) -> None:
    """What agents see of others' communications; the kept sums know their own alone."""
    zone = measures.company_zone()
    theirs = part.of(Communication).exclude(owner=part.user.pk).filter(
        **measures.within(part.start, part.end, "happened_at"),
        about_kind=About.REQUEST,
        about_id__in=ServiceRequest.objects.visible_to(part.user).values("pk"),
    )  # fmt: skip
    rows = theirs.talks().values(
        weekday=ExtractIsoWeekDay("happened_at", tzinfo=zone),
        hour=ExtractHour("happened_at", tzinfo=zone),
    )
    for row in rows.annotate(n=Count("id")).order_by():
        table[row["weekday"] - 1][row["hour"]] += row["n"]


def campaigns(part: Slice, limit: int = 12) -> list[dict[str, Any]]:
    """Campaigns that ran in the period: customers, successes, revenue, cost, return."""
    ran = part.of(Campaign).filter(starts_on__lt=part.end, ends_on__gte=part.start)
    visible = part.of(Activity).filter(campaign__in=ran.values("pk"))
    sums = {
        row["campaign"]: row
        for row in visible.order_by().values("campaign").annotate(**campaign_measures.ACTIVITY)
    }
    table = []
    for campaign in ran.order_by("-starts_on", "-pk")[:limit]:
        row = sums.get(campaign.pk, {"customers": 0, "success": 0, "decided": 0, "brought": 0})
        # What customers brought is in the company's currency; another's costs have no rate.
        cost = campaign.cost if campaign.currency == settings.BASE_CURRENCY else None
        table.append(
            {
                "campaign": campaign,
                **{key: row[key] for key in ("customers", "success", "decided")},
                "rate": campaign_measures.success_rate(row["success"], row["decided"]),
                "revenue": row["brought"] or Decimal(0),
                "cost": cost,
                "roi": campaign_measures.return_on(cost, row["brought"]),
            }
        )
    return table


def segments(part: Slice) -> list[dict[str, Any]]:
    """Customers per segment name now, with their order value; no name: not in a segment.

    Teams that are segmented by themselves have segments of the same names.
    """
    counted = part.of(Customer).order_by().values("segment")
    sums = {row["segment"]: row for row in counted.annotate(n=Count("*"), value=Sum("order_value"))}
    known = Segment.objects.in_bulk([pk for pk in sums if pk is not None])
    rows: dict[tuple[str | None, str | None], dict[str, Any]] = {}
    for pk, found in sums.items():
        segment = known.get(pk)
        names = (segment.name, segment.name_en) if segment else (None, None)
        row = rows.setdefault(
            names, {"segment__name": names[0], "segment__name_en": names[1], "customers": 0,
                    "value": Decimal(0)},
        )  # fmt: skip
        row["customers"] += found["n"]
        row["value"] += found["value"] or 0
    return sorted(rows.values(), key=lambda row: (row["segment__name"] is None, -row["customers"]))


def due_requests(part: Slice, limit: int = 8) -> list[ServiceRequest]:
    """Open requests whose clock runs, the most urgent first."""
    running = part.of(ServiceRequest).filter(
        status__in=["new", "in_progress"], resolution_due_at__isnull=False
    )
    return list(running.select_related("customer").order_by("resolution_due_at", "pk")[:limit])
