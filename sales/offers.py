"""What apps above show where deals are: they fill these lists in ``apps.ready``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sales.models import Deal


@dataclass(frozen=True)
class LearnedChance:
    """How likely open deals are to be won, as an app above has learned it.

    ``joined`` gives deals a column ``learned``, 0 to 1 or null; None where nothing is learned.
    ``shown`` is what an address adds so that the list of deals shows it.
    """

    joined: Callable[[Any], Any | None]
    shown: Mapping[str, str]


learned_chances: list[LearnedChance] = []

# Tags on the board's cards: {deal id: (text, what it means)}, in a fixed number of queries.
deal_tags: list[Callable[[Sequence[Deal]], dict[int, tuple[str, str]]]] = []


def tags_of(deals: Sequence[Deal]) -> dict[int, list[tuple[str, str]]]:
    """The tags of deals by id."""
    made: dict[int, list[tuple[str, str]]] = {}
    for offer in deal_tags:
        for pk, tag in offer(deals).items():
            made.setdefault(pk, []).append(tag)
    return made
