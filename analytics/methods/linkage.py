"""Which records are about one and the same: within a table, or between two tables.

Blocking, graded comparison, Fellegi-Sunter weights by EM (see the modules imported below).  All
parameters are estimated from the records themselves; the threshold of one half is where a pair is
likelier one entity than two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.agreement import MISSING, UNLIKE, agreement
from analytics.methods.blocking import Pairs, candidate_pairs
from analytics.methods.errors import DataProblem, InsufficientData, Notice
from analytics.methods.fellegi_sunter import Weights, fit, probability, rarity
from analytics.methods.identifiers import Fold, Identifier, identifiers, plain_fold

THRESHOLD = 0.5
RANDOM_PAIRS = 600_000
FEWEST_ROWS = 2
# A column with so many values for its rows tells records apart; pairs that differ in it so often
# may be look-alikes.
OWN_VALUE, DIFFER = 0.8, 0.8
_ID_NAMES = re.compile(r"(?:.*[_\s-])?(?:id|key|no|nr|number|编号|序号)|row", re.IGNORECASE)


@dataclass(frozen=True)
class Linkage:
    """What was found.

    Attributes
    ----------
    first, second : ndarray of int32
        Rows of each pair; with two tables ``second`` counts within the other one.
    probability : ndarray of float64
        That the pair is one entity; at least the threshold, the likeliest pair first.
    evidence : ndarray of float64, shape (pairs, columns)
        Log Bayes factor of each column: above 0 speaks for one entity, below 0 for two.
    levels : ndarray of int8, shape (pairs, columns)
        How far each column agrees, see ``agreement``.
    columns : list of Identifier
    weights : Weights
    compared : int
        Number of candidate pairs.
    expected_precision, expected_recall : float
        By the model's own probabilities (recall among the candidates); None without pairs.
    rows_used, rows_dropped : int
        Rows with a value in any column, and without.
    notices : tuple of Notice
    """

    first: npt.NDArray[np.int32]
    second: npt.NDArray[np.int32]
    probability: npt.NDArray[np.float64]
    evidence: npt.NDArray[np.float64]
    levels: npt.NDArray[np.int8]
    columns: list[Identifier]
    weights: Weights
    compared: int
    expected_precision: float | None
    expected_recall: float | None
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """The pairs as plain numbers."""
        return list(zip(self.first.tolist(), self.second.tolist(), strict=True))


def link(
    frame: pd.DataFrame,
    other: pd.DataFrame | None = None,
    columns: list[str] | None = None,
    *,
    threshold: float = THRESHOLD,
    one_to_one: bool | None = None,
    fold: Fold = plain_fold,
    seed: int = 0,
) -> Linkage:
    """Find pairs of records that are one entity, without any known pair.

    Parameters
    ----------
    frame : DataFrame
        One row per record.
    other : DataFrame, optional
        A second table: pairs are then made between the two tables only.
    columns : list of str, optional
        What to compare by; all common columns when left out.
    threshold : float
        Least probability of a pair that is returned.
    one_to_one : bool, optional
        Give each record at most one partner.  Default: with two tables.
    fold : callable
        From a text to the spelling that is compared.
    seed : int
        For the random pairs.

    Raises
    ------
    DataProblem
        No usable column, or too few rows.
    """
    whole, source = _stacked(frame, other)
    names = columns if columns is not None else [str(name) for name in frame.columns]
    found = identifiers(whole, names, fold)
    _check(whole, found, threshold)
    first, second = candidate_pairs(found, source)
    levels = _levels(found, first, second)
    drawn = _random_pairs(len(whole), source, np.random.default_rng(seed))
    weights = fit(
        levels, _levels(found, *drawn), _all_pairs(source, len(whole)),
        np.array([_equal_pairs(column, source) for column in found]),
    )  # fmt: skip
    evidence = weights.evidence(levels)
    for place, column in enumerate(found):
        if weights.chance.parents[place] < 0:
            evidence[:, place] += rarity(column, first, second, levels[:, place])
    belief = probability(weights.prior + evidence.sum(axis=1))
    chosen = np.flatnonzero(belief >= threshold)
    chosen = chosen[np.lexsort((second[chosen], first[chosen], -belief[chosen]))]
    if one_to_one or (one_to_one is None and other is not None):
        chosen = chosen[_best_partners(first[chosen], second[chosen])]
    missing = int(np.all([column.codes < 0 for column in found], axis=0).sum())
    taken, certain = belief[chosen], float(belief.sum())
    return Linkage(
        first=first[chosen],
        second=second[chosen] - (len(frame) if other is not None else 0),
        probability=taken,
        evidence=evidence[chosen],
        levels=levels[chosen],
        columns=found,
        weights=weights,
        compared=len(first),
        expected_precision=float(taken.mean()) if len(taken) else None,
        expected_recall=min(float(taken.sum()) / certain, 1.0) if len(taken) else None,
        rows_used=len(whole) - missing,
        rows_dropped=missing,
        notices=_notices(found, missing, taken, levels[chosen]),
    )


def record_column(frame: pd.DataFrame) -> str | None:
    """The column that names each row: the first one, if unique and called like one; else None."""
    name = str(frame.columns[0])
    column = frame[name]
    named = _ID_NAMES.fullmatch(name) or not len(frame)
    return name if named and column.is_unique and column.notna().all() else None


def accuracy(
    found: set[frozenset[Any]], known: set[frozenset[Any]]
) -> dict[str, float | None]:  # fmt: skip
    """Precision, recall and F1 of ``found`` pairs against the ``known`` ones."""
    right = len(found & known)
    precision = right / len(found) if found else None
    recall = right / len(known) if known else None
    f1 = 2 * right / (len(found) + len(known)) if found or known else None
    return {"precision": precision, "recall": recall, "f1": f1}


def clusters(pairs: list[tuple[int, int]]) -> list[list[int]]:
    """Records that hang together by pairs, each group and the groups in order."""
    leader: dict[int, int] = {}

    def root(item: int) -> int:
        while leader.setdefault(item, item) != item:
            leader[item] = leader[leader[item]]
            item = leader[item]
        return item

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        leader[high] = low
    groups: dict[int, list[int]] = {}
    for item in sorted(leader):
        groups.setdefault(root(item), []).append(item)
    return [groups[key] for key in sorted(groups)]


def _stacked(
    frame: pd.DataFrame, other: pd.DataFrame | None
) -> tuple[pd.DataFrame, npt.NDArray[np.bool_] | None]:
    if other is None:
        return frame, None
    shared = [name for name in frame.columns if name in set(other.columns)]
    if not shared:
        raise DataProblem("no_common_columns")
    whole = pd.concat([frame[shared], other[shared]], ignore_index=True)
    return whole, np.arange(len(whole)) < len(frame)


def _check(whole: pd.DataFrame, found: list[Identifier], threshold: float) -> None:
    if not 0 < threshold <= 1:
        params = {"name": "threshold", "rule": "above 0 and at most 1", "value": threshold}
        raise DataProblem("bad_parameter", params)
    if len(whole) < FEWEST_ROWS:
        params = {"method": "Linkage", "needed": FEWEST_ROWS, "rows": len(whole)}
        raise InsufficientData("too_few_rows", params)
    if not found:
        raise DataProblem("nothing_to_compare")


def _levels(
    columns: list[Identifier], first: npt.NDArray[np.int32], second: npt.NDArray[np.int32]
) -> npt.NDArray[np.int8]:
    return np.stack([agreement(column, first, second) for column in columns], axis=1)


def _random_pairs(
    rows: int, source: npt.NDArray[np.bool_] | None, rng: np.random.Generator
) -> Pairs:
    """Random pairs of different rows; all of them when there are not more."""
    if rows * (rows - 1) // 2 <= RANDOM_PAIRS:
        first, second = np.triu_indices(rows, 1)
    else:
        first, second = rng.integers(0, rows, (2, RANDOM_PAIRS))
    apart = first != second if source is None else source[first] != source[second]
    return first[apart].astype(np.int32), second[apart].astype(np.int32)


def _all_pairs(source: npt.NDArray[np.bool_] | None, rows: int) -> int:
    if source is None:
        return max(rows * (rows - 1) // 2, 1)
    return max(int(source.sum()) * int((~source).sum()), 1)


def _equal_pairs(
    column: Identifier, source: npt.NDArray[np.bool_] | None
) -> tuple[float, float]:  # fmt: skip
    """Number of pairs with the same value, and of pairs with two values."""
    size = len(column.values)
    if source is None:
        counts = column.counts.astype(float)
        known = counts.sum()
        return float((counts * (counts - 1)).sum() / 2), float(known * (known - 1) / 2)
    known_rows = column.codes >= 0
    one = np.bincount(column.codes[source & known_rows], minlength=size).astype(float)
    two = np.bincount(column.codes[~source & known_rows], minlength=size).astype(float)
    return float(one @ two), float(one.sum() * two.sum())


def _best_partners(
    first: npt.NDArray[np.int32], second: npt.NDArray[np.int32]
) -> npt.NDArray[np.int64]:
    """Positions of pairs, taken from the likeliest on, whose two records are still free."""
    taken: set[int] = set()
    kept = []
    for place, (one, other) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        if one not in taken and other not in taken:
            taken |= {one, other}
            kept.append(place)
    return np.array(kept, dtype=np.int64)


def _notices(
    columns: list[Identifier],
    missing: int,
    taken: npt.NDArray[np.float64],
    levels: npt.NDArray[np.int8],
) -> tuple[Notice, ...]:
    notices = []
    if missing:
        notices.append(Notice("rows_without_identifier", {"rows": missing}))
    if len(columns) == 1:
        notices.append(Notice("one_column_only", {"column": columns[0].name}))
    if not len(taken):
        notices.append(Notice("no_pairs_found"))
    elif taken.mean() < 0.9:
        notices.append(Notice("pairs_uncertain", {"percent": 100 * float(taken.mean())}))
    if apart := ", ".join(_apart(columns, levels)):
        notices.append(Notice("pairs_differ", {"columns": apart}))
    return tuple(notices)


def _apart(columns: list[Identifier], levels: npt.NDArray[np.int8]) -> list[str]:
    """Columns in which nearly each record has a value of its own, and the found pairs too."""
    names = []
    for place, column in enumerate(columns):
        known = levels[levels[:, place] != MISSING, place]
        own = len(column.values) >= OWN_VALUE * column.counts.sum()
        if own and len(known) and (known == UNLIKE).mean() > DIFFER:
            names.append(column.name)
    return names
