"""Means of many small groups, drawn towards the mean of all by as much as chance explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Z95 = 1.959964
LEAST = 2


@dataclass(frozen=True)
class GroupMean:
    """A group's mean and what remains of it.

    ``mean`` is the plain one; ``shrunk`` with ``lo`` and ``hi`` (95 %) is what to believe.
    """

    name: str
    rows: int
    mean: float
    shrunk: float
    lo: float
    hi: float


@dataclass(frozen=True)
class GroupMeans:
    """Groups by their shrunk means, lowest first.

    Attributes
    ----------
    mean : float
        Of all groups, weighted.
    between : float
        Standard deviation of the groups' true means; 0 where chance explains all.
    p : float
        Cochran's test that all groups are alike; 1 with fewer than two groups.
    """

    groups: tuple[GroupMean, ...]
    mean: float
    between: float
    p: float


def group_means(values: pd.Series, groups: pd.Series) -> GroupMeans:
    """Empirical Bayes means of groups.

    The variance between groups is that of R. DerSimonian and N. Laird (1986), Controlled Clinical
    Trials 7; each mean is drawn to the mean of all by the share of chance in it (C. N. Morris 1983,
    JASA 78). Within groups one pooled variance is taken, since small groups do not tell theirs.

    Parameters
    ----------
    values, groups : Series of equal length
        Rows without a group are left out; so are groups of one row.
    """
    from scipy.stats import chi2

    table = pd.DataFrame({"value": values.to_numpy(dtype=float), "group": groups.to_numpy()})
    stats = table.dropna().groupby("group")["value"].agg(["mean", "size", "var"])
    stats = stats[stats["size"] >= LEAST]
    if stats.empty:
        return GroupMeans((), float("nan"), 0.0, 1.0)
    n, means = stats["size"].to_numpy(dtype=float), stats["mean"].to_numpy(dtype=float)
    within = float(((n - 1) * stats["var"]).sum() / max((n - 1).sum(), 1.0))
    weight = n / max(within, 1e-9)
    centre = float((weight * means).sum() / weight.sum())
    q = float((weight * (means - centre) ** 2).sum())
    df = len(n) - 1
    spare = weight.sum() - (weight**2).sum() / weight.sum()
    between = max(0.0, (q - df) / spare) if df and spare > 0 else 0.0
    centre = _centre(means, within / n, between)
    kept = between / (between + within / n) if between else np.zeros(len(n))
    shrunk = centre + kept * (means - centre)
    sd = np.sqrt(kept * within / n + (1 - kept) ** 2 / (1 / (between + within / n)).sum())
    rows = [
        GroupMean(str(name), int(size), float(m), float(s), float(s - Z95 * e), float(s + Z95 * e))
        for name, size, m, s, e in zip(stats.index, n, means, shrunk, sd, strict=True)
    ]
    p = float(chi2.sf(q, df)) if df else 1.0
    return GroupMeans(
        tuple(sorted(rows, key=lambda row: row.shrunk)), centre, float(np.sqrt(between)), p
    )


def _centre(means: FloatArray, variance: FloatArray, between: float) -> float:
    weight = 1.0 / np.maximum(variance + between, 1e-9)
    return float((weight * means).sum() / weight.sum())
