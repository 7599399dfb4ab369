"""Decision trees: one, many that add up, many that vote."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from analytics.methods.discrimination import logit
from analytics.methods.sampling import parts, sampled
from analytics.methods.split_tables import SplitTable

FloatArray = NDArray[np.float64]

TREE_ROWS = 150_000
TREE_LEAVES = 16
# Beyond these rows boosting needs no second opinion, and a forest grows too large.
MANY_ROWS = 20_000
THIRDS = 3
FOREST_TREES, TREE_SEES = 80, 1_500
SUREST = 13.8


@dataclass(frozen=True)
class Leaves:
    """One tree; shares of leaves are drawn towards the base rate by two rows of it."""

    model: Any
    rates: FloatArray

    def log_odds(self, X: FloatArray) -> FloatArray:
        """Log-odds of the event, shape (n,)."""
        return logit(self.rates[self.model.apply(X)])


@dataclass(frozen=True)
class Grove:
    """Trees whose shares of events are averaged."""

    model: Any

    def log_odds(self, X: FloatArray) -> FloatArray:
        """Log-odds of the event, shape (n,)."""
        return logit(np.asarray(self.model.predict_proba(X)[:, 1], dtype=float))


@dataclass(frozen=True)
class Boosted:
    """Trees whose log-odds add up."""

    model: Any

    def log_odds(self, X: FloatArray) -> FloatArray:
        """Log-odds of the event, shape (n,)."""
        sums = np.asarray(self.model.decision_function(X), dtype=float)
        return np.clip(sums, -SUREST, SUREST)

    def parts(
        self, X: FloatArray, typical: FloatArray, spans: list[tuple[int, int]]
    ) -> tuple[FloatArray, FloatArray]:
        """The log-odds of X (n, d), and what they lose where the columns of each span are typical.

        Shapes (n,) and (n, len(spans)).
        """
        X = np.asfortranarray(X)
        whole = np.full(len(X), float(np.squeeze(self.model._baseline_prediction)))
        lost = np.zeros((len(spans), len(X)))
        for table in self._tables:
            bits = table.bits(X)
            usual = int(table.bits(typical[None, :])[0])
            told = table.leaves[bits]
            whole += told
            for k, (start, end) in enumerate(spans):
                if mask := table.mask(start, end):
                    lost[k] += told - table.leaves[(bits & ~mask) | (usual & mask)]
        return np.clip(whole, -SUREST, SUREST), lost.T

    @cached_property
    def _tables(self) -> list[SplitTable]:
        return [SplitTable.of(tree.nodes) for (tree,) in self.model._predictors]

    def __getstate__(self) -> dict[str, Any]:
        """Without the tables, which are made again."""
        return {"model": self.model}


class Tree:
    """One decision tree with at most 16 leaves: a drawing a person can follow."""

    name: ClassVar[str] = "tree"
    label: ClassVar[str] = "Decision tree"

    def fit(self, X: FloatArray, y: FloatArray, seed: int) -> Leaves:
        """Learn from rows X (n, d) and events y (n,)."""
        from sklearn.tree import DecisionTreeClassifier

        X, y = sampled(X, y, TREE_ROWS, seed)
        model = DecisionTreeClassifier(
            max_leaf_nodes=TREE_LEAVES, min_samples_leaf=max(15, len(y) // 100), random_state=seed
        ).fit(X, y)
        leaves = model.apply(X)
        rows = np.bincount(leaves, minlength=model.tree_.node_count)
        events = np.bincount(leaves, weights=y, minlength=model.tree_.node_count)
        return Leaves(model, (events + 2.0 * y.mean()) / (rows + 2.0))


class Boosting:
    """Gradient boosting on histograms (J. H. Friedman 2001).

    Rows held back say how many trees are enough: each third in turn, or one part of a large
    table.  That many on average are then grown on all rows.
    """

    name: ClassVar[str] = "boosting"
    label: ClassVar[str] = "Gradient boosting"

    def fit(self, X: FloatArray, y: FloatArray, seed: int) -> Boosted:
        """Learn from rows X (n, d) and events y (n,)."""
        X, y = sampled(X, y, TREE_ROWS, seed)
        many = len(y) > MANY_ROWS
        part = parts(y, THIRDS, seed)
        enough = [_trees_enough(X, y, part == k, seed) for k in range(1 if many else THIRDS)]
        model = _booster(many, seed, max_iter=max(round(float(np.mean(enough))), 1))
        return Boosted(model.fit(X, y))


def _booster(many: bool, seed: int, **options: Any) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        learning_rate=0.06 if many else 0.1,
        max_leaf_nodes=15 if many else 6,
        min_samples_leaf=20 if many else 10,
        l2_regularization=1.0,
        random_state=seed,
        **{"early_stopping": False, **options},
    )


def _trees_enough(X: FloatArray, y: FloatArray, held: NDArray[np.bool_], seed: int) -> int:
    """After how many trees grown on the others the rows held back are foretold best."""
    many = len(y) > MANY_ROWS
    stopping = {"early_stopping": True, "n_iter_no_change": 10, "max_iter": 300}
    model = _booster(many, seed, **stopping)
    model.fit(X[~held], y[~held], X_val=X[held], y_val=y[held])
    return int(np.argmax(model.validation_score_))


class Forest:
    """Random forest (L. Breiman 2001, Machine Learning 45): where rows are few, many deep trees."""

    name: ClassVar[str] = "forest"
    label: ClassVar[str] = "Random forest"

    def fit(self, X: FloatArray, y: FloatArray, seed: int) -> Grove:
        """Learn from rows X (n, d) and events y (n,)."""
        from sklearn.ensemble import RandomForestClassifier

        share = min(1.0, TREE_SEES / len(y))
        model = RandomForestClassifier(
            FOREST_TREES, min_samples_leaf=3, max_samples=share, random_state=seed
        )
        return Grove(model.fit(X, y))
