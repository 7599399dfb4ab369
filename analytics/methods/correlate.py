"""What moves together? Pairs of columns, with the share of false finds held down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.columns import require_columns, unit_notices
from analytics.methods.compare import cramers_v
from analytics.methods.describe import typed
from analytics.methods.errors import DataProblem, InsufficientData, Notice
from analytics.methods.in_time import chance_in_time, effective_rows
from analytics.methods.many_tests import false_discovery
from analytics.methods.outlying import dominant
from analytics.methods.serialise import jsonable
from analytics.methods.splits import find_time

FloatArray = NDArray[np.float64]
MIN_ROWS = 10
MAX_COLUMNS = 200
MAX_LEVELS = 50
FALSE_SHARE = 0.05


@dataclass(frozen=True)
class Relation:
    """How two columns go together.

    Attributes
    ----------
    a, b : str
    measure : {"pearson", "spearman", "cramers_v", "correlation_ratio"}
        Two columns of numbers, by their ranks where one value makes most of the spread of either;
        two of categories; numbers and categories.
    value : float
        -1 to 1 for numbers, else 0 to 1.
    lo, hi : float or None
        95 % interval of a correlation (Fisher's z; of ranks after Bonett and Wright 2000).
    p : float
        Test of no relation: Student's t, chi-squared, Kruskal–Wallis.
    q : float
        ``p`` after Benjamini and Hochberg over all pairs.
    spearman, spearman_p : float or None
        The same by ranks, for two columns of numbers.
    n : int
        Rows with both values.
    drifts : bool
        Both columns go on from row to row, in time: ``p`` allows for it (``in_time``).
    """

    a: str
    b: str
    measure: str
    value: float
    lo: float | None
    hi: float | None
    p: float
    n: int
    spearman: float | None = None
    spearman_p: float | None = None
    q: float = 1.0
    drifts: bool = False

    @property
    def found(self) -> bool:
        """Whether the relation is beyond chance."""
        return self.q <= FALSE_SHARE


@dataclass(frozen=True)
class CorrelateResult:
    """All pairs, the strongest first."""

    pairs: tuple[Relation, ...]
    columns: tuple[str, ...]
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer."""
        return {
            "columns": list(self.columns),
            "pairs": [{**jsonable(pair), "significant": pair.found} for pair in self.pairs],
            "rows_used": self.rows_used,
            "rows_dropped": self.rows_dropped,
            "warnings": [notice.text for notice in self.notices],
        }


def correlate(frame: pd.DataFrame, *, columns: list[str] | None = None) -> CorrelateResult:
    """Measure how every pair of columns goes together.

    Parameters
    ----------
    frame : DataFrame
        Each pair uses the rows with both values.
    columns : list of str, optional
        By default all; at most 200.  Dates, constants and texts with over 50 different values are
        left out and named.

    Raises
    ------
    DataProblem, InsufficientData
        Fewer than 10 rows, fewer than two usable columns, or too many.
    """
    names = list(columns) if columns else [str(name) for name in frame.columns]
    require_columns(frame, names)
    if len(frame) < MIN_ROWS:
        params = {"method": "A correlation", "needed": MIN_ROWS, "rows": len(frame)}
        raise InsufficientData("too_few_rows", params)
    usable, left_out = _usable(frame, list(dict.fromkeys(names)))
    if len(usable) > MAX_COLUMNS:
        raise DataProblem("too_many_to_pair", {"most": MAX_COLUMNS, "columns": len(usable)})
    if len(usable) < 2:
        raise DataProblem("two_columns_needed")
    notices = (
        [Notice("columns_left_out", {"columns": ", ".join(left_out[:10])})] if left_out else []
    )
    whole, time = _whole_numbers(usable), find_time(frame, list(map(str, frame.columns)), [])
    pairs = [
        _of_numbers(a, b, whole[a], whole[b], in_time=time is not None)
        if a in whole and b in whole
        else _relation(a, b, usable[a], usable[b], in_time=time is not None)
        for a, b in combinations(usable, 2)
    ]
    notices += [notice for name in whole for notice in unit_notices(frame, name)]
    if time is not None and any(pair.drifts for pair in pairs if pair):
        notices.append(Notice("drift_allowed_for", {"column": time}))
    notices += _ranked([pair for pair in pairs if pair], usable)
    return _tested([pair for pair in pairs if pair], usable, frame, notices)


def _tested(
    pairs: list[Relation], usable: dict[str, pd.Series], frame: pd.DataFrame, notices: list[Notice]
) -> CorrelateResult:
    """Hold down the share of false finds, and sort."""
    q = false_discovery(np.array([pair.p for pair in pairs]), len(pairs))
    found = [replace(pair, q=float(value)) for pair, value in zip(pairs, q, strict=True)]
    found.sort(key=lambda pair: (not pair.found, -abs(pair.value), pair.a, pair.b))
    if not any(pair.found for pair in found):
        notices.append(Notice("no_relations"))
    used = int(frame[list(usable)].notna().sum(axis=1).ge(2).sum())
    return CorrelateResult(tuple(found), tuple(usable), used, len(frame) - used, tuple(notices))


def _ranked(pairs: list[Relation], usable: dict[str, pd.Series]) -> list[Notice]:
    """Name the columns whose ranks were compared."""
    if not any(pair.measure == "spearman" for pair in pairs):
        return []
    numbers = {name: x.dropna() for name, x in usable.items() if pd.api.types.is_numeric_dtype(x)}
    named = [name for name, x in numbers.items() if dominant(x.to_numpy(dtype=float))]
    return [Notice("ranks_compared", {"columns": ", ".join(named[:10])})] if named else []


def _usable(frame: pd.DataFrame, names: list[str]) -> tuple[dict[str, pd.Series], list[str]]:
    usable, left_out = {}, []
    for name in names:
        kind, values = typed(frame, name)
        different = values.nunique()
        if kind == "date" or different < 2 or (kind == "text" and different > MAX_LEVELS):
            left_out.append(name)
        else:
            usable[name] = values
    return usable, left_out


def _whole_numbers(usable: dict[str, pd.Series]) -> dict[str, Numbers]:
    """Columns of numbers without gaps: ranked once, not once in each pair."""
    return {
        name: Numbers.of(values.to_numpy(dtype=float))
        for name, values in usable.items()
        if pd.api.types.is_numeric_dtype(values) and bool(values.notna().all())
    }


def _relation(a: str, b: str, x: pd.Series, y: pd.Series, *, in_time: bool) -> Relation | None:
    both = x.notna() & y.notna()
    if int(both.sum()) < MIN_ROWS or x[both].nunique() < 2 or y[both].nunique() < 2:
        return None
    x, y = x[both], y[both]
    numbers = [pd.api.types.is_numeric_dtype(part) for part in (x, y)]
    if all(numbers):
        one, other = (Numbers.of(part.to_numpy(dtype=float)) for part in (x, y))
        return _of_numbers(a, b, one, other, in_time=in_time)
    if any(numbers):
        value, category = (x, y) if numbers[0] else (y, x)
        return _of_number_and_category(a, b, value.to_numpy(dtype=float), category)
    return _of_categories(a, b, x, y)


@dataclass(frozen=True)
class Numbers:
    """A column and its ranks, both (n,), with mean 0 and length 1; whether one value decides."""

    values: FloatArray
    ranks: FloatArray
    dominated: bool

    @classmethod
    def of(cls, column: FloatArray) -> Numbers:
        from scipy.stats import rankdata

        return cls(_unit(column), _unit(rankdata(column)), dominant(column) is not None)

    def compared(self, *, by_ranks: bool) -> FloatArray:
        return self.ranks if by_ranks else self.values


def _unit(column: FloatArray) -> FloatArray:
    centred = column - column.mean()
    return centred / np.linalg.norm(centred)


def _of_numbers(a: str, b: str, x: Numbers, y: Numbers, *, in_time: bool) -> Relation:
    n = len(x.values)
    ranked = _coefficient(x.ranks, y.ranks)
    by_ranks = x.dominated or y.dominated
    one, other = x.compared(by_ranks=by_ranks), y.compared(by_ranks=by_ranks)
    value, p = _coefficient(one, other)
    drifts = in_time and effective_rows(one, other) < n / 2
    if drifts:
        p = chance_in_time(one, other)
    lo = hi = value
    if abs(value) < 1 and n > 3:
        half = 1.959963984540054 / np.sqrt(n - 3) * (np.sqrt(1 + value**2 / 2) if by_ranks else 1)
        lo, hi = (float(np.tanh(np.arctanh(value) + side * half)) for side in (-1, 1))
    measure = "spearman" if by_ranks else "pearson"
    return Relation(a, b, measure, value, lo, hi, p, n, *ranked, drifts=drifts)


def _coefficient(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Return the correlation of two unit columns, and p by Student's t with n - 2 degrees."""
    from scipy.special import stdtr

    r, degrees = float(np.clip(x @ y, -1.0, 1.0)), len(x) - 2
    with np.errstate(divide="ignore"):
        t = abs(r) * np.sqrt(degrees / np.float64((1.0 - r) * (1.0 + r)))
    return r, float(2.0 * stdtr(degrees, -t))


def _of_number_and_category(a: str, b: str, x: FloatArray, category: pd.Series) -> Relation:
    """Measure by the correlation ratio: the share of spread between the categories, its root."""
    from scipy.stats import kruskal

    codes = pd.factorize(category)[0]
    sizes = np.bincount(codes)
    means = np.bincount(codes, weights=x) / sizes
    total = float(((x - x.mean()) ** 2).sum())
    between = float((sizes * (means - x.mean()) ** 2).sum())
    p = float(kruskal(*(x[codes == k] for k in range(len(sizes)))).pvalue)
    ratio = float(np.sqrt(min(between / total, 1.0)))
    return Relation(a, b, "correlation_ratio", ratio, None, None, p, len(x))


def _of_categories(a: str, b: str, x: pd.Series, y: pd.Series) -> Relation:
    from scipy.stats import chi2_contingency

    counts = pd.crosstab(x, y).to_numpy()
    p = float(chi2_contingency(counts, correction=False).pvalue)
    return Relation(a, b, "cramers_v", cramers_v(counts), None, None, p, int(counts.sum()))
