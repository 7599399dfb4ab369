"""From transactions to what the value models need: repeat purchases, their last day, their mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.columns import (
    date_column,
    numeric_column,
    require_columns,
    unit_notices,
)
from analytics.methods.copies import summed_copies
from analytics.methods.errors import DataProblem, Notice
from analytics.methods.outlying import dominance_notices

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class PurchaseDays:
    """One row per customer and day.

    Attributes
    ----------
    table : DataFrame
        ``customer`` (code into ``customers``), ``day`` (Timestamp), ``amount`` (sum of the day's
        rows; 1 without amounts), ``bought`` (not only refunds), by customer and day.
    customers : ndarray of shape (customers,)
    rows_used, rows_dropped : int
    """

    table: pd.DataFrame
    customers: NDArray[np.object_]
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class History:
    """Each customer's purchases up to a day.

    Attributes
    ----------
    customers : ndarray of int, shape (n,)
        Codes into ``PurchaseDays.customers``; those who first bought later are absent.
    repeats : ndarray of int, shape (n,)
        Days with a purchase after the first: x.
    recency : ndarray of int, shape (n,)
        Days from the first purchase to the last: t_x.
    age : ndarray of int, shape (n,)
        Days from the first purchase to the end of observation: T.
    spend : ndarray of shape (n,)
        Mean amount of a repeat purchase, less refunds; NaN without repeats.
    total : ndarray of shape (n,)
        Sum of all amounts.
    until : Timestamp
        Last day observed.
    """

    customers: IntArray
    repeats: IntArray
    recency: IntArray
    age: IntArray
    spend: FloatArray
    total: FloatArray
    until: pd.Timestamp


def purchase_days(
    frame: pd.DataFrame, *, customer: str, date: str, amount: str | None
) -> PurchaseDays:
    """Sum transactions by customer and day.

    Parameters
    ----------
    frame : DataFrame
        One row per transaction.  Rows without customer, date or amount are left out and counted.
        A day with negative amounts only (refunds) is no purchase; its money counts.
    customer, date : str
        Columns.
    amount : str or None
        Column of amounts, in any currency.

    Returns
    -------
    PurchaseDays

    Raises
    ------
    DataProblem
        A column is missing or cannot be read, or no purchase is left.
    """
    require_columns(frame, [customer, date] + ([amount] if amount else []))
    if len(frame) == 0:
        raise DataProblem("no_rows")
    rows = pd.DataFrame({"customer": frame[customer], "day": date_column(frame, date)})
    rows["day"] = rows["day"].dt.normalize()
    rows["amount"] = numeric_column(frame, amount) if amount else 1.0
    complete = rows.dropna()
    dropped = len(rows) - len(complete)
    notices = [Notice("rows_missing_dropped", {"rows": dropped})] if dropped else []
    notices += unit_notices(frame, amount)
    if amount:
        notices += dominance_notices(amount, complete["amount"].to_numpy(dtype=float))
    if len(complete) == 0:
        raise DataProblem("no_usable_rows")
    codes, customers = pd.factorize(complete["customer"], sort=False)
    others = frame.loc[complete.index, [n for n in frame if n not in {customer, date, amount}]]
    days = complete["day"].to_numpy().astype("datetime64[D]").astype(np.int64)
    notices += summed_copies([codes, days, complete["amount"].to_numpy()], others)
    by_day = complete.assign(customer=codes).groupby(["customer", "day"], sort=True)["amount"]
    table = pd.DataFrame({"amount": by_day.sum(), "bought": by_day.max() >= 0}).reset_index()
    refunds = int((~table["bought"]).sum())
    if refunds == len(table):
        raise DataProblem("no_purchases", {"column": amount or date})
    if refunds:
        notices.append(Notice("refund_days", {"days": refunds}))
    return PurchaseDays(
        table, np.asarray(customers, dtype=object), len(complete), dropped, tuple(notices)
    )


def history(days: PurchaseDays, until: pd.Timestamp) -> History:
    """Return what was known about each customer at the end of the day ``until``."""
    known = days.table[days.table["day"] <= until]
    table = known[known["bought"]]
    code = table["customer"].to_numpy()
    first = np.flatnonzero(np.diff(code, prepend=-1))
    last = np.append(first[1:], len(code)) - 1
    day = table["day"].to_numpy().astype("datetime64[D]").astype(np.int64)
    end = np.datetime64(until, "D").astype(np.int64)
    customers = code[first].astype(np.int64)
    total = _sums(known, "amount", len(days.customers))
    repeats = last - first
    repeated = total[customers] - table["amount"].to_numpy(dtype=float)[first]
    return History(
        customers=customers,
        repeats=repeats.astype(np.int64),
        recency=day[last] - day[first],
        age=end - day[first],
        spend=np.where(repeats > 0, repeated / np.maximum(repeats, 1), np.nan),
        total=total[customers],
        until=until,
    )


def bought_between(
    days: PurchaseDays, after: pd.Timestamp, until: pd.Timestamp, customers: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return purchases and amounts of ``customers`` in the days (after, until], shape (n,) each."""
    table = days.table[(days.table["day"] > after) & (days.table["day"] <= until)]
    size = len(days.customers)
    return _sums(table, "bought", size)[customers], _sums(table, "amount", size)[customers]


def _sums(table: pd.DataFrame, column: str, customers: int) -> FloatArray:
    code, weight = table["customer"].to_numpy(), table[column].to_numpy(dtype=float)
    return np.bincount(code, weights=weight, minlength=customers).astype(float)
