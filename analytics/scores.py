"""Scores of customers, from a finished run back to where people work."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from analytics.generations import Rows
from analytics.models import CustomerScore

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analytics.methods.reasons import Reason

# Of the scored, the likeliest tenth stands out; the rest is parted by the base rate.
TOP_SHARE = 0.1


def score_rows(
    *,
    kind: str,
    customers: NDArray[Any],
    chances: NDArray[Any],
    reasons: Iterable[Sequence[Reason]],
    base_rate: float,
    top: float | None,
) -> Rows:
    """The scores of a run's customers, to be written; ``top`` as ``top_chance`` gives it."""
    top = base_rate if top is None else top
    rows = (
        (
            pk,
            kind,
            round(p, 4),
            _level(p, top, base_rate),
            json.dumps([plain(one) for one in why]),
        )
        for pk, p, why in zip(customers.tolist(), chances.tolist(), reasons, strict=True)
    )
    return Rows(CustomerScore, ("customer_id", "kind", "chance", "level", "reasons"), rows)


def top_chance(chances: NDArray[Any], base_rate: float) -> float:
    """From which chance on a customer stands out."""
    import numpy as np

    if not len(chances):
        return base_rate
    return max(float(np.quantile(chances, 1.0 - TOP_SHARE)), base_rate)


def _level(chance: float, top: float, base_rate: float) -> int:
    if chance >= top:
        return CustomerScore.Level.HIGH
    return CustomerScore.Level.MEDIUM if chance >= base_rate else CustomerScore.Level.LOW


def plain(reason: Reason) -> dict[str, Any]:
    """A reason as stored."""
    return {
        "column": reason.column, "value": reason.value, "typical": reason.typical,
        "effect": reason.effect,
    }  # fmt: skip


def with_level(customers: Any, kind: str, level: str) -> Any:
    """The customers whose score of a kind has a level."""
    if level not in {str(value) for value in CustomerScore.Level.values}:
        return customers
    shown = CustomerScore.objects.shown()
    found = shown.filter(customer=OuterRef("pk"), kind=kind, level=int(level))
    return customers.filter(Exists(found))
