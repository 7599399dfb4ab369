"""How far two records agree in a column: graded levels instead of yes and no.

Levels, by kind of column (-1: a value is missing, which says nothing):

====== ============ ================== ============== =======
level  text         code               number         means
====== ============ ================== ============== =======
3      same         same               same           equal
2      JW >= .92    one slip           within 1 %     close
1      JW >= .80    two slips          within 10 %    akin
0      else         else               else           unlike
====== ============ ================== ============== =======

JW is the Jaro-Winkler similarity (Winkler 1990); a slip is an insertion, deletion, substitution or
transposition (optimal string alignment).  Texts of up to four characters are counted in slips too;
one slip in two characters is only akin, two slips in three characters are unlike.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analytics.methods.identifiers import Identifier

Levels = npt.NDArray[np.int8]
LEVELS = 4
EQUAL, CLOSE, AKIN, UNLIKE, MISSING = 3, 2, 1, 0, -1
_CLOSE, _AKIN = 0.92, 0.80
_SHORT = 4
_AT_ONCE = 1_000_000


def agreement(
    column: Identifier, first: npt.NDArray[np.int32], second: npt.NDArray[np.int32]
) -> Levels:
    """Return the level at which each pair of rows agrees in ``column``."""
    one, other = column.codes[first], column.codes[second]
    levels = np.full(len(first), MISSING, dtype=np.int8)
    known = (one >= 0) & (other >= 0)
    same = known & (one == other)
    levels[same] = EQUAL
    differ = np.flatnonzero(known & ~same)
    if len(differ):
        low = np.minimum(one[differ], other[differ]).astype(np.int64)
        high = np.maximum(one[differ], other[differ]).astype(np.int64)
        # Each pair of values is compared once, however many rows hold it.
        keys, where = np.unique(low * len(column.values) + high, return_inverse=True)
        levels[differ] = _of_values(column, keys)[where]
    return levels


def _of_values(column: Identifier, keys: npt.NDArray[np.int64]) -> Levels:
    values = np.array(column.values, dtype=object)
    size = len(values)
    parts = []
    for start in range(0, len(keys), _AT_ONCE):
        chunk = keys[start : start + _AT_ONCE]
        parts.append(_grades(column.kind, values[chunk // size], values[chunk % size]))
    return np.concatenate(parts)


def _grades(kind: str, one: npt.NDArray, other: npt.NDArray) -> Levels:
    if kind == "number":
        return _number_grades(one.astype(float), other.astype(float))
    if kind == "code":
        return _slips(one, other)
    short = np.array(
        [max(len(a), len(b)) <= _SHORT for a, b in zip(one, other, strict=True)], dtype=bool
    )
    levels = np.zeros(len(one), dtype=np.int8)
    if short.any():
        levels[short] = _slips(one[short], other[short])
    if not short.all():
        levels[~short] = _likeness(one[~short], other[~short])
    return levels


def _likeness(one: npt.NDArray, other: npt.NDArray) -> Levels:
    from rapidfuzz.distance import JaroWinkler
    from rapidfuzz.process import cpdist

    alike = cpdist(
        one.tolist(), other.tolist(), scorer=JaroWinkler.normalized_similarity,
        score_cutoff=_AKIN, dtype=np.float32, workers=-1,
    )  # fmt: skip
    return (alike >= _AKIN).astype(np.int8) + (alike >= _CLOSE)


def _slips(one: npt.NDArray, other: npt.NDArray) -> Levels:
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cpdist

    slips = cpdist(
        one.tolist(), other.tolist(), scorer=OSA.distance, score_cutoff=2, dtype=np.int32,
        workers=-1,
    )  # fmt: skip
    length = np.array([max(len(a), len(b)) for a, b in zip(one, other, strict=True)])
    close = (slips == 1) & (length > 2)
    akin = ((slips == 1) & (length == 2)) | ((slips == 2) & (length >= _SHORT))
    return (2 * close + akin).astype(np.int8)


def _number_grades(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> Levels:
    size = np.maximum(np.abs(one), np.abs(other))
    apart = np.abs(one - other) / np.where(size > 0, size, 1.0)
    return (apart <= 0.10).astype(np.int8) + (apart <= 0.01)
