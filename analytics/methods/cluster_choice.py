"""How many groups, how sure, and whether there are any at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

CHOICE_ROWS = 20_000
SILHOUETTE_ROWS = 3_000
NULL_ROWS = 800
NULL_DRAWS = 4
BOOTSTRAPS = 12
# How far above the best null silhouette the data's must lie.
NULL_MARGIN = 0.02
# Numbers of groups whose smallest group would be smaller than this share are not considered:
# silhouette loves to cut single outliers off.
SMALLEST_SHARE = 0.01
DISCRETE_VALUES = 10
# More groups than those of the largest silhouette are taken when theirs is nearly as large and
# they come again in the other half of the rows. Silhouette loves few groups far apart.
NEARLY = 0.87
REPRODUCED = 0.85
HALVINGS = 4


@dataclass(frozen=True)
class Choice:
    """The silhouette of every number of groups tried, the best, and those it was chosen from."""

    k: int
    silhouettes: dict[int, float]
    allowed: tuple[int, ...]


def fit_kmeans(Z: FloatArray, k: int, seed: int, *, starts: int = 10) -> Any:
    """Return scikit-learn's K-means fitted to ``Z`` (n, d) from ``starts`` starting points."""
    from sklearn.cluster import KMeans

    return KMeans(n_clusters=k, n_init=starts, random_state=seed).fit(Z)


def sample_rows(n: int, size: int, seed: int) -> IntArray:
    """Return ``size`` row numbers below ``n`` in ascending order, all when ``n`` is no larger."""
    if n <= size:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, size=size, replace=False))


def silhouette(Z: FloatArray, labels: IntArray, seed: int, size: int = SILHOUETTE_ROWS) -> float:
    """Return the mean silhouette width on at most ``size`` rows; NaN with a single label.

    Source: P. J. Rousseeuw (1987), Journal of Computational and Applied Mathematics 20, 53-65.
    """
    from sklearn.metrics import silhouette_score

    rows = sample_rows(len(Z), size, seed)
    part = labels[rows]
    if not 2 <= len(np.unique(part)) <= len(part) - 1:
        return float("nan")
    return float(silhouette_score(Z[rows], part))


def choose_k(Z: FloatArray, ks: range, seed: int, *, starts: int = 10) -> Choice:
    """Return the number of groups in ``ks`` with the largest silhouette.

    Groups under 1 % of the rows (and under 3 rows) rule a number out, unless all are ruled out.
    """
    Z = Z[sample_rows(len(Z), CHOICE_ROWS, seed)]
    widths, small = {}, set()
    for k in ks:
        labels = fit_kmeans(Z, k, seed, starts=starts).labels_
        widths[k] = silhouette(Z, labels, seed)
        if np.bincount(labels, minlength=k).min() < max(SMALLEST_SHARE * len(Z), 3):
            small.add(k)
    allowed = [k for k in ks if k not in small and np.isfinite(widths[k])] or list(ks)
    best = max(allowed, key=lambda k: np.nan_to_num(widths[k], nan=-1.0))
    return Choice(best, widths, tuple(allowed))


def finest_k(Z: FloatArray, choice: Choice, seed: int) -> int:
    """Return the largest number of groups that is nearly as good as the best and reproduced."""
    enough = NEARLY * choice.silhouettes[choice.k]
    for k in sorted(choice.allowed, reverse=True):
        if k <= choice.k:
            break
        if choice.silhouettes[k] >= enough and prediction_strength(Z, k, seed) >= REPRODUCED:
            return k
    return choice.k


