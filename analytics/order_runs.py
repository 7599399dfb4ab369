"""Runs on orders: what customers are worth, what is bought together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from analytics.generations import Rows
from analytics.models import CustomerValue, NextProduct
from analytics.score_runs import scope_of
from sales.models import Product

if TYPE_CHECKING:
    import pandas as pd

    from analytics.methods.rules import RulesResult
    from analytics.methods.value import ValueResult
    from analytics.models import Run

CUSTOMERS_KEPT = 100
RULES_KEPT = 100
SUPPORT, CONFIDENCE = "0.005", "0.2"


def fit_value(run: Run, frame: pd.DataFrame) -> tuple[ValueResult, dict[str, Any], Rows]:
    """The values, what of them is stored (totals, tenths and the best customers by id), and what
    is written to each customer: orders, value and next order, each only where it beat the past
    rate (everybody's usual pause) on time not seen."""
    from analytics.methods.value import value

    today = scope_of(run).day.isoformat()
    found = value(frame, customer="customer", date="date", amount="amount", until=today)
    result = found.to_dict()
    result["customer_count"] = len(found.table)
    result["customers"] = result["customers"][:CUSTOMERS_KEPT]
    result["tenths"] = _tenths(found)
    test, when = found.holdout, found.next_order
    written = {
        "orders": test is not None and test.counts_better,
        "value": found.value is not None and test is not None and test.better,
        "when": when is not None and when.chosen is not None,
    }
    result["written"] = written
    told = _value_rows(found, **written) if any(written.values()) else ()
    rows = Rows(CustomerValue, _VALUE_COLUMNS, told)
    return found, result, rows


_VALUE_COLUMNS = (
    "customer_id", "alive", "orders", "orders_from", "orders_until", "value", "next_on",
    "next_from", "next_until",
)  # fmt: skip
# Days beyond this many years are not told.
_FARTHEST = 3 * 365


def _value_rows(
    found: ValueResult, *, orders: bool, value: bool, when: bool
) -> Iterator[Sequence[Any]]:
    import numpy as np

    table = found.table
    known = when & (table["next"].to_numpy(dtype=float) <= _FARTHEST)
    end = np.datetime64(found.until, "D")
    nothing: list[Any] = [None] * len(table)

    def days(name: str) -> list[Any]:
        ahead = np.minimum(np.nan_to_num(table[name].to_numpy(dtype=float), nan=0.0), 36_500)
        told = (end + np.ceil(ahead).astype("timedelta64[D]")).astype(object)
        return [day if here else None for day, here in zip(told, known.tolist(), strict=True)]

    def counted(name: str, digits: int | None = None) -> list[Any]:
        column = table[name].astype(int) if digits is None else table[name].round(digits)
        return column.tolist() if orders else nothing

    amounts = table["value"].tolist() if value else nothing
    return zip(
        table["customer"].tolist(), counted("alive", 4), counted("purchases", 4), counted("lo80"),
        counted("hi80"), [None if one is None or one != one else f"{one:.2f}" for one in amounts],
        days("next"), days("next_lo"), days("next_hi"), strict=True,
    )  # fmt: skip


def _tenths(found: ValueResult) -> list[float]:
    """The share of each tenth of the customers, best first, in the value (or purchases) to come."""
    import numpy as np

    worth = found.table["purchases" if found.value is None else "value"].to_numpy(dtype=float)
    total = float(worth.sum())
    return [float(part.sum()) / total if total > 0 else 0.0 for part in np.array_split(worth, 10)]


def fit_rules(run: Run, frame: pd.DataFrame) -> tuple[RulesResult, dict[str, Any], Rows]:
    """The rules, what of them is stored (those beyond chance), and each customer's next product:
    none where rules guess later orders no better than what sells most."""
    from analytics.methods.rules import rules

    found = rules(
        frame, basket="order", item="item", customer="customer",
        support=str(run.params.get("support", SUPPORT)),
        confidence=str(run.params.get("confidence", CONFIDENCE)),
        offered=offered_products(),
    )  # fmt: skip
    result = found.to_dict()
    del result["frequent"]
    result["rules"] = [found.rule_dict(rule) for rule in found.significant[:RULES_KEPT]]
    test = found.holdout
    good = test is not None and test.hits > test.popular_hits
    result["next_products"] = len(found.next_products) if good else 0
    result["written"] = good
    rows = Rows(NextProduct, _NEXT_COLUMNS, _next_rows(found) if good else ())
    return found, result, rows


_NEXT_COLUMNS = (
    "customer_id", "product_id", "because", "count", "of", "confidence", "lift",
)  # fmt: skip


def _next_rows(found: RulesResult) -> Iterator[Sequence[Any]]:
    """Two products of one name are one to the rules; the newer stands for both."""
    ids = dict(Product.objects.filter(active=True).alive().order_by("pk").values_list("name", "pk"))
    for one in found.next_products:
        if one.item in ids:
            yield (
                int(one.customer), ids[one.item], json.dumps(one.because, ensure_ascii=False),
                one.count, one.of, round(one.confidence, 4), round(one.lift, 3),
            )  # fmt: skip


def offered_products() -> set[str]:
    """Names of what is sold now."""
    return set(Product.objects.filter(active=True).alive().values_list("name", flat=True))
