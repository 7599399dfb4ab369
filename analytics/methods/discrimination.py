"""How good are probabilities of an event? Ranking, calibration and use, on unseen rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Z95 = 1.959964
# The best of seven candidates is reported, so each interval is one of seven that hold together with
# 95 % (Bonferroni: 99.3 % each).  With 1.96, one table of noise in ten would show a "signal".
Z95_OF_SEVEN = 2.690110
CLIP = 1e-6
BINS = 10


@dataclass(frozen=True)
class Area:
    """Area under the receiver operating characteristic with its 95 % interval."""

    auc: float
    lo: float
    hi: float
    variance: float


def midranks(x: FloatArray) -> FloatArray:
    """Ranks from 1, ties sharing their mean, shape (n,)."""
    _, place, counts = np.unique(x, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    means = ends - (counts - 1) / 2.0
    return np.asarray(means[place], dtype=float)


def delong(y: NDArray, score: FloatArray) -> tuple[float, float]:
    """AUC and its variance.

    E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson (1988), Biometrics 44, 837-845, by the midrank
    algorithm of X. Sun and W. Xu (2014), IEEE Signal Processing Letters 21, 1389-1393.

    Parameters
    ----------
    y : ndarray of bool, shape (n,)
    score : ndarray, shape (n,)
        Larger where the event is more likely.
    """
    positive = score[y.astype(bool)]
    negative = score[~y.astype(bool)]
    m, n = len(positive), len(negative)
    if m == 0 or n == 0:
        return float("nan"), float("nan")
    pooled = midranks(np.concatenate([positive, negative]))
    v10 = (pooled[:m] - midranks(positive)) / n
    v01 = 1.0 - (pooled[m:] - midranks(negative)) / m
    auc = float(v10.mean())
    spread = (np.var(v10, ddof=1) / m if m > 1 else 0.0) + (
        np.var(v01, ddof=1) / n if n > 1 else 0.0
    )
    return auc, float(spread)


def pooled_area(folds: list[tuple[NDArray, FloatArray]], z: float = Z95) -> Area:
    """Mean AUC over folds weighted by their pairs, with an interval of ``z`` on the logit scale.

    Scores of different folds come from different fits and are not compared with each other.
    """
    parts = [(*delong(y, s), float(y.sum()) * float((~y.astype(bool)).sum())) for y, s in folds]
    weights = np.array([pairs for _, _, pairs in parts])
    if weights.sum() == 0:
        nan = float("nan")
        return Area(nan, nan, nan, nan)
    weights = weights / weights.sum()
    auc = float(sum(w * a for w, (a, _, _) in zip(weights, parts, strict=True) if w > 0))
    variance = float(sum(w**2 * v for w, (_, v, _) in zip(weights, parts, strict=True) if w > 0))
    fewest = min(sum(int(y.sum()) for y, _ in folds), sum(int((y == 0).sum()) for y, _ in folds))
    return _interval(auc, variance, fewest, z)


def _interval(auc: float, variance: float, fewest: int, z: float) -> Area:
    if variance <= 0 or auc in (0.0, 1.0):  # a perfect or inverted ranking: the rule of three
        margin = 3.0 / max(fewest, 3)
        return Area(auc, max(auc - margin, 0.0), min(auc + margin, 1.0), variance)
    centre = np.log(auc / (1.0 - auc))
    reach = z * np.sqrt(variance) / (auc * (1.0 - auc))
    lo, hi = (1.0 / (1.0 + np.exp(-(centre + side * reach))) for side in (-1, 1))
    return Area(auc, float(lo), float(hi), variance)


@dataclass(frozen=True)
class Calibration:
    """How far probabilities can be taken at their word.

    Attributes
    ----------
    brier, log_loss, ece : float
        Mean squared error, mean negative log-likelihood, and the expected calibration error: the
        mean distance between forecast and frequency over ten groups of equal size.
    slope, intercept : float or None
        Of the logistic regression of the event on the log-odds (D. R. Cox 1958, Biometrika 45):
        1 and 0 when calibrated; None where it cannot be estimated.
    accuracy : float
        Share of rows on the right side of one half.
    curve : tuple of (forecast, observed, rows)
    """

    brier: float
    log_loss: float
    ece: float
    slope: float | None
    intercept: float | None
    accuracy: float
    curve: tuple[tuple[float, float, int], ...]


def judge_probabilities(y: NDArray, p: FloatArray) -> Calibration:
    """Judge probabilities ``p`` (n,) of events ``y`` (n,)."""
    outcome = y.astype(float)
    p = np.clip(p, CLIP, 1.0 - CLIP)
    curve = calibration_curve(outcome, p)
    slope, intercept = calibration_line(outcome, p)
    return Calibration(
        brier=float(np.mean((p - outcome) ** 2)),
        log_loss=log_loss(outcome, p),
        ece=float(sum(n * abs(f - o) for f, o, n in curve) / len(p)),
        slope=slope,
        intercept=intercept,
        accuracy=float(np.mean((p >= 0.5) == (outcome == 1))),
        curve=curve,
    )


def log_loss(y: NDArray, p: FloatArray) -> float:
    """Mean negative log-likelihood, in nats."""
    p = np.clip(p, CLIP, 1.0 - CLIP)
    return float(-np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))


def logit(p: FloatArray) -> FloatArray:
    """Log-odds of probabilities kept away from 0 and 1."""
    p = np.clip(p, CLIP, 1.0 - CLIP)
    return np.asarray(np.log(p / (1.0 - p)))


def expit(x: FloatArray) -> FloatArray:
    """Probabilities of log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -500, 500))))


