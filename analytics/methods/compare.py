"""Do groups differ, and by how much? Tests with effect sizes and intervals."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.columns import refuse_two_styles, require_columns, unit_notices
from analytics.methods.describe import typed
from analytics.methods.errors import DataProblem, InsufficientData, Notice
from analytics.methods.many_tests import holm_adjusted
from analytics.methods.outlying import dominance_notices
from analytics.methods.serialise import jsonable

FloatArray = NDArray[np.float64]
MIN_ROWS = 5
MAX_GROUPS = 30
FEW_EXPECTED, MANY_CELLS = 5.0, 0.2


@dataclass(frozen=True)
class Test:
    """One test of no difference.

    Attributes
    ----------
    name : str
    statistic, p : float
    effect : float
        Size without a unit; which one says ``effect_name``.
    """

    name: str
    statistic: float
    p: float
    effect_name: str
    effect: float


@dataclass(frozen=True)
class Pair:
    """The difference ``b`` - ``a`` of two groups' means, with its 95 % interval (Welch)."""

    a: str
    b: str
    difference: float
    lo: float
    hi: float
    p: float
    p_adjusted: float
    hedges_g: float
    cliffs_delta: float


@dataclass(frozen=True)
class CompareResult:
    """Groups side by side.

    Attributes
    ----------
    groups : list of dict
        Of numbers: group, n, mean, median, sd.  Of categories: group, n, shares.
    tests : tuple of Test
        Numbers: Welch's test and the rank test (Mann–Whitney for two groups, Kruskal–Wallis for
        more).  Categories: chi-squared.
    pairs : tuple of Pair
        All pairs of groups of numbers; ``p_adjusted`` after Holm's correction.
    """

    value: str
    by: str
    kind: str
    groups: tuple[dict[str, Any], ...]
    tests: tuple[Test, ...]
    pairs: tuple[Pair, ...]
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer."""
        answer: dict[str, Any] = {
            name: jsonable(value) for name, value in self.__dict__.items() if name != "notices"
        }
        answer["warnings"] = [notice.text for notice in self.notices]
        return answer


def compare(frame: pd.DataFrame, *, value: str, by: str) -> CompareResult:
    """Compare ``value`` between the groups of ``by``.

    Parameters
    ----------
    frame : DataFrame
        Rows without value or group are left out and counted, as are groups with fewer than 5.
    value, by : str
        Columns; a value of numbers is compared by means and ranks, any other by shares.

    Raises
    ------
    DataProblem, InsufficientData
        A column is missing, fewer than two groups of 5 rows, over 30 groups, or a value that
        is constant, be it within each group.

    Notes
    -----
    B. L. Welch (1947), Biometrika 34; (1951), Biometrika 38.  L. V. Hedges (1981), Journal of
    Educational Statistics 6(2).  N. Cliff (1993), Psychological Bulletin 114(3).
    """
    require_columns(frame, [value, by])
    if len(frame) == 0:
        raise DataProblem("no_rows")
    kind, values = typed(frame, value)
    if kind == "date":
        raise DataProblem("column_not_numeric", {"column": value, "example": str(values.iloc[0])})
    if kind == "text":
        refuse_two_styles(frame, value)
    rows = pd.DataFrame({"value": values, "group": frame[by].astype("string").str.strip()}).dropna()
    counts = rows["group"].value_counts()
    if len(counts) > MAX_GROUPS:
        raise DataProblem("too_many_groups", {"groups": len(counts), "limit": MAX_GROUPS})
    small = counts.index[counts < MIN_ROWS].tolist()
    kept = rows[~rows["group"].isin(small)]
    notices = _left_out(len(frame) - len(rows), small) + unit_notices(frame, value)
    if kept["group"].nunique() < 2:
        raise InsufficientData("two_groups_needed", {"needed": MIN_ROWS, "column": by})
    if kept["value"].nunique() < 2:
        raise DataProblem("constant_outcome", {"column": value})
    if kind != "text" and int(kept.groupby("group")["value"].nunique().max()) < 2:
        raise DataProblem("groups_never_vary", {"value": value, "by": by})
    compared = _compare_shares if kind == "text" else _compare_numbers
    groups, tests, pairs = compared(kept)
    if kind == "number":
        notices += dominance_notices(value, kept["value"].to_numpy(dtype=float))
    elif kind == "text":
        notices += _few_expected(kept)
    return CompareResult(
        value=value,
        by=by,
        kind=kind,
        groups=groups,
        tests=tests,
        pairs=pairs,
        rows_used=len(kept),
        rows_dropped=len(frame) - len(kept),
        notices=tuple(notices),
    )


def _left_out(missing: int, small: list[str]) -> list[Notice]:
    notices = [Notice("rows_missing_dropped", {"rows": missing})] if missing else []
    if small:
        shown = ", ".join(sorted(small)[:5])
        notices.append(Notice("small_groups_left_out", {"groups": shown, "needed": MIN_ROWS}))
    return notices


Parts = tuple[tuple[dict[str, Any], ...], tuple[Test, ...], tuple[Pair, ...]]


def _compare_numbers(rows: pd.DataFrame) -> Parts:
    samples = {
        str(name): part.to_numpy(dtype=float)
        for name, part in rows.groupby("group", sort=True)["value"]
    }
    groups = tuple(
        {
            "group": name,
            "n": len(x),
            "mean": float(x.mean()),
            "median": float(np.median(x)),
            "sd": float(x.std(ddof=1)),
        }
        for name, x in samples.items()
    )
    found = [_pair(a, b, samples[a], samples[b]) for a, b in combinations(samples, 2)]
    adjusted = holm_adjusted(np.array([pair.p for pair in found]))
    pairs = tuple(
        Pair(**{**pair.__dict__, "p_adjusted": float(p)})
        for pair, p in zip(found, adjusted, strict=True)
    )
    return groups, (_means_test(list(samples.values())), _rank_test(list(samples.values()))), pairs


def _pair(a: str, b: str, x: FloatArray, y: FloatArray) -> Pair:
    difference, lo, hi, p = welch(x, y)
    pooled = np.sqrt(
        ((len(x) - 1) * x.var(ddof=1) + (len(y) - 1) * y.var(ddof=1)) / (len(x) + len(y) - 2)
    )
    small = 1 - 3 / (4 * (len(x) + len(y)) - 9)  # Hedges' correction for few rows
    g = difference / pooled * small if pooled > 0 else float("nan")
    return Pair(a, b, difference, lo, hi, p, p, float(g), cliffs_delta(x, y))


def welch(x: FloatArray, y: FloatArray, level: float = 0.95) -> tuple[float, float, float, float]:
    """Return mean(y) - mean(x), its interval, and the p-value of no difference (Welch 1947)."""
    from scipy.stats import t

    difference = float(y.mean() - x.mean())
    vx, vy = x.var(ddof=1) / len(x), y.var(ddof=1) / len(y)
    se = float(np.sqrt(vx + vy))
    if se == 0:
        return difference, difference, difference, 1.0 if difference == 0 else 0.0
    df = (vx + vy) ** 2 / (vx**2 / (len(x) - 1) + vy**2 / (len(y) - 1))
    half = float(t.ppf((1 + level) / 2, df)) * se
    p = float(2 * t.sf(abs(difference) / se, df))
    return difference, difference - half, difference + half, p


def cliffs_delta(x: FloatArray, y: FloatArray) -> float:
    """Return P(y > x) - P(y < x) over all pairs, -1 to 1."""
    ordered = np.sort(x)
    below = np.searchsorted(ordered, y, side="left").sum(dtype=float)
    above = (len(x) - np.searchsorted(ordered, y, side="right")).sum(dtype=float)
    return float((below - above) / (len(x) * len(y)))


def _means_test(samples: list[FloatArray]) -> Test:
    """Welch's test of equal means; the effect is omega squared, 0 to 1."""
    from scipy.stats import f

    n = np.array([len(x) for x in samples], dtype=float)
    means = np.array([x.mean() for x in samples])
    variances = np.maximum(np.array([x.var(ddof=1) for x in samples]), 1e-300)
    weights = n / variances
    grand = float((weights * means).sum() / weights.sum())
    k = len(samples)
    between = float((weights * (means - grand) ** 2).sum()) / (k - 1)
    spread = float(((1 - weights / weights.sum()) ** 2 / (n - 1)).sum())
    statistic = between / (1 + 2 * (k - 2) / (k**2 - 1) * spread)
    df = (k**2 - 1) / (3 * spread)
    total = (k - 1) * (statistic - 1)
    omega = max(total / (total + float(n.sum())), 0.0)
    return Test("welch", statistic, float(f.sf(statistic, k - 1, df)), "omega_squared", omega)


