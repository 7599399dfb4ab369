"""Two groupings of the same rows whose numbers mean nothing: how many rows stayed together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def alike(first: Sequence[int], second: Sequence[int]) -> int:
    """Rows that are in the same group when groups are named so that most rows agree.

    Parameters
    ----------
    first, second : sequence of int
        The group of each row; both of the same rows.

    Returns
    -------
    int
        The weight of the best assignment of groups to groups (H. W. Kuhn 1955, the Hungarian
        method) in the table of counts.

    Raises
    ------
    ValueError
        When the lengths differ.
    """
    from scipy.optimize import linear_sum_assignment

    if len(first) != len(second):
        message = "groupings of different rows"
        raise ValueError(message)
    if not len(first):
        return 0
    _names, one = np.unique(np.asarray(first), return_inverse=True)
    _others, other = np.unique(np.asarray(second), return_inverse=True)
    table = np.zeros((one.max() + 1, other.max() + 1), dtype=np.int64)
    np.add.at(table, (one, other), 1)
    rows, columns = linear_sum_assignment(table, maximize=True)
    return int(table[rows, columns].sum())
