"""Deals of one name at one customer, told apart where a file gives no ids.

The second row of a name means a second deal, unless it says the same as the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from customers.imports.headers import plain
from sales.models import Deal, Stage


class Namesakes:
    """Counts the rows of each name at each customer, and picks the deal that a row means."""

    def __init__(self, stages: Mapping[int, Stage]) -> None:
        self._stages = stages
        self._rows: Counter[int] = Counter()  # by hash: a million rows stay small
        self._met: set[int] = set()

    def count(self, values: Mapping[str, Any]) -> int:
        """Note a row; gives how many of its name there were so far, with it."""
        ids = tuple(values.get("customer_id") or ())
        key = hash((values.get("customer", ""), ids, values.get("name", "")))
        self._rows[key] += 1
        return self._rows[key]

    def pick(self, same: Sequence[Deal], values: Mapping[str, Any], place: int) -> Deal | None:
        """The deal of ``same`` that the row means, the ``place``-th of its name, or None."""
        free = [deal for deal in same if deal.pk not in self._met]
        scored = [(self._alike(deal, values), deal) for deal in (free or same)]
        (equal, told), deal = max(scored, key=lambda one: one[0][0], default=((0, 1), None))
        if deal is None or (place > len(same) and equal < told):
            return None
        if len(same) > 1:
            self._met.add(deal.pk)
        return deal

    def _alike(self, deal: Deal, values: Mapping[str, Any]) -> tuple[int, int]:
        """In how many of how many things that the row tells the deal is the same."""
        stage = self._stages[deal.stage_id]
        same: dict[str, Callable[[Any], bool]] = {
            "amount": lambda said: deal.amount == said,
            "expected_close": lambda said: deal.expected_close == said,
            "stage": lambda said: plain(said) in {plain(stage.name), plain(stage.name_en)},
            "closed_on": lambda said: _second(deal.closed_at) == _second(said),
            "created_on": lambda said: timezone.localdate(deal.created_at) == said,
        }
        told = [same[name](values[name]) for name in same if values.get(name)]
        return sum(told), len(told)


def _second(said: date | None) -> date | None:
    return said.replace(microsecond=0) if isinstance(said, datetime) else said
