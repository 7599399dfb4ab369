"""A team's plan of a year as a grid: the team and its people by twelve months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from crm.accounts.models import Team, User
from crm.common.formats import month_name
from crm.common.roles import Role
from sales import measures
from sales.models import SalesDay, Target
from sales.plan import next_month

MOST = Decimal(10) ** 13
TEAM_ROW = 0  # stands for the team itself among the ids of people
Key = tuple[int, int]  # person (or TEAM_ROW), month 1–12


@dataclass
class Cell:
    """What stands in the grid: ``text`` as typed, and what the person saw when typing it.

    ``seen`` is "id:version" of the stored target, or "" where there was none.
    """

    owner: int
    month: int
    text: str = ""
    seen: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        return f"c-{self.owner}-{self.month}"

    @property
    def label(self) -> str:
        return month_name(self.month)

    @property
    def amount(self) -> Decimal | None:
        """The amount, None for an empty cell; ValueError for what is no amount above zero."""
        text = self.text.replace(",", "").replace("，", "").replace(" ", "").strip()
        if not text:
            return None
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise ValueError(text) from None
        if not amount.is_finite() or not 0 < amount < MOST:
            raise ValueError(text)
        return amount.quantize(Decimal("0.01"))


@dataclass
class Row:
    owner: int
    label: str
    cells: list[Cell] = field(default_factory=list)
    year_text: str = ""

    @property
    def total(self) -> Decimal:
        return sum((amount for cell in self.cells if (amount := _readable(cell))), Decimal(0))


@dataclass
class Grid:
    team: Team
    year: int
    rows: list[Row]
    apart: int = 0  # targets of the year that are of no single month

    @property
    def people(self) -> list[Row]:
        return [row for row in self.rows if row.owner != TEAM_ROW]

    @property
    def months(self) -> list[str]:
        return [month_name(month) for month in range(1, 13)]

    @property
    def people_totals(self) -> list[Decimal]:
        """What the people's plans of each month add up to."""
        return [
            sum((a for row in self.people if (a := _readable(row.cells[m]))), Decimal(0))
            for m in range(12)
        ]

    @property
    def cells(self) -> dict[Key, Cell]:
        return {(cell.owner, cell.month): cell for row in self.rows for cell in row.cells}

    def check(self) -> bool:
        """Whether every cell can be read; those that cannot say so."""
        for cell in self.cells.values():
            try:
                cell.amount  # noqa: B018  # reads it
            except ValueError:
                cell.error = _("An amount above zero, or nothing.")
        return not any(cell.error for cell in self.cells.values())


def _readable(cell: Cell) -> Decimal | None:
    try:
        return cell.amount
    except ValueError:
        return None


def month_targets(actor: Any, team: Team, year: int) -> dict[Key, Target]:
    """The targets of the team and its people that are of one month of the year."""
    return _by_month(_year_targets(actor, team, year))


def _year_targets(actor: Any, team: Team, year: int) -> list[Target]:
    return list(
        Target.objects.editable_by(actor).filter(
            team=team, starts_on__gte=date(year, 1, 1), ends_on__lte=date(year + 1, 1, 1)
        )
    )


def _by_month(targets: Sequence[Target]) -> dict[Key, Target]:
    return {
        (target.owner_id or TEAM_ROW, target.starts_on.month): target
        for target in targets
        if target.starts_on.day == 1 and target.ends_on == next_month(target.starts_on)
    }


def grid(actor: Any, team: Team, year: int) -> Grid:
    """The plan as it is stored. Two queries."""
    targets = _year_targets(actor, team, year)
    stored = _by_month(targets)
    rows = [Row(TEAM_ROW, _("The whole team"))]
    rows += [Row(person.pk, str(person)) for person in planned_people(team)]
    for row in rows:
        for month in range(1, 13):
            target = stored.get((row.owner, month))
            row.cells.append(
                Cell(row.owner, month, plain(target.amount) if target else "", seen(target))
            )
    return Grid(team, year, rows, len(targets) - len(stored))


