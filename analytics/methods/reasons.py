"""Why is this one likely? Every model answers by the same rule.

A column's part in a row's score is the log-odds of the row minus those of the same row with that
column at its typical value (median, most frequent level).  For a logistic regression that is the
weight times the distance from typical; for trees, boosting and support vector machines it is
measured by asking the model again (ablation, as in A. Fisher, C. Rudin, F. Dominici 2019, JMLR 20,
for single rows).  Parts of correlated columns overlap and need not add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.methods.classifiers import Fitted, Linear, Mean, mixed
from analytics.methods.errors import Notice
from analytics.methods.features import Encoder, Feature
from analytics.methods.one_thread import one_thread
from analytics.methods.trees import Boosted

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

# So many rows stay in the processor's cache while all trees are asked.
CHUNK = 4_000
SAMPLE = 2_000
# Below this change of log-odds a column says nothing about a row.
SLIGHT = 0.01
UNKNOWN = "–"


@dataclass(frozen=True)
class Reason:
    """One column's part in one row's score.

    Attributes
    ----------
    column : str
    value, typical : str
        The row's value and the usual one, "–" where missing.
    effect : float
        Change of the log-odds; positive makes the event likelier.
    """

    column: str
    value: str
    typical: str
    effect: float

    @property
    def notice(self) -> Notice:
        """The reason as a sentence."""
        code = "reason_raises" if self.effect > 0 else "reason_lowers"
        params = {"column": self.column, "value": self.value, "typical": self.typical}
        return Notice(code, params)

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe, with the English sentence."""
        return {**self.__dict__, "text": self.notice.text}


@dataclass(frozen=True)
class Influence:
    """A column's part in all scores.

    Attributes
    ----------
    column : str
    effect : float
        Mean size of its part, in log-odds.
    direction : {"up", "down", "mixed", "levels"}
        How the chance moves with the value; "levels" for categories.
    high, low : str
        The likeliest and the least likely frequent level, "" for numbers.
    """

    column: str
    effect: float
    direction: str
    high: str = ""
    low: str = ""

    @property
    def notice(self) -> Notice:
        """The influence as a sentence."""
        params: dict[str, Any] = {"column": self.column, "effect": self.effect}
        if self.direction == "levels":
            params |= {"high": self.high, "low": self.low}
            return Notice("influence_levels", params)
        code = {"up": "influence_up", "down": "influence_down"}.get(
            self.direction, "influence_mixed"
        )
        return Notice(code, params)

    @property
    def text(self) -> str:
        """The English sentence."""
        return self.notice.text

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe, with the English sentence."""
        return {**self.__dict__, "text": self.text}


def contributions(encoder: Encoder, fitted: Fitted, X: FloatArray) -> FloatArray:
    """Each source column's part in the log-odds of encoded rows X, shape (n, columns)."""
    with one_thread():
        return _parts(fitted, X, encoder.typical(), encoder.spans)


def _parts(
    fitted: Fitted, X: FloatArray, typical: FloatArray, spans: list[tuple[int, int]]
) -> FloatArray:
    if isinstance(fitted, Linear):
        parts = (X - typical) * fitted.weights
        return np.asarray(np.add.reduceat(parts, [start for start, _ in spans], axis=1))
    if isinstance(fitted, Boosted):
        return fitted.parts(X, typical, spans)[1]
    if isinstance(fitted, Mean):
        told = [_with_whole(member, X, typical, spans) for member in fitted.members]
        whole = [log_odds[:, None] for log_odds, _ in told]
        left = [with_it - part for with_it, (_, part) in zip(whole, told, strict=True)]
        return mixed(whole) - mixed(left)
    return _asked_again(fitted, X, typical, spans)


def _with_whole(
    fitted: Fitted, X: FloatArray, typical: FloatArray, spans: list[tuple[int, int]]
) -> tuple[FloatArray, FloatArray]:
    """The log-odds, and each column's part in them."""
    if isinstance(fitted, Boosted):
        return fitted.parts(X, typical, spans)
    return fitted.log_odds(X), _parts(fitted, X, typical, spans)


