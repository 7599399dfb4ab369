"""``analyze rules``."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

import pandas as pd

from analytics.command_line.method import Method, names

SHOWN = 30
# How the table holds its orders.
SHAPE = ("layout", "basket", "item", "items", "separator", "keep_spelling")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--basket", metavar="COL", help="column that names the order")
    parser.add_argument("--item", metavar="COL", help="column that names the product")
    parser.add_argument(
        "--layout", choices=("rows", "cells", "columns"), default="rows",
        help="a row per item; several items in a cell of --item; a column per item",
    )  # fmt: skip
    parser.add_argument("--items", type=names, default=[], metavar="A,B", help="columns of items")
    parser.add_argument("--separator", metavar="TEXT", help="between the items of a cell")
    parser.add_argument(
        "--keep-spelling", action="store_true", help="“Milk” and “milk” are two items"
    )
    parser.add_argument("--support", metavar="S", help="least share of the orders, such as 0.01")
    parser.add_argument("--confidence", metavar="C", help="least share of the left side's orders")
    parser.add_argument("--algorithm", choices=("fpgrowth", "apriori", "eclat"), default="eclat")
    parser.add_argument("--customer", metavar="COL", help="tell each customer's next product")
    parser.add_argument(
        "--keep-redundant", action="store_true", help="also rules that a shorter one does as well"
    )


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.basket_layouts import read_orders
    from analytics.methods.rules import rules

    options = dict(options)
    shape = {name: options.pop(name) for name in SHAPE}
    orders = read_orders(frame, **shape, customer=options["customer"])
    found = rules(orders.frame, basket=orders.basket, item=orders.item, **options)
    if shape["layout"] != "rows":
        found = replace(found, rows_used=orders.rows_used, rows_dropped=orders.rows_dropped)
    return replace(found, notices=(*orders.notices, *found.notices)).to_dict()


def _summary(answer: dict[str, Any]) -> list[str]:
    lines = [
        f"{answer['itemsets']} sets in at least {answer['least_count']} of {answer['baskets']} "
        f"orders; {len(answer['rules'])} rules, {answer['rules_significant']} beyond chance, "
        f"{answer['rules_redundant']} redundant ones left out"
    ]
    if test := answer["holdout"]:
        lines.append(
            f"on later orders: {100 * test['hits']:.1f}% of hidden items guessed by three, "
            f"{100 * test['popular_hits']:.1f}% by what sells most"
        )
    return lines + [
        f"  {' + '.join(one['lhs'])} → {one['rhs']}: {one['count']} orders, confidence "
        f"{one['confidence']:.3f}, lift {one['lift']:.2f}"
        + ("" if one["significant"] else " (may be chance)")
        for one in answer["rules"][:SHOWN]
    ]


METHOD = Method(
    help="What is bought together: association rules, and each customer's next product.",
    add_arguments=_arguments,
    parameters=(
        *SHAPE, "support", "confidence", "algorithm", "customer", "keep_redundant",
    ),
    needed=("support", "confidence"),
    run=_run,
    summarise=_summary,
)  # fmt: skip