def planned_people(team: Team) -> list[User]:
    sellers = User.objects.filter(team=team, is_active=True, role__in=[Role.REP, Role.MANAGER])
    return list(sellers.order_by("username"))


def seen(target: Target | None) -> str:
    return f"{target.pk}:{target.version}" if target else ""


def plain(amount: Decimal) -> str:
    """As it is typed: without cents where there are none."""
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:.2f}"


def typed(found: Grid, given: Mapping[str, str]) -> Grid:
    """The grid with what a person typed into it and saw beside it."""
    for row in found.rows:
        row.year_text = given.get(f"y-{row.owner}", "")[:30]
        for cell in row.cells:
            if cell.name in given:
                cell.text = given[cell.name].strip()[:30]
                cell.seen = given.get(f"s-{cell.owner}-{cell.month}", "")
    return found


# Presets: they fill the grid, nothing is stored -----------------------------------------------


def copy_last_year(found: Grid, actor: Any, basis: str, percent: Decimal) -> None:
    """Each month of last year plus ``percent``: what was sold, or what was planned."""
    if basis == "planned":
        past = {k: t.amount for k, t in month_targets(actor, found.team, found.year - 1).items()}
    else:
        past = _sold(found, actor)
    for key, cell in found.cells.items():
        amount = past.get(key, Decimal(0)) * (100 + percent) / 100
        if amount > 0:
            cell.text = plain(max(amount.quantize(Decimal(1)), Decimal(1)))


def spread_year(found: Grid, actor: Any, how: str) -> bool:
    """Split each row's year over its months: equally, or as last year's sales were spread.

    Gives whether any row had a year to split: its own field, or else the sum of its months.
    """
    past = _sold(found, actor) if how == "season" else {}
    done = False
    for row in found.rows:
        year = _readable(Cell(row.owner, 0, row.year_text)) or row.total
        if year:
            weights = [past.get((row.owner, month), Decimal(0)) for month in range(1, 13)]
            _write(row.cells, split(year, weights))
            done = True
    return done


def spread_team(found: Grid, actor: Any, how: str) -> bool:
    """Split the team's months over its people: equally, or by their part of last year's sales."""
    past = _sold(found, actor) if how == "season" else {}
    people = found.people
    weights = [sum(past.get((row.owner, m), Decimal(0)) for m in range(1, 13)) for row in people]
    done = False
    for place, cell in enumerate(found.rows[0].cells):
        amount = _readable(cell)
        if amount and people:
            _write([row.cells[place] for row in people], split(amount, weights))
            done = True
    return done


def split(amount: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Parts in proportion that add up to ``amount`` exactly; equal ones without weights.

    Whole units, the rest of the rounding with the largest remainders; cents stay with the first.
    """
    kept = [max(Decimal(weight), Decimal(0)) for weight in weights]
    if not sum(kept):
        kept = [Decimal(1)] * len(kept)
    whole = amount.to_integral_value(rounding="ROUND_FLOOR")
    exact = [whole * weight / sum(kept) for weight in kept]
    parts = [part.to_integral_value(rounding="ROUND_FLOOR") for part in exact]
    order = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], n))
    for n in order[: int(whole - sum(parts))]:
        parts[n] += 1
    parts[0] += amount - whole
    return parts


def _write(cells: Sequence[Cell], amounts: Sequence[Decimal]) -> None:
    for cell, amount in zip(cells, amounts, strict=True):
        cell.text = plain(amount) if amount > 0 else ""


def _sold(found: Grid, actor: Any) -> dict[Key, Decimal]:
    """What the team and its people sold in each month of last year."""
    start, end = date(found.year - 1, 1, 1), date(found.year, 1, 1)
    days = SalesDay.objects.visible_to(actor).filter(team=found.team, day__gte=start, day__lt=end)
    keys = {"who": "owner", "month": TruncMonth("day")}
    sold: dict[Key, Decimal] = {}
    for row in measures.grouped(days, keys, "revenue"):
        month = row["month"].month
        for who in {row["who"], TEAM_ROW} - {None}:
            sold[who, month] = sold.get((who, month), Decimal(0)) + row["revenue"]
    return sold
