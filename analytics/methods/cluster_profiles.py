"""What the groups are like, where they lie, and how they keep their names between runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
SCATTER_ROWS = 1_500
# Cohen's d from which a difference is worth a word (0.5 is "medium").
NOTABLE = 0.5
MAX_NAMED = 3


@dataclass(frozen=True)
class Difference:
    """One column in which a group differs from the other rows.

    ``effect`` is the difference of means on the scaled columns in pooled standard deviations
    (Cohen's d); ``direction`` is "higher" or "lower".
    """

    column: str
    direction: str
    effect: float
    median: float
    median_rest: float


@dataclass(frozen=True)
class Profile:
    """One group.

    Attributes
    ----------
    label : int
        -1 for DBSCAN's outlying rows.
    size : int
    share : float
        Of the rows used, 0 to 1.
    name : str
        In English, from the strongest differences: "high amount, low recency".
    medians, means : dict of str to float
        In the columns' own units.
    differences : tuple of Difference
        Strongest first.
    radar : dict of str to float
        Share of all rows below the group's median, 0 to 1.
    """

    label: int
    size: int
    share: float
    name: str
    medians: dict[str, float]
    means: dict[str, float]
    differences: tuple[Difference, ...]
    radar: dict[str, float]


def profiles(data: pd.DataFrame, Z: FloatArray, labels: IntArray) -> tuple[Profile, ...]:
    """Describe each group.

    Parameters
    ----------
    data : DataFrame, shape (n, d)
        Columns in their own units.
    Z : ndarray, shape (n, d)
        The same, scaled.
    labels : ndarray of int, shape (n,)
    """
    X = data.to_numpy(dtype=float)
    columns = [str(name) for name in data.columns]
    ordered = np.sort(X, axis=0)
    return tuple(
        _profile(int(label), X, Z, labels == label, columns, ordered)
        for label in sorted(np.unique(labels), key=lambda label: (label < 0, label))
    )


def _profile(
    label: int,
    X: FloatArray,
    Z: FloatArray,
    inside: NDArray[np.bool_],
    columns: list[str],
    ordered: FloatArray,
) -> Profile:
    medians = np.median(X[inside], axis=0)
    differences = _differences(X, Z, inside, medians, columns)
    words = [f"{'high' if d.effect > 0 else 'low'} {d.column}" for d in differences[:MAX_NAMED]]
    ranks = [
        (np.searchsorted(ordered[:, k], m, "left") + np.searchsorted(ordered[:, k], m, "right"))
        / (2.0 * len(X))
        for k, m in enumerate(medians)
    ]
    return Profile(
        label=label,
        size=int(inside.sum()),
        share=float(inside.mean()),
        name="outlying" if label < 0 else ", ".join(words) or "average",
        medians=dict(zip(columns, map(float, medians), strict=True)),
        means=dict(zip(columns, map(float, X[inside].mean(axis=0)), strict=True)),
        differences=differences,
        radar=dict(zip(columns, map(float, ranks), strict=True)),
    )


def _differences(
    X: FloatArray,
    Z: FloatArray,
    inside: NDArray[np.bool_],
    medians: FloatArray,
    columns: list[str],
) -> tuple[Difference, ...]:
    if inside.all():
        return ()
    rest = np.median(X[~inside], axis=0)
    n, m = int(inside.sum()), int((~inside).sum())
    within = n * Z[inside].var(axis=0) + m * Z[~inside].var(axis=0)
    pooled = np.sqrt(within / max(n + m - 2, 1))
    effects = (Z[inside].mean(axis=0) - Z[~inside].mean(axis=0)) / np.maximum(pooled, 1e-9)
    found = [
        Difference(
            column=columns[k],
            direction="higher" if effects[k] > 0 else "lower",
            effect=float(effects[k]),
            median=float(medians[k]),
            median_rest=float(rest[k]),
        )
        for k in np.argsort(-np.abs(effects))
        if abs(effects[k]) >= NOTABLE
    ]
    return tuple(found)


def scatter(
    Z: FloatArray, labels: IntArray, rows: IntArray
) -> tuple[dict[str, list[float]], float]:
    """Return two principal components of ``rows`` with their labels, and the variance share.

    Keys ``row``, ``x``, ``y``, ``label``; signs are fixed so that the largest loading of each
    component is positive, and the picture does not flip between runs.
    """
    centre = Z.mean(axis=0)
    covariance = np.cov(Z - centre, rowvar=False).reshape(Z.shape[1], Z.shape[1])
    values, vectors = np.linalg.eigh(covariance)
    axes = vectors[:, ::-1][:, :2]
    axes = axes * np.sign(axes[np.argmax(np.abs(axes), axis=0), np.arange(axes.shape[1])])
    points = (Z[rows] - centre) @ axes
    if points.shape[1] < 2:
        points = np.column_stack([points, np.zeros(len(points))])
    total = float(values.sum())
    share = float(values[::-1][:2].sum()) / total if total > 0 else 1.0
    return {
        "row": [int(row) for row in rows],
        "x": [float(v) for v in points[:, 0]],
        "y": [float(v) for v in points[:, 1]],
        "label": [int(v) for v in labels[rows]],
    }, share


def match_labels(previous: FloatArray, current: FloatArray) -> dict[int, int]:
    """Say which of last run's groups each of this run's groups is.

    Parameters
    ----------
    previous : ndarray, shape (k1, d)
        Centroids of the last run, row = label, in the columns' own units; rows of NaN are free.
    current : ndarray, shape (k2, d)
        Centroids of this run, same columns.

    Returns
    -------
    dict of int to int
        Label of this run to the label to show: the last run's where a partner exists, else a
        number not used before.

    Notes
    -----
    The assignment with the least total distance (H. W. Kuhn 1955); columns are divided by their
    spread over all centroids.
    """
    from scipy.optimize import linear_sum_assignment

    fresh = len(previous)
    known = np.flatnonzero(np.isfinite(previous).all(axis=1))
    previous = previous[known]
    both = np.vstack([previous, current])
    # Ranks within each column resist one extreme centroid better than the raw units do.
    logs = np.sign(both) * np.log1p(np.abs(both))
    spread = logs.std(axis=0)
    logs = logs / np.where(spread > 0, spread, 1.0)
    old, new = logs[: len(previous)], logs[len(previous) :]
    distance = np.linalg.norm(new[:, None, :] - old[None, :, :], axis=2)
    rows, columns = linear_sum_assignment(distance)
    mapping = {int(r): int(known[c]) for r, c in zip(rows, columns, strict=True)}
    for label in range(len(current)):
        if label not in mapping:
            mapping[label] = fresh
            fresh += 1
    return mapping
