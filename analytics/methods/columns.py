"""Reading columns of a frame as numbers or dates, or saying clearly why not."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.errors import DataProblem, Notice
from analytics.methods.written_dates import read_dates
from analytics.methods.written_numbers import are_durations, currencies, read_numbers, two_styles

# Beyond these, squares leave the range of floating-point numbers.
LARGEST = 1e100
SMALLEST = 1e-100
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2})?.*|\d{1,2}([-/.])\d{1,2}\2\d{4}.*")


def require_columns(frame: pd.DataFrame, names: list[str]) -> None:
    """Raise DataProblem naming the first of ``names`` that ``frame`` lacks."""
    for name in names:
        if name not in frame.columns:
            known = [str(column) for column in frame.columns]
            shown = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
            raise DataProblem("column_missing", {"column": name, "columns": shown})


def numeric_column(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return column ``name`` as float64, infinities as NaN.

    Text is read as people write numbers (``written_numbers``); a column with any other text, or
    with a number beyond 1e100, raises DataProblem showing the first such value.
    """
    column = frame[name]
    if pd.api.types.is_bool_dtype(column):
        return column.astype(float)
    if pd.api.types.is_datetime64_any_dtype(column):
        raise DataProblem("column_not_numeric", {"column": name, "example": str(column.iloc[0])})
    numbers, wrong = as_numbers(column)
    if wrong.any():
        refuse_two_styles(frame, name)
        example = str(column[wrong].iloc[0]).strip()[:40]
        raise DataProblem("column_not_numeric", {"column": name, "example": example})
    size = numbers.abs()
    if (size > LARGEST).any():
        example = f"{numbers[size > LARGEST].iloc[0]:.3g}"
        raise DataProblem("number_too_large", {"column": name, "example": example})
    return numbers.mask(size < SMALLEST, 0.0)


def unit_notices(frame: pd.DataFrame, name: str | None) -> list[Notice]:
    """What is to be said of amounts in several currencies, and of durations such as 0:12:30."""
    if name and are_durations(frame[name]):
        return [Notice("read_as_seconds", {"column": name})]
    signs = currencies(frame[name]) if name else []
    if len(signs) < 2:
        return []
    return [Notice("several_currencies", {"column": name, "currencies": ", ".join(signs)})]


def style_notices(frame: pd.DataFrame, name: str) -> list[Notice]:
    """What is to be said of a column of numbers that are written in two styles."""
    styles = two_styles(frame[name])
    params = {"column": name, "a": styles[0], "b": styles[1]} if styles else {}
    return [Notice("two_styles", params)] if styles else []


def refuse_two_styles(frame: pd.DataFrame, name: str) -> None:
    """Raise DataProblem where a column of numbers is written in two styles."""
    for notice in style_notices(frame, name):
        raise DataProblem(notice.code, notice.params)


def as_numbers(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return a column as float64 with infinities as NaN, and which cells hold something else."""
    numbers = pd.to_numeric(column, errors="coerce")
    wrong = numbers.isna() & column.notna()
    if wrong.any():
        numbers, wrong = read_numbers(column)
    return numbers.astype(float).replace([np.inf, -np.inf], np.nan), wrong


def day_numbers(dates: pd.Series) -> NDArray[np.float64]:
    """Return timestamps as days since 2000, missing as NaN, also when they span centuries."""
    seconds = dates.astype("datetime64[s]")  # nanoseconds hold 292 years only
    days = (seconds - pd.Timestamp("2000-01-01").as_unit("s")) / pd.Timedelta(days=1)
    return np.asarray(days.to_numpy(dtype=float))


def date_column(frame: pd.DataFrame, name: str, *, utc: bool = False) -> pd.Series:
    """Return column ``name`` as timestamps without a zone, missing as NaT.

    Text and numbers are read as people write dates (``written_dates``), with the clock they are
    written with unless ``utc``.  Raises DataProblem for anything that is no date.
    """
    column = frame[name]
    if pd.api.types.is_datetime64_any_dtype(column):
        zoned = getattr(column.dt, "tz", None) is not None
        return column.dt.tz_convert("UTC").dt.tz_localize(None) if zoned else column
    dates, wrong = read_dates(column, utc=utc)
    if wrong.any():
        refuse_two_styles(frame, name)
        example = str(column[wrong].iloc[0]).strip()[:40]
        raise DataProblem("column_not_dates", {"column": name, "example": example})
    return dates


def looks_like_dates(column: pd.Series) -> bool:
    """Whether the cells are dates, or a sample of them is all written like dates."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return True
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return False
    known = column.dropna().astype(str).str.strip()
    probe = known.iloc[:: max(len(known) // 200, 1)]
    return len(probe) > 0 and bool(probe.str.fullmatch(_DATE).all())
