"""Writes the quality of each day."""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db import transaction
from django.db.models import Count, F

from customers.duplicates.querysets import PairQuerySet
from customers.models import Customer, DuplicatePair, QualitySnapshot
from customers.quality.selectors import counts_by_team


@transaction.atomic
def snapshots_write(*, day: date) -> int:
    """Write how good the data of each team and of the company are; a second time, anew.

    Gives the number of snapshots. A pair of two teams counts for the company only.
    """
    company: Counter[str] = Counter()
    pairs = _pairs_by_team()
    shots = []
    for team, row in counts_by_team(Customer.objects.alive()).items():
        company.update(row)
        if team is not None:
            shots.append(_shot(team, day, {**row, "duplicates": pairs.get(team, 0)}))
    shots.append(_shot(None, day, {**company, "duplicates": _open_pairs().count()}))
    QualitySnapshot.objects.bulk_create(
        shots, update_conflicts=True, unique_fields=["team", "day"],
        update_fields=["customers", "counts"],
    )  # fmt: skip
    return len(shots)


def _shot(team: int | None, day: date, counts: dict[str, int]) -> QualitySnapshot:
    customers = counts.pop("customers", 0)
    return QualitySnapshot(team_id=team, day=day, customers=customers, counts=counts)


def _open_pairs() -> PairQuerySet:
    alive = {"first__trashed_at": None, "second__trashed_at": None}
    return DuplicatePair.objects.filter(state=DuplicatePair.State.OPEN, **alive)


def _pairs_by_team() -> dict[int, int]:
    inside = _open_pairs().filter(first__team=F("second__team")).order_by()
    return dict(inside.values_list("first__team").annotate(n=Count("pk")))
