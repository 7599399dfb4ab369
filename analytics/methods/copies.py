"""Rows that were written twice: copies of other rows, not further observations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
Marks = NDArray[np.uint64]

# So many contents do not all stand an even number of times by chance.
CONTENTS = 20
# Fewer copies hardly move a figure.
LEAST, LEAST_SHARE = 10, 0.02
# A content that stands so many times oftener than copies usually do is a common one.
COMMON = 3
UNLIKELY = 0.1


def copied_rows(columns: Sequence[NDArray]) -> BoolArray:
    """Mark the rows that repeat an earlier one, none where equal rows are to be expected.

    Where columns hold few values, rows are equal by chance, but then other rows differ from them
    in one such column only.  Rows count as copies where there are no such neighbours, or where
    every content stands twice, three times, ...: a table that was appended to itself.

    Parameters
    ----------
    columns : sequence of ndarray, each of shape (n,)
        Numbers (NaN where missing) or codes.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    marks = [_marks(cells, place) for place, cells in enumerate(columns)]
    whole = np.asarray(np.sum(marks, axis=0, dtype=np.uint64))
    _, first, content, sizes = np.unique(
        whole, return_index=True, return_inverse=True, return_counts=True
    )
    fold = int(np.gcd.reduce(sizes)) if len(sizes) >= CONTENTS else 1
    if fold > 1:
        return _later(content, sizes) >= (sizes // fold)[content]
    enough = max(LEAST, LEAST_SHARE * len(sizes))
    doubled = sizes > 1
    if np.count_nonzero(doubled) >= enough:
        doubled &= _by_chance(whole[first], [mark[first] for mark in marks], sizes) < UNLIKELY
    if np.count_nonzero(doubled) < enough:
        return np.zeros(len(whole), dtype=bool)
    doubled &= sizes <= COMMON * np.median(sizes[doubled])
    return (_later(content, sizes) > 0) & doubled[content]


def _later(content: NDArray[np.intp], sizes: NDArray[np.intp]) -> NDArray[np.intp]:
    """How many earlier rows have the content of each row, shape (n,)."""
    order = np.argsort(content, kind="stable")
    ends = np.cumsum(sizes)
    earlier = np.empty(len(content), dtype=np.intp)
    earlier[order] = np.arange(len(content)) - np.repeat(ends - sizes, sizes)
    return earlier


def _by_chance(whole: Marks, marks: list[Marks], sizes: NDArray[np.intp]) -> NDArray[np.float64]:
    """About how many rows may share each content by chance.

    For each column the rows that differ in it only, times the odds that they would not.
    """
    expected, rows = np.zeros(len(whole)), int(sizes.sum())
    for mark in marks:
        near = _rows_alike(whole - mark, sizes) - sizes
        share = (_rows_alike(mark, sizes) - sizes) / rows
        expected += near * share / (1.0 - share)
    return expected


def _rows_alike(values: Marks, sizes: NDArray[np.intp]) -> NDArray[np.float64]:
    _, alike = np.unique(values, return_inverse=True)
    return np.asarray(np.bincount(alike, weights=sizes)[alike])


def _marks(cells: NDArray, place: int) -> Marks:
    """Numbers that are alike only for equal cells of one column (splitmix64, S. Vigna 2015)."""
    values = cells.astype(float) + 0.0  # -0.0 is 0.0
    values[np.isnan(values)] = np.nan
    bits = values.view(np.uint64) + np.uint64((place + 1) * 0x9E3779B97F4A7C15 % 2**64)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)))
