"""Columns that predict suspiciously well: perhaps they are known only after the event."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.methods.classifiers import Logistic
from analytics.methods.discrimination import delong, pooled_area
from analytics.methods.features import Encoder, Feature
from analytics.methods.splits import Split

FloatArray = NDArray[np.float64]

# Alone above the first, a column is suspicious whatever it is called, above the second where it
# tells more than all others together: where these do as well, the event is easy to foretell.  Above
# the third it is where also its name speaks of how things ended: a call's duration, known after the
# call only, has .81 against .79.  Other such columns may well be honest.
PERFECT = 0.999
CERTAIN = 0.90
STRONG = 0.80
STEPS = 20
_AFTERWARDS = re.compile(
    r"durat|length|result|outcome|reason|clos|ended|end_|_end|after|cancel|refund|resol|complet"
    r"|finish|final|status|signed|won|lost|churn|convert|conversion|delivered|paid|revenue"
    r"|时长|结果|原因|结束|完成|取消|退款|关闭|成交|流失|状态|签约|回款",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Leak:
    """A suspicious column.

    Attributes
    ----------
    column : str
    auc : float
        Of this column alone.
    auc_others : float
        Of a logistic regression on all other columns.
    """

    column: str
    auc: float
    auc_others: float


def find_leaks(
    features: list[Feature], y: NDArray, split: Split, seed: int
) -> tuple[tuple[Leak, ...], tuple[Leak, ...]]:
    """Return the suspicious columns and those that are merely strong, the strongest first."""
    alone = [single_area(feature, y, split) for feature in features]
    found, strong = [], []
    for k in np.argsort([-auc for auc in alone], kind="stable"):
        if alone[k] < STRONG:
            break
        others = [f for j, f in enumerate(features) if j != k and alone[j] < CERTAIN]
        rest = _together(others, y, split, seed) if others else 0.5
        one = Leak(features[k].name, float(alone[k]), float(rest))
        tells_more = alone[k] >= rest
        certain = alone[k] >= CERTAIN and (tells_more or alone[k] >= PERFECT)
        if certain or (tells_more and _AFTERWARDS.search(one.column)):
            found.append(one)
        elif tells_more and len(features) > 1:
            strong.append(one)
    return tuple(found), tuple(strong)


def single_area(feature: Feature, y: NDArray, split: Split) -> float:
    """AUC of one column alone on rows its rates were not learned from.

    Numbers are cut into 20 steps of equal size, so that a curve or a gap tells as well as a line;
    a missing value is a step of its own.
    """
    steps = _steps(feature)
    judged = []
    for learned, rows in split.folds:
        count = np.bincount(steps[learned], minlength=int(steps.max()) + 1)
        events = np.bincount(steps[learned], weights=y[learned], minlength=len(count))
        rate = float(y[learned].mean())
        rates = (events + 2.0 * rate) / (count + 2.0)
        judged.append((y[rows], rates[steps[rows]]))
    ranked = pooled_area(judged).auc
    if feature.kind == "number":
        ranked = max(ranked, _monotone(feature.cells, y))
    return ranked if np.isfinite(ranked) else 0.5


def _monotone(values: FloatArray, y: NDArray) -> float:
    known = np.isfinite(values)
    auc, _ = delong(y[known], values[known])
    share = float(known.mean())
    return share * max(auc, 1.0 - auc) + (1.0 - share) * 0.5 if np.isfinite(auc) else 0.5


def _steps(feature: Feature) -> NDArray[np.intp]:
    if feature.kind == "category":
        return np.asarray(feature.cells, dtype=np.intp) + 1
    values = feature.cells
    known = np.isfinite(values)
    edges = np.unique(np.quantile(values[known], np.linspace(0, 1, STEPS + 1)[1:-1]))
    steps = np.searchsorted(edges, values, side="right") + 1
    return np.where(known, steps, 0).astype(np.intp)


def _together(features: list[Feature], y: NDArray, split: Split, seed: int) -> float:
    judged = []
    for learned, rows in split.folds:
        encoder = Encoder(features, learned)
        fitted = Logistic().fit(encoder.encode(features, learned), y[learned], seed)
        judged.append((y[rows], fitted.log_odds(encoder.encode(features, rows))))
    return pooled_area(judged).auc
