"""The demo's sales plan: a target per colleague, per team and quarter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from crm.home.demo.catalogue import next_quarter, quarter_start
from crm.home.demo.world import World, stream
from sales.models import Target

_SMALLEST = 100_000


def set_targets(world: World) -> None:
    """Past targets lie around what was sold; this quarter's grows on the last one."""
    rng = stream(world.seed, "targets")
    today = world.clock.today
    this = quarter_start(today)
    plans = [
        ("owner", user, world.staff.teams[team])
        for team in ("east", "world")
        for user in world.staff.owners[team]
    ]
    plans += [("team", world.staff.teams[team], world.staff.teams[team])
              for team in ("east", "world")]  # fmt: skip
    targets = []
    quarter = quarter_start(world.clock.start)
    while quarter <= this:
        end = next_quarter(quarter)
        for kind, pk, team in plans:
            amount = _amount(world, kind, pk, quarter, this) * rng.uniform(0.9, 1.2)
            targets.append(
                Target(owner_id=pk if kind == "owner" else None, team_id=team,
                       starts_on=quarter, ends_on=end, search="",
                       amount=Decimal(max(round(amount / 1000) * 1000, _SMALLEST)))
            )  # fmt: skip
        quarter = end
    Target.objects.bulk_create(targets)


def _amount(world: World, kind: str, pk: int, quarter: date, this: date) -> float:
    """CNY; for the running quarter the last one plus eight in a hundred."""
    if quarter < this:
        return world.sold[kind, pk, quarter] / 100
    before = quarter_start(date.fromordinal(this.toordinal() - 1))
    return world.sold[kind, pk, before] / 100 * 1.08
