"""Orders as tables write them: a row per item, several items in a cell, a column per item."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.methods.columns import as_numbers, require_columns
from analytics.methods.errors import DataProblem, Notice
from analytics.methods.yes_or_no import NO, YES

LAYOUTS = ("rows", "cells", "columns")
ORDER, ITEM = "order", "item"
# What stands between items, the surest first; the last only where nothing else does.
_SEPARATORS = ("\n", ";；", "|｜", "、", ",，", "/", "+")
_WRAPPED = re.compile(r"\s*[\[{](.*)[\]}]\s*", re.DOTALL)
# A cell with so many signs of one kind, in so many of the cells, is a list.
OFTEN = 0.5
# Spellings that differ in case or width are one where one of them has this share of their rows.
DOMINATES = 2 / 3
_YES = YES | {"x", "✓", "✔"}
_NO = NO | {"", "-"}


@dataclass(frozen=True)
class Orders:
    """``frame`` with a row per item of an order, its columns, and what was done to the table."""

    frame: pd.DataFrame
    basket: str
    item: str
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]


def read_orders(
    frame: pd.DataFrame,
    *,
    layout: str = "rows",
    basket: str | None = None,
    item: str | None = None,
    items: Sequence[str] = (),
    separator: str | None = None,
    customer: str | None = None,
    keep_spelling: bool = False,
) -> Orders:
    """Bring a table of orders into a row per item.

    Parameters
    ----------
    layout : {"rows", "cells", "columns"}
        "rows": ``basket`` and ``item`` name the columns.  "cells": ``item`` holds all items of an
        order, with ``separator`` (found out when left out) between them.  "columns": ``items`` are
        the columns (when left out, all that hold yes and no only); an item is in the order where
        its cell is yes or above 0.  Without ``basket`` every row is an order.
    customer : str, optional
        A column that is kept.
    keep_spelling : bool
        Leave apart what differs in upper and lower case or in width only.

    Raises
    ------
    DataProblem
        A column is missing, or holds something else than the layout says.
    """
    if layout not in LAYOUTS:
        params = {"name": "layout", "rule": "rows, cells or columns", "value": layout}
        raise DataProblem("bad_parameter", params)
    named = [name for name in (basket, item, customer) if name is not None]
    require_columns(frame, [*named, *items])
    if len(frame) == 0:
        raise DataProblem("no_rows")
    notices: list[Notice] = []
    if layout == "columns":
        made = _from_columns(frame, basket, items, customer, notices)
        basket, item = ORDER, ITEM
    elif layout == "cells":
        made = _from_cells(frame, basket, _needed("item", item), separator, customer, notices)
        basket, item = ORDER, ITEM
    else:
        basket, item = _needed("basket", basket), _needed("item", item)
        made = frame
        notices += _like_cells(frame, basket, item)
    if not keep_spelling:
        made = _one_spelling(made, item, notices)
    known = made[[basket, item]].notna().all(axis=1)
    used = int(known.sum()) if layout == "rows" else int(made.loc[known, basket].nunique())
    return Orders(made, basket, item, used, len(frame) - used, tuple(notices))


def _needed(name: str, given: str | None) -> str:
    if given is None:
        rule = "given together with --csv"
        raise DataProblem("bad_parameter", {"name": f"--{name}", "rule": rule, "value": "nothing"})
    return given


def _base(frame: pd.DataFrame, basket: str | None, customer: str | None) -> pd.DataFrame:
    """Order and customer of each row."""
    order = frame[basket] if basket else pd.Series(range(1, len(frame) + 1), index=frame.index)
    base = pd.DataFrame({ORDER: order})
    return base.assign(**{customer: frame[customer]}) if customer else base


def _from_columns(
    frame: pd.DataFrame, basket: str | None, items: Sequence[str], customer: str | None,
    notices: list[Notice],
) -> pd.DataFrame:  # fmt: skip
    chosen = list(items) or [
        str(name) for name in frame.columns
        if name not in {basket, customer} and _present(frame[name], marks_only=True) is not None
    ]  # fmt: skip
    if not chosen:
        raise DataProblem("no_item_columns")
    base, parts = _base(frame, basket, customer), []
    for name in chosen:
        there = _present(frame[name])
        if there is None:
            raise DataProblem("not_marks", {"column": name, "example": _strange(frame[name])})
        parts.append(base[there].assign(**{ITEM: name}))
    notices.append(Notice("columns_as_items", {"columns": len(chosen)}))
    return pd.concat(parts).sort_index(kind="stable")


def _present(column: pd.Series, *, marks_only: bool = False) -> pd.Series | None:
    """Where an item's column says that it is there; None where it says something else.

    ``marks_only``: of numbers only 0 and 1 are marks, and some must be 1.
    """
    numbers, wrong = as_numbers(column)
    if wrong.any():
        text = column.astype("string").fillna("").str.strip().str.casefold()
        marks = text.isin(_YES) | (numbers.fillna(0) > 0)
        return marks if (marks | text.isin(_NO) | (numbers == 0)).all() else None
    if marks_only and not (numbers.dropna().isin([0, 1]).all() and (numbers == 1).any()):
        return None
    return numbers.fillna(0) > 0


def _strange(column: pd.Series) -> str:
    text = column.astype("string").fillna("").str.strip()
    _numbers, wrong = as_numbers(column)
    return str(text[wrong & ~text.str.casefold().isin(_YES | _NO)].iloc[0])[:40]


def _from_cells(
    frame: pd.DataFrame, basket: str | None, item: str, separator: str | None,
    customer: str | None, notices: list[Notice],
) -> pd.DataFrame:  # fmt: skip
    cells = frame[item].astype("string")
    if cells.isna().all():
        raise DataProblem("no_usable_rows")
    signs = separator or _separator(cells.dropna())
    if not signs:
        raise DataProblem("nothing_to_split", {"column": item})
    between = re.escape(signs) if separator else "[" + re.escape(signs) + "]"
    pieces = cells.str.replace(_WRAPPED, r"\1", regex=True).str.split(between, regex=True)
    made = _base(frame, basket, customer).assign(**{ITEM: pieces}).explode(ITEM)
    names = made[ITEM].astype("string").str.strip().str.strip("\"'“”‘’").str.strip()
    made[ITEM] = names.mask(names == "").astype(object)
    told = {"separator": signs[0].replace("\n", "⏎"), "items": int(made[ITEM].notna().sum())}
    notices.append(Notice("cells_split", told | {"rows": int(cells.notna().sum())}))
    return made


def _separator(cells: pd.Series) -> str:
    """The signs that stand in most cells; slashes and plus signs only where no other does."""
    if cells.empty:
        return ""
    shares = [
        (float(cells.str.contains("[" + re.escape(signs) + "]").mean()), signs)
        for signs in _SEPARATORS
    ]
    usual = max(shares[:-2], key=lambda one: one[0])
    best = usual if usual[0] > 0 else max(shares[-2:], key=lambda one: one[0])
    return best[1] if best[0] > 0 else ""


def _like_cells(frame: pd.DataFrame, basket: str, item: str) -> list[Notice]:
    """A caution where orders have one row each, whose cells look like lists."""
    cells = frame[item]
    if pd.api.types.is_numeric_dtype(cells) or frame[basket].duplicated().any():
        return []
    text = cells.dropna().astype("string")
    signs = _separator(text)
    listed = text.str.contains("[" + re.escape(signs) + "]") if signs else text.isna()
    if not len(text) or listed.mean() < OFTEN:
        return []
    return [Notice("items_in_cells", {"column": item, "example": str(text[listed].iloc[0])[:60]})]


def _one_spelling(frame: pd.DataFrame, item: str, notices: list[Notice]) -> pd.DataFrame:
    """Items that differ in case or width only under the spelling that dominates among them."""
    if pd.api.types.is_numeric_dtype(frame[item]):
        return frame
    codes, written = pd.factorize(frame[item])
    counts = pd.Series(np.bincount(codes[codes >= 0], minlength=len(written)), dtype=float)
    plain = [
        " ".join(unicodedata.normalize("NFKC", str(name)).casefold().split()) for name in written
    ]
    groups = counts.groupby(plain)
    share = groups.transform("max") / groups.transform("sum")
    usual = groups.transform("idxmax").astype(int)
    several = groups.transform("size") > 1
    joined = [k for k in range(len(written)) if several[k] and share[k] >= DOMINATES]
    apart = [str(written[k]) for k in range(len(written)) if several[k] and share[k] < DOMINATES]
    if apart:
        notices.append(Notice("spellings_apart", {"values": ", ".join(apart[:6])}))
    other = [str(written[k]) for k in joined if usual[k] != k]
    if not other:
        return frame
    notices.append(Notice("items_joined", {"items": len(other), "values": ", ".join(other[:6])}))
    target = np.arange(len(written))
    target[joined] = usual[joined]
    names = np.asarray([*written, None], dtype=object)
    return frame.assign(**{item: names[np.where(codes >= 0, target[codes], len(written))]})
