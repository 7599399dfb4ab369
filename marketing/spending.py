"""What campaigns spent on advertising platforms: by campaign, by platform, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, DateField, F, Value, When
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from crm.common.columns import Column, DayColumn
from crm.records.exporting import Table
from marketing import measures
from marketing.models import Campaign, Spend
from marketing.platforms import platform_label

MOST = 200
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """What one campaign or platform, or all together, spent, in the company's currency."""

    name: str
    url: str
    spent: Decimal
    impressions: int | None
    clicks: int | None
    conversions: Decimal | None

    @property
    def click_rate(self) -> float | None:
        return measures.share(self.clicks, self.impressions)

    @property
    def per_click(self) -> Decimal | None:
        return measures.cost_per(self.spent, self.clicks)

    @property
    def per_conversion(self) -> Decimal | None:
        return measures.cost_per(self.spent, self.conversions)


def spends(user: Any, asked: Mapping[str, Any]) -> Any:
    """The visible spends of the days ``first`` to ``last``, of a ``platform`` and ``campaign``."""
    found = Spend.objects.visible_to(user)
    first, last = asked.get("first"), asked.get("last")
    if first:
        found = found.filter(ends_on__gt=first)
    if last:
        found = found.filter(starts_on__lte=last)
    if asked.get("platform"):
        found = found.filter(channel=asked["platform"])
    if asked.get("campaign"):
        found = found.filter(campaign=asked["campaign"])
    return found


@dataclass(frozen=True)
class Overview:
    """The campaigns that spent most, all ``count`` of them together, and the platforms used."""

    lines: list[Line]
    total: Line
    count: int
    platforms: list[tuple[str, str]]


def overview(user: Any, asked: Mapping[str, Any]) -> Overview:
    """What is asked for, by campaign; two queries, of which the first looks at every spend once."""
    rows = spends(user, {**asked, "platform": ""}).order_by().values("campaign", "channel")
    sums: dict[int, dict[str, Any]] = {}
    total: dict[str, Any] = {"spent": Decimal(0)}
    platforms = set()
    for row in rows.annotate(**measures.SPEND):
        platforms.add(row["channel"])
        if asked.get("platform") in {"", None, row["channel"]}:
            for sum_ in (sums.setdefault(row["campaign"], {}), total):
                _add(sum_, row)
    most = sorted(sums, key=lambda pk: (-sums[pk]["spent"], pk))[:MOST]
    known = Campaign.objects.in_bulk(most)
    lines = [_line(sums[pk], str(known[pk]), known[pk].get_absolute_url()) for pk in most]
    choices = sorted((name, platform_label(name)) for name in platforms)
    return Overview(lines, _line(total, str(_("Together")), ""), len(sums), choices)


def by_platform(user: Any, campaign: Campaign) -> list[Line]:
    """One campaign's platforms; one query, none for a campaign without."""
    if not campaign.ad_spend:
        return []
    rows = spends(user, {"campaign": campaign}).order_by().values("channel")
    found = rows.annotate(**measures.SPEND).order_by("-spent", "channel")
    return [_line(row, platform_label(row["channel"]), "") for row in found]


class PlatformColumn(Column):
    def plain(self, model: Any) -> Any:
        return platform_label


def table(rows: Any) -> Table:
    """The rows as an import takes them in again."""
    last = Cast(F("ends_on") - Value(DAY), DateField())
    code = Case(When(billed=None, then=F("currency")), default=F("billed_currency"))
    columns = [
        DayColumn("starts_on", _("First day")),
        DayColumn("ends_on", _("Last day"), export=last),
        PlatformColumn("channel", _("Platform")),
        Column("campaign", _("Campaign"), path="campaign.name"),
        Column("campaign_id", _("The campaign's id on the platform"), path="campaign.external_id"),
        Column("billed", _("Amount"), export=Coalesce(F("billed"), F("amount"))),
        Column("currency", _("Currency"), export=code),
        Column("impressions", _("Impressions")),
        Column("clicks", _("Clicks")),
        Column("conversions", _("Conversions")),
    ]
    return Table(rows, columns, None)


def usual_days(today: date) -> dict[str, str]:
    """The last ninety days."""
    return {"first": (today - 89 * DAY).isoformat(), "last": today.isoformat()}


def _add(sums: dict[str, Any], row: Mapping[str, Any]) -> None:
    """Counts that are not known add nothing."""
    for key in measures.SPEND:
        if row[key] is not None:
            sums[key] = (sums.get(key) or 0) + row[key]


def _line(row: Mapping[str, Any], name: str, url: str) -> Line:
    figures: dict[str, Any] = {key: row.get(key) for key in measures.SPEND}
    return Line(name, url, **figures)
