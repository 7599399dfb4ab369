"""Columns of records as what tells one entity from another: typed, cleaned, coded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Kind = Literal["text", "code", "number"]
Fold = Callable[[str], str]

_DIGITS = re.compile(r"[\d\s()+./-]*\d[\d\s()+./-]*")
_PLACEHOLDERS = frozenset(
    ("", "-", "--", "n/a", "na", "nan", "none", "null", "unknown", "无", "未知")
)


@dataclass(frozen=True)
class Identifier:
    """One column, ready to be compared.

    Attributes
    ----------
    name : str
    kind : {"text", "code", "number"}
        Words, digits (telephone, postcode, day), or an amount.
    codes : ndarray of int32, shape (n,)
        Position in ``values``; -1 where the value is missing.
    values : list of str
        The distinct values.
    counts : ndarray of int64
        How often each value stands in the column.
    """

    name: str
    kind: Kind
    codes: npt.NDArray[np.int32]
    values: list[str]
    counts: npt.NDArray[np.int64]

    @property
    def missing(self) -> float:
        """Share of rows without a value."""
        return float((self.codes < 0).mean()) if len(self.codes) else 0.0


def plain_fold(text: str) -> str:
    """Lower case, half width, single spaces, no punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w\s@.+-]|_", " ", plain).split())


def identifiers(frame: pd.DataFrame, names: list[str], fold: Fold = plain_fold) -> list[Identifier]:
    """Return the columns ``names`` as identifiers; columns without two different values left out.

    Parameters
    ----------
    frame : DataFrame
    names : list of str
    fold : callable
        From a text to the spelling that is compared.
    """
    found = (_identifier(name, frame[name], fold) for name in names)
    return [one for one in found if len(one.values) > 1]


def _identifier(name: str, column: pd.Series, fold: Fold) -> Identifier:
    text = as_text(column)
    codes, values = pd.factorize(text, use_na_sentinel=True)
    raw = [str(value) for value in values]
    kind = _kind(raw, column)
    cleaned = [_clean(value, kind, fold) for value in raw]
    merged, distinct = pd.factorize(np.array([*cleaned, ""], dtype=object))
    keep = np.array([value not in _PLACEHOLDERS for value in distinct])
    place = np.where(keep, np.cumsum(keep) - 1, -1)
    # The last entry stands for "missing", which factorize marks as -1.
    final = place[merged[codes]].astype(np.int32)
    final[codes < 0] = -1
    kept = [str(value) for value, wanted in zip(distinct, keep, strict=True) if wanted]
    counts = np.bincount(final[final >= 0], minlength=len(kept)).astype(np.int64)
    return Identifier(name, kind, final, kept, counts)


def as_text(column: pd.Series) -> pd.Series:
    """As text; whole numbers without the ".0" that a missing value gives a column."""
    if pd.api.types.is_float_dtype(column):
        whole = column.dropna()
        if len(whole) and (whole % 1 == 0).all():
            return column.astype("Int64").astype("string").astype(object)
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.strftime("%Y%m%d").astype(object)
    return column.astype("string").astype(object)


def _kind(values: list[str], column: pd.Series) -> Kind:
    if pd.api.types.is_float_dtype(column) and any("." in value for value in values[:1000]):
        return "number"
    sample = values[:: max(1, len(values) // 2000)]
    digits = sum(bool(_DIGITS.fullmatch(value.strip())) for value in sample)
    return "code" if sample and digits >= 0.8 * len(sample) else "text"


def _clean(value: str, kind: Kind, fold: Fold) -> str:
    if kind == "number":
        return value.strip()
    if kind == "code":
        return re.sub(r"\W|_", "", unicodedata.normalize("NFKC", value)).casefold()
    if "@" in value:
        return unicodedata.normalize("NFKC", value).strip().casefold()
    return fold(value)
