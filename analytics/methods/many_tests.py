"""Many tests at once: p-values corrected for how many were tried."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def holm_adjusted(p: FloatArray) -> FloatArray:
    """Return p-values (m,) after the step-down correction of S. Holm (1979), Scand. J. Stat. 6."""
    order = np.argsort(p)
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def false_discovery(p: FloatArray, tests: int) -> FloatArray:
    """Return p-values (m,) after the step-up correction for ``tests`` >= m tests in all.

    Source: Y. Benjamini and Y. Hochberg (1995), Journal of the Royal Statistical Society B 57(1),
    289-300; tests that were not kept count as p = 1.
    """
    if len(p) == 0:
        return p
    order = np.argsort(p)
    steps = p[order] * max(tests, len(p)) / np.arange(1, len(p) + 1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return adjusted