def prediction_strength(Z: FloatArray, k: int, seed: int) -> float:
    """Return how surely pairs of one group in one half of ``Z`` (n, d) are one in the other's.

    The least such share over the groups, averaged over halvings of at most 5 000 rows; 1 at best.

    Source: R. Tibshirani and G. Walther (2005), Cluster validation by prediction strength, Journal
    of Computational and Graphical Statistics 14(3), 511-528, eq. 2; they take .8 to .9 as enough.
    """
    Z = Z[sample_rows(len(Z), 5_000, seed)]
    rng = np.random.default_rng(seed)
    strengths = []
    for draw in range(HALVINGS):
        order = rng.permutation(len(Z))
        one, other = Z[order[: len(Z) // 2]], Z[order[len(Z) // 2 :]]
        if min(len(np.unique(half, axis=0)) for half in (one, other)) < k:
            return 0.0
        told = fit_kmeans(one, k, seed + draw, starts=4).predict(other)
        labels = fit_kmeans(other, k, seed + draw, starts=4).labels_
        strengths.append(min(_kept_pairs(told[labels == group], k) for group in range(k)))
    return float(np.mean(strengths))


def _kept_pairs(told: IntArray, k: int) -> float:
    """Return the share of pairs with the same label; 0 for fewer than two."""
    if len(told) < 2:
        return 0.0
    counts = np.bincount(told, minlength=k)
    return float((counts * (counts - 1)).sum() / (len(told) * (len(told) - 1)))


def stability(Z: FloatArray, k: int, seed: int) -> float:
    """Return the mean adjusted Rand index between K-means on the rows and on bootstrap samples.

    1: the same groups every time; near 0: groups of chance.  At most 5 000 rows are used.
    Source: C. Hennig (2007), Cluster-wise assessment of cluster stability, Computational
    Statistics and Data Analysis 52(1), 258-271; index of L. Hubert and P. Arabie (1985).
    """
    from sklearn.metrics import adjusted_rand_score

    Z = Z[sample_rows(len(Z), 5_000, seed)]
    reference = fit_kmeans(Z, k, seed, starts=4).labels_
    rng = np.random.default_rng(seed)
    scores = []
    for draw in range(BOOTSTRAPS):
        sample = Z[rng.integers(0, len(Z), len(Z))]
        if len(np.unique(sample, axis=0)) < k:
            continue
        other = fit_kmeans(sample, k, seed + draw + 1, starts=4).predict(Z)
        scores.append(adjusted_rand_score(reference, other))
    return float(np.mean(scores)) if scores else float("nan")


def structure_test(Z: FloatArray, ks: range, seed: int) -> tuple[float, float]:
    """Return the best silhouette of the data, and the best of data like it without groups.

    Both on the same number of rows (at most 800) and with the same choice among ``ks``.  The
    groupless data are draws from one normal cloud with the data's covariance and from one uniform
    block along its principal axes; columns of few values are shuffled instead.

    Source: R. Tibshirani, G. Walther and T. Hastie (2001), Estimating the number of clusters via
    the gap statistic, JRSS B 63(2), 411-423, and Y. Liu et al. (2008), SigClust, JASA 103.
    """
    Z = Z[sample_rows(len(Z), NULL_ROWS, seed)]
    ks = range(ks.start, min(ks.stop, max(len(Z) // 4, ks.start + 1)))
    observed = _best(Z, ks, seed)
    rng = np.random.default_rng(seed)
    draws = [
        _best(_groupless(Z, rng, uniform=uniform), ks, seed)
        for uniform in (False, True)
        for _ in range(NULL_DRAWS)
    ]
    return observed, float(np.nanmax(draws))


def _best(Z: FloatArray, ks: range, seed: int) -> float:
    choice = choose_k(Z, ks, seed, starts=3)
    return choice.silhouettes[choice.k]


def _groupless(Z: FloatArray, rng: np.random.Generator, *, uniform: bool) -> FloatArray:
    discrete = np.array([len(np.unique(Z[:, k])) <= DISCRETE_VALUES for k in range(Z.shape[1])])
    made = np.empty_like(Z)
    for k in np.flatnonzero(discrete):
        made[:, k] = rng.permutation(Z[:, k])
    rest = Z[:, ~discrete]
    if rest.shape[1]:
        centre = rest.mean(axis=0)
        _, _, axes = np.linalg.svd(rest - centre, full_matrices=False)
        scores = (rest - centre) @ axes.T
        if uniform:
            low, high = np.percentile(scores, [1, 99], axis=0)
            drawn = rng.uniform(low, high, size=scores.shape)
        else:
            drawn = rng.normal(size=scores.shape) * scores.std(axis=0)
        made[:, ~discrete] = drawn @ axes + centre
    return made