def _rank_test(samples: list[FloatArray]) -> Test:
    from scipy.stats import kruskal, mannwhitneyu

    if len(samples) == 2:
        found = mannwhitneyu(samples[1], samples[0], alternative="two-sided")
        delta = cliffs_delta(samples[0], samples[1])
        return Test(
            "mann_whitney", float(found.statistic), float(found.pvalue), "cliffs_delta", delta
        )
    found = kruskal(*samples)
    n = sum(len(x) for x in samples)
    epsilon = min(float(found.statistic) / (n - 1), 1.0)
    return Test(
        "kruskal_wallis", float(found.statistic), float(found.pvalue), "epsilon_squared", epsilon
    )


def _compare_shares(rows: pd.DataFrame) -> Parts:
    from scipy.stats import chi2_contingency

    table = pd.crosstab(rows["group"], rows["value"])
    if table.shape[1] > MAX_GROUPS:
        raise DataProblem("too_many_groups", {"groups": table.shape[1], "limit": MAX_GROUPS})
    counts = table.to_numpy()
    found = chi2_contingency(counts, correction=False)
    groups = tuple(
        {
            "group": str(name),
            "n": int(row.sum()),
            "shares": {
                str(value): float(count / row.sum())
                for value, count in zip(table.columns, row, strict=True)
            },
        }
        for name, row in zip(table.index, counts, strict=True)
    )
    test = Test(
        "chi_squared", float(found.statistic), float(found.pvalue), "cramers_v", cramers_v(counts)
    )
    return groups, (test,), ()


def _few_expected(rows: pd.DataFrame) -> list[Notice]:
    """W. G. Cochran (1954), Biometrics 10: a fifth of the cells may expect fewer than 5 rows."""
    groups = rows["group"].value_counts(normalize=True).to_numpy()
    values = rows["value"].value_counts().to_numpy()
    few = float(np.mean(np.outer(groups, values) < FEW_EXPECTED))
    return [Notice("few_expected", {"percent": 100 * few})] if few > MANY_CELLS else []


def cramers_v(counts: NDArray[np.int64]) -> float:
    """Return Cramér's V of a table of counts, corrected for bias, 0 to 1.

    Source: W. Bergsma (2013), A bias-correction for Cramér's V and Tschuprow's T, Journal of the
    Korean Statistical Society 42(3), 323-328.
    """
    from scipy.stats import chi2_contingency

    r, c = counts.shape
    n = float(counts.sum())
    if min(r, c) < 2 or n < 2:
        return float("nan")
    phi = float(chi2_contingency(counts, correction=False).statistic) / n
    phi = max(phi - (r - 1) * (c - 1) / (n - 1), 0.0)
    rows, columns = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
    smaller = min(rows, columns) - 1
    return float(np.sqrt(phi / smaller)) if smaller > 0 else float("nan")
