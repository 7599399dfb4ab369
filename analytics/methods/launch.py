"""Zeros before the first sale: a product that was not there yet says nothing about its sales."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.methods.errors import Notice
from analytics.methods.timeseries import MIN_PERIODS, RegularSeries

# As few zeros at the beginning may be chance where there is no season.
FEW = 3


def since_launch(series: RegularSeries) -> RegularSeries:
    """Return ``series`` from its first value that is not 0 on, where it begins as before a launch.

    That is so where more than a season of zeros is followed by mostly positive values.  Weeks that
    are then too few for a year are taken as non-seasonal; where too few are left to forecast, the
    zeros are kept, which is told.
    """
    zeros = int(np.argmax(series.y != 0))
    rest = series.y[zeros:]
    if zeros <= max(series.season, FEW) or np.mean(rest > 0) <= 0.5:
        return series
    season, notices = series.season, series.notices
    if len(rest) < 2 * season and series.frequency == "week":
        season = 1
        notices = tuple(one for one in notices if one.code != "season_by_frequency")
        notices = (*notices, Notice("short_weekly_no_season"))
    if len(rest) < max(2 * season, MIN_PERIODS):
        kept = Notice("leading_zeros_kept", {"periods": zeros})
        return replace(series, notices=(*series.notices, kept))
    dates = None if series.dates is None else series.dates[zeros:]
    told = Notice("leading_zeros_dropped", {"periods": zeros})
    return replace(series, y=rest, dates=dates, season=season, notices=(told, *notices))
