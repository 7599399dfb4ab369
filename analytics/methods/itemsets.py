"""Which items are bought together often? Three ways to the same sets.

All three count in whole numbers and return every set of items that stands together in at least
``least`` baskets: ``eclat`` is the fastest here, ``apriori`` the easiest to check by hand, and
``fp_growth`` needs the least memory on long baskets.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from analytics.methods.baskets import Baskets
from analytics.methods.errors import DataProblem

IntArray = NDArray[np.int64]
BitRows = NDArray[np.uint64]
Itemsets = dict[tuple[int, ...], int]
Extend = Callable[[tuple[int, ...], int], None]
MAX_ITEMSETS = 500_000


class Found:
    """The sets found so far; refuses to fill the memory."""

    def __init__(self, least: int, longest: int | None = None) -> None:
        self.sets: Itemsets = {}
        self.least = least
        self.longest = longest

    def may_grow(self, items: tuple[int, ...]) -> bool:
        """Say whether longer sets are wanted."""
        return self.longest is None or len(items) < self.longest

    def add(self, items: tuple[int, ...], count: int) -> None:
        """Keep a set with its items ascending."""
        self.sets[tuple(sorted(items))] = count
        if len(self.sets) > MAX_ITEMSETS:
            raise DataProblem("too_many_itemsets", {"limit": MAX_ITEMSETS, "count": self.least})


def bit_rows(baskets: Baskets, items: IntArray, position: IntArray | None = None) -> BitRows:
    """Return one row of bits per item, shape (m, words).

    Bit b of a row is set where basket b holds the item, or the basket that ``position`` puts there.
    """
    words = -(-max(len(baskets), 1) // 64)
    row_of = np.full(len(baskets.labels), -1)
    row_of[items] = np.arange(len(items))
    row = row_of[baskets.items]
    keep = row >= 0
    where = baskets.basket_of()[keep]
    if position is not None:
        where = position[where]
    word, bit = row[keep] * words + where // 64, np.uint64(1) << (where % 64).astype(np.uint64)
    rows = np.zeros(len(items) * words, dtype=np.uint64)
    np.bitwise_or.at(rows, word, bit)
    return rows.reshape(len(items), words)


def popcount(rows: BitRows) -> IntArray:
    """Return the number of set bits of each row, shape (m,)."""
    return np.bitwise_count(rows).sum(axis=-1, dtype=np.int64)


def frequent_pairs(baskets: Baskets, items: IntArray, least: int) -> list[IntArray]:
    """Return for each of ``items`` the positions of later ones standing with it often enough.

    Counted basket by basket, as M. J. Zaki (2000), section 5, recommends for pairs.
    """
    from scipy.sparse import csr_array

    position = np.full(len(baskets.labels), -1)
    position[items] = np.arange(len(items))
    column = position[baskets.items]
    keep = column >= 0
    table = csr_array(
        (np.ones(int(keep.sum()), dtype=np.int32), (baskets.basket_of()[keep], column[keep])),
        shape=(len(baskets), len(items)),
    )
    together = (table.T @ table).tocsr()
    together.sort_indices()
    found = []
    for i in range(len(items)):
        part = slice(together.indptr[i], together.indptr[i + 1])
        others, counts = together.indices[part], together.data[part]
        found.append(others[(counts >= least) & (others > i)].astype(np.int64))
    return found
