"""Does an effect survive when trend, season and controls are held fixed?

Spending follows the season, and so do sales: a regression of one on the other credits advertising
with the season's own sales.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.columns import date_column, numeric_column, require_columns
from analytics.methods.design import Design, collinear_terms
from analytics.methods.errors import DataProblem
from analytics.methods.formula import Formula
from analytics.methods.least_squares import (
    Estimates,
    careful_errors,
    fit_least_squares,
    hac_lags,
)

FloatArray = NDArray[np.float64]
DAYS_PER_YEAR = 365.25
MAX_PAIRS = 6
ROWS_PER_TERM = 10
# 2024-03-05, 2024年3月, 05.03.2024, 3/5/2024, 5-Mar-2024, March 5, 2024
_DATE = re.compile(
    r"\d{4}[-/年.]|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{1,2}[-/ ][A-Za-z]{3,9}[-/ ]\d"
    r"|[A-Za-z]{3,9} \d{1,2}, \d{4}"
)
ROWS_PER_ADJUSTMENT = 4  # of a column that is held fixed and not reported


@dataclass(frozen=True)
class AdjustedEffect:
    """One term with trend, season and controls held fixed.

    Attributes
    ----------
    unadjusted, estimate : float
        Without and with the adjustment, in units of the outcome per unit of the term.
    se, lo, hi, p : float
        Of ``estimate``, with Newey–West errors from jackknifed residuals.
    disagrees : bool
        The unadjusted effect looks significant, and the adjusted one lies outside its 95 %
        interval.
    """

    name: str
    unadjusted: float
    estimate: float
    se: float
    lo: float
    hi: float
    p: float
    disagrees: bool


def in_time_order(
    frame: pd.DataFrame, date: str | None, exclude: set[str]
) -> tuple[pd.DataFrame, str | None]:
    """Return ``frame`` sorted by its date column, and that column's name.

    Without ``date`` the one column whose text values are all dates, one row each, is taken;
    (``frame``, None) when there is none or more than one.
    """
    if date is not None:
        require_columns(frame, [date])
    found = date or _find_dates(frame, exclude)
    if found is None:
        return frame, None
    order = np.argsort(date_column(frame, found).to_numpy(), kind="stable")
    return frame.iloc[order], found


def _find_dates(frame: pd.DataFrame, exclude: set[str]) -> str | None:
    found = []
    for name in frame.columns:
        column = frame[name]
        times = pd.api.types.is_datetime64_any_dtype(column)
        texts = column.dtype == object or isinstance(column.dtype, pd.StringDtype)
        if name in exclude or not (times or texts) or column.isna().any():
            continue
        if len(column) < 24 or not column.is_unique or not _starts_like_a_date(column.iloc[0]):
            continue
        try:
            date_column(frame, name)
        except DataProblem:
            continue
        found.append(str(name))
    return found[0] if len(found) == 1 else None


def _starts_like_a_date(value: object) -> bool:
    return _DATE.match(str(value).strip()) is not None


def adjusted_effects(
    frame: pd.DataFrame,
    formula: Formula,
    design: Design,
    plain: Estimates,
    date: str | None,
    controls: tuple[str, ...],
) -> tuple[AdjustedEffect, ...]:
    """Fit the terms of ``design`` again beside trend, season and ``controls``.

    Trend is a straight line, season up to six pairs of yearly sine and cosine waves, their number
    chosen by AICc; standard errors by ``careful_errors``.

    Returns
    -------
    tuple of AdjustedEffect
        One per slope; empty without dates and controls, with fewer than 10 rows per coefficient
        and 4 per column that is only held fixed, or when the terms are exact combinations of
        trend and season.
    """
    columns = list(controls)
    require_columns(frame, columns)
    blocks = [_control(frame, name, design) for name in columns if name not in formula.outcome]
    base = np.hstack([design.X, *blocks]) if blocks else design.X
    terms = design.X.shape[1]
    room = (len(design.y) - ROWS_PER_TERM * terms) // ROWS_PER_ADJUSTMENT
    if date is not None:
        base = _with_season(base, design, date_column(frame, date), most=terms + room)
    added = base.shape[1] - terms
    if not added or added > room:
        return ()
    names = [*design.names, *(f"adjustment {k}" for k in range(added))]
    if collinear_terms(base, names):
        return ()
    return _compare(base, names, design, plain)


def _control(frame: pd.DataFrame, name: str, design: Design) -> FloatArray:
    part = frame.iloc[design.rows]
    try:
        values = numeric_column(part, name)
    except DataProblem:
        dummies = pd.get_dummies(part[name].astype(str), drop_first=True, dtype=float)
        return dummies.to_numpy(dtype=float)
    return values.fillna(values.median()).to_numpy(dtype=float)[:, None]


def _with_season(base: FloatArray, design: Design, dates: pd.Series, most: int) -> FloatArray:
    """Return ``base`` with a trend and the yearly waves that AICc keeps, at ``most`` columns."""
    days = (dates - dates.min()).dt.total_seconds().to_numpy(dtype=float)[design.rows] / 86400.0
    trend = (days / max(float(np.nanmax(days)), 1.0))[:, None]
    n = len(design.y)
    best = base
    if float(np.nanmax(days)) < DAYS_PER_YEAR or np.isnan(days).any():
        return np.hstack([base, trend]) if not np.isnan(days).any() else base
    best_aicc = np.inf
    step = float(np.median(np.diff(np.unique(days))))
    pairs = min(MAX_PAIRS, int(DAYS_PER_YEAR / max(step, 1.0) / 2))
    for k in range(pairs + 1):
        waves = [np.sin(2 * np.pi * j * days / DAYS_PER_YEAR) for j in range(1, k + 1)]
        waves += [np.cos(2 * np.pi * j * days / DAYS_PER_YEAR) for j in range(1, k + 1)]
        X = np.hstack([base, trend, *(wave[:, None] for wave in waves)])
        p = X.shape[1] + 1
        if n <= p + 1 or (X.shape[1] > most and k > 0):
            break
        scaled = X / np.maximum(np.linalg.norm(X, axis=0), 1e-300)
        rest = design.y - scaled @ np.linalg.lstsq(scaled, design.y, rcond=None)[0]
        rss = max(float(rest @ rest), 1e-300)
        aicc = n * np.log(rss / n) + 2 * p + 2 * p * (p + 1) / (n - p - 1)
        if aicc < best_aicc:
            best, best_aicc = X, aicc
    return best


def _compare(
    base: FloatArray, names: list[str], design: Design, plain: Estimates
) -> tuple[AdjustedEffect, ...]:
    from scipy.stats import t

    adjusted = fit_least_squares(design.y, base, names)
    n, columns = base.shape
    errors = careful_errors(base, design.y - base @ adjusted.params, hac_lags(n))
    reach = float(t.ppf(0.975, n - columns))
    found = []
    for k, name in enumerate(design.names):
        if k == design.intercept:
            continue
        estimate, se = float(adjusted.params[k]), float(errors[k])
        outside = not plain.lo[k] <= estimate <= plain.hi[k]
        found.append(
            AdjustedEffect(
                name=name,
                unadjusted=float(plain.params[k]),
                estimate=estimate,
                se=se,
                lo=estimate - reach * se,
                hi=estimate + reach * se,
                p=float(2.0 * t.sf(abs(estimate / se), n - columns)) if se > 0 else 0.0,
                disagrees=bool(outside and plain.p[k] < 0.05),
            )
        )
    return tuple(found)
