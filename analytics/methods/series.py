"""How do we talk? The pattern of events or amounts over time: trend, seasons, weekdays, hours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.columns import date_column, numeric_column, require_columns
from analytics.methods.errors import DataProblem, Notice
from analytics.methods.forecast import SeriesForecast, forecast_series
from analytics.methods.kendall import Trend, trend_test
from analytics.methods.seasonality import season_chance
from analytics.methods.serialise import jsonable
from analytics.methods.timeseries import RegularSeries, regular_series

FloatArray = NDArray[np.float64]

VALUE, WHEN = "value", "when"
DEFAULT_HORIZONS = {"hour": 48, "day": 28, "business day": 20, "week": 13, "month": 12}
# Seasons looked for, by the distance of the periods; each needs two of it.
SEASONS = {"hour": (24, 168), "day": (7, 365), "business day": (5, 261), "week": (52,)}
SEASONS |= {"month": (12,), "quarter": (4,)}
YEARLY = (52, 261, 365)
BENDING = {4, 12}
# Of these, only the longest waves: the week's shorter ones are the day's.
WAVES = {168: 6, 52: 3, 261: 3, 365: 3}
# Longer seasons repeat too seldom for STL and are taken as a few waves.
LONGEST_STL = 31
HARMONICS = 3
SEASONAL_WINDOW = 25
# Weaker seasons may be noise; taking them out would make the test of the trend too sure.
CLEAR = 0.4
LONGEST_DAYS = 20_000
_OFFSET = r".*\d(?:Z|[+-]\d{2}:?\d{2})$"


@dataclass(frozen=True)
class Season:
    """A repeating pattern: periods per repetition, its strength from 0 to 1, and how often a
    series without it would seem to have one (``seasonality.season_chance``)."""

    periods: int
    strength: float
    p: float


@dataclass(frozen=True)
class SeriesResult:
    """The pattern of a series.

    Attributes
    ----------
    series : RegularSeries
    trend : Trend
        Test on the series without its clear seasons (strength of 0.4 or more).
    trend_strength : float
        1 - var(remainder) / var(trend + remainder), not below 0 (R. J. Hyndman and G.
        Athanasopoulos 2021, Forecasting, 3rd ed., eq. 4.1).
    seasons : tuple of Season
        Strength by the same rule (eq. 4.2).
    parts : dict of str to ndarray
        trend, remainder, and season_7 etc.; they add up to the series.
    weekdays : tuple of dict
        Mean per day and its 95 % interval, Monday first; empty for longer periods than days.
    hours : tuple of float
        Mean per hour of the day; empty where no times of day are known.
    heat : tuple of tuple of float
        Sums by weekday and hour; empty where no times of day are known.
    forecast : SeriesForecast or None
    """

    series: RegularSeries
    trend: Trend
    trend_strength: float
    seasons: tuple[Season, ...]
    parts: dict[str, FloatArray]
    weekdays: tuple[dict[str, float], ...]
    hours: tuple[float, ...]
    heat: tuple[tuple[float, ...], ...]
    forecast: SeriesForecast | None
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]

    @property
    def seasonal_strength(self) -> float:
        """The strength of the strongest season, 0 without one."""
        return max((season.strength for season in self.seasons), default=0.0)

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer."""
        ahead = self.forecast.to_dict(None) if self.forecast else {}
        rows = self.forecast.rows(None) if self.forecast else []
        dates = self.series.dates
        return {
            "frequency": self.series.frequency,
            "periods": len(self.series.y),
            "trend": {**jsonable(self.trend), "strength": self.trend_strength},
            "seasonal_strength": self.seasonal_strength,
            "seasons": jsonable(list(self.seasons)),
            "weekdays": jsonable(list(self.weekdays)),
            "hours": jsonable(list(self.hours)),
            "heat": jsonable(list(self.heat)),
            "models": ahead.get("models", []),
            "chosen": ahead.get("chosen"),
            "order": ahead.get("order"),
            "forecast": rows,
            "backtest": ahead.get("backtest"),
            "dates": [] if dates is None else [jsonable(day) for day in dates],
            "parts": jsonable({name: np.round(part, 6) for name, part in self.parts.items()}),
            "rows_used": self.rows_used,
            "rows_dropped": self.rows_dropped,
            "warnings": [notice.text for notice in self.notices],
        }


