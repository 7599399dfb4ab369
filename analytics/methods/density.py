"""DBSCAN: groups as dense regions, and rows that belong to none.

Source: M. Ester, H.-P. Kriegel, J. Sander and X. Xu (1996), A density-based algorithm for
discovering clusters in large spatial databases with noise, KDD-96, 226-231.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.methods.cluster_choice import sample_rows

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
MAX_ROWS = 10_000
# Radii tried around the knee, as factors; a number of groups must hold over several of them.
FACTORS = np.geomspace(0.5, 2.5, 15)
LONG_RUN = 3
MAX_NOISE = 0.3
# Dense spots with fewer rows than this share are chance, and count as outlying.
SMALLEST_SHARE = 0.02


@dataclass(frozen=True)
class Density:
    """Labels of shape (n,), -1 for outlying rows, and the neighbourhood used."""

    labels: IntArray
    eps: float
    min_samples: int
    sampled: int | None


def dbscan(Z: FloatArray, seed: int) -> Density:
    """Group scaled rows ``Z`` (n, d) by density.

    min_samples is 2 d, at least 5 (Sander et al. 1998); eps is the knee of the sorted distances
    to the min_samples-th neighbour, moved to where the number of groups stays the same over the
    widest range of radii around it.  Beyond 10 000 rows a sample is grouped, and the other rows
    join the group of their nearest core row within eps.
    """
    from sklearn.neighbors import NearestNeighbors

    rows = sample_rows(len(Z), MAX_ROWS, seed)
    part = Z[rows]
    min_samples = max(5, 2 * Z.shape[1])
    neighbours = NearestNeighbors(n_neighbors=min(min_samples, len(part))).fit(part)
    knee = _knee(np.sort(neighbours.kneighbors(part)[0][:, -1]))
    tried = [_group(part, knee * factor, min_samples) for factor in FACTORS]
    found = _longest_run(tried) or _group(part, knee, min_samples)
    labels = np.full(len(Z), -1)
    labels[rows] = found.labels
    if len(part) < len(Z) and found.core.any():
        cores = NearestNeighbors(n_neighbors=1).fit(part[found.core])
        others = np.setdiff1d(np.arange(len(Z)), rows)
        distance, nearest = cores.kneighbors(Z[others])
        core_labels = found.labels[found.core]
        labels[others] = np.where(distance[:, 0] <= found.eps, core_labels[nearest[:, 0]], -1)
    sampled = len(part) if len(part) < len(Z) else None
    return Density(labels, found.eps, min_samples, sampled)


@dataclass(frozen=True)
class _Grouping:
    eps: float
    labels: IntArray
    core: NDArray[np.bool_]

    @property
    def groups(self) -> int:
        return len(np.unique(self.labels[self.labels >= 0]))

    @property
    def noise(self) -> float:
        return float(np.mean(self.labels < 0))


def _group(part: FloatArray, eps: float, min_samples: int) -> _Grouping:
    from sklearn.cluster import DBSCAN

    model = DBSCAN(eps=eps, min_samples=min_samples).fit(part)
    labels = np.asarray(model.labels_)
    names, sizes = np.unique(labels, return_counts=True)
    small = names[sizes < SMALLEST_SHARE * len(part)]
    labels = np.where(np.isin(labels, small), -1, labels)
    core = np.zeros(len(part), dtype=bool)
    core[model.core_sample_indices_] = True
    return _Grouping(float(eps), labels, core & (labels >= 0))


def _longest_run(tried: list[_Grouping]) -> _Grouping | None:
    """Return the middle of the longest run of radii with the same two or more groups."""
    best: list[_Grouping] = []
    run: list[_Grouping] = []
    for grouping in tried:
        if grouping.groups < 2 or grouping.noise > MAX_NOISE:
            run = []
            continue
        run = [*run, grouping] if run and run[-1].groups == grouping.groups else [grouping]
        if len(run) > len(best):
            best = run
    return best[len(best) // 2] if len(best) >= LONG_RUN else None


def _knee(distances: FloatArray) -> float:
    """Return the distance where the ascending curve is furthest below its chord."""
    span = float(distances[-1] - distances[0])
    if span <= 0:
        return max(float(distances[-1]), 1e-6)
    x = np.linspace(0.0, 1.0, len(distances))
    y = (distances - distances[0]) / span
    return max(float(distances[int(np.argmax(x - y))]), 1e-6)
