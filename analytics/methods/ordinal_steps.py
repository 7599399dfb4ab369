"""The steps of an ordered outcome, in their order."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.errors import DataProblem, Notice
from analytics.methods.targets import level_text

IntArray = NDArray[np.intp]

LEAST_PER_STEP = 10
MOST_STEPS = 11


def step_codes(
    frame: pd.DataFrame, target: str, order: tuple[str, ...], notices: list[Notice]
) -> tuple[IntArray, tuple[str, ...]]:
    """Codes (-1 where missing) and the steps' names; steps of few rows join a neighbour."""
    text = level_text(frame[target])
    levels = [str(level) for level in text.dropna().unique()]
    if not levels:
        raise DataProblem("no_usable_rows")
    if order:
        unknown = [level for level in levels if level not in order]
        if unknown:
            params = {"name": "order", "rule": "all values of the target", "value": unknown[0]}
            raise DataProblem("bad_parameter", params)
        levels = [level for level in order if level in levels]
    else:
        numbers = _numbered(pd.Series(levels))
        if numbers.isna().any():
            word = levels[int(np.flatnonzero(numbers.isna())[0])]
            raise DataProblem("steps_without_order", {"column": target, "value": word})
        levels = [levels[k] for k in np.argsort(numbers.to_numpy())]
    if len(levels) < 2:
        raise DataProblem("single_class", {"column": target, "value": levels[0]})
    if len(levels) > MOST_STEPS:
        limits = {"column": target, "levels": len(levels), "limit": MOST_STEPS}
        raise DataProblem("too_many_categories", limits)
    place = {level: k for k, level in enumerate(levels)}
    codes = np.array([place.get(value, -1) for value in text.fillna("").astype(str)])
    return _merged(codes, levels, notices)


def _numbered(levels: pd.Series) -> pd.Series:
    """The numbers that steps are, or begin with, as in “5 - very good”; NaN where one is a word."""
    numbers = pd.to_numeric(levels, errors="coerce")
    if numbers.notna().all():
        return numbers
    first = levels.str.normalize("NFKC").str.extract(r"^\(?(\d{1,2})(?![\d.,])", expand=False)
    begun = pd.to_numeric(first, errors="coerce")
    return begun if begun.notna().all() and begun.is_unique else numbers


def _merged(
    codes: IntArray, levels: list[str], notices: list[Notice]
) -> tuple[IntArray, tuple[str, ...]]:
    names = list(levels)
    while len(names) > 2:
        counts = np.bincount(codes[codes >= 0], minlength=len(names))
        rare = int(np.argmin(counts))
        if counts[rare] >= LEAST_PER_STEP:
            break
        other = rare - 1 if rare == len(names) - 1 else rare + 1
        low, high = sorted((rare, other))
        notices.append(Notice("step_merged", {"step": names[rare], "other": names[other]}))
        names[low] = f"{names[low]}–{names[high]}"
        del names[high]
        codes = np.where(codes >= high, codes - 1, codes)
    return codes, tuple(names)
