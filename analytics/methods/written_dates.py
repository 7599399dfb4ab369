"""Dates as people and spreadsheets write them, each cell by its own form."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from analytics.methods.date_words import plain_words
from analytics.methods.written_numbers import MISSING

_TIME = (
    r"(?:(?:\s+|T)(?P<H>\d{1,2})[:时点](?:(?P<M>\d{1,2})(?:[:分](?P<S>\d{1,2})?"
    r"(?P<F>[.,]\d+)?)?)?[分秒]?\s*(?P<P>[ap]m)?)?"
)
_ZONE = r"\s*(?P<Z>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
_PLAIN_ISO = r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?"
_YEAR_FIRST = re.compile(
    rf"(?P<y>\d{{4}})(?P<mark>[-/.年])\s*(?P<m>\d{{1,2}})[-/.月]\s*(?P<d>\d{{1,2}})日?{_TIME}{_ZONE}",
    re.IGNORECASE,
)
_YEAR_LAST = re.compile(
    rf"(?P<a>\d{{1,2}})(?P<mark>[-/.])(?P<b>\d{{1,2}})(?P=mark)(?P<y>\d{{4}}|\d{{2}}),?{_TIME}{_ZONE}",
    re.IGNORECASE,
)
_YEAR_MONTH = re.compile(r"(?P<y>\d{4})[-/.年M](?P<m>\d{1,2})月?", re.IGNORECASE)
_MONTH_YEAR = re.compile(r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})")
_QUARTER = re.compile(
    r"(?P<y>\d{4})(?:[-\s/]?Q|年?\s*第?)(?P<q>[1-4一二三四])(?:季度?)?", re.IGNORECASE
)
_QUARTER_FIRST = re.compile(
    r"(?:Q(?P<q>[1-4])|(?P<c>[1-4])Q)[-\s/'’]?(?P<y>\d{4}|\d{2})", re.IGNORECASE
)
_WEEK = re.compile(
    r"(?P<y>\d{4})(?:[-\s/]*(?:W|Wk|Week|KW|CW)\s?|年第|[-年](?=\d{1,2}周))(?P<w>\d{1,2})周?"
    r"(?:-?(?P<k>[1-7]))?",
    re.IGNORECASE,
)
_WEEK_FIRST = re.compile(
    r"(?:W|Wk|Week|KW|CW)\s?(?P<w>\d{1,2})[-\s/,]+(?P<y>\d{4}|\d{2})", re.IGNORECASE
)
# These mean weeks or quarters only where the whole column says so.
_BARE_WEEK = re.compile(r"(?P<y>(?:19|20)\d\d)[-/.]?(?P<w>\d\d?)")
_BARE_QUARTER = re.compile(r"(?P<y>(?:19|20)\d\d)[.:](?P<q>[1-4])")
_YEAR = re.compile(r"(?:FY\s?)?(?P<y>\d{4})(?:年度?)?", re.IGNORECASE)
_SHORT_MONTH = re.compile(r"(?:(?P<d>\d{1,2})[-\s/])?(?P<n>[A-Za-z]{3,9})[-\s/'’]+(?P<y>\d{2})")
_DIGITS = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 14: "%Y%m%d%H%M%S"}
_CHINESE = {"一": "1", "二": "2", "三": "3", "四": "4"}
_NO_DATE = (*MISSING, "0000-00-00", "0000-00-00 00:00:00", "0000/00/00", "nat")
# A spreadsheet's days since 1899-12-30, from 1954 to 2119, and seconds since 1970, from 2001.
_SERIALS = (20_000, 80_000)
# A year and its fraction, as R writes the times of a series: 1949.0833 is February, 1960.25 April.
_FRACTION = r"[12]\d{3}\.(?:[27]50*|\d{3,})"
_NEAR_MONTH = 0.01
_SECONDS = (978_307_200, 4_102_444_800)


def read_dates(column: pd.Series, *, utc: bool = False) -> tuple[pd.Series, pd.Series]:
    """Read a column of texts or numbers as points in time.

    Day and month of ``05.01.2024`` stand in that order; of ``05/01/2024`` in the order that fits
    all rows, and where both do, in the one that makes the distances more regular.  Times keep the
    clock they are written with; where a column mixes clocks by more than an hour, they become UTC.
    A week is its Monday, a month or quarter its first day.

    Parameters
    ----------
    column : Series
    utc : bool
        Turn every time written with an offset to UTC.

    Returns
    -------
    dates : Series of datetime64[ns]
        Without a zone, NaT where there is none.
    wrong : Series of bool
        Cells that hold something other than a date or a mark for a missing one.
    """
    codes, texts = pd.factorize(column.astype("string"))
    written = pd.Series(texts, dtype="string").str.normalize("NFKC").str.strip()
    written = written.str.replace(r"(?<=\d)\.0+$", "", regex=True) if _numeric(column) else written
    missing = written.str.casefold().isin(_NO_DATE)
    dates = _read(written.mask(missing).dropna(), utc=utc).reindex(written.index)
    wrong = np.append((dates.isna() & ~missing).to_numpy(dtype=bool), False)
    values = np.append(dates.to_numpy(dtype="datetime64[ns]"), np.datetime64("NaT", "ns"))
    index = column.index
    return pd.Series(values[codes], index=index), pd.Series(wrong[codes], index=index)


def _numeric(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column))


def _read(written: pd.Series, *, utc: bool) -> pd.Series:
    if (iso := _iso(written)) is not None:
        return iso
    dates = pd.Series(pd.NaT, index=written.index, dtype="datetime64[ns]")
    readers: tuple[Callable[[pd.Series], pd.Series], ...] = (
        _bare_weeks, _bare_quarters, _digits,
        partial(_year_first, utc=utc), partial(_year_last, utc=utc),
        _year_month, _quarters, _weeks, _years, _named,
    )  # fmt: skip
    left = plain_words(written)
    for read in readers:
        if not len(left):
            break
        found = read(left).dropna()
        dates.loc[found.index] = found
        left = left.drop(found.index)
    return dates


def _iso(written: pd.Series) -> pd.Series | None:
    """The quick way, where all cells are 2024-01-05 or 2024-01-05 10:30 and the like."""
    if not bool(written.str.fullmatch(_PLAIN_ISO).all()):
        return None
    return pd.to_datetime(written, format="ISO8601", errors="coerce")


def _bare_weeks(left: pd.Series) -> pd.Series:
    """202401 to 202452, 2024/13: weeks where no months can be meant."""
    parts = _parts(left, _BARE_WEEK)
    if len(parts) < len(left) or not 12 < parts["w"].astype(int).max() <= 53:
        return pd.Series(dtype="datetime64[ns]")
    text = parts["y"] + "-" + parts["w"].str.zfill(2) + "-1"
    return pd.to_datetime(text, format="%G-%V-%u", errors="coerce")


def _bare_quarters(left: pd.Series) -> pd.Series:
    """2023.1 to 2024.4: quarters where a year and more of them follow each other without a gap."""
    parts = _parts(left, _BARE_QUARTER)
    quarters = parts["q"].astype(int)
    counted = (parts["y"].astype(int) * 4 + quarters).unique()
    if len(parts) < len(left) or not 5 <= len(counted) == np.ptp(counted) + 1:
        return pd.Series(dtype="datetime64[ns]")
    return _assembled(parts, parts["y"], quarters * 3 - 2, "1")


def _digits(left: pd.Series) -> pd.Series:
    """20240105, 202401, 2024; a spreadsheet's serial numbers; parts of seconds since 1970."""
    figures = left[left.str.fullmatch(r"\d+(?:\.\d+)?")]
    if not len(figures):
        return pd.Series(dtype="datetime64[ns]")
    values = pd.to_numeric(figures)
    if bool(values.between(*_SERIALS).all()):
        days = pd.to_timedelta(values, unit="D").dt.round("s")
        return pd.Timestamp("1899-12-30") + days
    if len(hours := _hours_of_days(figures)) == len(figures):
        return hours
    for scale in (1, 1e3, 1e6, 1e9):
        if bool((values / scale).between(*_SECONDS).all()):
            since = pd.to_timedelta(values / scale, unit="s").dt.round("us")
            return pd.Timestamp("1970-01-01") + since
    if (months := _year_fractions(figures, values)) is not None:
        return months
    whole = figures[figures.str.fullmatch(r"\d+")]
    parts = [
        pd.to_datetime(whole[whole.str.len() == length], format=form, errors="coerce")
        for length, form in _DIGITS.items()
    ]
    return pd.concat([part for part in parts if len(part)] or [parts[0]])


