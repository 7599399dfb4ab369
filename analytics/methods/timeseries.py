"""From rows with dates to one regular series: order, duplicates, gaps, frequency, season."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.columns import date_column, numeric_column, require_columns
from analytics.methods.errors import DataProblem, InsufficientData, Notice

FloatArray = NDArray[np.float64]
Fill = Literal["auto", "zero", "interpolate"]

SEASONS = {"hour": 24, "day": 7, "business day": 5, "week": 52, "month": 12, "quarter": 4}
SEASONS["year"] = 1
PERIODS = {
    "hour": "h",
    "day": "D",
    "business day": "B",
    "week": "W",
    "month": "M",
    "quarter": "Q",
    "year": "Y",
}
CODES = {"H": "hour", "D": "day", "B": "business day", "W": "week", "M": "month"}
CODES |= {"Q": "quarter", "Y": "year"}
# Longest history a forecast uses: older periods cost time and say little about the next ones.
MAX_PERIODS = 1500
MIN_PERIODS = 10
# Periods without rows for each with some, from which dates are taken as mistyped: of a series, and
# of a group whose periods without rows hold 0.
FEW_ROWS, RARE_ROWS = 4, 25
# A share of periods drawn between others from which this is told first.
MANY_GAPS = 0.25


@dataclass(frozen=True)
class RegularSeries:
    """One value per period, without gaps.

    Attributes
    ----------
    y : ndarray, shape (n,)
        In the unit of the value column.
    dates : DatetimeIndex, shape (n,), or None
        The first moment of each period; None for a series without dates.
    frequency : str
        A key of ``SEASONS``, or "" without dates.
    season : int
        Periods per season; 1 means none.
    rows_used, rows_dropped : int
        Rows of the input behind ``y``, and rows left out.
    notices : tuple of Notice
    """

    y: FloatArray
    dates: pd.DatetimeIndex | None
    frequency: str
    season: int
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...] = ()

    def future_dates(self, horizon: int) -> list[str] | None:
        """Return the ISO dates of the ``horizon`` periods after the last, or None."""
        if self.dates is None:
            return None
        last = self.dates[-1]
        if self.frequency == "week":
            ahead = pd.DatetimeIndex([last + pd.Timedelta(weeks=k + 1) for k in range(horizon)])
        else:
            step = {"month": "MS", "quarter": "QS", "year": "YS"}.get(
                self.frequency, PERIODS[self.frequency]
            )
            ahead = pd.date_range(last, periods=horizon + 1, freq=step)[1:]
        return [stamp.isoformat().removesuffix("T00:00:00") for stamp in ahead]


def regular_series(
    frame: pd.DataFrame,
    value: str,
    date: str | None = None,
    *,
    season: int | None = None,
    fill: Fill = "auto",
    frequency: str | None = None,
    unit: str | None = None,
    until: pd.Timestamp | None = None,
    max_periods: int = MAX_PERIODS,
) -> RegularSeries:
    """Turn rows into one value per period.

    Parameters
    ----------
    frame : DataFrame
        Any order of rows.
    value : str
        Numeric column; rows where it is missing are left out and counted.
    date : str, optional
        Date column.  Without it the rows are one period each, in their order.
    season : int, optional
        Periods per season.  By default taken from the frequency of the dates: hour 24, day 7,
        business day 5, week 52 (1 with fewer than 104 weeks), month 12, quarter 4, year 1;
        and 1 without dates.
    fill : {"auto", "zero", "interpolate"}
        What a period without rows holds.  "auto": 0 where rows of one date were summed or the
        series has zeros (events: no row means nothing happened), else linear interpolation
        (levels: no row means not measured).
    frequency : {"H", "D", "B", "W", "M", "Q", "Y"}, optional
        Sum the rows by this period.  By default the distance of the dates decides.
    unit : str, optional
        A key of ``SEASONS``: the period where neither ``frequency`` nor the dates shall decide.
    until : Timestamp, optional
        Up to when rows are known to be complete, where these are a group's part of a table: where
        periods without rows hold 0, the series goes on to its period.
    max_periods : int
        Only the last ``max_periods`` periods are kept.

    Returns
    -------
    RegularSeries

    Raises
    ------
    DataProblem
        A column is missing or cannot be read, or the dates leave more gaps than periods.
    InsufficientData
        Fewer than two full seasons, or fewer than 10 periods.
    """
    require_columns(frame, [value] + ([date] if date else []))
    if len(frame) == 0:
        raise DataProblem("no_rows")
    _check_season(season)
    notices: list[Notice] = []
    numbers = numeric_column(frame, value)
    stamps = date_column(frame, date) if date else None
    keep = numbers.notna() if stamps is None else numbers.notna() & stamps.notna()
    if not keep.all():
        notices.append(Notice("rows_missing_dropped", {"rows": int((~keep).sum())}))
    if not keep.any():
        raise DataProblem("no_usable_rows")
    if stamps is None:
        rows, values, dates, unit = int(keep.sum()), _in_place(numbers, notices), None, ""
    else:
        by_date = pd.Series(numbers[keep].to_numpy(dtype=float), index=stamps[keep].to_numpy())
        if frequency:
            unit = unit_of(frequency)
            known = by_date if until is not None else by_date[whole_periods(by_date.index, unit)]
            _tell_incomplete(len(by_date) - len(known), unit, notices)
            by_date = known
        series, unit = _by_period(by_date, str(date), unit, fill, notices, until)
        if unit == "day" and not frequency and _has_times(by_date.index):
            notices.append(Notice("times_to_days"))
        rows, values = len(by_date), series.to_numpy(dtype=float)
        dates = pd.DatetimeIndex(series.index)
    values, dates = _shortened(values, dates, max_periods, notices)
    chosen = _season(season, unit, len(values), notices)
    dropped = len(frame) - rows
    return RegularSeries(values, dates, unit, chosen, rows, dropped, tuple(notices))


def _check_season(season: int | None) -> None:
    if season is not None and not 1 <= season <= 1000:
        raise DataProblem(
            "bad_parameter", {"name": "season", "rule": "between 1 and 1000", "value": season}
        )


def _shortened(
    values: FloatArray, dates: pd.DatetimeIndex | None, most: int, notices: list[Notice]
) -> tuple[FloatArray, pd.DatetimeIndex | None]:
    if len(values) <= most:
        return values, dates
    notices.append(Notice("series_shortened", {"rows": most, "total": len(values)}))
    return values[-most:], None if dates is None else dates[-most:]


def _in_place(numbers: pd.Series, notices: list[Notice]) -> FloatArray:
    """Values in their order; a missing one among them keeps its place, or the season would slip."""
    known = np.flatnonzero(numbers.notna().to_numpy())
    within = numbers.iloc[known[0] : known[-1] + 1]
    gaps = int(within.isna().sum())
    if gaps:
        notices.append(Notice("gaps_interpolated", {"periods": gaps}))
    return within.reset_index(drop=True).interpolate().to_numpy(dtype=float)


def _season(season: int | None, unit: str, periods: int, notices: list[Notice]) -> int:
    """Choose the season, and refuse a history of fewer than two of them."""
    chosen = season
    if chosen is None and not unit:
        notices.append(Notice("season_unknown"))
        chosen = 1
    elif chosen is None:
        chosen = SEASONS[unit]
        if unit == "week" and periods < 2 * chosen:
            notices.append(Notice("short_weekly_no_season"))
            chosen = 1
        elif chosen > 1:
            params = {"season": chosen, "frequency": unit}
            notices.append(Notice("season_by_frequency", params))
    if chosen > 1 and periods < 2 * chosen:
        needed = 2 * chosen
        raise InsufficientData(
            "two_seasons_needed",
            {"season": chosen, "needed": needed, "rows": periods, "missing": needed - periods},
        )
    if periods < MIN_PERIODS:
        raise InsufficientData(
            "too_few_rows", {"method": "A forecast", "needed": MIN_PERIODS, "rows": periods}
        )
    return chosen


def _by_period(
    by_date: pd.Series,
    column: str,
    told: str | None,
    fill: Fill,
    notices: list[Notice],
    until: pd.Timestamp | None = None,
) -> tuple[pd.Series, str]:
    """Sum by period and fill the gaps; return the series indexed by period start, and its unit.

    ``told`` is the unit where the dates shall not decide.
    """
    summed = by_date.groupby(level=0).sum()
    merged = len(by_date) - len(summed)
    unit, regular = (told, True) if told else _frequency(pd.DatetimeIndex(summed.index))
    if not regular and not (unit == "day" and _has_times(summed.index)):
        notices.append(Notice("irregular_dates", {"frequency": unit}))
    starts = period_starts(pd.DatetimeIndex(summed.index), unit)
    series = summed.groupby(starts).sum()
    merged += len(summed) - len(series)
    if merged:
        notices.append(Notice("duplicate_dates_summed", {"rows": merged}))
    full = _full_index(series.index[0], series.index[-1], unit)
    gaps = len(full) - len(series)
    params = {
        "column": column, "periods": len(full), "frequency": unit, "rows": len(series),
    }  # fmt: skip
    zero = fill == "zero" or (fill == "auto" and (merged > 0 or bool((series == 0).any())))
    times = RARE_ROWS if zero and until is not None else FEW_ROWS
    if gaps > max(times * len(series), 20):
        raise DataProblem("too_many_gaps", params)
    if gaps > len(series) and not zero and not told:  # more would be invented than is known
        raise DataProblem("too_many_gaps", params)
    series = _filled(series.reindex(full), gaps, zero, notices)
    return series if until is None else _up_to(until, series, unit, zero, notices), unit


def _up_to(
    until: pd.Timestamp, series: pd.Series, unit: str, zero: bool, notices: list[Notice]
) -> pd.Series:
    """Go on with zeros to the period of ``until``, or tell that the rows end before it."""
    end = series.index[-1]
    later = _full_index(end, max(until, end), unit)[1:]
    if not len(later):
        return series
    if zero and len(later) <= max(4 * len(series), 20):  # more would be one date mistyped
        return pd.concat([series, pd.Series(0.0, index=later)])
    params = {"period": end.date().isoformat(), "last": later[-1].date().isoformat()}
    notices.append(Notice("ends_early", params))
    return series


def _filled(series: pd.Series, gaps: int, zero: bool, notices: list[Notice]) -> pd.Series:
    if not gaps:
        return series
    code = "gaps_zero_filled" if zero else "gaps_interpolated"
    if not zero and gaps > MANY_GAPS * len(series):
        notices.append(Notice("mostly_interpolated", {"periods": len(series), "filled": gaps}))
    else:
        notices.append(Notice(code, {"periods": gaps}))
    return series.fillna(0.0) if zero else series.interpolate()


def _tell_incomplete(rows: int, unit: str, notices: list[Notice]) -> None:
    if rows:
        notices.append(Notice("incomplete_periods_dropped", {"frequency": unit, "rows": rows}))


def whole_periods(moments: pd.Index, unit: str) -> NDArray[np.bool_]:
    """Say of each row whether it is kept: not in a first or last period that rows do not cover.

    They reach its ends when the distance is no more than the usual one between two days with rows.
    """
    days = pd.DatetimeIndex(moments).normalize()
    starts = period_starts(pd.DatetimeIndex(moments), unit)
    distinct = days.unique().sort_values()
    every = np.ones(len(days), dtype=bool)
    if unit in ("hour", "day", "business day") or len(distinct) < 3:
        return every
    usual = pd.Timedelta(np.median(np.diff(distinct.to_numpy())))
    following = _full_index(starts.max(), starts.max() + pd.Timedelta(days=400), unit)[1]
    keep = every.copy()
    if distinct[-1] + usual < following:
        keep &= starts != starts.max()
    if distinct[0] - usual >= starts.min():
        keep &= starts != starts.min()
    return keep if keep.any() else every


def unit_of(frequency: str) -> str:
    if frequency.upper() not in CODES:
        params = {"name": "frequency", "rule": "one of " + ", ".join(CODES), "value": frequency}
        raise DataProblem("bad_parameter", params)
    return CODES[frequency.upper()]


def _has_times(index: pd.Index) -> bool:
    return bool((pd.DatetimeIndex(index) != pd.DatetimeIndex(index).normalize()).any())


def usual_unit(groups: Iterable[pd.Series]) -> str | None:
    """Return the unit in which most dates of several series lie; None without two in any."""
    dates: Counter[str] = Counter()
    for group in groups:
        index = pd.DatetimeIndex(group.dropna().unique()).sort_values()
        if len(index) > 1:
            dates[_frequency(index)[0]] += len(index)
    return dates.most_common(1)[0][0] if dates else None


def _frequency(index: pd.DatetimeIndex) -> tuple[str, bool]:
    """Return the unit of ascending dates and whether their distances are regular."""
    if len(index) < 2:
        return "day", True
    hours = np.diff(index.to_numpy()).astype("timedelta64[s]").astype(float) / 3600.0
    typical = float(np.median(hours))
    if typical < 23:
        on_the_hour = bool(((index.minute == 0) & (index.second == 0)).all())
        hourly = on_the_hour and typical == 1.0 and float(np.mean(hours == 1.0)) > 0.9
        return ("hour", True) if hourly else ("day", False)
    if typical < 24 * 4:
        working_week = bool((index.dayofweek < 5).all()) and len(index) >= 10
        return ("business day" if working_week else "day"), typical < 24 * 1.5
    for unit, low, high in (("week", 6, 8), ("month", 27, 32), ("quarter", 88, 93)):
        if typical < high * 24:
            return unit, typical >= low * 24
    return "year", typical >= 364 * 24


def period_starts(index: pd.DatetimeIndex, unit: str) -> pd.DatetimeIndex:
    if unit == "hour":
        return index.floor("h")
    days = index.normalize()
    if unit == "day":
        return days
    if unit == "business day":
        # A weekend date given explicitly counts for the Monday after it.
        shift = np.where(days.dayofweek < 5, 0, 7 - days.dayofweek)
        return days + pd.to_timedelta(shift, unit="D")
    if unit == "week":
        # Weeks start on the weekday that most dates share, so weekly data keeps its own dates.
        start = int(pd.Series(days.dayofweek).mode().iloc[0]) if _weekly(days) else 0
        return days - pd.to_timedelta((days.dayofweek - start) % 7, unit="D")
    return pd.DatetimeIndex(days.to_period(PERIODS[unit]).to_timestamp(how="start"))


def _weekly(days: pd.DatetimeIndex) -> bool:
    return len(days) > 1 and float(np.median(np.diff(days.to_numpy()).astype(float))) >= 6 * 864e11


def _full_index(first: pd.Timestamp, last: pd.Timestamp, unit: str) -> pd.DatetimeIndex:
    step = {"week": "7D", "month": "MS", "quarter": "QS", "year": "YS"}.get(unit, PERIODS[unit])
    span = last.to_pydatetime() - first.to_pydatetime()  # three centuries are no pd.Timedelta
    count = span / timedelta(hours=1 if unit == "hour" else 24)
    if count > 400_000:  # e.g. a year 1900 typed among hourly rows: do not allocate for it
        raise DataProblem(
            "too_many_gaps",
            {"column": "date", "periods": int(count), "frequency": unit, "rows": 0},
        )
    return pd.date_range(first, last, freq=step)
