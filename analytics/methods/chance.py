"""How pairs of two different entities agree by chance, column by column and hand in hand.

City and region, postcode and suburb agree together: counting them as if they were independent
makes strangers of one town into one person.  The columns therefore form a tree in which each is
judged given its parent (C. K. Chow & C. N. Liu, IEEE Trans. Inf. Theory 14, 1968).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.agreement import EQUAL, LEVELS

Array = npt.NDArray[np.float64]
Table = npt.NDArray[np.int8]

_LINKED = 0.10  # share of a column's entropy that its parent must explain
_PSEUDO = 5.0


@dataclass(frozen=True)
class Chance:
    """Probability of each level among pairs of two entities.

    Attributes
    ----------
    parents : list of int
        Each column's parent; -1 for none.
    tables : ndarray, shape (columns, LEVELS + 1, LEVELS)
        Given the parent's level; the last row, for a missing parent, is the plain probability.
    """

    parents: list[int]
    tables: Array

    def of(self, levels: Table) -> Array:
        """Probability of each pair's level in each column (pairs × columns); junk where missing."""
        return np.stack(
            [
                self.tables[column, levels[:, parent] if parent >= 0 else -1, levels[:, column]]
                for column, parent in enumerate(self.parents)
            ],
            axis=1,
        )

    @property
    def plain(self) -> Array:
        """Probability of each level whatever the other columns do (columns × levels)."""
        return self.tables[:, -1]


def parents_of(sample: Table, weight: Array) -> list[int]:
    """Return each column's parent in the tree of strongest dependence (-1: none).

    Parameters
    ----------
    sample : ndarray of int8, shape (patterns, columns)
    weight : ndarray
        How often each pattern stands for a pair of two entities.
    """
    columns = sample.shape[1]
    entropy = np.array([_entropy(_marginal(sample[:, one], weight)) for one in range(columns)])
    shared = np.zeros((columns, columns))
    for one in range(columns):
        for other in range(one):
            least = max(min(entropy[one], entropy[other]), 1e-9)
            information = _information(sample[:, one], sample[:, other], weight) / least
            shared[one, other] = shared[other, one] = information
    parents = [-1] * columns
    # The column that tells most apart is a root: fewest pairs agree in it by chance.
    inside = [int(np.argmin([_marginal(sample[:, c], weight)[EQUAL] for c in range(columns)]))]
    while len(inside) < columns:
        outside = [column for column in range(columns) if column not in inside]
        parent, child = max(
            ((p, c) for p in inside for c in outside), key=lambda edge: shared[edge]
        )
        if shared[parent, child] >= _LINKED:
            parents[child] = parent
        inside.append(child)
    return parents


def chance_of(sample: Table, weight: Array, equal: Array, parents: list[int]) -> Chance:
    """Return the probabilities for a given tree.

    Parameters
    ----------
    equal : ndarray, shape (columns,)
        Probability that both values are the same, counted exactly: a sample meets rare values
        too seldom.
    """
    columns = sample.shape[1]
    tables = np.empty((columns, LEVELS + 1, LEVELS))
    for column in range(columns):
        plain = _marginal(sample[:, column], weight)
        unlike = plain[:EQUAL].sum()
        plain[:EQUAL] *= (1 - equal[column]) / unlike
        plain[EQUAL] = equal[column]
        tables[column] = plain
    for column, parent in enumerate(parents):
        if parent >= 0:
            for level in range(LEVELS):
                chosen = sample[:, parent] == level
                counts = _counts(sample[chosen, column], weight[chosen])
                tables[column, level] = (counts + _PSEUDO * tables[column, -1]) / (
                    counts.sum() + _PSEUDO
                )
    return Chance(parents, tables)


def _counts(levels: npt.NDArray[np.int8], weight: Array) -> Array:
    known = levels >= 0
    return np.bincount(levels[known], weight[known], minlength=LEVELS).astype(float)


def _marginal(levels: npt.NDArray[np.int8], weight: Array) -> Array:
    counts = _counts(levels, weight) + 0.1
    return counts / counts.sum()


def _entropy(share: Array) -> float:
    return float(-(share[share > 0] * np.log(share[share > 0])).sum())


def _information(one: npt.NDArray[np.int8], other: npt.NDArray[np.int8], weight: Array) -> float:
    """Mutual information of two columns' levels, in nats, where both are known."""
    known = (one >= 0) & (other >= 0)
    cells = one[known].astype(np.int64) * LEVELS + other[known]
    joint = np.bincount(cells, weight[known], minlength=LEVELS**2).reshape(LEVELS, LEVELS)
    if joint.sum() == 0:
        return 0.0
    joint = joint / joint.sum()
    separate = joint.sum(axis=1, keepdims=True) @ joint.sum(axis=0, keepdims=True)
    filled = joint > 0
    return float((joint[filled] * np.log(joint[filled] / separate[filled])).sum())
