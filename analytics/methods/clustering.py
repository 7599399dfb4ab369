"""Who are our customers? Groups of rows, with how clear and how stable they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.cluster_choice import (
    NULL_MARGIN,
    choose_k,
    finest_k,
    fit_kmeans,
    sample_rows,
    silhouette,
    stability,
    structure_test,
)
from analytics.methods.cluster_columns import MIN_ROWS, usable_columns
from analytics.methods.cluster_profiles import (
    SCATTER_ROWS,
    Profile,
    match_labels,
    profiles,
    scatter,
)
from analytics.methods.columns import unit_notices
from analytics.methods.density import dbscan
from analytics.methods.errors import DataProblem, InsufficientData, Notice
from analytics.methods.scaling import fit_scaling
from analytics.methods.serialise import jsonable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Algorithm = Literal["kmeans", "dbscan"]

MAX_K = 10
# Scaled values are cut here: one absurd row should not become a group of its own.
REACH = 5.0
WEAK_SILHOUETTE = 0.25
UNSTABLE = 0.6
LARGE = 50_000


@dataclass(frozen=True)
class ClusterResult:
    """Groups of rows.

    Attributes
    ----------
    algorithm : {"kmeans", "dbscan"}
    columns : tuple of str
        Used, in order.
    k : int
        Number of groups, outlying rows not counted.
    silhouette : float
        On the scaled columns, -1 to 1.
    null_silhouette : float
        Best silhouette of data like these without groups (K-means; NaN for DBSCAN).
    structure : bool
        Whether there are groups at all.
    stability : float
        Mean adjusted Rand index over bootstrap samples (K-means; NaN for DBSCAN).
    labels : ndarray of int, shape (rows of the input,)
        From 0 by descending size unless matched with a previous run; -1 outlying, -2 row not used.
    centroids : ndarray, shape (largest label + 1, d)
        Medians in the columns' own units, row = label; NaN for a label of an earlier run that no
        group has now.
    candidates : dict of int to float
        Silhouette of every number of groups tried.
    scatter : dict
        ``row, x, y, label`` of at most 1 500 rows on two principal components;
        ``scatter_share`` is the share of variance they show.
    """

    algorithm: Algorithm
    columns: tuple[str, ...]
    k: int
    silhouette: float
    null_silhouette: float
    structure: bool
    stability: float
    labels: IntArray
    centroids: FloatArray
    profiles: tuple[Profile, ...]
    candidates: dict[int, float]
    eps: float | None
    scatter: dict[str, list[float]]
    scatter_share: float
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer; rows that were not used have the label None."""
        labels = [None if label == NOT_USED else int(label) for label in self.labels]
        return {
            "algorithm": self.algorithm,
            "columns": list(self.columns),
            "k": self.k,
            "silhouette": jsonable(self.silhouette),
            "null_silhouette": jsonable(self.null_silhouette),
            "structure": self.structure,
            "stability": jsonable(self.stability),
            "sizes": [profile.size for profile in self.profiles if profile.label >= 0],
            "noise": sum(profile.size for profile in self.profiles if profile.label < 0),
            "labels": labels,
            "centroids": jsonable(self.centroids),
            "profiles": jsonable(list(self.profiles)),
            "candidates": [{"k": k, "silhouette": jsonable(s)} for k, s in self.candidates.items()],
            "eps": jsonable(self.eps),
            "scatter": jsonable(self.scatter),
            "scatter_share": jsonable(self.scatter_share),
            "rows_used": self.rows_used,
            "rows_dropped": self.rows_dropped,
            "warnings": [notice.text for notice in self.notices],
        }


NOT_USED = -2


