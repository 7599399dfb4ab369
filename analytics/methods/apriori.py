"""Apriori: level by level, a set being tried only when all its parts are frequent.

Source: R. Agrawal and R. Srikant (1994), Fast algorithms for mining association rules, VLDB.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from analytics.methods.baskets import Baskets
from analytics.methods.itemsets import Found, Itemsets, bit_rows, popcount

IntArray = NDArray[np.int64]
CHUNK = 4_000


def apriori(baskets: Baskets, least: int) -> Itemsets:
    """Return every set of items in at least ``least`` baskets, with the number of baskets."""
    counts = baskets.counts()
    items = np.flatnonzero(counts >= least)
    rows = bit_rows(baskets, items)
    position = {int(item): k for k, item in enumerate(items)}
    found = Found(least)
    for item in items:
        found.add((int(item),), int(counts[item]))
    level: list[tuple[int, ...]] = [(int(item),) for item in items]
    while level:
        candidates = _candidates(level, found.sets)
        level = []
        for start in range(0, len(candidates), CHUNK):
            part = candidates[start : start + CHUNK]
            at = np.array([[position[item] for item in one] for one in part])
            joined = rows[at[:, 0]]
            for column in range(1, at.shape[1]):
                joined = joined & rows[at[:, column]]
            for one, count in zip(part, popcount(joined).tolist(), strict=True):
                if count >= least:
                    found.add(one, count)
                    level.append(one)
    return found.sets


def _candidates(level: list[tuple[int, ...]], known: Itemsets) -> list[tuple[int, ...]]:
    """Join sets that differ in their last item; leave out those with an infrequent part."""
    by_start: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for one in level:
        by_start[one[:-1]].append(one[-1])
    found = []
    for start, ends in by_start.items():
        ends.sort()
        for k, first in enumerate(ends):
            for second in ends[k + 1 :]:
                longer = (*start, first, second)
                if all(longer[:j] + longer[j + 1 :] in known for j in range(len(start))):
                    found.append(longer)
    return found
