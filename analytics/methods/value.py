"""What is each customer worth? Purchases and spend to come, judged on time not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.bgnbd import (
    BgNbd,
    distinct_pairs,
    expected_if_alive,
    expected_purchases,
    fit_bgnbd,
    probability_alive,
    purchase_spread,
)
from analytics.methods.errors import DataProblem, InsufficientData, Notice
from analytics.methods.gamma_gamma import GammaGamma, expected_spend, fit_gamma_gamma
from analytics.methods.next_order import NextOrderTest, judge_waiting, next_orders
from analytics.methods.one_thread import one_thread
from analytics.methods.purchases import History, PurchaseDays, history, purchase_days
from analytics.methods.serialise import jsonable
from analytics.methods.value_holdout import Holdout, judge_holdout, own_mean
from analytics.methods.value_totals import Total, totals

FloatArray = NDArray[np.float64]
PERIODS = {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12}
MIN_CUSTOMERS, MIN_REPEATERS = 50, 20
DAYS_A_YEAR = 365.25
# Frequency and spend are taken as unrelated; beyond this correlation that is doubtful.
RELATED = 0.3


@dataclass(frozen=True)
class Fit:
    """Both models as estimated from one history, time in weeks."""

    bgnbd: BgNbd
    gamma_gamma: GammaGamma | None


@dataclass(frozen=True)
class ValueResult:
    """What customers are worth.

    Attributes
    ----------
    table : DataFrame
        One row per customer, highest value first: ``customer``, ``repeats``, ``last`` (days since
        the last purchase), ``alive`` (probability), ``purchases`` expected within the horizon with
        the 80 % interval ``lo80`` and ``hi80``, ``average`` (amount expected per purchase),
        ``value`` (discounted; NaN without amounts), and the next order in days after ``until`` with
        its 80 % interval: ``next``, ``next_lo``, ``next_hi`` (NaN where it cannot be known).
    until : Timestamp
        Last day of observation.
    fit : Fit
        Estimated from the calibration period where its end was given, else from everything.
    period : str
        Unit of time of the reported ``alpha``.
    horizon : int
        Days ahead.
    discount : float
        A year, 0.1 for 10 %.
    purchases, value : Total
        Over all customers within the horizon.
    holdout : Holdout or None
        None where the data are too short to judge.
    next_order : NextOrderTest or None
        How the day of the next order was told, and how well; None with too few to judge by.
    """

    table: pd.DataFrame
    until: pd.Timestamp
    fit: Fit
    period: str
    repeats: int
    horizon: int
    discount: float
    purchases: Total
    value: Total | None
    holdout: Holdout | None
    next_order: NextOrderTest | None
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer."""
        shown = self.fit.bgnbd.in_units(7.0 / PERIODS[self.period], self.repeats)
        money = self.fit.gamma_gamma
        return {
            "period": self.period,
            "bgnbd": {name: getattr(shown, name) for name in ("r", "alpha", "a", "b", "loglik")},
            "gammagamma": None
            if money is None
            else {name: jsonable(getattr(money, name)) for name in ("p", "q", "v", "loglik")},
            "holdout": self.holdout.to_dict() if self.holdout else None,
            "next_order": self.next_order.to_dict() if self.next_order else None,
            "horizon_days": self.horizon,
            "discount": self.discount,
            "purchases": jsonable(self.purchases),
            "value": jsonable(self.value),
            "customers": _records(self.table),
            "rows_used": self.rows_used,
            "rows_dropped": self.rows_dropped,
            "warnings": [notice.text for notice in self.notices],
        }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    columns = {
        name: [jsonable(v) for v in table[name].tolist()]
        if table[name].dtype == object
        else [None if v != v else v for v in table[name].round(6).tolist()]
        for name in table.columns
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def value(
    frame: pd.DataFrame,
    *,
    customer: str,
    date: str,
    amount: str | None = None,
    calibration_end: str | pd.Timestamp | None = None,
    period: str = "weeks",
    horizon: int | None = None,
    discount: float = 0.1,
    until: str | pd.Timestamp | None = None,
) -> ValueResult:
    """Estimate when customers buy again, what they spend, and what that is worth.

    Parameters
    ----------
    frame : DataFrame
        One row per transaction; see ``purchases.purchase_days``.
    customer, date, amount : str
        Columns; without ``amount`` purchases alone are counted.
    calibration_end : date, optional
        Last day that the reported parameters may know; what came later judges them.  By default
        the last third of the time judges, and the reported parameters know everything.
    period : {"days", "weeks", "months"}
        Unit of the reported ``alpha`` and of ``horizon``.
    horizon : int, optional
        Periods ahead; a year by default.
    discount : float
        Yearly rate at which money to come counts less, 0 to 1.
    until : date, optional
        Last day of observation; by default the day of the last purchase.

    Returns
    -------
    ValueResult

    Raises
    ------
    DataProblem, InsufficientData
        Fewer than 50 customers or than 20 with a repeat purchase, a bad option, or unreadable
        columns.

    Notes
    -----
    BG/NBD and gamma-gamma, estimated by maximum likelihood with time in weeks; sources in
    ``bgnbd`` and ``gamma_gamma``.  Refunds lower the spend.
    """
    ahead = _check_options(period, horizon, discount)
    with one_thread():
        days = purchase_days(frame, customer=customer, date=date, amount=amount)
        return _valued(days, amount, calibration_end, period, ahead, discount, until)


def _valued(
    days: PurchaseDays,
    amount: str | None,
    calibration_end: str | pd.Timestamp | None,
    period: str,
    ahead: int,
    discount: float,
    until: str | pd.Timestamp | None,
) -> ValueResult:
    end: pd.Timestamp = days.table["day"].max()
    if until is not None:
        end = max(end, pd.Timestamp(until).tz_localize(None).normalize())
    known = history(days, end)
    _check_enough(known)
    split = _split(days, end, calibration_end)
    notices = list(days.notices)
    final = _fit(known, amount, notices)
    judged = _judged(days, split, end, amount, explicit=calibration_end is not None)
    holdout = judged.holdout if judged else None
    next_order = judged.next_order if judged else None
    reported, repeats = final, int(known.repeats.sum())
    if calibration_end is not None and judged is not None:
        reported, repeats = judged.fit, judged.holdout.repeats
    if holdout is None:
        notices.append(Notice("value_not_judged"))
    elif not holdout.better:
        notices.append(Notice("value_no_better_than_rate"))
    elif holdout.missed > 0:
        notices.append(Notice("value_intervals_widened"))
    missed = holdout.missed if holdout else 0.0
    own = holdout is not None and holdout.own_mean
    averages = own_mean(known) if own else None
    table, counts, money = _customers(
        days, known, final, ahead, discount, missed, next_order, averages
    )
    return ValueResult(
        table=table,
        until=end,
        fit=reported,
        period=period,
        repeats=repeats,
        horizon=ahead,
        discount=discount,
        purchases=counts,
        value=money,
        holdout=holdout,
        next_order=next_order,
        rows_used=days.rows_used,
        rows_dropped=days.rows_dropped,
        notices=tuple(notices),
    )


def _check_options(period: str, horizon: int | None, discount: float) -> int:
    if period not in PERIODS:
        rule = "days, weeks or months"
        raise DataProblem("bad_parameter", {"name": "period", "rule": rule, "value": period})
    ahead = 365 if horizon is None else round(horizon * PERIODS[period])
    if not 1 <= ahead <= 3660:
        rule = "at least one and at most ten years"
        raise DataProblem("bad_parameter", {"name": "horizon", "rule": rule, "value": horizon})
    if not 0 <= discount <= 1:
        rule = "between 0 and 1"
        raise DataProblem("bad_parameter", {"name": "discount", "rule": rule, "value": discount})
    return ahead


def _check_enough(known: History) -> None:
    repeaters = int((known.repeats > 0).sum())
    if len(known.repeats) < MIN_CUSTOMERS or repeaters < MIN_REPEATERS:
        raise InsufficientData(
            "value_too_few_customers",
            {
                "needed": MIN_CUSTOMERS,
                "needed_repeaters": MIN_REPEATERS,
                "customers": len(known.repeats),
                "repeaters": repeaters,
            },
        )


def _split(
    days: PurchaseDays, end: pd.Timestamp, calibration_end: str | pd.Timestamp | None
) -> pd.Timestamp:
    start: pd.Timestamp = days.table["day"].min()
    if calibration_end is None:
        return start + (end - start) * (2 / 3)
    given = pd.to_datetime(calibration_end, errors="coerce")
    if pd.isna(given):
        rule = "a date such as 2024-09-30"
        params = {"name": "calibration_end", "rule": rule, "value": calibration_end}
        raise DataProblem("bad_parameter", params)
    split = given.tz_localize(None).normalize()
    if not start < split < end:
        rule = f"between {start:%Y-%m-%d} and {end:%Y-%m-%d}, the first and last purchase"
        params = {"name": "calibration_end", "rule": rule, "value": f"{split:%Y-%m-%d}"}
        raise DataProblem("bad_parameter", params)
    return split


@dataclass(frozen=True)
class _Judged:
    holdout: Holdout
    next_order: NextOrderTest | None
    fit: Fit


def _judged(
    days: PurchaseDays,
    split: pd.Timestamp,
    end: pd.Timestamp,
    amount: str | None,
    *,
    explicit: bool,
) -> _Judged | None:
    """Fit what was known at ``split`` and judge it by what came until ``end``."""
    early = history(days, split.normalize())
    try:
        _check_enough(early)
        fit = _fit(early, amount, [])
    except DataProblem:
        if explicit:
            raise
        return None
    return _Judged(
        holdout=judge_holdout(days, early, end, fit.bgnbd, fit.gamma_gamma),
        next_order=judge_waiting(days, early, end, fit.bgnbd),
        fit=fit,
    )


def _fit(known: History, amount: str | None, notices: list[Notice]) -> Fit:
    bgnbd = fit_bgnbd(known.repeats, known.recency / 7.0, known.age / 7.0)
    if bgnbd.at_edge:
        notices.append(Notice("value_at_edge"))
    return Fit(bgnbd, _fit_spend(known, notices) if amount else None)


def _fit_spend(known: History, notices: list[Notice]) -> GammaGamma | None:
    usable = (known.repeats > 0) & (np.nan_to_num(known.spend) > 0)
    x, spend = known.repeats[usable], known.spend[usable]
    if len(x) < MIN_REPEATERS:
        notices.append(Notice("spend_too_few", {"needed": MIN_REPEATERS, "customers": len(x)}))
        return None
    if float(np.ptp(spend)) < 1e-9 * float(spend.max()):
        notices.append(Notice("spend_constant"))
        return None
    if float(np.ptp(x)) > 0:
        related = float(np.corrcoef(x, spend)[0, 1])
        if abs(related) > RELATED:
            notices.append(Notice("spend_and_frequency_related", {"correlation": related}))
    return fit_gamma_gamma(x, spend)


def _customers(
    days: PurchaseDays,
    known: History,
    fit: Fit,
    ahead: int,
    discount: float,
    missed: float,
    next_order: NextOrderTest | None,
    averages: FloatArray | None,
) -> tuple[pd.DataFrame, Total, Total | None]:
    weeks = ahead / 7.0
    at = (known.repeats, known.recency / 7.0, known.age / 7.0)
    spread = purchase_spread(fit.bgnbd, *at, weeks)
    count = expected_purchases(fit.bgnbd, *at, weeks)
    average = worth = np.full(len(count), np.nan)
    if fit.gamma_gamma is not None:
        drawn = expected_spend(fit.gamma_gamma, known.repeats, known.spend)
        average = drawn if averages is None else averages
        alive = probability_alive(fit.bgnbd, *at)
        worth = average * alive * _discounted(fit.bgnbd, at[0], at[2], weeks, discount)
    waiting = next_orders(days, known, fit.bgnbd, next_order)
    table = pd.DataFrame(
        {
            "customer": days.customers[known.customers],
            "repeats": known.repeats,
            "last": known.age - known.recency,
            "alive": probability_alive(fit.bgnbd, *at),
            "purchases": count,
            "lo80": spread.lo,
            "hi80": spread.hi,
            "average": average,
            "value": worth,
            "next": waiting.middle,
            "next_lo": waiting.lo,
            "next_hi": waiting.hi,
        }
    )
    order = "value" if fit.gamma_gamma is not None else "purchases"
    table = table.sort_values(order, ascending=False, kind="stable", ignore_index=True)
    counts, money = totals(
        fit.bgnbd, fit.gamma_gamma, known, weeks, count, spread.variance, worth, missed
    )
    return table, counts, money


def _discounted(
    model: BgNbd, x: NDArray[np.int64], T: FloatArray, weeks: float, rate: float
) -> FloatArray:
    """Return the purchases of customers alive, each counting less the later it comes, by month."""
    count, age, back = distinct_pairs(x, T)
    steps = max(round(weeks * 7 / 30.4), 1) if rate > 0 else 1
    total, before = np.zeros(len(count)), np.zeros(len(count))
    for step in range(1, steps + 1):
        until = weeks * step / steps
        now = expected_if_alive(model, count, age, until)
        middle = (until - weeks / steps / 2) * 7 / DAYS_A_YEAR
        total += (now - before) / (1 + rate) ** middle
        before = now
    return total[back]
