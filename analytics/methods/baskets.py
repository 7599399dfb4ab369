"""Orders as sets of items: whole numbers instead of names, in compressed rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.columns import require_columns
from analytics.methods.errors import DataProblem, Notice

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Baskets:
    """Which items stand in which basket.

    Attributes
    ----------
    starts : ndarray of int, shape (baskets + 1,)
        Basket b holds ``items[starts[b]:starts[b + 1]]``, each item once, ascending.
    items : ndarray of int, shape (entries,)
        Codes into ``labels``.
    labels, keys : tuple of str
        Names of the items and of the baskets, in the order of their first appearance.
    """

    starts: IntArray
    items: IntArray
    labels: tuple[str, ...]
    keys: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def basket_of(self) -> IntArray:
        """Return the basket of each entry, shape (entries,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def part(self, first: int, last: int) -> Baskets:
        """Return the baskets ``first`` to ``last`` (exclusive) with the same codes."""
        starts = self.starts[first : last + 1]
        items = self.items[starts[0] : starts[-1]]
        return Baskets(starts - starts[0], items, self.labels, self.keys[first:last])

    def sizes(self) -> IntArray:
        """Return the number of items of each basket, shape (baskets,)."""
        return np.diff(self.starts)

    def counts(self) -> IntArray:
        """Return in how many baskets each item stands, shape (items,)."""
        return np.bincount(self.items, minlength=len(self.labels)).astype(np.int64)


@dataclass(frozen=True)
class ReadBaskets:
    """Baskets with what was left out on the way."""

    baskets: Baskets
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]


def read_baskets(frame: pd.DataFrame, basket: str, item: str) -> ReadBaskets:
    """Return the baskets of a frame with one row per basket and item.

    Rows without basket or item are left out and counted; an item twice in a basket counts once.

    Raises
    ------
    DataProblem
        A column is missing, or no row is left.
    """
    require_columns(frame, [basket, item])
    if len(frame) == 0:
        raise DataProblem("no_rows")
    rows = pd.DataFrame({"basket": frame[basket], "item": frame[item]}).dropna()
    dropped = len(frame) - len(rows)
    if len(rows) == 0:
        raise DataProblem("no_usable_rows")
    notices = [Notice("rows_missing_dropped", {"rows": dropped})] if dropped else []
    found = grouped(
        rows["basket"], rows["item"].map(_name) if _texts(rows["item"]) else rows["item"]
    )
    if len(found.items) == len(found):
        notices.append(Notice("single_items"))
    return ReadBaskets(found, len(rows), dropped, tuple(notices))


def grouped(basket: pd.Series, item: pd.Series) -> Baskets:
    """Return baskets from two columns of equal length without missing values."""
    basket_code, keys = pd.factorize(basket)
    item_code, labels = pd.factorize(item)
    pairs = np.sort(basket_code.astype(np.int64) * len(labels) + item_code)
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]
    sizes = np.bincount(pairs // len(labels), minlength=len(keys))
    return Baskets(
        starts=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        items=pairs % len(labels),
        labels=tuple(map(_name, labels)),
        keys=tuple(map(_name, keys)),
    )


def _texts(column: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(column)


def _name(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
