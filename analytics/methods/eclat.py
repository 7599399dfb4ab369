"""Eclat: sets of baskets as bits, intersected depth first.

Source: M. J. Zaki (2000), Scalable algorithms for association mining, IEEE Transactions on
Knowledge and Data Engineering 12(3), 372-390.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.methods.baskets import Baskets
from analytics.methods.itemsets import BitRows, Found, Itemsets, bit_rows, frequent_pairs, popcount

IntArray = NDArray[np.int64]


def eclat(baskets: Baskets, least: int, longest: int | None = None) -> Itemsets:
    """Return every set of items in at least ``least`` baskets, with the number of baskets.

    ``longest`` limits the number of items of a set.
    """
    counts = baskets.counts()
    items = np.flatnonzero(counts >= least)
    items = items[np.argsort(counts[items], kind="stable")]  # rare first: short branches
    found = Found(least, longest)
    for item in items:
        found.add((int(item),), int(counts[item]))
    rows = bit_rows(baskets, items)
    if longest == 1:
        return found.sets
    for i, later in enumerate(frequent_pairs(baskets, items, least)):
        if len(later):
            _extend((int(items[i]),), rows[i], items[later], rows[later], found)
    return found.sets


def _extend(
    prefix: tuple[int, ...], together: BitRows, items: IntArray, rows: BitRows, found: Found
) -> None:
    """Add all sets that begin with ``prefix`` and go on with some of ``items``."""
    # Words without a basket of the prefix are left out: deeper sets stand in few baskets.
    used = np.flatnonzero(together)
    joined = rows[:, used] & together[used]
    counts = popcount(joined)
    often = np.flatnonzero(counts >= found.least)
    for k, at in enumerate(often):
        longer = (*prefix, int(items[at]))
        found.add(longer, int(counts[at]))
        rest = often[k + 1 :]
        if len(rest) and found.may_grow(longer):
            _extend(longer, joined[at], items[rest], joined[rest], found)