def calibration_curve(y: FloatArray, p: FloatArray) -> tuple[tuple[float, float, int], ...]:
    """(mean forecast, observed share, rows) over up to ten groups of equal size."""
    order = np.argsort(p, kind="stable")
    groups = [part for part in np.array_split(order, BINS) if len(part)]
    return tuple((float(p[g].mean()), float(y[g].mean()), len(g)) for g in groups)


def calibration_line(y: FloatArray, p: FloatArray) -> tuple[float | None, float | None]:
    """Slope and intercept of the event on the log-odds of ``p``, by Newton's method."""
    x = logit(p)
    if float(np.ptp(x)) < 1e-9 or y.min() == y.max():
        return None, None
    beta = fit_line(x, y)
    if not np.isfinite(beta).all() or abs(beta[1]) > 100:
        return None, None
    return float(beta[1]), float(beta[0])


def fit_line(x: FloatArray, y: FloatArray, ridge: float = 1e-9) -> FloatArray:
    """Intercept and slope of a logistic regression of ``y`` in [0, 1] on one column."""
    X = np.column_stack([np.ones_like(x), x])
    beta = np.array([float(logit(np.array([y.mean()]))[0]) - float(x.mean()), 1.0])
    for _ in range(50):
        mean = expit(X @ beta)
        weight = np.maximum(mean * (1.0 - mean), 1e-10)
        hessian = (X * weight[:, None]).T @ X + ridge * np.eye(2)
        step = np.linalg.solve(hessian, X.T @ (y - mean))
        size = float(np.abs(step).max())
        beta = beta + step * min(1.0, 3.0 / max(size, 1e-12))
        if size < 1e-8:
            break
    return beta


@dataclass(frozen=True)
class Decile:
    """A tenth of the rows, from the most to the least likely."""

    decile: int
    rows: int
    positives: int
    rate: float
    lift: float
    captured: float


def lift_table(y: NDArray, p: FloatArray) -> tuple[Decile, ...]:
    """Rate, lift over the mean, and share of all positives reached, by tenths of the rows."""
    order = np.argsort(-p, kind="stable")
    outcome = y.astype(float)[order]
    total, mean = float(outcome.sum()), float(outcome.mean())
    rows, reached = [], 0.0
    for number, part in enumerate(np.array_split(outcome, BINS), start=1):
        if not len(part):
            continue
        reached += float(part.sum())
        rate = float(part.mean())
        rows.append(
            Decile(
                number, len(part), int(part.sum()), rate,
                rate / mean if mean else 0.0, reached / total if total else 0.0,
            )
        )  # fmt: skip
    return tuple(rows)


@dataclass(frozen=True)
class Threshold:
    """Above which probability to act, and what came of it on unseen rows.

    Attributes
    ----------
    probability : float
        wasted / (wasted + missed): acting on less costs more than it saves on average (C. Elkan
        2001, IJCAI, eq. 2).
    cost_missed, cost_wasted : float
        Of an event not acted on, and of an action without an event.
    acted : float
        Share of rows above it.
    precision, recall : float or None
    cost, cost_all, cost_none : float
        Mean cost per row of acting above the threshold, on everyone, on nobody.
    """

    probability: float
    cost_missed: float
    cost_wasted: float
    acted: float
    precision: float | None
    recall: float | None
    cost: float
    cost_all: float
    cost_none: float


def cost_threshold(y: NDArray, p: FloatArray, missed: float, wasted: float) -> Threshold:
    """The threshold that costs decide, judged on ``y`` and ``p``."""
    at = wasted / (wasted + missed)
    act = p >= at
    event = y.astype(bool)
    hits, rate = float(np.mean(act & event)), float(np.mean(event))
    acted = float(np.mean(act))
    return Threshold(
        probability=at,
        cost_missed=missed,
        cost_wasted=wasted,
        acted=acted,
        precision=hits / acted if acted else None,
        recall=hits / rate if rate else None,
        cost=missed * (rate - hits) + wasted * (acted - hits),
        cost_all=wasted * (1.0 - rate),
        cost_none=missed * rate,
    )