def cluster(
    frame: pd.DataFrame,
    columns: list[str] | None = None,
    *,
    algorithm: Algorithm = "kmeans",
    k: int | None = None,
    previous: FloatArray | None = None,
    logged: Collection[str] = (),
    seed: int = 0,
) -> ClusterResult:
    """Group the rows of ``frame`` by numeric columns.

    Skewed columns are logged, all are centred and divided by a robust spread (``scaling``).

    Parameters
    ----------
    frame : DataFrame
    columns : list of str, optional
        Default: every numeric column that does not look like an identifier.
    algorithm : {"kmeans", "dbscan"}
    k : int, optional
        Number of groups for K-means, 2 to 50; by default that of 2 to 10 with the largest
        silhouette, or more whose silhouette is nearly as large and which halves of the rows
        reproduce.
    previous : ndarray, shape (k1, d), optional
        ``centroids`` of an earlier result with the same columns: its labels are kept.
    logged : collection of str
        Columns to log however skewed they are: in RFM a ratio counts, not a difference.
    seed : int
        The same seed and rows give the same groups.

    Returns
    -------
    ClusterResult

    Raises
    ------
    DataProblem
        A column is missing or not numeric, all columns are constant, ``k`` is out of range.
    InsufficientData
        Fewer than 20 usable rows, or fewer different rows than groups.
    """
    _check_parameters(algorithm, k)
    notices: list[Notice] = []
    if algorithm == "dbscan" and k is not None:
        notices.append(Notice("dbscan_finds_k", {"k": k}))
        k = None
    data = usable_columns(frame, columns, notices)
    notices += [notice for name in data for notice in unit_notices(frame, str(name))]
    used = data.notna().all(axis=1).to_numpy()
    data = data[used]
    _check_rows(data, len(frame), k, notices)
    data = _drop_constant(data, notices)
    X = data.to_numpy(dtype=float)
    scaling = fit_scaling(X, np.isin(data.columns, list(logged)))
    logs = [str(c) for c, is_logged in zip(data.columns, scaling.logged, strict=True) if is_logged]
    if logs:
        notices.append(Notice("columns_logged", {"columns": ", ".join(logs)}))
    Z = np.clip(scaling.apply(X), -REACH, REACH)
    found = _grouped(Z, algorithm, k, seed, notices)
    labels = _by_size(found.labels)
    labels = _keep_names(labels, X, previous)
    described = profiles(data, Z, labels)
    points, share = scatter(Z, labels, sample_rows(len(Z), SCATTER_ROWS, seed))
    everywhere = np.full(len(frame), NOT_USED)
    everywhere[used] = labels
    positions = np.flatnonzero(used)
    points["row"] = [float(positions[int(row)]) for row in points["row"]]
    return ClusterResult(
        algorithm=algorithm,
        columns=tuple(str(c) for c in data.columns),
        k=len([p for p in described if p.label >= 0]),
        silhouette=found.silhouette,
        null_silhouette=found.null,
        structure=found.structure,
        stability=found.stability,
        labels=everywhere,
        centroids=_centroids(described, data.shape[1]),
        profiles=described,
        candidates=found.candidates,
        eps=found.eps,
        scatter=points,
        scatter_share=share,
        rows_used=len(data),
        rows_dropped=len(frame) - len(data),
        notices=tuple(notices),
    )


def _check_parameters(algorithm: str, k: int | None) -> None:
    if algorithm not in ("kmeans", "dbscan"):
        params = {"name": "algorithm", "rule": "kmeans or dbscan", "value": algorithm}
        raise DataProblem("bad_parameter", params)
    if k is not None and not 2 <= k <= 50:
        raise DataProblem("bad_parameter", {"name": "k", "rule": "between 2 and 50", "value": k})


def _check_rows(data: pd.DataFrame, rows: int, k: int | None, notices: list[Notice]) -> None:
    dropped = rows - len(data)
    if dropped:
        notices.append(Notice("rows_missing_dropped", {"rows": dropped}))
    if len(data) == 0:
        raise DataProblem("no_usable_rows")
    if len(data) < MIN_ROWS:
        params = {"method": "Clustering", "needed": MIN_ROWS, "rows": len(data)}
        raise InsufficientData("too_few_rows", params)
    distinct = len(data.drop_duplicates())
    if 1 < distinct < (k or 2) + 1:
        params = {"distinct": distinct, "needed": (k or 2) + 1}
        raise InsufficientData("too_few_distinct", params)


