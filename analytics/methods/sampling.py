"""Some of the rows, with the share of events kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
HELD_BACK = 0.2


def sampled(X: FloatArray, y: FloatArray, most: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """At most ``most`` rows, drawn at random with the share of events kept."""
    if len(y) <= most:
        return X, y
    rng = np.random.default_rng(seed)
    kept = [
        rng.choice(np.flatnonzero(y == value), max(round(most * float(np.mean(y == value))), 1),
                   replace=False)
        for value in (0, 1)
    ]  # fmt: skip
    rows = np.sort(np.concatenate(kept))
    return X[rows], y[rows]


def parts(y: FloatArray, count: int, seed: int) -> NDArray[np.intp]:
    """Deal events and others into ``count`` parts, numbered from 0, shape (n,)."""
    rng = np.random.default_rng(seed)
    part = np.zeros(len(y), dtype=np.intp)
    for value in (0, 1):
        rows = rng.permutation(np.flatnonzero(y == value))
        part[rows] = np.arange(len(rows)) % count
    return part


def held_back(y: FloatArray, seed: int) -> NDArray[np.bool_]:
    """Mark a fifth of the events and of the others, shape (n,)."""
    rng = np.random.default_rng(seed)
    held = np.zeros(len(y), dtype=bool)
    for value in (0, 1):
        rows = rng.permutation(np.flatnonzero(y == value))
        held[rows[: max(round(HELD_BACK * len(rows)), 1)]] = True
    return held
