"""Does one value decide? Means, lines and forecasts then tell of that value only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.methods.errors import Notice

FloatArray = NDArray[np.float64]
LEAST_ROWS = 20
MOST = 0.5
NEIGHBOURS = 3


def dominant(values: FloatArray) -> tuple[int, float] | None:
    """Find the one value that makes most of the squared distances from the median.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Finite.  Columns of two values, and fewer than 20 rows, have none.

    Returns
    -------
    (int, float) or None
        Its position, and its share of the squares, above one half.
    """
    if len(values) < LEAST_ROWS:
        return None
    squares = (values - np.median(values)) ** 2
    place, total = int(np.argmax(squares)), float(squares.sum())
    if total == 0 or squares[place] <= MOST * total or len(np.unique(values)) < 3:
        return None
    return place, float(squares[place] / total)


def dominance_notices(column: str, values: FloatArray) -> list[Notice]:
    """What is to be said of a column in which one value decides."""
    found = dominant(values)
    if found is None:
        return []
    value, share = written(values[found[0]]), 100 * found[1]
    return [Notice("one_value_decides", {"column": column, "value": value, "share": share})]


def outlying_period(y: FloatArray) -> int | None:
    """Find the period that is further from its neighbours than all others together, if any.

    A season that comes back, or a new level, is no such period: several would be alike.
    """
    if len(y) < LEAST_ROWS:
        return None
    wide = np.pad(y, NEIGHBOURS, mode="reflect")
    around = np.lib.stride_tricks.sliding_window_view(wide, 2 * NEIGHBOURS + 1)
    found = dominant(y - np.median(around, axis=1))
    return None if found is None else found[0]


def written(value: float) -> str:
    """A value as people write it in a sentence."""
    return f"{value:,.15g}"
