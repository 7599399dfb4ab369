"""Recency, frequency, money and tenure of customers, from their transactions.

Source: P. S. Fader, B. G. S. Hardie and K. L. Lee (2005), RFM and CLV: using iso-value curves for
customer base analysis, Journal of Marketing Research 42(4), 415-430.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.methods.columns import date_column, numeric_column, require_columns
from analytics.methods.errors import DataProblem, Notice

FEATURES = ("recency", "frequency", "monetary", "tenure")


@dataclass(frozen=True)
class RfmResult:
    """One row per customer.

    Attributes
    ----------
    table : DataFrame, index = customer
        ``recency`` days since the last purchase; ``frequency`` days with a purchase; ``monetary``
        sum of amounts; ``average`` amount per purchase day; ``tenure`` days since the first
        purchase; ``r_score``, ``f_score``, ``m_score`` 1 to 5, 5 best.
    """

    table: pd.DataFrame
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]


def rfm(
    transactions: pd.DataFrame,
    *,
    customer: str = "customer",
    date: str = "date",
    amount: str = "amount",
    as_of: pd.Timestamp | None = None,
) -> RfmResult:
    """Aggregate transactions to one row per customer.

    Parameters
    ----------
    transactions : DataFrame
        One row per purchase.  Rows without customer, date or amount are left out and counted;
        negative amounts (refunds) lower the sum, but are no purchase.
    customer, date, amount : str
        Column names.
    as_of : Timestamp, optional
        End of observation, exclusive: later rows are left out.  Default: the day after the last.

    Returns
    -------
    RfmResult

    Raises
    ------
    DataProblem
        A column is missing or cannot be read, or no purchase is left.
    """
    require_columns(transactions, [customer, date, amount])
    if len(transactions) == 0:
        raise DataProblem("no_rows")
    rows = pd.DataFrame(
        {
            "customer": transactions[customer],
            "day": date_column(transactions, date).dt.normalize(),
            "amount": numeric_column(transactions, amount),
        }
    )
    complete = rows.dropna()
    if as_of is not None:
        complete = complete[complete["day"] < as_of]
    dropped = len(rows) - len(complete)
    notices = [Notice("rows_missing_dropped", {"rows": dropped})] if dropped else []
    bought = complete[complete["amount"] > 0]
    if len(bought) == 0:
        raise DataProblem("no_usable_rows")
    end = as_of if as_of is not None else complete["day"].max() + pd.Timedelta(days=1)
    by = bought.groupby("customer", sort=True)
    table = pd.DataFrame(
        {
            "recency": (end - by["day"].max()).dt.days,
            "frequency": by["day"].nunique(),
            "monetary": complete.groupby("customer")["amount"].sum(),
            "tenure": (end - by["day"].min()).dt.days,
        }
    ).reindex(by.size().index)
    table["average"] = table["monetary"] / table["frequency"]
    table["r_score"] = quintile(-table["recency"])
    table["f_score"] = quintile(table["frequency"])
    table["m_score"] = quintile(table["monetary"])
    return RfmResult(table, len(complete), dropped, tuple(notices))


def quintile(values: pd.Series) -> pd.Series:
    """Return 1 to 5 by fifths of the ranking, 5 for the largest; equal values share a score."""
    rank = values.rank(method="average", pct=True).to_numpy(dtype=float)
    score = np.ceil(rank * 5.0 - 1e-9).clip(1, 5).astype(int)
    return pd.Series(score, index=values.index)
