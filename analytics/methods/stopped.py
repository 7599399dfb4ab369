"""Zeros at the end, longer than ever before: what is counted may have stopped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.methods.errors import Notice
from analytics.methods.timeseries import RegularSeries

FloatArray = NDArray[np.float64]
# As few zeros in a row may be chance or a holiday.
FEW = 3
# Zeros that chance would leave at the end more rarely than this are told.
RARE = 0.01


def silence(series: RegularSeries) -> Notice | None:
    """Return what is to be said of the zeros that ``series`` ends with; None where they are usual.

    They are not where they are at least three, more than ever before in a row since the first value
    that is not 0, and chance would hardly leave as many at the end.
    """
    zeros = silent_periods(series.y)
    if not zeros:
        return None
    first = None if series.dates is None else series.dates[-zeros].date().isoformat()
    if first is None:
        return Notice("ends_with_zeros", {"periods": zeros})
    return Notice("nothing_since", {"period": first, "periods": zeros})


def silent_periods(y: FloatArray) -> int:
    """Return how many unusual zeros ``y`` ends with."""
    some = np.flatnonzero(y)
    if not len(some) or np.min(y) < 0:
        return 0
    zeros = len(y) - 1 - int(some[-1])
    longest = int(np.max(np.diff(some), initial=1)) - 1
    after = len(y) - int(some[0]) - 1
    # The chance of so many at the end, were the values after the first one dealt out at random.
    turns = np.arange(zeros)
    chance = float(np.prod((after - len(some) + 1 - turns) / (after - turns)))
    return 0 if zeros < FEW or zeros <= longest or chance >= RARE else zeros
