"""Orders in any shape of table come to the same baskets."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analytics.methods.basket_layouts import ITEM, ORDER, read_orders
from analytics.methods.errors import DataProblem

ORDERS = {1: ["milk", "bread"], 2: ["bread"], 3: ["milk", "eggs", "bread"]}
LONG = pd.DataFrame(
    [(order, item) for order, items in ORDERS.items() for item in items], columns=["order", "item"]
)


def baskets(frame: pd.DataFrame, **options: Any) -> dict[Any, set[str]]:
    found = read_orders(frame, **options)
    rows = found.frame.dropna(subset=[found.basket, found.item])
    return {order: set(part) for order, part in rows.groupby(found.basket)[found.item]}


@pytest.mark.parametrize("sign", [", ", "，", "、", ";", "|", "\n", "/"])
def test_it_splits_cells_at_whatever_stands_between(sign: str) -> None:
    cells = pd.DataFrame({"bought": [sign.join(items) for items in ORDERS.values()]})
    expected = {order: set(items) for order, items in ORDERS.items()}
    assert baskets(cells, layout="cells", item="bought") == expected
    found = read_orders(cells, layout="cells", item="bought")
    assert (found.rows_used, found.rows_dropped) == (3, 0)
    assert [notice.code for notice in found.notices] == ["cells_split"]


def test_it_reads_written_lists_and_a_separator_of_ones_own() -> None:
    cells = pd.DataFrame(
        {"no": ["a", "b", "c"], "bought": ["{milk,bread}", "['eggs', 'milk']", None]}
    )
    found = baskets(cells, layout="cells", basket="no", item="bought")
    assert found == {"a": {"milk", "bread"}, "b": {"eggs", "milk"}}
    own = pd.DataFrame({"bought": ["Mug, red & Cup", "Cup"]})
    assert baskets(own, layout="cells", item="bought", separator=" & ") == {
        1: {"Mug, red", "Cup"}, 2: {"Cup"},
    }  # fmt: skip
    read = read_orders(cells, layout="cells", item="bought")
    assert (read.rows_used, read.rows_dropped) == (2, 1)


@pytest.mark.parametrize(
    ("yes", "no"), [(1, 0), (True, False), ("yes", "no"), ("x", None), ("是", "否")]
)
def test_it_reads_a_column_for_each_item(yes: Any, no: Any) -> None:
    wide = pd.DataFrame(
        {name: [yes if name in items else no for items in ORDERS.values()]
         for name in ("milk", "bread", "eggs")}
    ).assign(shop=["Bonn", "Jena", "Bonn"])  # fmt: skip
    expected = {order: set(items) for order, items in ORDERS.items()}
    assert baskets(wide, layout="columns") == expected
    counts = wide.assign(milk=[2, 0, 7])
    assert baskets(counts, layout="columns", items=["milk", "bread", "eggs"]) == expected
    with pytest.raises(DataProblem) as refused:
        read_orders(wide, layout="columns", items=["milk", "shop"])
    assert (refused.value.code, refused.value.params["example"]) == ("not_marks", "Bonn")


def test_it_joins_spellings_where_one_prevails() -> None:
    names = ["Milk"] * 4 + ["milk", "ＭＩＬＫ"] + ["Tea", "tea"]
    frame = pd.DataFrame({"order": range(8), "item": names})
    found = read_orders(frame, basket="order", item="item")
    assert found.frame["item"].tolist() == ["Milk"] * 6 + ["Tea", "tea"]
    told = {notice.code: notice.params for notice in found.notices}
    assert told["items_joined"] == {"items": 2, "values": "milk, ＭＩＬＫ"}
    assert told["spellings_apart"] == {"values": "Tea, tea"}
    kept = read_orders(frame, basket="order", item="item", keep_spelling=True)
    assert kept.frame is frame
    assert frame["item"].tolist() == names


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"layout": "heap"}, "bad_parameter"), ({"basket": "order"}, "bad_parameter"),
        ({"layout": "cells", "item": "item"}, "nothing_to_split"),
        ({"layout": "columns"}, "no_item_columns"), ({"item": "x"}, "column_missing"),
        ({"layout": "cells", "item": "empty"}, "no_usable_rows"),
    ],
)  # fmt: skip
def test_it_refuses_in_a_sentence(options: dict[str, Any], code: str) -> None:
    with pytest.raises(DataProblem) as refused:
        read_orders(LONG.assign(empty=None), **options)
    assert refused.value.code == code


def test_it_leaves_a_row_per_item_as_it_is_and_points_at_lists() -> None:
    found = read_orders(LONG, basket="order", item="item")
    assert (found.frame is LONG, found.rows_used, found.notices) == (True, 6, ())
    empty = LONG.assign(order=range(len(LONG)), item=None)
    assert read_orders(empty, basket="order", item="item").rows_used == 0
    lists = pd.DataFrame({ORDER: [1, 2], ITEM: ["milk, bread", "eggs, milk"]})
    (notice,) = read_orders(lists, basket=ORDER, item=ITEM).notices
    assert notice.code == "items_in_cells"
