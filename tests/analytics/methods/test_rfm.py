"""Recency, frequency, money and tenure, checked by hand."""

import pandas as pd
import pytest

from analytics.methods.errors import DataProblem
from analytics.methods.rfm import quintile, rfm


@pytest.fixture
def transactions() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("a", "2024-01-01 09:00", 10.0),
            ("a", "2024-01-01 17:00", 5.0),
            ("a", "2024-01-31", 20.0),
            ("a", "2024-02-01", -5.0),
            ("b", "2024-01-11", 40.0),
            (None, "2024-01-11", 1.0),
        ],
        columns=["customer", "date", "amount"],
    )


def test_it_aggregates_by_customer(transactions: pd.DataFrame) -> None:
    result = rfm(transactions)
    a = result.table.loc["a"]
    assert (a.recency, a.frequency, a.monetary, a.tenure) == (2, 2, 30.0, 32)
    assert result.table.loc["b"].average == 40.0
    assert (result.rows_used, result.rows_dropped) == (5, 1)


def test_it_knows_nothing_of_what_came_later(transactions: pd.DataFrame) -> None:
    result = rfm(transactions, as_of=pd.Timestamp("2024-01-12"))
    assert result.table.loc["a"].recency == 11
    assert result.table.loc["b"].recency == 1


def test_it_scores_by_fifths() -> None:
    assert quintile(pd.Series(range(10))).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_it_refuses_transactions_without_a_purchase(transactions: pd.DataFrame) -> None:
    with pytest.raises(DataProblem):
        rfm(transactions.assign(amount=-1.0))
