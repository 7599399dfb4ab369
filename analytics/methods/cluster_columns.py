"""Which columns rows are grouped by."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from analytics.methods.columns import numeric_column, require_columns
from analytics.methods.describe import typed
from analytics.methods.errors import DataProblem, Notice

MIN_ROWS = 20
# A column found by itself that is more often empty than not would cost most rows.
MOSTLY_MISSING = 0.5

_IDENTIFIER = (
    re.compile(r"(?:^|[_\s.-])(?:id|uuid|guid|key|no\.?|code|index)$", re.IGNORECASE),
    re.compile(r"(?:nr\.?|nummer)$", re.IGNORECASE),
    re.compile(r"(?<=[a-z])(?:ID|Id|No)$"),
    re.compile(r"(?:编码|代码|号码?)$"),
)
_TELEPHONE = re.compile(r"(?:phone|telefon|电话|手机)$", re.IGNORECASE)
SHORTEST_NUMBER = 10_000  # under such a name, 0 and 1 say whether there is one


def usable_columns(
    frame: pd.DataFrame, columns: list[str] | None, notices: list[Notice]
) -> pd.DataFrame:
    """Return the wanted columns as floats; without any wanted, those that are found."""
    if len(frame) == 0:
        raise DataProblem("no_rows")
    if columns is not None and not columns:
        rule = {"name": "columns", "rule": "at least one column", "value": "none"}
        raise DataProblem("bad_parameter", rule)
    if columns is not None:
        columns = list(dict.fromkeys(columns))
        require_columns(frame, columns)
        return pd.DataFrame({name: _numbers(frame, name) for name in columns})
    return _found_columns(frame, notices)


def _numbers(frame: pd.DataFrame, name: str) -> pd.Series:
    """A column as floats; yes is 1 and no is 0."""
    kind, values = typed(frame, name)
    return values if kind == "boolean" else numeric_column(frame, name)


def _found_columns(frame: pd.DataFrame, notices: list[Notice]) -> pd.DataFrame:
    """Every column of numbers that measures something."""
    texts, identifiers, empty, usable = [], [], [], {}
    for name in frame.columns:
        try:
            numbers = numeric_column(frame, name)
        except DataProblem:
            texts.append(str(name))
            continue
        if looks_like_identifier(str(name), numbers):
            identifiers.append(str(name))
        elif numbers.isna().mean() > MOSTLY_MISSING:
            empty.append(str(name))
        else:
            usable[name] = numbers
    if not usable:
        kinds = {name: typed(frame, name) for name in texts}
        usable = {name: values for name, (kind, values) in kinds.items() if kind == "boolean"}
        texts = [name for name in texts if name not in usable]
    for code, names in (
        ("text_columns_left_out", texts),
        ("id_columns_left_out", identifiers),
        ("empty_columns_left_out", empty),
    ):
        if names:
            notices.append(Notice(code, {"columns": ", ".join(names[:10])}))
    if not usable:
        raise DataProblem("no_numeric_columns")
    return pd.DataFrame(usable)


def looks_like_identifier(name: str, numbers: pd.Series) -> bool:
    """Say whether a column numbers the rows rather than measures them.

    Whole numbers under a name such as ``customer_id``, ``CustomerID``, ``编号``, or whole numbers
    that are all different and ascending by one.
    """
    known = numbers.dropna()
    if len(known) == 0 or not bool((known == known.round()).all()):
        return False
    if any(pattern.search(name) for pattern in _IDENTIFIER):
        return True
    if _TELEPHONE.search(name) and float(known.median()) >= SHORTEST_NUMBER:
        return True
    steps = np.diff(known.to_numpy())
    return len(known) > MIN_ROWS and bool((steps == 1).all())
