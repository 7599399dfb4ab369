"""How good were predicted values on purchases that came later, beside simpler rivals?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.purchases import History, PurchaseDays, bought_between, history

FloatArray = NDArray[np.float64]
NAIVE = "historical_rate"
# A rival learns from customers of an earlier window; with fewer it has nothing to learn from.
RIVAL_CUSTOMERS = 50


@dataclass(frozen=True)
class Judged:
    """One model's figures on the holdout.

    Attributes
    ----------
    name : str
    total_ratio : float
        Predicted total over the actual one; 1 is right.
    top_share : float
        Share of the actual total that the tenth predicted highest really brought.
    correlation, mae : float
        Pearson's, and the mean absolute error, over customers.
    """

    name: str
    total_ratio: float
    top_share: float
    correlation: float
    mae: float


def judge(name: str, predicted: FloatArray, actual: FloatArray) -> Judged:
    """Compare predictions with what happened, one entry per customer."""
    total = float(actual.sum())
    spread = float(np.std(predicted)) * float(np.std(actual))
    correlation = float(np.corrcoef(predicted, actual)[0, 1]) if spread > 0 else float("nan")
    return Judged(
        name=name,
        total_ratio=float(predicted.sum()) / total if total > 0 else float("nan"),
        top_share=top_decile_share(predicted, actual),
        correlation=correlation,
        mae=float(np.mean(np.abs(predicted - actual))),
    )


def top_decile_share(predicted: FloatArray, actual: FloatArray) -> float:
    """Return the share of ``actual`` among the tenth predicted highest; ties count in part."""
    total = float(actual.sum())
    if total <= 0:
        return float("nan")
    wanted = max(round(len(predicted) / 10), 1)
    edge = np.partition(predicted, -wanted)[-wanted]
    above, level = predicted > edge, predicted == edge
    part = (wanted - int(above.sum())) / int(level.sum())
    return float(actual[above].sum() + part * actual[level].sum()) / total


def beats(model: Judged, rival: Judged) -> bool:
    """Say whether ``model`` is better than ``rival`` in two of error, total and top tenth."""
    wins = [
        model.mae < rival.mae,
        abs(model.total_ratio - 1) < abs(rival.total_ratio - 1),
        model.top_share > rival.top_share,
    ]
    return sum(wins) >= 2


def rival_predictions(
    days: PurchaseDays, known: History, ahead: int, *, money: bool
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Predict each customer's purchases and spend in ``ahead`` days by simpler means.

    ``historical_rate``: as often and as much as so far.  ``rfm_regression`` and ``rfm_tree``:
    least squares and a regression tree on recency, frequency, money and tenure, learnt from the
    time before the last window of what was known.
    """
    rate = np.maximum(known.repeats / np.maximum(known.age, 1) * ahead, 0.0)
    average = known.total / (known.repeats + 1)
    counts = {NAIVE: rate}
    spends = {NAIVE: np.maximum(rate * average, 0.0)} if money else {}
    window = min(ahead, int(known.age.max()) // 2)
    before = history(days, known.until - pd.Timedelta(days=window))
    if window < 1 or len(before.customers) < RIVAL_CUSTOMERS:
        return counts, spends
    count, spend = bought_between(days, before.until, known.until, before.customers)
    learnt, asked = _features(before), _features(known)
    for found, target in ((counts, count), (spends, spend)):
        for name, predicted in _learnt(learnt, target, asked) if found else ():
            found[name] = np.maximum(predicted * ahead / window, 0.0)
    return counts, spends


def _features(known: History) -> FloatArray:
    since = known.age - known.recency
    columns = [since, known.repeats, np.maximum(known.total, 0.0), known.age]
    return np.log1p(np.stack(columns, axis=1).astype(float))


def _learnt(
    learnt: FloatArray, target: FloatArray, asked: FloatArray
) -> Iterator[tuple[str, FloatArray]]:
    """What least squares and a tree, taught ``learnt`` (n, 4) and ``target`` (n,), predict."""
    from sklearn.tree import DecisionTreeRegressor

    # By NumPy: the class for it takes longer to load than this takes.
    mean = learnt.mean(axis=0)
    slopes = np.linalg.lstsq(learnt - mean, target - target.mean(), rcond=None)[0]
    yield "rfm_regression", (asked - mean) @ slopes + target.mean()
    tree = DecisionTreeRegressor(max_depth=6, min_samples_leaf=25, random_state=0)
    yield "rfm_tree", np.asarray(tree.fit(learnt, target).predict(asked), dtype=float)
