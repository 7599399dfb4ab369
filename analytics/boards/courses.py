"""A figure over time and by group: the series and rows that cards show, complete and in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from crm.records.figures import Figure, Group, Part
from sales.reports import periods

MOST_POINTS = 400
MOST_GROUPS = 7
OTHERS = "\x00others"  # the key of what is left over; no value has it


@dataclass(frozen=True)
class Step:
    """One step of time: its days are [start, end), cut to the period."""

    start: date
    end: date
    label: str
    key: date


def usual_step(part: Part) -> str:
    """The step that gives between about ten and forty points."""
    days = (part.end - part.start).days
    if days <= 45:
        return "day"
    if days <= 270:
        return "week"
    return "month" if days <= 1200 else "quarter"


def steps_of(part: Part, step: str) -> list[Step]:
    """The steps of the period; a longer one where there would be too many."""
    names = [key for key, _label in periods.STEPS]
    while len(periods.steps_between(step, part.start, part.end)) > MOST_POINTS:
        step = names[names.index(step) + 1]
    return [
        Step(
            max(start, part.start), min(periods.next_step(step, start), part.end),
            periods.step_label(step, start), start,
        )
        for start in periods.steps_between(step, part.start, part.end)
    ]  # fmt: skip


def step_used(part: Part, step: str) -> str:
    """The step asked for, or the usual one; longer where there would be too many points."""
    names = [key for key, _label in periods.STEPS]
    chosen = step if step in names else usual_step(part)
    while len(periods.steps_between(chosen, part.start, part.end)) > MOST_POINTS:
        chosen = names[names.index(chosen) + 1]
    return chosen


def course(figure: Figure, part: Part, step: str) -> list[tuple[Step, Any]]:
    """The figure of each step: 0 where nothing happened and figures add up, else None."""
    found = figure.by_step(part, step)
    nothing = 0 if figure.adds_up else None
    return [(one, found.get(one.key, nothing)) for one in steps_of(part, step)]


@dataclass(frozen=True)
class Slot:
    """One value of a group; ``OTHERS`` stands for all that have no slot of their own."""

    key: Any
    label: str
    value: Any


def largest(figure: Figure, part: Part, group: Group, most: int) -> list[Slot]:
    """The largest groups, and what is left over where figures add up."""
    found = figure.by_group(part, group)
    keys = sorted(found, key=lambda key: found[key], reverse=True)
    names = group.names(keys[:most])
    slots = [Slot(key, names[key], found[key]) for key in keys[:most]]
    rest = keys[most:]
    if rest and figure.adds_up:
        label = _("Others (%(n)s)") % {"n": len(rest)}
        slots.append(Slot(OTHERS, label, sum(found[key] for key in rest)))
    return slots


def crossed(
    figure: Figure, part: Part, step: str, group: Group
) -> tuple[list[Step], list[tuple[Slot, list[Any]]]]:
    """The largest groups over time: a series for each, and one for the others together."""
    found = figure.by_both(part, step, group)
    totals: dict[Any, Any] = {}
    for (_step, key), value in found.items():
        totals[key] = totals.get(key, 0) + value
    keys = sorted(totals, key=lambda key: totals[key], reverse=True)
    shown, rest = keys[:MOST_GROUPS], keys[MOST_GROUPS:]
    names = group.names(shown)
    steps = steps_of(part, step)
    series = [
        (Slot(key, names[key], totals[key]), _series(found, steps, [key], figure)) for key in shown
    ]
    if rest and figure.adds_up:
        label = _("Others (%(n)s)") % {"n": len(rest)}
        slot = Slot(OTHERS, label, sum(totals[key] for key in rest))
        series.append((slot, _series(found, steps, rest, figure)))
    return steps, series


def _series(
    found: Mapping[tuple[date, Any], Any], steps: Sequence[Step], keys: Sequence[Any],
    figure: Figure,
) -> list[Any]:  # fmt: skip
    nothing = 0 if figure.adds_up else None
    if len(keys) == 1:
        return [found.get((one.key, keys[0]), nothing) for one in steps]
    return [sum(found.get((one.key, key), 0) for key in keys) for one in steps]
