"""What the pictures of an answer need of lists that its page does not keep whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

POINTS = 500
PERIODS = 730
GROUPS = 6


def pictured(method: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Parts of the whole ``answer`` (JSON values) that stand in place of its shortened ones."""
    if method == "cluster":
        return {"scatter": _thinned(answer["scatter"])}
    if method == "regress":
        return {"plot": _thinned(answer["plot"])}
    if method == "series":
        parts = {name: values[-PERIODS:] for name, values in answer["parts"].items()}
        return {"dates": answer["dates"][-PERIODS:], "parts": parts}
    if method == "value":
        return {"tenths": _tenths(answer)}
    if method == "duplicates":
        return {"spread": _tens(one["probability"] for one in answer["pairs"])}
    if method == "forecast":
        drawn = {one["group"] for one in answer["groups"][:GROUPS]}
        return {"forecast": _first(answer["forecast"], drawn)}
    return {}


def _thinned(lists: dict[str, Any]) -> dict[str, Any]:
    """Every so manieth entry of lists of one length, so that about ``POINTS`` are left."""
    longest = max((len(values) for values in lists.values() if values), default=0)
    step = max(1, -(-longest // POINTS))
    return {name: values[::step] if values else values for name, values in lists.items()}


def _tenths(answer: dict[str, Any]) -> list[float]:
    """The share of each tenth of the customers, best first, in what is to come."""
    figure = "value" if answer["value"] else "purchases"
    worth = sorted((one[figure] or 0.0 for one in answer["customers"]), reverse=True)
    total = sum(worth)
    if total <= 0:
        return []
    ends = [round(k * len(worth) / 10) for k in range(11)]
    return [sum(worth[a:b]) / total for a, b in pairwise(ends)]


def _tens(probabilities: Iterable[float]) -> list[int]:
    """How many lie in each tenth from 0 to 1."""
    counts = [0] * 10
    for p in probabilities:
        counts[min(int(10 * p), 9)] += 1
    return counts


def _first(rows: Sequence[dict[str, Any]], drawn: set[Any]) -> list[dict[str, Any]]:
    """The rows of the groups that are drawn, then others up to as many as a page keeps."""
    chosen = [row for row in rows if row["group"] in drawn]
    others = (row for row in rows if row["group"] not in drawn)
    return chosen + [row for row, _place in zip(others, range(POINTS - len(chosen)), strict=False)]
