"""Writes of a whole year's plan at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from crm.accounts.models import Team
from sales.models import Target
from sales.plan import next_month
from sales.plan_grid import TEAM_ROW, Grid, Key, month_targets, planned_people, seen
from sales.services.reach import require_keeper

_LOCK = 7_301_945


class PlanConflictError(Exception):
    """Somebody changed cells meanwhile; ``theirs`` are their stored targets, None: taken away."""

    def __init__(self, theirs: Mapping[Key, Target | None]) -> None:
        super().__init__("plan conflict")
        self.theirs = theirs


@transaction.atomic
def plan_save(*, actor: Any, grid: Grid) -> int:
    """Store what differs of a grid that was checked; gives the number of targets written.

    All or nothing. An empty cell puts its target into the trash.

    Raises
    ------
    PermissionDenied
        The actor does not keep the plan, or plans for another team.
    PlanConflictError
        Cells that the actor changed are no longer as the actor saw them.
    """
    _require(actor, grid.team)
    with connection.cursor() as cursor:  # two plans of one team, one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, grid.team.pk])
    Target.objects.select_for_update().filter(
        team=grid.team, starts_on__year=grid.year, trashed_at__isnull=True
    ).count()
    stored = month_targets(actor, grid.team, grid.year)
    people = {TEAM_ROW, *(person.pk for person in planned_people(grid.team))}
    wanted = {key: cell.amount for key, cell in grid.cells.items() if key[0] in people}
    changed = {key: amount for key, amount in wanted.items() if amount != _amount(stored, key)}
    stale = {
        key: stored.get(key) for key in changed if grid.cells[key].seen != seen(stored.get(key))
    }
    if stale:
        raise PlanConflictError(stale)
    for key, amount in changed.items():
        _write(actor, grid, key, stored.get(key), amount)
    return len(changed)


def _require(actor: Any, team: Team) -> None:
    require_keeper(actor)
    if actor is not None and not actor.is_admin and team.pk != actor.team_id:
        raise PermissionDenied


def _amount(stored: Mapping[Key, Target], key: Key) -> Decimal | None:
    target = stored.get(key)
    return target.amount if target else None


def _write(actor: Any, grid: Grid, key: Key, target: Target | None, amount: Decimal | None) -> None:
    owner, month = key
    if target is None:
        assert amount is not None  # noqa: S101  # no target and no amount is no change
        start = date(grid.year, month, 1)
        Target.objects.create(
            owner_id=owner or None, team=grid.team, starts_on=start, ends_on=next_month(start),
            amount=amount, currency=settings.BASE_CURRENCY, created_by=actor,
        )  # fmt: skip
        return
    target.version += 1
    if amount is None:
        target.trashed_at, target.trashed_by = timezone.now(), actor
    else:
        target.amount = amount
    target.save()
