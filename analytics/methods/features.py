"""From mixed columns to numbers a classifier can use, fitted on some rows and applied to others.

What the encoder learns (levels worth a column, centres, spreads, what is typical) it learns from
the rows it is fitted on only, so that judging on other rows stays honest.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.cluster_columns import looks_like_identifier
from analytics.methods.columns import (
    as_numbers,
    date_column,
    day_numbers,
    looks_like_dates,
    numeric_column,
    unit_notices,
)
from analytics.methods.copies import copied_rows
from analytics.methods.errors import DataProblem, Notice
from analytics.methods.scaling import fit_scaling
from analytics.methods.targets import level_text

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Kind = Literal["number", "category"]

MAX_LEVELS = 200
# The more rows, the fewer levels get a column of their own: time and memory go with the product.
LEVEL_CELLS, FEWEST_LEVELS = 4_000_000, 30
# A level needs this many rows, and this share of them, to get a column of its own.
LEVEL_ROWS = 10
LEVEL_SHARE = 0.002
REACH = 6.0
SCALING_ROWS = 50_000
RARE, MISSING = "(rare)", "(missing)"


@dataclass(frozen=True)
class Feature:
    """One source column, read.

    Attributes
    ----------
    name : str
    kind : {"number", "category"}
    cells : ndarray, shape (n,)
        Numbers (NaN where missing), or codes into ``levels`` (-1 where missing).
    levels : tuple of str
        Empty for numbers.
    """

    name: str
    kind: Kind
    cells: NDArray
    levels: tuple[str, ...] = ()

    def shown(self, row: int) -> str:
        """The value of a row as a person would write it, "" where missing."""
        return self.written(self.cells[row])

    def written(self, cell: Any) -> str:
        """A cell likewise."""
        if self.kind == "category":
            return self.levels[int(cell)] if cell >= 0 else ""
        return shown_number(float(cell))


def shown_number(value: float) -> str:
    """A number with up to four significant digits, "" for NaN."""
    if not isfinite(value):
        return ""
    return f"{value:.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:.4g}"


def read_features(frame: pd.DataFrame, names: list[str], notices: list[Notice]) -> list[Feature]:
    """Read columns as numbers or categories.

    Dates become days, and numbers of a few things (``store_id``) categories.  Left out, each with
    a notice: other identifiers, text that differs from row to row, columns that never change.

    Raises
    ------
    DataProblem
        No column is left.
    """
    read: list[Feature] = []
    texts, identifiers, constant = [], [], []
    for name in names:
        feature = _read(frame, name)
        known = feature.cells[_known(feature)]
        if len(known) == 0 or ((known == known[0]).all() and len(known) == len(frame)):
            constant.append(name)
        elif feature.kind == "category" and _free_text(feature):
            texts.append(name)
        elif feature.kind == "number" and looks_like_identifier(name, pd.Series(feature.cells)):
            if _names_few(known):
                read.append(_category(frame[name], name))
            else:
                identifiers.append(name)
        else:
            read.append(feature)
    for feature in read:
        notices += unit_notices(frame, feature.name) if feature.kind == "number" else []
    for code, left_out in (
        ("free_text_left_out", texts),
        ("id_columns_left_out", identifiers),
        ("constant_columns_dropped", constant),
    ):
        if left_out:
            notices.append(Notice(code, {"columns": ", ".join(left_out[:10])}))
    if not read:
        raise DataProblem("no_predictors")
    return read


def distinct_features(
    frame: pd.DataFrame, names: list[str], y: NDArray, notices: list[Notice], *, copies: bool
) -> tuple[list[Feature], NDArray[np.bool_]]:
    """The columns of the rows that are kept, and which these are: with ``copies`` looked for,
    those that copy another row and its outcome ``y`` (n,) would be learned and judged."""
    said: list[Notice] = []
    features = read_features(frame, names, said)
    kept = np.ones(len(y), dtype=bool)
    if copies:
        kept = ~copied_rows([*(feature.cells for feature in features), y])
    if not kept.all():
        said = [Notice("copies_left_out", {"rows": int((~kept).sum())})]
        features = read_features(frame[kept], names, said)
    notices += said
    return features, kept


def _read(frame: pd.DataFrame, name: str) -> Feature:
    column = frame[name]
    if looks_like_dates(column):
        try:
            return _days(frame, name)
        except DataProblem:
            return _category(column, name)
    try:
        return Feature(name, "number", numeric_column(frame, name).to_numpy(dtype=float))
    except DataProblem:
        return _category(column, name)


def _days(frame: pd.DataFrame, name: str) -> Feature:
    dates = date_column(frame, name)
    return Feature(name, "number", day_numbers(dates))


def _category(column: pd.Series, name: str) -> Feature:
    codes, levels = pd.factorize(level_text(column), sort=True)
    return Feature(name, "category", codes, tuple(str(level)[:60] for level in levels))


def _known(feature: Feature) -> NDArray[np.bool_]:
    return feature.cells >= 0 if feature.kind == "category" else np.isfinite(feature.cells)


def _free_text(feature: Feature) -> bool:
    """Say whether hardly any rows share a value: the common levels hold under half of the rows."""
    known = feature.cells[feature.cells >= 0]
    counts = np.sort(np.bincount(known))[::-1]
    return len(counts) > MAX_LEVELS and counts[:MAX_LEVELS].sum() < 0.5 * len(known)


def _names_few(numbers: FloatArray) -> bool:
    """Say whether identifiers name a few things, such as shops, with rows enough to learn from."""
    things = len(np.unique(numbers))
    return things <= FEWEST_LEVELS and len(numbers) >= LEVEL_ROWS * things


@dataclass(frozen=True)
class Numbers:
    """How a column of numbers becomes one column, and a second where values are missing."""

    centre: float
    spread: float
    unit: float
    logged: bool
    indicator: bool
    typical: float


@dataclass(frozen=True)
class Levels:
    """Which levels of a category get a column of 0 and 1."""

    kept: IntArray  # codes with a column of their own
    pooled: bool  # the others share one
    missing: bool
    typical: int


class Encoder:
    """Numbers logged where skewed, centred, divided; frequent levels as 0/1; missing marked."""

    def __init__(self, features: list[Feature], rows: IntArray) -> None:
        """Learn from ``rows`` of ``features``."""
        self.plans: list[Numbers | Levels] = [
            _plan_number(f.cells[rows]) if f.kind == "number" else _plan_levels(f.cells[rows])
            for f in features
        ]
        widths = [_width(plan) for plan in self.plans]
        ends = np.cumsum([0, *widths])
        self.spans = [(int(start), int(end)) for start, end in pairwise(ends)]
        self.width = int(ends[-1])

    def encode(self, features: list[Feature], rows: IntArray) -> FloatArray:
        """Return the rows as an array of shape (len(rows), width)."""
        X = np.zeros((len(rows), self.width))
        for feature, plan, (start, end) in zip(features, self.plans, self.spans, strict=True):
            X[:, start:end] = _encoded(plan, feature.cells[rows])
        return X

    def typical(self) -> FloatArray:
        """The row of medians and most frequent levels, encoded, shape (width,)."""
        row = np.zeros(self.width)
        for plan, (start, end) in zip(self.plans, self.spans, strict=True):
            value = plan.typical
            dtype = float if isinstance(plan, Numbers) else np.intp
            row[start:end] = _encoded(plan, np.array([value], dtype=dtype))[0]
        return row

    def term(self, feature: Feature, index: int) -> str:
        """What the encoded column ``index`` of a feature is: the column, or ``column=level``."""
        which = next(k for k, (a, b) in enumerate(self.spans) if a <= index < b)
        plan, offset = self.plans[which], index - self.spans[which][0]
        if isinstance(plan, Numbers):
            return feature.name if offset == 0 else f"{feature.name}={MISSING}"
        if offset < len(plan.kept):
            return f"{feature.name}={feature.levels[plan.kept[offset]]}"
        rare = plan.pooled and offset == len(plan.kept)
        return f"{feature.name}={RARE if rare else MISSING}"

    def shown_typical(self, feature: Feature, index: int) -> str:
        """What is usual in a column, as a person would write it."""
        plan = self.plans[index]
        if isinstance(plan, Numbers):
            return shown_number(plan.typical)
        return feature.levels[plan.typical] if plan.typical >= 0 else ""


def _plan_number(values: FloatArray) -> Numbers:
    known = values[np.isfinite(values)]
    indicator = 0 < len(known) < len(values)
    if len(known) == 0 or float(np.ptp(known)) == 0.0:
        centre = float(known[0]) if len(known) else 0.0
        return Numbers(centre, 1.0, 1.0, False, indicator, centre)
    known = known[:: max(len(known) // SCALING_ROWS, 1)]
    scaling = fit_scaling(known.reshape(-1, 1))
    return Numbers(
        centre=float(scaling.centre[0]),
        spread=float(scaling.spread[0]),
        unit=float(scaling.unit[0]),
        logged=bool(scaling.logged[0]),
        indicator=indicator,
        typical=float(np.median(known)),
    )


def _plan_levels(codes: IntArray) -> Levels:
    counts = np.bincount(codes[codes >= 0], minlength=1)
    enough = counts >= max(LEVEL_ROWS, LEVEL_SHARE * len(codes))
    frequent = np.argsort(-counts, kind="stable")
    most = min(max(LEVEL_CELLS // max(len(codes), 1), FEWEST_LEVELS), MAX_LEVELS)
    kept = np.array([code for code in frequent if enough[code]][:most], dtype=np.intp)
    return Levels(
        kept=kept,
        pooled=bool(counts.sum() > counts[kept].sum()),
        missing=bool((codes < 0).any()),
        typical=int(frequent[0]) if counts.sum() else -1,
    )


def _width(plan: Numbers | Levels) -> int:
    if isinstance(plan, Numbers):
        return 1 + plan.indicator
    return len(plan.kept) + plan.pooled + plan.missing


def _encoded(plan: Numbers | Levels, values: NDArray) -> FloatArray:
    return _numbers(plan, values) if isinstance(plan, Numbers) else _levels(plan, values)


def _numbers(plan: Numbers, values: FloatArray) -> FloatArray:
    missing = ~np.isfinite(values)
    filled = np.where(missing, plan.typical, values)
    if plan.logged:
        filled = np.sign(filled) * np.log1p(np.abs(filled) / plan.unit)
    scaled = np.clip((filled - plan.centre) / plan.spread, -REACH, REACH)
    return np.column_stack([scaled, missing]) if plan.indicator else scaled.reshape(-1, 1)


def _levels(plan: Levels, codes: IntArray) -> FloatArray:
    own = codes[:, None] == plan.kept[None, :]
    parts = [own.astype(float)]
    if plan.pooled:
        parts.append((~own.any(axis=1) & (codes >= 0)).astype(float).reshape(-1, 1))
    if plan.missing:
        parts.append((codes < 0).astype(float).reshape(-1, 1))
    return np.hstack(parts)


def read_as(frame: pd.DataFrame, learned: Feature) -> Feature:
    """Read a column of another frame as ``learned`` was read; what cannot be is missing.

    New levels stand behind the known ones, where the encoder takes them for rare.
    """
    if learned.kind == "number":
        feature = _read(frame, learned.name)
        if feature.kind == "number":
            return feature
        numbers, _ = as_numbers(frame[learned.name])
        return Feature(learned.name, "number", numbers.to_numpy(dtype=float))
    feature = _category(frame[learned.name], learned.name)
    places = {level: code for code, level in enumerate(learned.levels)}
    levels = list(learned.levels)
    mapping = np.empty(len(feature.levels) + 1, dtype=np.intp)
    mapping[-1] = -1
    for code, level in enumerate(feature.levels):
        if level not in places:
            places[level] = len(levels)
            levels.append(level)
        mapping[code] = places[level]
    return Feature(learned.name, "category", mapping[feature.cells], tuple(levels))
