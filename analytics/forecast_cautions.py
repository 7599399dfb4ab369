"""What is to be minded about single groups of a forecast, the gravest first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

# What makes a group's forecast doubtful. Other notices only tell how it was made.
GRAVE = (
    "nothing_since", "ends_with_zeros", "ends_early", "leading_zeros_kept", "one_period_decides",
    "mostly_interpolated", "constant_series", "mostly_nothing", "no_better_than_naive",
    "about_as_good_as_naive", "no_better_on_average", "few_origins", "short_backtest",
    "gaps_interpolated", "leading_zeros_dropped", "short_weekly_no_season",
)  # fmt: skip
_RANK = {code: place for place, code in enumerate(GRAVE)}

Told = tuple[str, str]  # code and sentence


@dataclass(frozen=True)
class GroupCautions:
    """One group's gravest caution and the others."""

    name: str
    first: str
    others: Sequence[str] = field(default=())


def gravest_first(told: Iterable[Told]) -> list[Told]:
    return sorted(told, key=lambda one: _RANK.get(one[0], len(GRAVE)))


def group_cautions(
    groups: Iterable[tuple[str, Iterable[Told]]], said: Collection[str] = ()
) -> list[GroupCautions]:
    """The groups of which something is to be minded, the gravest first, of equal ones in their
    order; ``said`` is told of all."""
    found = []
    for name, told in groups:
        grave = [one for one in gravest_first(told) if one[0] in _RANK and one[1] not in said]
        if grave:
            caution = GroupCautions(name, grave[0][1], [text for _, text in grave[1:]])
            found.append((_RANK[grave[0][0]], caution))
    return [caution for _, caution in sorted(found, key=lambda one: one[0])]
