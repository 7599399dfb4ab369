"""Whether a group without rows in a period sold nothing then, or was not measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.timeseries import MANY_GAPS, MIN_PERIODS, period_starts

FloatArray = NDArray[np.float64]


def counts_what_came(frame: pd.DataFrame, value: str, date: str, group: str, unit: str) -> bool:
    """Say whether periods without rows of a group hold 0 in this table.

    They do where a group has no rows in more than a quarter of the periods in which others have
    some, and its values are such as add up from what comes singly: multiples of the least, or of
    very different size.  Prices or stocks that are written down now and then are neither.

    Parameters
    ----------
    frame : DataFrame
        With numbers in ``value`` and timestamps in ``date``.
    """
    rows = frame[[group, value]].assign(start=period_starts(pd.DatetimeIndex(frame[date]), unit))
    rows = rows.dropna()
    every = np.sort(rows["start"].unique())
    sums = rows.groupby([group, "start"], sort=True)[value].sum()
    for _, own in sums.groupby(level=0):
        starts = own.index.get_level_values(1).to_numpy()
        asked = np.searchsorted(every, starts[-1]) - np.searchsorted(every, starts[0]) + 1
        often = len(own) >= (1 - MANY_GAPS) * asked
        if len(own) >= MIN_PERIODS and not often and _adds_up(own.to_numpy(dtype=float)):
            return True
    return False


def _adds_up(values: FloatArray) -> bool:
    least = float(np.min(values))
    if least <= 0:
        return False
    times = values / least
    units = bool(np.all(np.abs(times - np.round(times)) < 1e-6 * times))
    return units or float(np.quantile(values, 0.1)) <= 0.5 * float(np.median(values))
