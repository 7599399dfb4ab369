"""Shares and their differences, with intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def difference_of_shares(
    x: FloatArray, y: FloatArray, level: float = 0.95
) -> tuple[float, float, float, float]:
    """Return share(y) - share(x), its interval (Newcombe 1998, method 10), and the p-value."""
    from scipy.stats import fisher_exact, norm

    successes = np.array([x.sum(), y.sum()])
    n = np.array([len(x), len(y)], dtype=float)
    p1, p2 = successes / n
    z = float(norm.ppf((1 + level) / 2))
    (l1, u1), (l2, u2) = (wilson(s, size, z) for s, size in zip(successes, n, strict=True))
    difference = float(p2 - p1)
    lo = difference - float(np.sqrt((p2 - l2) ** 2 + (u1 - p1) ** 2))
    hi = difference + float(np.sqrt((u2 - p2) ** 2 + (p1 - l1) ** 2))
    pooled = float(successes.sum() / n.sum())
    if min(n.min() * pooled, n.min() * (1 - pooled)) < 5:
        table = np.stack([successes, n - successes]).astype(int)
        return difference, lo, hi, float(fisher_exact(table).pvalue)
    se = np.sqrt(pooled * (1 - pooled) * (1 / n[0] + 1 / n[1]))
    return difference, lo, hi, float(2 * norm.sf(abs(difference) / se))


def wilson(successes: float, n: float, z: float) -> tuple[float, float]:
    """Return the score interval of a share (E. B. Wilson 1927, JASA 22)."""
    share = successes / n
    middle = share + z**2 / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return float((middle - half) / (1 + z**2 / n)), float((middle + half) / (1 + z**2 / n))
