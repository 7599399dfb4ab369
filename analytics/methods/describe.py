"""What is in the data? Counts, middle, spread and quantiles of each column, by group."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from analytics.methods.columns import (
    date_column,
    numeric_column,
    require_columns,
    style_notices,
    unit_notices,
)
from analytics.methods.errors import DataProblem, Notice
from analytics.methods.serialise import jsonable
from analytics.methods.yes_or_no import TRUTHS

Kind = Literal["number", "date", "boolean", "text"]
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
MAX_GROUPS = 1_000
TOP = 5
PROBE = 100
Reader = Callable[[pd.DataFrame, str], pd.Series]


@dataclass(frozen=True)
class Described:
    """One column in one group.

    Attributes
    ----------
    column : str
    kind : {"number", "date", "boolean", "text"}
    group : dict of str to str, or None
        Values of the grouping columns; None for all rows.
    n, missing : int
        Rows with and without a value.
    mean, median, var, sd, min, max, sum : float, str or None
        Of numbers, and of yes/no as 1 and 0; ``var`` and ``sd`` with n - 1; None for text and
        where undefined.  Of dates median, min and max as ISO 8601.
    quantiles : dict of str to float or str
        By linear interpolation (type 7 of Hyndman and Fan 1996).
    distinct : int
        Different values.
    top : tuple of (str, int)
        The five most frequent values of text.
    """

    column: str
    kind: Kind
    group: dict[str, str] | None
    n: int
    missing: int
    mean: float | None
    median: float | str | None
    var: float | None
    sd: float | None
    min: float | str | None
    max: float | str | None
    sum: float | None
    quantiles: dict[str, Any]
    distinct: int
    top: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class DescribeResult:
    """All columns in all groups."""

    columns: tuple[Described, ...]
    by: tuple[str, ...]
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer."""
        return {
            "by": list(self.by),
            "columns": jsonable(list(self.columns)),
            "rows_used": self.rows_used,
            "rows_dropped": self.rows_dropped,
            "warnings": [notice.text for notice in self.notices],
        }


def describe(frame: pd.DataFrame, *, by: list[str] | None = None) -> DescribeResult:
    """Describe every column, for each combination of the ``by`` columns apart when asked.

    Parameters
    ----------
    frame : DataFrame
        Text that is all numbers, dates or yes/no counts as such.  Rows without a group are left
        out and counted.
    by : list of str, optional
        Grouping columns; at most 1 000 groups.

    Raises
    ------
    DataProblem
        No rows, a column is missing, or too many groups.
    """
    names = list(by or [])
    require_columns(frame, names)
    if len(frame) == 0:
        raise DataProblem("no_rows")
    rows = frame.dropna(subset=names)
    dropped = len(frame) - len(rows)
    if len(rows) == 0:
        raise DataProblem("no_usable_rows")
    notices = [Notice("rows_missing_dropped", {"rows": dropped})] if dropped else []
    groups = list(_groups(rows, names))
    found: list[Described] = []
    for name in rows.columns:
        if name in names:
            continue
        kind, values = typed(rows, name)
        notices += unit_notices(rows, name) if kind == "number" else []
        notices += style_notices(rows, name) if kind == "text" else []
        found += [
            _described(str(name), kind, values.iloc[where], rows[name].iloc[where], group)
            for group, where in groups
        ]
    return DescribeResult(tuple(found), tuple(names), len(rows), dropped, tuple(notices))


def typed(frame: pd.DataFrame, name: str) -> tuple[Kind, pd.Series]:
    """Return what a column holds, and its values as numbers, timestamps or text."""
    column = frame[name]
    if pd.api.types.is_bool_dtype(column):
        return "boolean", column.astype(float)
    if not pd.api.types.is_numeric_dtype(column):
        words = column.dropna().astype(str).str.strip().str.lower()
        if len(words) and words.isin(list(TRUTHS)).all():
            return "boolean", words.map(TRUTHS).reindex(column.index)
    kinds: tuple[tuple[Kind, Reader], ...] = (("number", numeric_column), ("date", date_column))
    for kind, read in kinds:
        try:
            # A million names are not read as dates to find that the first is none.
            read(frame.loc[column.notna(), [name]].head(PROBE), name)
            return kind, read(frame, name)
        except DataProblem as problem:
            if problem.code == "number_too_large":
                raise
    text = column.astype("string").str.strip()
    return "text", text.mask(text == "")


def _groups(
    rows: pd.DataFrame, by: list[str]
) -> Iterator[tuple[dict[str, str] | None, np.ndarray[Any, Any]]]:
    if not by:
        yield None, np.arange(len(rows))
        return
    grouped = rows.reset_index(drop=True).groupby(by, sort=True)
    if grouped.ngroups > MAX_GROUPS:
        raise DataProblem("too_many_groups", {"groups": grouped.ngroups, "limit": MAX_GROUPS})
    for key, where in grouped.indices.items():
        parts = key if isinstance(key, tuple) else (key,)
        yield dict(zip(by, map(_name, parts), strict=True)), np.asarray(where)


def _name(value: Any) -> str:
    plain = jsonable(value)
    return str(int(plain) if isinstance(plain, float) and plain.is_integer() else plain)


def _described(
    name: str, kind: Kind, values: pd.Series, raw: pd.Series, group: dict[str, str] | None
) -> Described:
    known = values.dropna()
    if kind == "text":
        measures, quantiles = dict.fromkeys(("median", "min", "max")), {}
        counts = known.value_counts()
        top = tuple((str(value), int(count)) for value, count in counts.head(TOP).items())
    else:
        measures = {
            "median": _plain(known.median()) if len(known) else None,
            "min": _plain(known.min()) if len(known) else None,
            "max": _plain(known.max()) if len(known) else None,
        }
        points = known.quantile(list(QUANTILES)) if len(known) else pd.Series(dtype=float)
        quantiles = {f"{q:g}": _plain(value) for q, value in points.items()}
        top = ()
    counted = kind in ("number", "boolean") and len(known) > 0
    return Described(
        column=name,
        kind=kind,
        group=group,
        n=len(known),
        missing=len(raw) - len(known),
        mean=float(known.mean()) if counted else None,
        var=float(known.var()) if counted and len(known) > 1 else None,
        sd=float(known.std()) if counted and len(known) > 1 else None,
        sum=float(known.sum()) if counted else None,
        quantiles=quantiles,
        distinct=int(known.nunique()),
        top=top,
        **measures,
    )


def _plain(value: Any) -> Any:
    return jsonable(value)