def analyse_series(
    frame: pd.DataFrame,
    date: str,
    value: str | None = None,
    *,
    frequency: str | None = None,
    zone: str | None = None,
    horizon: int | None = None,
) -> SeriesResult:
    """Describe the pattern of rows over time, and forecast it.

    Seasons and trend are separated by STL (R. B. Cleveland et al. 1990), by MSTL where two short
    seasons overlap (K. Bandara, R. J. Hyndman, C. Bergmeir 2021, arXiv:2107.13462), a yearly wave
    among days or weeks by harmonic regression.

    Parameters
    ----------
    frame : DataFrame
        Rows in any order.
    date : str
        Dates or times.
    value : str, optional
        What is summed per period; without it rows are counted, and days without rows are 0.
    frequency : {"H", "D", "B", "W", "M", "Q", "Y"}, optional
        Period; by default days for counted rows, else the distance of the dates.
    zone : str, optional
        Zone of the clock on the wall, for times with an offset; days and hours are local ones, so
        that a change of the clocks makes neither a gap nor a doubled hour.
    horizon : int, optional
        Periods to forecast, 0 for none.

    Raises
    ------
    DataProblem, InsufficientData
        See ``timeseries.regular_series``; also for a zone that does not exist.
    """
    require_columns(frame, [date] + ([value] if value else []))
    if len(frame) == 0:
        raise DataProblem("no_rows")
    table = local_table(frame, date, value, zone)
    wanted = frequency or (None if value else "D")
    timed = table.dropna()
    counted = _per_day(timed) if value is None and wanted == "D" else table
    series = regular_series(
        counted, VALUE, WHEN, frequency=wanted, fill="auto" if value else "zero"
    )
    if counted is not table:
        series = replace(series, rows_used=len(timed), rows_dropped=len(table) - len(timed))
    parts, seasons = decompose(series)
    rest = parts["remainder"]
    found = [
        Season(m, strength(rest, parts[f"season_{m}"]), season_chance(series.y, m, WAVES.get(m, m)))
        for m in seasons
    ]
    clear = [one.periods for one in found if one.strength >= CLEAR]
    ahead = _forecast(series, horizon)
    notices = series.notices + (ahead.notices if ahead else ())
    trend = _trend(series.y, parts, clear)
    if trend.drift:
        notices = (*notices, Notice("trend_or_drift"))
    if value is None:  # rows of one date are what is counted
        notices = tuple(one for one in notices if one.code != "duplicate_dates_summed")
    return SeriesResult(
        series=series,
        trend=trend,
        trend_strength=strength(rest, parts["trend"]),
        seasons=tuple(found),
        parts=parts,
        weekdays=_weekdays(series),
        hours=_hours(timed),
        heat=_heat(timed),
        forecast=ahead,
        rows_used=series.rows_used,
        rows_dropped=series.rows_dropped,
        notices=tuple({notice.text: notice for notice in notices}.values()),
    )


def local_table(
    frame: pd.DataFrame, date: str, value: str | None, zone: str | None
) -> pd.DataFrame:
    """Local times (``WHEN``) and values (``VALUE``, 1 without a column) of the rows."""
    zoned = _has_offset(frame[date]) if zone else False
    when = date_column(frame, date, utc=zoned)
    if zone:
        try:
            local = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            params = {"name": "zone", "rule": "a zone such as Asia/Shanghai", "value": zone}
            raise DataProblem("bad_parameter", params) from error
        if zoned:
            when = when.dt.tz_localize("UTC").dt.tz_convert(local).dt.tz_localize(None)
    values = numeric_column(frame, value) if value else pd.Series(1.0, index=frame.index)
    return pd.DataFrame({WHEN: when, VALUE: values})


def _per_day(table: pd.DataFrame) -> pd.DataFrame:
    """Rows per day from the first to the last, days without rows as 0."""
    if table.empty:
        raise DataProblem("no_usable_rows")
    days = table[WHEN].dt.normalize()
    if (days.max() - days.min()).days > LONGEST_DAYS:  # a wrong year among the dates
        return table
    counts = days.value_counts().sort_index().asfreq("D", fill_value=0)
    return pd.DataFrame({WHEN: counts.index, VALUE: counts.to_numpy(dtype=float)})


def _has_offset(column: pd.Series) -> bool:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return True
    known = column.dropna().astype(str).str.strip()
    return len(known) > 0 and bool(known.iloc[:200].str.fullmatch(_OFFSET).all())


def decompose(series: RegularSeries) -> tuple[dict[str, FloatArray], list[int]]:
    """Trend, seasons and remainder that add up to the series, and the seasons' periods."""
    y = series.y
    periods = [p for p in SEASONS.get(series.frequency, ()) if len(y) >= 2 * p]
    if not series.frequency and series.season > 1:
        periods = [series.season]
    if float(np.ptp(y)) == 0.0:
        periods = []
    short = [p for p in periods if p <= LONGEST_STL or series.frequency == "hour"]
    parts = {f"season_{p}": _harmonics(y, p, short) for p in periods if p not in short}
    rest = y - sum(parts.values())
    parts |= _short_seasons(rest, short) if short else {"trend": _smooth(rest)}
    parts["remainder"] = y - sum(parts.values())
    return parts, periods


