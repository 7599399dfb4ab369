"""What the page about data quality shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.common.formats import day, number, percent
from customers.models import Customer, DuplicatePair, QualitySnapshot
from customers.quality.issues import GROUPS, ISSUES, any_of
from customers.quality.tidying import TIDIED

SHOWN_DAYS = 90
# More customers than these are not counted while somebody waits.
LIVE_MOST = 50_000


@dataclass(frozen=True)
class Line:
    """An issue, how many customers have it, and the list that puts it right."""

    label: Any
    count: int
    share: float
    url: str
    # The list's filter, when the values can be put right at once.
    tidy: str = ""


@dataclass(frozen=True)
class Group:
    """Issues of one group, and the share (0 to 1) of customers without any of them."""

    label: Any
    score: float
    lines: list[Line]


def counters() -> dict[str, Count]:
    """One count per issue, per group, and of the customers with any issue."""
    counts = {issue.key: Count("pk", filter=issue.condition) for issue in ISSUES}
    counts |= {group: Count("pk", filter=any_of(group)) for group in GROUPS}
    return {"customers": Count("pk"), "any": Count("pk", filter=any_of()), **counts}


def quality_counts(user: Any) -> dict[str, int]:
    """The counts of what the user sees, in two queries: customers, and open pairs."""
    counts = Customer.objects.visible_to(user).order_by().aggregate(**counters())
    pairs = DuplicatePair.objects.visible_to(user).filter(state=DuplicatePair.State.OPEN)
    return {**counts, "duplicates": pairs.count()}


def shown_counts(user: Any) -> tuple[dict[str, int], date | None]:
    """The counts for the page: of now, or, where that would take long, of the latest night.

    Gives the day of the night, or None for now.
    """
    latest = QualitySnapshot.objects.visible_to(user).order_by("-day").first()
    if latest is None or latest.customers <= LIVE_MOST:
        return quality_counts(user), None
    names = ["any", "duplicates", *GROUPS, *(issue.key for issue in ISSUES)]
    kept = {name: latest.counts.get(name, 0) for name in names}
    return {**kept, "customers": latest.customers}, latest.day


def score(counts: dict[str, int], key: str, customers: int) -> float:
    """The share of ``customers`` that ``key`` (a group, or "any") is not counted for."""
    return 1 - counts.get(key, 0) / customers if customers else 1.0


def quality_groups(counts: dict[str, int]) -> list[Group]:
    """The counts as the page shows them."""
    customers = counts["customers"]
    address = reverse("customers:list")
    return [
        Group(label, score(counts, group, customers), [
            Line(issue.label, counts[issue.key], 1 - score(counts, issue.key, customers),
                 f"{address}?{urlencode({'quality': issue.key})}",
                 urlencode({"quality": issue.key}) if issue.key in TIDIED else "")
            for issue in ISSUES if issue.group == group
        ])
        for group, label in GROUPS.items()
    ]  # fmt: skip


def quality_trend(user: Any) -> dict[str, Any] | None:
    """The scores of the last days as a chart; None while there are fewer than two."""
    latest = QualitySnapshot.objects.visible_to(user).order_by("-day")[:SHOWN_DAYS]
    days = list(reversed(latest))
    if len(days) < 2:
        return None
    names = {"any": _("Without any issue"), **GROUPS}
    shares = {
        key: [score(shot.counts, key, shot.customers) for shot in days] for key in names
    }  # fmt: skip
    return {
        "spec": {
            "type": "line", "unit": "%", "x": [shot.day.isoformat() for shot in days],
            "series": [
                {"name": str(name), "data": [round(100 * share, 1) for share in shares[key]]}
                for key, name in names.items()
            ],
        },
        "columns": [_("Day"), _("Customers"), *(str(name) for name in names.values())],
        "rows": [
            [day(shot.day), number(shot.customers),
             *(percent(shares[key][place]) for key in names)]
            for place, shot in enumerate(days)
        ],
    }  # fmt: skip
