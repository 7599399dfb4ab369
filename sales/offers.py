"""What apps above show where deals are: they fill these lists in ``apps.ready``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sales.models import Deal

# Tags on the board's cards: {deal id: (text, what it means)}, in a fixed number of queries.
deal_tags: list[Callable[[Sequence[Deal]], dict[int, tuple[str, str]]]] = []


def tags_of(deals: Sequence[Deal]) -> dict[int, list[tuple[str, str]]]:
    """The tags of deals by id."""
    made: dict[int, list[tuple[str, str]]] = {}
    for offer in deal_tags:
        for pk, tag in offer(deals).items():
            made.setdefault(pk, []).append(tag)
    return made