def _drop_constant(data: pd.DataFrame, notices: list[Notice]) -> pd.DataFrame:
    constant = [name for name in data.columns if data[name].nunique() < 2]
    if len(constant) == data.shape[1]:
        raise DataProblem("all_columns_constant")
    if constant:
        shown = ", ".join(str(name) for name in constant)
        notices.append(Notice("constant_columns_dropped", {"columns": shown}))
    return data.drop(columns=constant)


@dataclass(frozen=True)
class _Found:
    labels: IntArray
    silhouette: float
    null: float
    structure: bool
    stability: float
    candidates: dict[int, float]
    eps: float | None = None


def _grouped(
    Z: FloatArray, algorithm: Algorithm, k: int | None, seed: int, notices: list[Notice]
) -> _Found:
    # Loaded before the limit, which only binds libraries that are there already.
    import sklearn.cluster  # noqa: F401 - see above
    from threadpoolctl import threadpool_limits

    # Hundreds of small fits: on a busy machine a second thread only waits for the first.
    with threadpool_limits(limits=1):
        return _kmeans(Z, k, seed, notices) if algorithm == "kmeans" else _dense(Z, seed, notices)


def _kmeans(Z: FloatArray, k: int | None, seed: int, notices: list[Notice]) -> _Found:
    distinct = len(np.unique(Z[sample_rows(len(Z), 20_000, seed)], axis=0))
    top = max(2, min(MAX_K, distinct - 1, len(Z) // 5))
    tried = range(2, top + 1) if k is None else range(k, k + 1)
    choice = choose_k(Z, tried, seed)
    chosen = finest_k(Z, choice, seed)
    model = fit_kmeans(Z, chosen, seed, starts=10 if len(Z) <= LARGE else 3)
    width = silhouette(Z, model.labels_, seed)
    observed, null = structure_test(Z, tried, seed)
    structure = bool(observed > null + NULL_MARGIN)
    steady = stability(Z, chosen, seed)
    if not structure:
        params = {"silhouette": observed, "null": null}
        notices.insert(0, Notice("no_clear_groups", params))
    elif width < WEAK_SILHOUETTE:
        notices.append(Notice("weak_groups", {"silhouette": width}))
    if steady < UNSTABLE:
        notices.append(Notice("unstable_groups", {"stability": steady}))
    labels = np.asarray(model.labels_, dtype=np.intp)
    return _Found(labels, width, null, structure, steady, choice.silhouettes)


def _dense(Z: FloatArray, seed: int, notices: list[Notice]) -> _Found:
    found = dbscan(Z, seed)
    inside = found.labels >= 0
    groups = len(np.unique(found.labels[inside]))
    width = silhouette(Z[inside], found.labels[inside], seed) if groups > 1 else float("nan")
    if groups < 2:
        params = {"groups": groups, "noise": int((~inside).sum())}
        notices.insert(0, Notice("dbscan_one_group", params))
    if found.sampled:
        notices.append(Notice("dbscan_sampled", {"sample": found.sampled}))
    nan = float("nan")
    return _Found(found.labels, width, nan, groups > 1, nan, {}, found.eps)


def _by_size(labels: IntArray) -> IntArray:
    """Number the groups from 0 by descending size; -1 stays."""
    names, sizes = np.unique(labels[labels >= 0], return_counts=True)
    order = names[np.argsort(-sizes, kind="stable")]
    ranks = {int(name): rank for rank, name in enumerate(order)}
    return np.array([ranks.get(int(label), -1) for label in labels], dtype=np.intp)


def _centroids(described: tuple[Profile, ...], width: int) -> FloatArray:
    groups = [profile for profile in described if profile.label >= 0]
    rows = np.full((max((p.label for p in groups), default=-1) + 1, width), np.nan)
    for profile in groups:
        rows[profile.label] = list(profile.medians.values())
    return rows


def _keep_names(labels: IntArray, X: FloatArray, previous: FloatArray | None) -> IntArray:
    groups = np.unique(labels[labels >= 0])
    if previous is None or len(groups) == 0 or np.shape(previous)[-1] != X.shape[1]:
        return labels
    centroids = np.array([np.median(X[labels == group], axis=0) for group in groups])
    mapping = match_labels(np.asarray(previous, dtype=float), centroids)
    return np.array([mapping.get(int(label), -1) for label in labels], dtype=np.intp)
