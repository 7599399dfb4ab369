"""Do those who answered speak for the others?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.methods.many_tests import false_discovery

LEAST = 30
LEVEL = 0.05


@dataclass(frozen=True)
class Response:
    """Who answered.

    Attributes
    ----------
    asked, answered : int
    lo, hi : float
        95 % interval of the response rate (E. B. Wilson 1927, JASA 22).
    differing : tuple of str
        Columns in which those who answered differ from those who did not, at a false discovery
        rate of 5 %.
    """

    asked: int
    answered: int
    lo: float
    hi: float
    differing: tuple[str, ...]

    @property
    def rate(self) -> float:
        """Share that answered, 0 when nobody was asked."""
        return self.answered / self.asked if self.asked else 0.0


def response_of(frame: pd.DataFrame, answered: str, columns: list[str]) -> Response:
    """Compare those who answered with those who did not.

    Numbers by the rank test of Mann and Whitney, categories by chi-squared.

    Parameters
    ----------
    frame : DataFrame
        One row per person asked; ``answered`` holds True or False.
    """
    said = frame[answered].to_numpy(dtype=bool)
    n, k = len(said), int(said.sum())
    lo, hi = _wilson(k, n)
    if min(k, n - k) < LEAST:
        return Response(n, k, lo, hi, ())
    p = np.array([_difference(frame[column], said) for column in columns])
    adjusted = false_discovery(p, len(p))
    found = tuple(c for c, q in zip(columns, adjusted, strict=True) if q < LEVEL)
    return Response(n, k, lo, hi, found)


def _wilson(k: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    if n == 0:
        return 0.0, 1.0
    share = k / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return float(max(centre - reach, 0.0)), float(min(centre + reach, 1.0))


def _difference(column: pd.Series, said: np.ndarray) -> float:
    from scipy.stats import chi2_contingency, mannwhitneyu

    known = column.notna().to_numpy()
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=float)
        a, b = values[known & said], values[known & ~said]
        if not len(a) or not len(b) or np.ptp(np.concatenate([a, b])) == 0:
            return 1.0
        return float(mannwhitneyu(a, b).pvalue)
    table = pd.crosstab(column[known], said[known]).to_numpy()
    table = table[table.sum(axis=1) >= 10]
    if table.shape[0] < 2 or table.shape[1] < 2 or not table.sum(axis=0).all():
        return 1.0
    return float(chi2_contingency(table).pvalue)
