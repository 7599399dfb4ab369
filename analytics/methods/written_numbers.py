"""Numbers as people and spreadsheets write them: 1,234.50, 1.234,50, ¥1 200, 12 %, (30), 5 kg."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

# What stands in a cell where there is no number.
MISSING = (
    *("", "-", "--", "---", "—", "–", "―", "?", "/", ".", "..", "...", "*", "n/a", "na", "n.a."),
    *("nan", "none", "null", "nil", "missing", "unknown", "#n/a", "#na", "#div/0!", "#value!"),
    *("#ref!", "#num!", "#null!", "#name?", "<na>", "无", "空", "暂无", "未知", "缺失", "不详"),
)
_CURRENCY = (
    r"(?:US\$|HK\$|NT\$|R\$|A\$|C\$|S\$|[$€£¥₹₩₽₺₫฿元圆]|人民币|Rs\.?|kr\.?|zł|Kč"
    r"|CNY|RMB|USD|EUR|GBP|JPY|HKD|TWD|AUD|CAD|CHF|SGD|KRW|INR|SEK|NOK|DKK|PLN|CZK|BRL|MXN|ZAR"
    r"|RUB|TRY|THB|MYR|IDR|PHP|VND|NZD)"
)
# Behind every number of a column the same one of these says what is counted.
_UNITS = (
    *("件", "个", "次", "分", "岁", "天", "人", "名", "台", "套", "箱", "单", "小时", "分钟"),
    *("公斤", "千克", "公里", "平方米", "kg", "g", "km", "cm", "mm", "h", "hrs", "hours"),
    *("min", "mins", "days", "day", "years", "yrs", "pcs", "pc", "items", "units"),
)
_COUNTED = (
    r"^(?P<count>.*[\d万亿])\s*"
    rf"(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})\.?$"
)
# One number, its currency on either side, a sign before or (as SAP writes it) behind.
_AMOUNT = (
    rf"^(?P<open>\()?(?P<sign>[+-])?\s*(?:{_CURRENCY}\s*)?(?P<sign2>[+-])?"
    r"(?P<core>\d[\d.,]*(?:e[+-]?\d+)?|[.,]\d+(?:e[+-]?\d+)?)"
    rf"\s*(?P<size>[万亿])?\s*(?P<percent>%)?\s*(?:{_CURRENCY})?(?P<behind>-)?(?P<close>\))?$"
)
_POINT = r"(?:\d+|\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})?(?:\.\d*)?(?:e[+-]?\d+)?"
_COMMA = r"(?:\d+|\d{1,3}(?:\.\d{3})+)?(?:,\d*)?(?:e[+-]?\d+)?"
_GROUP_SPACES = r"(?<=\d)[\s\u2009\u202f'’](?=\d{3}(?!\d))"
_THOUSANDS = r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+"
_SIZES = {"万": 1e4, "亿": 1e8}


_ONE_CURRENCY = re.compile(_CURRENCY, re.IGNORECASE)
_SAME = {"元": "¥", "圆": "¥", "人民币": "¥", "CNY": "¥", "RMB": "¥", "US$": "$", "USD": "$"}
_SAME |= {"EUR": "€", "GBP": "£", "KRW": "₩", "INR": "₹"}
# Hours, minutes and seconds.  0:30 may be of hours or of minutes, and is neither.
_DURATION = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d(?:[.,]\d+)?)")
MOST_LOOKED_AT = 5_000
PROBE = 100


def currencies(column: pd.Series) -> list[str]:
    """The currencies that a column's amounts are written with, the most frequent first; those of
    less than one in a hundred are slips."""
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return []
    known = column.dropna()
    texts = known.iloc[:: max(len(known) // MOST_LOOKED_AT, 1)].astype(str).str.normalize("NFKC")
    signs = [found[0].upper() for text in texts if (found := _ONE_CURRENCY.search(text))]
    counts = pd.Series([_SAME.get(sign, sign) for sign in signs], dtype=object).value_counts()
    return [str(sign) for sign, times in counts.items() if times >= max(2, len(texts) / 100)]


def read_numbers(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read a column of texts as numbers.

    One style holds for the whole column: a point as the decimal mark where every value allows it,
    else a comma.  ``12 %`` is 0.12, ``(30)`` and ``30-`` are -30, ``1.2万`` is 12 000; full-width
    characters, currency signs, and a unit behind every number (``5 kg``) are understood.  A column
    of nothing but ``0:12:30`` is of seconds.

    Parameters
    ----------
    column : Series
        Any cells; each is taken as it would be written.

    Returns
    -------
    numbers : Series of float64
        NaN where there is none.
    wrong : Series of bool
        Cells that hold something other than a number or a mark for a missing one.
    """
    codes, texts = pd.factorize(column.astype("string"))
    values, wrong = _read(pd.Series(texts, dtype="string"))
    # -1, where the cell is empty, takes the value put last.
    values, wrong = np.append(values, np.nan), np.append(wrong, False)
    index = column.index
    return pd.Series(values[codes], index=index), pd.Series(wrong[codes], index=index)


