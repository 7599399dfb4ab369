"""Cleaning a table before it is analysed: a list of steps, each told with what it changed.

The table given is never changed; leaving a step out of the list takes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.methods.columns import as_numbers, date_column, numeric_column, require_columns
from analytics.methods.errors import DataProblem

# Tukey's outer fences: beyond them a value is an outlier whatever the distribution's middle is
# (Tukey 1977, Exploratory Data Analysis, 2D).
OUTER_FENCE = 3.0


@dataclass(frozen=True)
class StepReport:
    """What one step did: rows before and after it, cells that it changed."""

    kind: str
    rows_before: int
    rows_after: int
    cells_changed: int


def clean(
    frame: pd.DataFrame, steps: Sequence[Mapping[str, Any]]
) -> tuple[pd.DataFrame, list[StepReport]]:
    """Carry out ``steps`` in order.

    Parameters
    ----------
    frame : DataFrame
        Not changed.
    steps : sequence of mapping
        Each with ``kind`` and, by kind:

        - ``drop_missing``: ``columns`` (all when empty); rows with a gap there are left out;
        - ``fill_missing``: ``column``, ``with`` (median, mean, mode, zero or value), ``value``;
        - ``drop_outliers``, ``limit_outliers``: ``column``; beyond Tukey's outer fences
          (quartiles ∓ 3 × interquartile range) the row is left out, or the value set to the fence;
        - ``drop_duplicates``: ``columns`` (all when empty); the first of equal rows stays;
        - ``as_number``, ``as_date``, ``as_text``: ``column``; how its cells are read.

    Returns
    -------
    DataFrame
        With a fresh index.
    list of StepReport

    Raises
    ------
    DataProblem
        Unknown step or column, a cell that cannot be read so, or no row left.
    """
    reports = []
    for step in steps:
        kind = str(step.get("kind"))
        if kind not in STEPS:
            raise DataProblem("step_unknown", {"kind": kind[:40]})
        require_columns(frame, _columns(step))
        before = frame
        frame = STEPS[kind](frame, step)
        if not len(frame) and len(before):
            raise DataProblem("step_empties_table")
        changed = _changed(before, frame) if len(before) == len(frame) else 0
        reports.append(StepReport(kind, len(before), len(frame), changed))
        frame = frame.reset_index(drop=True)
    return frame, reports


def _columns(step: Mapping[str, Any]) -> list[str]:
    one = [str(step["column"])] if step.get("column") else []
    return [*one, *map(str, step.get("columns") or [])]


def _changed(before: pd.DataFrame, after: pd.DataFrame) -> int:
    """Cells with another value; how a value is held does not count."""
    count = 0
    for name in before.columns:
        old, new = before[name].reset_index(drop=True), after[name].reset_index(drop=True)
        if old is new or old.equals(new):
            continue
        same = (old.astype("string") == new.astype("string")).fillna(False)
        if pd.api.types.is_numeric_dtype(new) and not pd.api.types.is_bool_dtype(old):
            same |= as_numbers(old)[0] == new
        count += int((~(same | (old.isna() & new.isna()))).sum())
    return count


def _drop_missing(frame: pd.DataFrame, step: Mapping[str, Any]) -> pd.DataFrame:
    return frame.dropna(subset=_columns(step) or None)


def _fill_missing(frame: pd.DataFrame, step: Mapping[str, Any]) -> pd.DataFrame:
    name, way = str(step["column"]), step.get("with")
    column = frame[name]
    if way in {"median", "mean"}:
        numbers = numeric_column(frame, name)
        if numbers.notna().sum() == 0:
            raise DataProblem("nothing_to_average", {"column": name})
        filler: Any = numbers.median() if way == "median" else numbers.mean()
        column = numbers
    elif way == "mode":
        often = column.mode()
        filler = often.iloc[0] if len(often) else ""
    elif way == "zero":
        column, filler = numeric_column(frame, name), 0.0
    else:
        filler = _filler(column, name, step.get("value"))
    return frame.assign(**{name: column.fillna(filler)})


def _filler(column: pd.Series, name: str, given: Any) -> Any:
    if given is None or str(given).strip() == "":
        raise DataProblem("fill_needs_value")
    if not pd.api.types.is_numeric_dtype(column):
        return str(given)
    try:
        number = float(given)
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        shown = {"value": str(given)[:40], "column": name}
        raise DataProblem("fill_not_number", shown)
    return number


def _fences(frame: pd.DataFrame, name: str) -> tuple[pd.Series, float, float]:
    numbers = numeric_column(frame, name)
    low, high = numbers.quantile(0.25), numbers.quantile(0.75)
    reach = OUTER_FENCE * (high - low)
    return numbers, float(low - reach), float(high + reach)


def _drop_outliers(frame: pd.DataFrame, step: Mapping[str, Any]) -> pd.DataFrame:
    numbers, low, high = _fences(frame, str(step["column"]))
    return frame[~((numbers < low) | (numbers > high))]


def _limit_outliers(frame: pd.DataFrame, step: Mapping[str, Any]) -> pd.DataFrame:
    name = str(step["column"])
    numbers, low, high = _fences(frame, name)
    return frame.assign(**{name: numbers.clip(low, high)})


def _drop_duplicates(frame: pd.DataFrame, step: Mapping[str, Any]) -> pd.DataFrame:
    return frame.drop_duplicates(subset=_columns(step) or None, keep="first")


def _as(read: Callable[[pd.DataFrame, str], pd.Series]) -> Callable[..., pd.DataFrame]:
    def step(frame: pd.DataFrame, asked: Mapping[str, Any]) -> pd.DataFrame:
        name = str(asked["column"])
        return frame.assign(**{name: read(frame, name)})

    return step


def _text(frame: pd.DataFrame, name: str) -> pd.Series:
    column = frame[name]
    text = column.astype("string").str.strip()
    whole = pd.api.types.is_float_dtype(column)
    return (text.str.removesuffix(".0") if whole else text).astype(object).where(text.notna(), None)


STEPS: dict[str, Callable[[pd.DataFrame, Mapping[str, Any]], pd.DataFrame]] = {
    "drop_missing": _drop_missing,
    "fill_missing": _fill_missing,
    "drop_outliers": _drop_outliers,
    "limit_outliers": _limit_outliers,
    "drop_duplicates": _drop_duplicates,
    "as_number": _as(numeric_column),
    "as_date": _as(date_column),
    "as_text": _as(_text),
}
