"""What is planned for a month, from targets of any length, for a person, a team or everybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from sales.models import Target

CENT = Decimal("0.01")
Subject = tuple[int | None, int | None]  # owner, team


class Whose(Protocol):
    """Whose plan: narrows targets to what a reader sees of an owner or team."""

    def whose(self, records: Any) -> Any: ...


def next_month(day: date, months: int = 1) -> date:
    """The first of the month so many months after that of ``day``; negative: before."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def planned(scope: Whose, months: Sequence[date]) -> dict[date, Decimal]:
    """The plan of each month (its first day); months without a target are left out.

    A person's plan is the person's targets. A team's is the team's own target, or else the sum of
    its people's; everybody's is the company's own, or else the sum of the teams'. Of targets of
    several lengths the shortest counts, with the part of its days that lie in the month.
    """
    if not months:
        return {}
    start, end = months[0], next_month(months[-1])
    found = scope.whose(Target.objects).filter(starts_on__lt=end, ends_on__gt=start)
    subjects: dict[Subject, list[Target]] = {}
    for target in found:
        subjects.setdefault((target.owner_id, target.team_id), []).append(target)
    plan = {}
    for month in months:
        shares = {
            subject: share
            for subject, targets in subjects.items()
            if (share := _share(targets, month)) is not None
        }
        if (total := _total(shares)) is not None:
            plan[month] = total
    return plan


def _share(targets: Iterable[Target], month: date) -> Decimal | None:
    """What one person's or team's targets say about a month."""
    end = next_month(month)
    touching = [t for t in targets if t.starts_on < end and t.ends_on > month]
    if not touching:
        return None
    shortest = min((t.ends_on - t.starts_on).days for t in touching)
    shares = [
        t.amount * (min(t.ends_on, end) - max(t.starts_on, month)).days / shortest
        for t in touching
        if (t.ends_on - t.starts_on).days == shortest
    ]
    return sum(shares, Decimal(0)).quantize(CENT)


def _total(shares: dict[Subject, Decimal]) -> Decimal | None:
    """The company's own plan, or the teams', or their people's."""
    if not shares:
        return None
    if (None, None) in shares:
        return shares[None, None]
    own = {team for owner, team in shares if owner is None}
    return sum(
        (share for (owner, team), share in shares.items() if owner is None or team not in own),
        Decimal(0),
    )