def _trend(y: FloatArray, parts: dict[str, FloatArray], clear: list[int]) -> Trend:
    """Test the series without its clear seasons.

    Of short ones the means of each phase are taken out: what STL takes out follows the noise of
    few repetitions so closely that trends would be found where there are none.
    """
    waves = [p for p in clear if p in YEARLY]
    rest = np.asarray(y - sum(parts[f"season_{p}"] for p in waves))
    period = max((p for p in clear if p not in YEARLY), default=1)
    if period == 1:
        return trend_test(rest)
    phase, t = np.arange(len(y)) % period, np.arange(len(y), dtype=float)

    def means(values: FloatArray) -> FloatArray:
        return np.asarray((np.bincount(phase, values) / np.bincount(phase))[phase])

    apart = t - means(t)
    slope = float(apart @ rest) / float(apart @ apart)
    effects = means(rest - slope * t)
    return trend_test(rest - effects + effects.mean(), freed=period - 1)


def _harmonics(y: FloatArray, period: int, short: list[int]) -> FloatArray:
    """The yearly wave: three harmonics beside a curved trend and the short seasons.

    A year repeats two or three times only; a free value for each of its days would swallow the
    noise and call it season.
    """
    t = np.arange(len(y), dtype=float)
    turns = [2 * np.pi * k * t / period for k in range(1, HARMONICS + 1)]
    waves = np.column_stack([f(turn) for turn in turns for f in (np.sin, np.cos)])
    u = t / max(len(y) - 1, 1) * 2 - 1
    others = [np.ones_like(t), u, u**2]
    others += [(np.arange(len(y)) % p == k).astype(float) for p in short for k in range(1, p)]
    X = np.column_stack([waves, *others])
    beta = np.linalg.lstsq(X, y, rcond=None)[0]
    wave = waves @ beta[: waves.shape[1]]
    return np.asarray(wave - wave.mean())


def _short_seasons(y: FloatArray, periods: list[int]) -> dict[str, FloatArray]:
    """Trend and seasons by STL, robust against single odd periods."""
    from statsmodels.tsa.seasonal import MSTL

    # Of days and hours only slow bends are trend; of months and quarters what STL calls so itself.
    slow = max(2 * (len(y) // 10) + 1, 2 * max(periods) + 1)
    window = None if set(periods) <= BENDING else slow
    made = MSTL(
        y, periods=periods, windows=[SEASONAL_WINDOW] * len(periods),
        stl_kwargs={"robust": True, "trend": window},
    ).fit()  # fmt: skip
    seasonal = np.asarray(made.seasonal, dtype=float).reshape(len(y), len(periods))
    parts = {"trend": np.asarray(made.trend, dtype=float)}
    return parts | {f"season_{p}": seasonal[:, k] for k, p in enumerate(periods)}


def _smooth(y: FloatArray) -> FloatArray:
    from statsmodels.nonparametric.smoothers_lowess import lowess

    if float(np.ptp(y)) == 0.0:
        return y.copy()
    trend = lowess(y, np.arange(len(y)), frac=min(max(10 / len(y), 0.3), 1.0), return_sorted=False)
    return np.where(np.isfinite(trend), trend, y.mean())


def strength(remainder: FloatArray, part: FloatArray) -> float:
    """Share of the variance of a part with its remainder that is the part's, from 0 to 1."""
    whole = float(np.var(part + remainder))
    return max(0.0, 1.0 - float(np.var(remainder)) / whole) if whole > 0 else 0.0


def _weekdays(series: RegularSeries) -> tuple[dict[str, float], ...]:
    if series.dates is None or series.frequency not in ("hour", "day", "business day"):
        return ()
    per_day = pd.Series(series.y).groupby(np.asarray(series.dates.normalize())).sum()
    weekdays = pd.DatetimeIndex(per_day.index).dayofweek.to_numpy()
    totals = per_day.to_numpy(dtype=float)
    rows = []
    for weekday in np.unique(weekdays):
        values = totals[weekdays == weekday]
        reach = 1.96 * float(values.std(ddof=1)) / np.sqrt(len(values)) if len(values) > 1 else 0.0
        mean = float(values.mean())
        rows.append({"weekday": int(weekday), "mean": mean, "lo": mean - reach, "hi": mean + reach})
    return tuple(rows)


def _timed(table: pd.DataFrame) -> bool:
    when = table[WHEN]
    return bool((when != when.dt.normalize()).any())


def _hours(table: pd.DataFrame) -> tuple[float, ...]:
    if not _timed(table):
        return ()
    days = max(int(table[WHEN].dt.normalize().nunique()), 1)
    sums = table.groupby(table[WHEN].dt.hour)[VALUE].sum().reindex(range(24), fill_value=0.0)
    return tuple(float(total) / days for total in sums)


def _heat(table: pd.DataFrame) -> tuple[tuple[float, ...], ...]:
    if not _timed(table):
        return ()
    made = np.zeros((7, 24))
    when = table[WHEN]
    np.add.at(
        made, (when.dt.dayofweek.to_numpy(), when.dt.hour.to_numpy()), table[VALUE].to_numpy()
    )
    return tuple(tuple(float(total) for total in row) for row in made)


def _forecast(series: RegularSeries, horizon: int | None) -> SeriesForecast | None:
    if horizon == 0:
        return None
    return forecast_series(
        series, horizon if horizon is not None else DEFAULT_HORIZONS.get(series.frequency, 4)
    )