def _hours_of_days(figures: pd.Series) -> pd.Series:
    """2024010510: an hour of a day, where every cell can be one; few seconds since 1970 can."""
    ten = figures[figures.str.fullmatch(r"(?:19|20)\d{8}")]
    return pd.to_datetime(ten, format="%Y%m%d%H", errors="coerce").dropna()


def _year_fractions(figures: pd.Series, values: pd.Series) -> pd.Series | None:
    """Months written as fractions of their year; None where one figure is not a month's."""
    months = (values * 12.0).round()
    if not bool(figures.str.fullmatch(_FRACTION).any() & values.between(1000, 2999).all()):
        return None
    if not bool(((values * 12.0 - months).abs() <= _NEAR_MONTH).all()):
        return None
    table = pd.DataFrame({"year": months // 12, "month": months % 12 + 1, "day": 1})
    return pd.to_datetime(table, errors="coerce")


def _year_first(left: pd.Series, *, utc: bool) -> pd.Series:
    parts = _parts(left, _YEAR_FIRST)
    return _assembled(parts, parts["y"], parts["m"], parts["d"], utc=utc)


def _year_last(left: pd.Series, *, utc: bool) -> pd.Series:
    parts = _parts(left, _YEAR_LAST)
    if not len(parts):
        return pd.Series(dtype="datetime64[ns]")
    year = _whole_year(parts)
    day_first = _assembled(parts, year, parts["b"], parts["a"], utc=utc)
    month_first = _assembled(parts, year, parts["a"], parts["b"], utc=utc)
    dotted = parts["mark"] == "."
    return day_first.where(
        dotted | _day_is_first(day_first[~dotted], month_first[~dotted]), month_first
    )


def _whole_year(parts: pd.DataFrame) -> pd.Series:
    """Years of two digits are those from 1969 to 2068, as POSIX has it."""
    century = pd.Series("20", index=parts.index).where(parts["y"] < "69", "19")
    return parts["y"].where(parts["y"].str.len() == 4, century + parts["y"])


def _day_is_first(day_first: pd.Series, month_first: pd.Series) -> bool:
    """Say which order reads more cells, or else makes the distances more alike."""
    unread, unread_else = int(day_first.isna().sum()), int(month_first.isna().sum())
    if unread != unread_else:
        return unread < unread_else
    return _unevenness(day_first) < _unevenness(month_first)


def _unevenness(dates: pd.Series) -> float:
    gaps = np.diff(np.unique(dates.dropna().to_numpy())).astype("timedelta64[h]").astype(float)
    return float(gaps.std() / gaps.mean()) if len(gaps) > 1 else 0.0


def _year_month(left: pd.Series) -> pd.Series:
    found = []
    for form in (_YEAR_MONTH, _MONTH_YEAR):
        parts = _parts(left, form)
        found.append(_assembled(parts, parts["y"], parts["m"], "1"))
    return pd.concat(found)


def _quarters(left: pd.Series) -> pd.Series:
    found = []
    for form in (_QUARTER, _QUARTER_FIRST):
        parts = _parts(left, form)
        quarter = parts["q"].fillna(parts["c"]) if "c" in parts else parts["q"]
        quarter = quarter.replace(_CHINESE).astype(float)
        found.append(_assembled(parts, _whole_year(parts), quarter * 3 - 2, "1"))
    return pd.concat(found)


def _weeks(left: pd.Series) -> pd.Series:
    first = _parts(left, _WEEK_FIRST).assign(k="1")
    parts = pd.concat([found for found in (_parts(left, _WEEK), first) if len(found)] or [first])
    text = _whole_year(parts) + "-" + parts["w"].str.zfill(2) + "-" + parts["k"].fillna("1")
    return pd.to_datetime(text, format="%G-%V-%u", errors="coerce")


def _years(left: pd.Series) -> pd.Series:
    parts = _parts(left, _YEAR)
    return _assembled(parts, parts["y"], "1", "1")


def _named(left: pd.Series) -> pd.Series:
    """Names of months: Jan-24, 5-Jan-24, 5 Jan 2024, January 5, 2024 10:30."""
    short = _parts(left, _SHORT_MONTH)
    text = short["d"].fillna("1") + " " + short["n"].str[:3] + " " + _whole_year(short)
    months = pd.to_datetime(text, format="%d %b %Y", errors="coerce").dropna()
    rest = left.drop(months.index)
    rest = rest[rest.str.contains(r"[A-Za-z]{3}", regex=True) & rest.str.contains(r"\d{4}")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas warns where it finds no single form
        named = pd.to_datetime(rest, errors="coerce", format="mixed", utc=True)
    return pd.concat([months, named.dt.tz_localize(None)]) if len(rest) else months


def _parts(left: pd.Series, form: re.Pattern[str]) -> pd.DataFrame:
    """The named parts of the cells that have this form from end to end."""
    whole = re.compile(rf"^(?:{form.pattern})$", form.flags)
    parts = left.str.extract(whole)
    return parts[parts["y"].notna()]


def _assembled(
    parts: pd.DataFrame,
    year: pd.Series,
    month: pd.Series | str,
    day: pd.Series | str,
    *,
    utc: bool = False,
) -> pd.Series:
    """Points in time from their parts; NaT for a 30 February."""
    if not len(parts):
        return pd.Series(dtype="datetime64[ns]")
    table = pd.DataFrame({"year": year, "month": month, "day": day}).apply(pd.to_numeric)
    dates = pd.to_datetime(table, errors="coerce")
    if "H" not in parts:
        return dates
    hour, minute, second, fraction = (
        pd.to_numeric(parts[name].str.replace(",", ".")).fillna(0.0)
        for name in ("H", "M", "S", "F")
    )
    half = parts["P"].str.lower()
    hour = hour.where(half.isna(), hour % 12 + 12 * (half == "pm"))
    sound = (hour < 24) & (minute < 60) & (second < 60)
    clock = pd.to_timedelta((hour * 60 + minute) * 60 + second + fraction, unit="s")
    return _on_one_clock((dates + clock.dt.round("us")).where(sound), parts["Z"], utc=utc)


def _on_one_clock(dates: pd.Series, zones: pd.Series, *, utc: bool) -> pd.Series:
    """The clock as written where all rows have one (or daylight saving's two), else UTC."""
    known = zones[dates.notna()]
    if not known.notna().any():
        return dates
    hours = zones.fillna("Z").str.upper().map(_offset)
    same = known.notna().all() and float(hours.max() - hours.min()) <= 1.0
    if same and not utc:
        return dates
    return dates - pd.to_timedelta(hours, unit="h")


def _offset(zone: str) -> float:
    """Hours of an offset such as +08:00, 0 for Z."""
    if zone[0] not in "+-":
        return 0.0
    digits = zone[1:].replace(":", "")
    return (-1 if zone[0] == "-" else 1) * (int(digits[:2]) + int(digits[2:] or 0) / 60)
