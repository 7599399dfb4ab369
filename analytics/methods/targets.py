"""The column to predict as events and non-events."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.errors import DataProblem, Notice
from analytics.methods.yes_or_no import YES, denies

IntArray = NDArray[np.intp]
# More different numbers than these are a measure, not outcomes.
MOST_OUTCOMES = 20
_YES = YES | {"1", "won", "churned", "success"}


def read_target(
    frame: pd.DataFrame, target: str, positive: str | None, notices: list[Notice]
) -> tuple[NDArray[np.int8], str, IntArray]:
    """Return events (n,) as 0/1, the value that is the event, and the positions of their rows.

    Raises
    ------
    DataProblem
        No rows, one value only, more than two values without ``positive``, or no such value.
    """
    if len(frame) == 0:
        raise DataProblem("no_rows")
    text = level_text(frame[target])
    rows = np.flatnonzero(text.notna().to_numpy())
    if len(rows) == 0:
        raise DataProblem("no_usable_rows")
    if len(rows) < len(frame):
        notices.append(Notice("target_missing_dropped", {"rows": len(frame) - len(rows)}))
    known = _one_spelling(text.iloc[rows], notices)
    counts = known.value_counts()
    if len(counts) < 2:
        raise DataProblem("single_class", {"column": target, "value": str(counts.index[0])})
    chosen = _given(counts, target, positive) if positive is not None else None
    if chosen is None:
        chosen = _found(counts, target)
        notices.append(Notice("positive_chosen", {"value": chosen}))
    return (known == chosen).to_numpy().astype(np.int8), chosen, rows


def _one_spelling(known: pd.Series, notices: list[Notice]) -> pd.Series:
    """Values that differ in upper and lower case or in width only, as they are usually written."""
    codes, written = pd.factorize(known)
    if len(written) > MOST_OUTCOMES:
        return known
    plain = pd.Series(written, dtype="string").str.normalize("NFKC").str.casefold()
    often = pd.Series(np.bincount(codes), dtype=int)
    usual = often.groupby(plain.to_numpy()).transform(lambda counts: counts.idxmax()).to_numpy()
    joined = [str(written[k]) for k in range(len(written)) if usual[k] != k]
    if not joined:
        return known
    notices.append(Notice("spellings_joined", {"values": ", ".join(joined)}))
    return pd.Series(np.asarray(written)[usual[codes]], index=known.index, dtype="string")


def level_text(column: pd.Series) -> pd.Series:
    """The column as text without surrounding spaces, whole numbers without ".0"."""
    if pd.api.types.is_float_dtype(column):
        column = column.replace([np.inf, -np.inf], np.nan)
        known = column.dropna()
        if len(known) and bool((known == known.round()).all()) and known.abs().max() < 1e15:
            column = column.astype("Int64")
    text = column.astype("string").str.strip()
    return text.mask(text == "")


def _given(counts: pd.Series, target: str, positive: str) -> str:
    wanted = positive.strip()
    for value in counts.index:
        if str(value) == wanted or str(value).casefold() == wanted.casefold():
            return str(value)
    for value in counts.index:  # 1.0 for 1
        if _number(str(value)) is not None and _number(str(value)) == _number(wanted):
            return str(value)
    values = ", ".join(str(value) for value in counts.index[:10])
    raise DataProblem("no_such_outcome", {"column": target, "value": positive, "values": values})


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _found(counts: pd.Series, target: str) -> str:
    if len(counts) > MOST_OUTCOMES and all(
        _number(str(value)) is not None for value in counts.index
    ):
        raise DataProblem("target_is_number", {"column": target, "levels": len(counts)})
    if len(counts) > 2:
        values = ", ".join(str(value) for value in counts.index[:5])
        values += ", …" if len(counts) > 5 else ""
        params = {"column": target, "levels": len(counts), "values": values}
        raise DataProblem("target_not_two_values", params)
    for value in counts.index:
        if str(value).casefold() in _YES:
            return str(value)
    frequent, rare = str(counts.index[0]), str(counts.index[-1])
    return frequent if denies(rare, frequent) else rare