def are_durations(column: pd.Series) -> bool:
    """Say whether a column holds durations such as 0:12:30, which are read as seconds."""
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return False
    texts = pd.Series(column.dropna().head(PROBE).astype(str).unique(), dtype="string")
    return _seconds(_cleaned(texts)) is not None


def _seconds(written: pd.Series) -> pd.Series | None:
    """The seconds of durations; None where one cell is none."""
    known = written.dropna()
    if not len(known) or not bool(known.str.fullmatch(_DURATION.pattern).all()):
        return None
    parts = known.str.replace(",", ".", regex=False).str.split(":", expand=True).astype(float)
    return (parts[0] * 3600 + parts[1] * 60 + parts[2]).reindex(written.index)


def _cleaned(texts: pd.Series) -> pd.Series:
    """Texts in half width, NA where they are a mark for nothing."""
    written = texts.str.normalize("NFKC").str.strip().str.replace("\u2212", "-", regex=False)
    return written.mask(written.str.casefold().isin(MISSING))


def two_styles(column: pd.Series) -> tuple[str, str] | None:
    """Return a number with a decimal point and one with a comma, where a column of nothing but
    numbers holds both; None for any other column."""
    texts = pd.Series(column.dropna().unique(), dtype="string")
    if _cores(texts.head(PROBE)).isna().any():  # a million names are not looked through
        return None
    cores = _cores(texts)
    point, comma = cores.str.fullmatch(_POINT), cores.str.fullmatch(_COMMA)
    only_point, only_comma = cores[point & ~comma], cores[comma & ~point]
    if not (point | comma).all() or not len(only_point) or not len(only_comma):
        return None
    return str(texts[only_point.index[0]]).strip(), str(texts[only_comma.index[0]]).strip()


def grouped_by_points(cells: pd.Series, *, commas: bool = False) -> bool:
    """Say whether points divide thousands, as in 1.200 beside 800.

    All cells can be read so, and one of them (1.200 or 800) would be written otherwise if points
    divided decimals: 1.2, or 800.000.  With ``commas``, known to divide decimals in the same
    table, it is enough that all can be read so.
    """
    known = cells.dropna()
    pointed = known.str.contains(".", regex=False)
    grouped, small = known[pointed], known[~pointed]
    if not len(grouped) or not bool(grouped.str.fullmatch(_THOUSANDS).all()):
        return False
    told = commas or (len(small) > 0 and bool(grouped.str.endswith("0").any()))
    return told and bool(small.str.fullmatch(r"[+-]?\d{1,3}").all())


def _cores(texts: pd.Series) -> pd.Series:
    """The digits and marks of each amount, NA for other texts; without marks for a missing one."""
    written = texts.str.normalize("NFKC").str.strip()
    written = written[~written.str.casefold().isin(MISSING)]
    spaced = written.str.replace(_GROUP_SPACES, "", regex=True)
    return spaced.str.extract(_AMOUNT, flags=2)["core"].str.lower()


def _read(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    written = _cleaned(texts)
    missing = written.isna()
    if (seconds := _seconds(written)) is not None:
        return seconds.to_numpy(dtype=float), np.zeros(len(texts), dtype=bool)
    written = _without_unit(written).fillna(written)
    written = written.str.replace(_GROUP_SPACES, "", regex=True)
    parts = written.str.extract(_AMOUNT, flags=2)  # 2: re.IGNORECASE
    core = parts["core"].str.lower()
    closed = parts["open"].notna() == parts["close"].notna()
    signs = parts[["sign", "sign2", "behind"]].notna().sum(axis=1)
    sound = core.notna() & closed & (signs <= 1)
    numbers = _plain(core.where(sound))
    minus = (parts[["sign", "sign2", "behind"]] == "-").any(axis=1) | parts["open"].notna()
    numbers = numbers.where(~minus, -numbers)
    numbers *= parts["size"].map(_SIZES).astype(float).fillna(1.0)
    numbers = numbers.where(parts["percent"].isna(), numbers / 100.0)
    wrong = numbers.isna() & ~missing
    infinite = written.str.fullmatch(r"[+-]?inf(?:inity)?", case=False).fillna(value=False)
    return numbers.to_numpy(dtype=float), (wrong & ~infinite).to_numpy(dtype=bool)


def _without_unit(written: pd.Series) -> pd.Series:
    """The column without its unit, where every known cell has the same one."""
    counted = written.dropna().str.extract(_COUNTED, flags=2)
    units = counted["unit"].str.lower()
    alike = len(units) > 0 and bool((units == units.iloc[0]).all())
    return counted["count"].reindex(written.index) if alike else written


def _plain(core: pd.Series) -> pd.Series:
    """Digits with either kind of marks as floats, by the style that fits more of them."""
    known = core.dropna()
    point = known.str.fullmatch(_POINT)
    comma = known.str.fullmatch(_COMMA)
    if comma.sum() > point.sum() or (point.all() and grouped_by_points(known)):
        plain = known.where(comma).str.replace(".", "", regex=False)
        plain = plain.str.replace(",", ".", regex=False)
    else:
        plain = known.where(point).str.replace(",", "", regex=False)
    return pd.to_numeric(plain, errors="coerce").reindex(core.index).astype(float)
