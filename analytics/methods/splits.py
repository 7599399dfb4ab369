"""Which rows are learned from and which are judged on: later ones where time is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.columns import (
    date_column,
    day_numbers,
    looks_like_dates,
    numeric_column,
)
from analytics.methods.errors import DataProblem, Notice

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

FOLDS = 5
FEW_FOLDS = 3
# Beyond these rows fewer folds, and a sample, say the same and cost less.
MANY_ROWS = 20_000
JUDGED_ROWS = 60_000
# The first part of the time is only learned from.
LEARNED_FIRST = 0.5
LEAST_TRAINED = 20
ROW = "row"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Split:
    """Folds of (rows learned from, rows judged on).

    Attributes
    ----------
    kind : {"time", "stratified"}
    folds : tuple of (ndarray, ndarray)
        Positions of rows; in a split by time every judged row is later than all learned ones.
    by : str
        The time column, "" without one.
    """

    kind: Literal["time", "stratified"]
    folds: tuple[tuple[IntArray, IntArray], ...]
    by: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Kind, folds and their sizes."""
        sizes = [{"learned": len(a), "judged": len(b)} for a, b in self.folds]
        return {"kind": self.kind, "by": self.by, "folds": sizes}


def time_values(frame: pd.DataFrame, time: str) -> FloatArray:
    """When each row was, as numbers that ascend with time, NaN where unknown, shape (n,).

    Reads dates, numbers, names of months; "row" is the order of the file unless a column is so
    called.
    """
    if time == ROW and time not in frame.columns:
        return np.arange(len(frame), dtype=float)
    column = frame[time]
    if not pd.api.types.is_numeric_dtype(column):
        text = column.astype("string").str.strip().str.lower().str[:3]
        known = text.dropna()
        if len(known) and known.isin(_MONTHS).all():
            months = text.map({m: float(k) for k, m in enumerate(_MONTHS)})
            return np.asarray(months.to_numpy(dtype=float))
        return day_numbers(date_column(frame, time))
    return numeric_column(frame, time).to_numpy(dtype=float)


def find_time(frame: pd.DataFrame, names: list[str], notices: list[Notice]) -> str | None:
    """The column of dates in whose order the rows stand, if there is one; others are proposed."""
    dated = [name for name in names if looks_like_dates(frame[name])]
    for name in dated:
        try:
            steps = np.diff(day_numbers(date_column(frame, name)))
        except DataProblem:
            continue
        if len(steps) and steps.any() and bool((steps >= 0).all() or (steps <= 0).all()):
            notices.append(Notice("time_found", {"column": name}))
            return name
    if dated:
        notices.append(Notice("time_proposed", {"columns": ", ".join(dated[:10])}))
    return None


def split_rows(
    y: NDArray, when: FloatArray | None, by: str, seed: int, notices: list[Notice]
) -> Split:
    """Folds for events ``y`` (n,), by time where ``when`` (n,) is given.

    Raises
    ------
    DataProblem
        The times leave no earlier rows with 20 events and 20 others to learn from.
    """
    rows = np.arange(len(y))
    if len(y) > JUDGED_ROWS:
        rng = np.random.default_rng(seed)
        rows = np.sort(rng.choice(rows, JUDGED_ROWS, replace=False))
        notices.append(Notice("judged_on_sample", {"rows": JUDGED_ROWS, "total": len(y)}))
    count = FEW_FOLDS if len(rows) > MANY_ROWS else FOLDS
    if when is None:
        notices.append(Notice("split_without_time", {"folds": count}))
        return Split("stratified", _stratified(y, rows, count, seed))
    return Split("time", _by_time(y, when, rows, count, by), by)


def _stratified(
    y: NDArray, rows: IntArray, count: int, seed: int
) -> tuple[tuple[IntArray, IntArray], ...]:
    rng = np.random.default_rng(seed)
    fold = np.zeros(len(rows), dtype=np.intp)
    for value in np.unique(y):
        same = rng.permutation(np.flatnonzero(y[rows] == value))
        fold[same] = np.arange(len(same)) % count
    return tuple((rows[fold != k], rows[fold == k]) for k in range(count))


def _by_time(
    y: NDArray, when: FloatArray, rows: IntArray, count: int, by: str
) -> tuple[tuple[IntArray, IntArray], ...]:
    rows = rows[np.argsort(when[rows], kind="stable")]
    times = when[rows]
    changes = np.flatnonzero(np.diff(times) > 0) + 1  # rows of one moment stay together
    if len(changes) == 0:
        raise DataProblem("one_moment", {"column": by})
    cuts = np.linspace(LEARNED_FIRST, 1.0, count + 1) * len(rows)
    at = sorted({int(changes[np.argmin(np.abs(changes - cut))]) for cut in cuts[:-1]})
    folds = []
    for start, end in zip(at, [*at[1:], len(rows)], strict=True):
        learned, judged = rows[:start], rows[start:end]
        events = int(np.sum(y[learned] == 1))
        if min(events, len(learned) - events) >= LEAST_TRAINED and len(judged):
            folds.append((learned, judged))
    if not folds or not any(0 < y[judged].sum() < len(judged) for _, judged in folds):
        raise DataProblem("no_earlier_rows", {"column": by, "needed": LEAST_TRAINED})
    return tuple(folds)
