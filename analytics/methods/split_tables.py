"""Small trees as tables: the answers to all questions of a tree, as bits, lead to its leaf at once.

Asking a tree again with one column changed is then a change of a few bits, not another walk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class SplitTable:
    """One tree of numbers.

    Attributes
    ----------
    columns : ndarray of int, shape (splits,)
        What each split asks for.
    limits : ndarray, shape (splits,)
        A split's bit is set where the value is at most this.
    leaves : ndarray, shape (2 ** splits,)
        The tree's value by its bits.
    """

    columns: IntArray
    limits: FloatArray
    leaves: FloatArray

    @classmethod
    def of(cls, nodes: Any) -> SplitTable:
        """From the nodes of a tree of histogram boosting without categories and gaps."""
        splits = np.flatnonzero(nodes["is_leaf"] == 0)
        bit = {int(node): place for place, node in enumerate(splits)}
        answers = np.arange(2 ** len(splits))
        leaves = np.empty(len(answers))

        def fill(node: int, within: NDArray[np.bool_]) -> None:
            if nodes[node]["is_leaf"]:
                leaves[within] = nodes[node]["value"]
                return
            low = (answers >> bit[node]) & 1 == 1
            fill(int(nodes[node]["left"]), within & low)
            fill(int(nodes[node]["right"]), within & ~low)

        fill(0, np.ones(len(answers), dtype=bool))
        columns = nodes["feature_idx"][splits].astype(np.int64)
        return cls(columns, nodes["num_threshold"][splits].astype(float), leaves)

    def bits(self, X: FloatArray) -> IntArray:
        """The answers of rows X, shape (n,)."""
        made = np.zeros(len(X), dtype=np.int64)
        for place, (column, limit) in enumerate(zip(self.columns, self.limits, strict=True)):
            made |= (X[:, column] <= limit).astype(np.int64) << place
        return made

    def mask(self, start: int, end: int) -> int:
        """The bits of the splits that ask for columns from ``start`` to before ``end``."""
        places = np.flatnonzero((self.columns >= start) & (self.columns < end))
        return int((1 << places).sum()) if len(places) else 0
