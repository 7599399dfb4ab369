"""What the page about data quality shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.common.formats import day, number, percent
from customers.models import Customer, DuplicatePair, QualitySnapshot
from customers.quality.issues import COMPLETE, CURRENT, GROUPS, ISSUES, VALID, any_of
from customers.quality.tidying import TIDIED

SHOWN_DAYS = 90
# More customers than these are not counted while somebody waits.
LIVE_MOST = 300_000


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


def counts_by_team(customers: Any) -> dict[int | None, Counter[str]]:
    """Per team, how many customers there are ("customers"), and with what: one count per issue, per
    group, and of those with any.

    Two queries: an index knows the few customers whose values are implausible, and reading every
    name and number takes longest.
    """
    others = any_of(COMPLETE, CURRENT)
    found: dict[int | None, Counter[str]] = defaultdict(Counter)
    with_any = Count("pk", filter=others)
    _count(found, customers, COMPLETE, CURRENT, customers=Count("pk"), any=with_any)
    _count(found, customers.filter(any_of(VALID)), VALID, other_too=with_any)
    for row in found.values():
        row["any"] += row[VALID] - row.pop("other_too", 0)
    return found


def _count(found: Any, records: Any, *groups: str, **more: Count) -> None:
    """Add the counts of the groups and their issues, and ``more``."""
    counts = {i.key: Count("pk", filter=i.condition) for i in ISSUES if i.group in groups}
    counts |= {group: Count("pk", filter=any_of(group)) for group in groups}
    for row in records.order_by().values("team").annotate(**counts, **more):
        found[row.pop("team")].update(row)


def quality_counts(user: Any) -> dict[str, int]:
    """The counts of what the user sees, in three queries: customers, and open pairs."""
    names = ["customers", "any", *GROUPS, *(issue.key for issue in ISSUES)]
    counts = sum(counts_by_team(Customer.objects.visible_to(user)).values(), Counter())
    pairs = DuplicatePair.objects.visible_to(user).filter(state=DuplicatePair.State.OPEN)
    return {**{name: counts[name] for name in names}, "duplicates": pairs.count()}


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
