"""Rows that were written twice: copies of other rows, not further observations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.errors import Notice

BoolArray = NDArray[np.bool_]
Marks = NDArray[np.uint64]

# So many contents do not all stand an even number of times by chance.
CONTENTS = 20
# Fewer copies hardly move a figure.
LEAST, LEAST_SHARE = 10, 0.02
# A content that stands so many times oftener than copies usually do is a common one.
COMMON = 3
UNLIKELY = 0.1
# Rows in the order of earlier ones: at least so many, and so rarely by chance.
SHORTEST, RARELY, PARTS = 5, 0.001, 4


def copied_rows(columns: Sequence[NDArray]) -> BoolArray:
    """Mark the rows that repeat an earlier one, none where equal rows are to be expected.

    Where columns hold few values, rows are equal by chance, but then other rows differ from them
    in one such column only.  Rows count as copies where there are no such neighbours, where
    every content stands twice, three times, ...: a table that was appended to itself, and where
    many rows follow each other as they did before: a part that was appended.

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
    if np.count_nonzero(sizes > 1) < SHORTEST:
        return np.zeros(len(whole), dtype=bool)
    if np.count_nonzero(doubled) < enough:
        return _appended(whole)
    doubled &= sizes <= COMMON * np.median(sizes[doubled])
    return _appended(whole) | ((_later(content, sizes) > 0) & doubled[content])


def summed_copies(read: Sequence[NDArray], others: pd.DataFrame) -> list[Notice]:
    """What is to be said where rows that were written twice are added up: columns that were
    read already, and the table's others."""
    rest = [pd.factorize(others[name])[0] for name in others.columns]
    rows = int(copied_rows([*read, *rest]).sum())
    return [Notice("copies_summed", {"rows": rows})] if rows else []


def _appended(whole: Marks) -> BoolArray:
    """Mark rows that follow each other as earlier ones did, for longer than by chance.

    Of rows in any order, or each depending on the one before it, so many equal ones in a row are
    expected in one table of a thousand.
    """
    again, steps = np.zeros(len(whole), dtype=bool), np.flatnonzero(np.diff(whole)) + 1
    starts = np.concatenate([[0], steps]).astype(np.intp)
    path = whole[starts]  # sorted tables hold long runs of one content
    length = _longer_than_chance(path)
    if length > len(path) // PARTS:
        return again
    _, first, content = np.unique(_windows(path, length), return_index=True, return_inverse=True)
    later = np.flatnonzero(first[content] < np.arange(len(content)))
    within = np.zeros(len(path), dtype=bool)
    for step in range(length):
        within[later + step] = True
    return np.asarray(np.repeat(within, np.diff(np.append(starts, len(whole)))))


def _longer_than_chance(path: Marks) -> int:
    """So many equal contents in a row are rare; judged within parts, where a copy and what it
    copies seldom meet."""
    parts = np.array_split(path, PARTS)
    pairs, ones, twos = (
        sum(count) for count in zip(
            *((len(part) * (len(part) - 1) / 2, _alike(part, 1), _alike(part, 2))
              for part in parts), strict=True,
        )
    )  # fmt: skip
    if not pairs or not ones:
        return SHORTEST
    odds = max(ones / pairs, twos / ones)
    if odds >= 1:
        return len(path)
    most = len(path) * (len(path) - 1) / 2
    return max(int(np.ceil(np.log(most / RARELY) / -np.log(odds))), SHORTEST)


def _alike(path: Marks, length: int) -> float:
    """Pairs of places from which ``length`` contents are the same."""
    sizes = np.unique(_windows(path, length), return_counts=True)[1]
    return float((sizes * (sizes - 1.0)).sum() / 2)


def _windows(path: Marks, length: int) -> Marks:
    """A mark of each ``length`` contents that follow each other."""
    count = max(len(path) - length + 1, 0)
    total = np.zeros(count, dtype=np.uint64)
    for step in range(length):
        total = total * np.uint64(0x9E3779B97F4A7C15) + path[step : step + count]
    return total


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
