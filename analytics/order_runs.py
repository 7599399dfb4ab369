"""Runs on orders: what customers are worth, what is bought together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from analytics.methods.rules import RulesResult
    from analytics.methods.value import ValueResult
    from analytics.models import Run

CUSTOMERS_KEPT = 100
RULES_KEPT = 100
SUPPORT, CONFIDENCE = "0.005", "0.2"


def fit_value(run: Run, frame: pd.DataFrame) -> tuple[ValueResult, dict[str, Any]]:
    """The values, and what of them is stored: totals, tenths and the best customers by id."""
    from analytics.methods.value import value

    found = value(frame, customer="customer", date="date", amount="amount")
    result = found.to_dict()
    result["customer_count"] = len(found.table)
    result["customers"] = result["customers"][:CUSTOMERS_KEPT]
    result["tenths"] = _tenths(found)
    return found, result


def _tenths(found: ValueResult) -> list[float]:
    """The share of each tenth of the customers, best first, in the value (or purchases) to come."""
    import numpy as np

    worth = found.table["purchases" if found.value is None else "value"].to_numpy(dtype=float)
    total = float(worth.sum())
    return [float(part.sum()) / total if total > 0 else 0.0 for part in np.array_split(worth, 10)]


def fit_rules(run: Run, frame: pd.DataFrame) -> tuple[RulesResult, dict[str, Any]]:
    """The rules, and what of them is stored: those beyond chance."""
    from analytics.methods.rules import rules

    found = rules(
        frame, basket="order", item="item", customer="customer",
        support=str(run.params.get("support", SUPPORT)),
        confidence=str(run.params.get("confidence", CONFIDENCE)),
    )  # fmt: skip
    result = found.to_dict()
    del result["frequent"]
    result["rules"] = [found.rule_dict(rule) for rule in found.significant[:RULES_KEPT]]
    result["next_products"] = len(found.next_products)
    return found, result