def _asked_again(
    fitted: Fitted, X: FloatArray, typical: FloatArray, spans: list[tuple[int, int]]
) -> FloatArray:
    whole = fitted.log_odds(X)
    made = np.zeros((len(X), len(spans)))
    for k, (start, end) in enumerate(spans):
        changed = np.flatnonzero((X[:, start:end] != typical[start:end]).any(axis=1))
        if len(changed) == 0:
            continue
        other = X[changed]
        other[:, start:end] = typical[start:end]
        made[changed, k] = whole[changed] - fitted.log_odds(other)
    return made


def row_reasons(
    encoder: Encoder, fitted: Fitted, features: list[Feature], rows: IntArray, most: int
) -> list[list[Reason]]:
    """The ``most`` strongest reasons of each row, the strongest first."""
    typical = [encoder.shown_typical(f, k) or UNKNOWN for k, f in enumerate(features)]
    found: list[list[Reason]] = []
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        made = contributions(encoder, fitted, encoder.encode(features, part))
        sizes = np.abs(made).round(9)  # equal ones keep the columns' order in every computation
        order = np.argsort(-sizes, axis=1, kind="stable")[:, :most]
        effects = np.take_along_axis(made, order, axis=1)
        columns = order.tolist(), _shown(features, part, order), effects.round(4).tolist()
        strong = (np.abs(effects) >= SLIGHT).sum(axis=1).tolist()
        for places, values, sizes_told, count in zip(*columns, strong, strict=True):
            found.append(
                [
                    Reason(features[k].name, value, typical[k], effect)
                    for k, value, effect in zip(
                        places[:count], values[:count], sizes_told[:count], strict=True
                    )
                ]
            )
    return found


def _shown(features: list[Feature], rows: IntArray, order: IntArray) -> list[list[str]]:
    """The values of the columns ``order`` (rows, most) of each row, each written once."""
    made = np.empty(order.shape, dtype=object)
    for k in np.unique(order).tolist():
        row, place = np.nonzero(order == k)
        cells, where = np.unique(features[k].cells[rows[row]], return_inverse=True)
        written = [features[k].written(cell) or UNKNOWN for cell in cells]
        made[row, place] = np.array(written, dtype=object)[where]
    shown: list[list[str]] = made.tolist()
    return shown


def influences(
    encoder: Encoder, fitted: Fitted, features: list[Feature], rows: IntArray
) -> tuple[Influence, ...]:
    """The columns by the size of their part in the scores of a sample of ``rows``."""
    rows = rows[:: max(len(rows) // SAMPLE, 1)]
    made = contributions(encoder, fitted, encoder.encode(features, rows))
    sizes = np.abs(made).mean(axis=0)
    order = np.argsort(-sizes, kind="stable")
    return tuple(
        _influence(features[k], made[:, k], rows, float(sizes[k]))
        for k in order
        if sizes[k] >= SLIGHT / 10
    )


def _influence(feature: Feature, made: FloatArray, rows: IntArray, size: float) -> Influence:
    values = feature.cells[rows]
    if feature.kind == "category":
        counts = np.bincount(values[values >= 0], minlength=len(feature.levels))
        sums = np.bincount(values[values >= 0], weights=made[values >= 0], minlength=len(counts))
        frequent = np.flatnonzero(counts >= max(5, 0.01 * len(rows)))
        if len(frequent) < 2:
            return Influence(feature.name, size, "mixed")
        means = sums[frequent] / counts[frequent]
        high, low = frequent[int(np.argmax(means))], frequent[int(np.argmin(means))]
        return Influence(feature.name, size, "levels", feature.levels[high], feature.levels[low])
    known = np.isfinite(values)
    if known.sum() < 3 or float(np.ptp(values[known])) == 0 or float(np.ptp(made[known])) == 0:
        return Influence(feature.name, size, "mixed")
    ranks = [np.argsort(np.argsort(part, kind="stable")) for part in (values[known], made[known])]
    slope = float(np.corrcoef(ranks[0], ranks[1])[0, 1])
    direction = "up" if slope > 0.3 else "down" if slope < -0.3 else "mixed"
    return Influence(feature.name, size, direction)
