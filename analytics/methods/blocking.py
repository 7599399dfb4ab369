"""Which pairs of records are worth comparing: several passes, each by an exact key.

A pass is one column, a pair of columns, the beginnings of words, or the rarest pair of characters
of a text.  A pair is a candidate when any pass finds it, so that a record may be wrong in most of
its columns and still be met.  Source: P. Christen, Data Matching, Springer 2012, chapter 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt

from analytics.methods.identifiers import Identifier

Pairs = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]
Keys = npt.NDArray[np.int64]

PAIRS_PER_ROW = 40
MOST_PAIRS = 12_000_000
LARGEST_BLOCK = 400
RARE_GRAMS = 3


def candidate_pairs(
    columns: list[Identifier], source: npt.NDArray[np.bool_] | None = None
) -> Pairs:
    """Return the pairs (a, b), a before b, that any pass brings together, each once.

    Parameters
    ----------
    columns : list of Identifier
        Of the same n rows.
    source : ndarray of bool, optional
        Which of two files a row comes from; only pairs across the files are made.

    Notes
    -----
    The most selective passes come first; passes that would go beyond ``PAIRS_PER_ROW`` pairs per
    row in total are left out.  Few rows are compared all with all.
    """
    rows = len(columns[0].codes)
    if rows * (rows - 1) // 2 <= PAIRS_PER_ROW * rows:
        return _across(np.triu_indices(rows, 1), source)
    budget = min(PAIRS_PER_ROW * rows, MOST_PAIRS)
    passes = sorted(((pair_count(keys), keys) for keys in _passes(columns)), key=lambda one: one[0])
    found: list[npt.NDArray[np.int64]] = []
    for size, keys in passes:
        if size == 0:
            continue
        if size > budget:
            break
        budget -= size
        first, second = _across(block_pairs(keys), source)
        found.append(np.unique(first.astype(np.int64) * rows + second))
    merged = np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)
    return (merged // rows).astype(np.int32), (merged % rows).astype(np.int32)


def _passes(columns: list[Identifier]) -> Iterator[Keys]:
    """The keys of every pass: -1 where a row takes no part."""
    for column in columns:
        yield column.codes.astype(np.int64)
    for one, other in combinations(columns, 2):
        yield _joined(one.codes, other.codes)
    texts = [column for column in columns if column.kind == "text"]
    starts = {column.name: _beginnings(column) for column in texts}
    for text in texts:
        for other in columns:
            if other is not text:
                yield _joined(starts[text.name], other.codes)
    for column in texts:
        yield from _rare_grams(column)


def _joined(one: npt.NDArray[np.int32], other: npt.NDArray[np.int32]) -> Keys:
    both = one.astype(np.int64) * (int(other.max(initial=0)) + 1) + other
    return np.where((one >= 0) & (other >= 0), both, -1)


def _beginnings(column: Identifier) -> npt.NDArray[np.int32]:
    """The first characters of each text (two Chinese ones say as much as three Latin ones)."""
    starts = [value[: 2 if value > "\u3000" else 3] for value in column.values]
    _, codes = np.unique(np.array([*starts, ""], dtype=object).astype(str), return_inverse=True)
    return np.where(column.codes >= 0, codes[column.codes], -1).astype(np.int32)


def _rare_grams(column: Identifier) -> Iterator[Keys]:
    """Each text's rarest pairs of characters that another text has too, one pass for each rank.

    Passes join on the same gram whatever its rank, so they are given as rows repeated.
    """
    grams: dict[str, int] = {}
    of_value: list[list[int]] = []
    frequency: list[int] = []
    for value, count in zip(column.values, column.counts.tolist(), strict=True):
        mine = []
        # In the order of the text: a set would number them anew in every process.
        for gram in dict.fromkeys(value[i : i + 2] for i in range(len(value) - 1)):
            code = grams.setdefault(gram, len(grams))
            if code == len(frequency):
                frequency.append(0)
            frequency[code] += count
            mine.append(code)
        of_value.append(mine)
    chosen = np.full((len(column.values) + 1, RARE_GRAMS), -1, dtype=np.int64)
    for row, mine in enumerate(of_value):
        shared = sorted((frequency[code], code) for code in mine if frequency[code] > 1)
        for rank, (_, code) in enumerate(shared[:RARE_GRAMS]):
            chosen[row, rank] = code
    picked = chosen[np.where(column.codes >= 0, column.codes, len(column.values))]
    for left, right in combinations(range(RARE_GRAMS), 2):
        low, high = np.sort(picked[:, [left, right]], axis=1).T
        yield np.where(low >= 0, low * (len(grams) + 1) + high, -1)
    for rank in range(RARE_GRAMS):
        yield picked[:, rank]


def pair_count(keys: Keys) -> int:
    """How many pairs ``block_pairs`` makes of ``keys``."""
    _, sizes = np.unique(keys[keys >= 0], return_counts=True)
    sizes = sizes[sizes <= LARGEST_BLOCK].astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def block_pairs(keys: Keys) -> Pairs:
    """Return all pairs of rows with the same key; blocks beyond ``LARGEST_BLOCK`` are left out."""
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    start = np.searchsorted(sorted_keys, 0)
    order, sorted_keys = order[start:], sorted_keys[start:]
    _, first, sizes = np.unique(sorted_keys, return_index=True, return_counts=True)
    end = np.repeat(first + sizes, sizes)
    followers = end - np.arange(len(order)) - 1
    followers[np.repeat(sizes > LARGEST_BLOCK, sizes)] = 0
    left = np.repeat(np.arange(len(order)), followers)
    offset = np.arange(len(left)) - np.repeat(np.cumsum(followers) - followers, followers)
    one, other = order[left], order[left + 1 + offset]
    return np.minimum(one, other).astype(np.int32), np.maximum(one, other).astype(np.int32)


def _across(pairs: tuple[npt.NDArray, npt.NDArray], source: npt.NDArray[np.bool_] | None) -> Pairs:
    one, other = pairs
    if source is not None:
        different = source[one] != source[other]
        one, other = one[different], other[different]
    return one.astype(np.int32), other.astype(np.int32)
