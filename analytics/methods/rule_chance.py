"""Is a rule more than chance, given how large the orders are?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.methods.baskets import Baskets
from analytics.methods.itemsets import Itemsets, bit_rows

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Sided = tuple[tuple[int, ...], int, int]
CLASSES = 16
# How baskets of a size are filled by chance is not known, and matters up to some per cent where
# few items are in most of them; a rule that says less than this is of no use either.
MARGIN = 1.1


class BasketSizes:
    """How large the baskets are that hold a set of items.

    A large basket holds any two items by chance, so that in shuffled baskets of unequal size items
    still stand together more often than their shares would give.  Chance is therefore told per
    size: baskets are sorted by size and each set is counted in up to 16 classes of them.
    """

    def __init__(self, baskets: Baskets, items: IntArray) -> None:
        order = np.argsort(baskets.sizes(), kind="stable")
        position = np.empty(len(order), dtype=np.int64)
        position[order] = np.arange(len(order))
        self.rows = bit_rows(baskets, items, position)
        self.row_of = {int(item): k for k, item in enumerate(items)}
        words = self.rows.shape[1]
        self.starts = np.unique(np.linspace(0, words, CLASSES, endpoint=False).astype(int))
        sizes = baskets.sizes()[order].astype(float)
        self.every = np.add.reduceat(np.ones(len(sizes)), self.starts * 64)
        self.size = np.add.reduceat(sizes, self.starts * 64) / self.every
        self.known: dict[tuple[int, ...], FloatArray] = {}

    def of(self, items: tuple[int, ...]) -> FloatArray:
        """Return the number of baskets in each class that hold all ``items``."""
        if not items:
            return self.every
        found = self.known.get(items)
        if found is None:
            joined = self.rows[self.row_of[items[0]]]
            for item in items[1:]:
                joined = joined & self.rows[self.row_of[item]]
            counts = np.bitwise_count(joined)
            found = np.add.reduceat(counts, self.starts, dtype=np.float64)
            self.known[items] = found
        return found


def chance_of(rules: Sequence[Sided], itemsets: Itemsets, baskets: Baskets) -> FloatArray:
    """Return each rule's p-value, shape (m,).

    For every item of the left side: a test, among the baskets with the rest of the left side, that
    the item does not raise the share of the right side beyond what the size of its baskets gives.
    The largest p counts, so that an item that adds nothing makes the rule no better (Webb 2007,
    section 2.4).  Fisher's exact test with the number drawn corrected for size, and a tenth more.
    """
    singles = np.array(sorted({i for lhs, rhs, _ in rules for i in (*lhs, rhs)}), dtype=np.int64)
    sizes = BasketSizes(baskets, singles)
    rows: list[tuple[int, int, int, int]] = []
    owner: list[int] = []
    with_item: list[FloatArray] = []
    within: list[FloatArray] = []
    for k, (lhs, rhs, count) in enumerate(rules):
        for j in range(len(lhs)):
            rest = lhs[:j] + lhs[j + 1 :]
            total = itemsets[rest] if rest else len(baskets)
            rows.append((count, total, itemsets[tuple(sorted((*rest, rhs)))], len(rest)))
            owner.append(k)
            with_item.append(sizes.of(lhs))
            within.append(sizes.of(rest))
    table = np.array(rows, dtype=np.int64)
    drawn = _effective_draws(table, np.array(with_item), np.array(within), sizes.size)
    tail = upper_tail(table[:, 0], table[:, 1], table[:, 2], drawn)
    largest = np.zeros(len(rules))
    np.maximum.at(largest, np.array(owner), tail)
    return largest


def _effective_draws(
    table: IntArray, with_item: FloatArray, within: FloatArray, size: FloatArray
) -> FloatArray:
    """Return how many baskets of average size would hold as many right sides by chance.

    Within the baskets of the rest, a basket with s free places holds the right side with
    probability 1 - exp(-rate s); the rate is the one that gives the known total (Newton's method).
    """
    free_with = np.maximum(size[None, :] - table[:, 3:4] - 1, 0.0)
    free = np.maximum(size[None, :] - table[:, 3:4], 0.0)
    others = np.maximum(within - with_item, 0.0)
    total, wanted = table[:, 1].astype(float), table[:, 2].astype(float)
    rate = wanted / np.maximum((others * free + with_item * free_with).sum(axis=1), 1.0)
    for _ in range(30):
        gone, gone_with = np.exp(-rate[:, None] * free), np.exp(-rate[:, None] * free_with)
        value = (others * (1 - gone) + with_item * (1 - gone_with)).sum(axis=1) - wanted
        slope = (others * free * gone + with_item * free_with * gone_with).sum(axis=1)
        rate = np.maximum(rate - value / np.maximum(slope, 1e-12), rate / 4)
        if float(np.max(np.abs(value) / wanted)) < 1e-9:
            break
    expected = (with_item * (1 - np.exp(-rate[:, None] * free_with))).sum(axis=1)
    # Where the right side fills the baskets, the total cannot be reached: then all are alike.
    plain = with_item.sum(axis=1)
    drawn = MARGIN * np.where(np.isfinite(expected), total * expected / wanted, plain)
    return np.clip(drawn, np.maximum(table[:, 0] * 1.0, 1.0), total)


def upper_tail(k: IntArray, total: IntArray, good: IntArray, drawn: FloatArray) -> FloatArray:
    """Return P(at least k good ones among ``drawn`` of ``total``), shape (m,); 1 below the mean.

    The hypergeometric terms are summed upwards, each from the one before, for all rows at once:
    above the mean they fall geometrically.
    """
    from scipy.special import gammaln

    x, N, K, n = (part.astype(float) for part in (k, total, good, drawn))

    def choose(a: FloatArray, b: FloatArray) -> FloatArray:
        return np.asarray(gammaln(a + 1) - gammaln(b + 1) - gammaln(a - b + 1))

    p = np.ones(len(x))
    rows = np.flatnonzero(x * N > n * K)
    x, N, K, n = x[rows], N[rows], K[rows], n[rows]
    term = np.exp(choose(K, x) + choose(N - K, n - x) - choose(N, n))
    tail = term.copy()
    while len(rows):
        term = term * (K - x) * (n - x) / ((x + 1) * np.maximum(N - K - n + x + 1, 1))
        tail = tail + term
        going = term > 1e-12 * tail
        p[rows[~going]] = tail[~going]
        rows, x, N, K, n = rows[going], x[going] + 1, N[going], K[going], n[going]
        term, tail = term[going], tail[going]
    return np.minimum(p, 1.0)
