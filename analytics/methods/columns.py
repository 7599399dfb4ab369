"""Reading columns of a frame as numbers or dates, or saying clearly why not."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from analytics.methods.errors import DataProblem

# Beyond these, squares leave the range of floating-point numbers.
LARGEST = 1e100
SMALLEST = 1e-100


def require_columns(frame: pd.DataFrame, names: list[str]) -> None:
    """Raise DataProblem naming the first of ``names`` that ``frame`` lacks."""
    for name in names:
        if name not in frame.columns:
            known = [str(column) for column in frame.columns]
            shown = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
            raise DataProblem("column_missing", {"column": name, "columns": shown})


def numeric_column(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return column ``name`` as float64, infinities as NaN.

    Text such as ``"1,234.5"`` is read as a number; a column with any other text, or with a
    number beyond 1e100, raises DataProblem showing the first such value.
    """
    column = frame[name]
    if pd.api.types.is_bool_dtype(column):
        return column.astype(float)
    if pd.api.types.is_datetime64_any_dtype(column):
        raise DataProblem("column_not_numeric", {"column": name, "example": str(column.iloc[0])})
    numbers = pd.to_numeric(column, errors="coerce")
    unread = numbers.isna() & column.notna()
    if unread.any():
        text = column[unread].astype(str).str.strip()
        grouped = text.str.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
        numbers = numbers.astype(float)
        numbers[unread] = pd.to_numeric(
            text.where(grouped).str.replace(",", "", regex=False), errors="coerce"
        )
        wrong = ~grouped & (text != "")
        if wrong.any():
            raise DataProblem(
                "column_not_numeric", {"column": name, "example": str(text[wrong].iloc[0])[:40]}
            )
    numbers = numbers.astype(float).replace([np.inf, -np.inf], np.nan)
    size = numbers.abs()
    if (size > LARGEST).any():
        example = f"{numbers[size > LARGEST].iloc[0]:.3g}"
        raise DataProblem("number_too_large", {"column": name, "example": example})
    return numbers.mask(size < SMALLEST, 0.0)


def date_column(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return column ``name`` as naive timestamps (zones turned to UTC), missing as NaT.

    Eight-digit integers are read as YYYYMMDD.  Raises DataProblem for any text that is no date.
    """
    column = frame[name]
    if pd.api.types.is_datetime64_any_dtype(column):
        return _naive(column)
    text = column.astype("string").str.strip()
    text = text.mask(text == "")
    if pd.api.types.is_numeric_dtype(column) or text.dropna().str.fullmatch(r"\d+(\.0)?").all():
        text = text.str.removesuffix(".0")
        parsed = _parse_digits(text)
    else:
        parsed = _parse_text(text)
    unread = parsed.isna() & text.notna()
    if unread.any():
        raise DataProblem(
            "column_not_dates", {"column": name, "example": str(text[unread].iloc[0])[:40]}
        )
    return _naive(parsed)


def _parse_digits(text: pd.Series) -> pd.Series:
    formats = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d"}
    lengths = text.dropna().str.len().unique()
    if len(lengths) != 1 or lengths[0] not in formats:
        return pd.Series(pd.NaT, index=text.index)
    return pd.to_datetime(text, format=formats[lengths[0]], errors="coerce")


def _parse_text(text: pd.Series) -> pd.Series:
    text = text.str.replace(r"^(\d{4})年(\d{1,2})月(?:(\d{1,2})日)?$", _chinese_date, regex=True)
    with warnings.catch_warnings():
        # pandas warns when it cannot infer one format; the slower mixed parse below is meant.
        warnings.simplefilter("ignore", UserWarning)
        parsed = pd.to_datetime(text, errors="coerce")
        if parsed.isna().sum() > text.isna().sum():
            day_first = pd.to_datetime(text, errors="coerce", dayfirst=True)
            parsed = day_first if day_first.isna().sum() < parsed.isna().sum() else parsed
        if parsed.isna().sum() > text.isna().sum():
            mixed = pd.to_datetime(text, errors="coerce", format="mixed", utc=True)
            parsed = mixed if mixed.isna().sum() < parsed.isna().sum() else parsed
    return parsed


def _chinese_date(match: object) -> str:
    year, month, day = match.groups()  # type: ignore[attr-defined]  # a re.Match
    return f"{year}-{int(month):02d}-{int(day or 1):02d}"


def _naive(dates: pd.Series) -> pd.Series:
    if dates.dtype == object:  # mixed zones
        dates = pd.to_datetime(dates, utc=True)
    if getattr(dates.dt, "tz", None) is not None:
        return dates.dt.tz_convert("UTC").dt.tz_localize(None)
    return dates
