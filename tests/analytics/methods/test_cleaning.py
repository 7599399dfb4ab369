"""Cleaning steps: what each leaves and tells; the table given stays as it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.methods.cleaning import clean
from analytics.methods.errors import DataProblem

FRAME = pd.DataFrame({
    "amount": [10.0, 12.0, np.nan, 11.0, 1000.0, 9.0, 10.0, 10.0, 10.0, 10.0],
    "city": ["A", "B", "A", None, "B", "A", "A", "A", "A", "A"],
    "code": [1, 2, 3, 4, 5, 6, 1, 1, 7, 8],
})  # fmt: skip


def step(**given: Any) -> tuple[pd.DataFrame, tuple[int, int, int]]:
    before = FRAME.copy(deep=True)
    cleaned, (report,) = clean(FRAME, [given])
    pd.testing.assert_frame_equal(FRAME, before)
    assert list(cleaned.index) == list(range(len(cleaned)))
    return cleaned, (report.rows_before, report.rows_after, report.cells_changed)


def test_it_leaves_rows_with_gaps_out() -> None:
    assert step(kind="drop_missing")[1] == (10, 8, 0)
    assert step(kind="drop_missing", columns=["city"])[1] == (10, 9, 0)


@pytest.mark.parametrize(
    ("way", "filled"), [("median", 10.0), ("mean", 1082 / 9), ("mode", 10.0), ("zero", 0.0)]
)
def test_it_fills_gaps(way: str, filled: float) -> None:
    cleaned, report = step(kind="fill_missing", column="amount", **{"with": way})
    assert cleaned["amount"][2] == pytest.approx(filled)
    assert report == (10, 10, 1)


def test_it_fills_gaps_with_a_value() -> None:
    cleaned, _report = step(kind="fill_missing", column="city", **{"with": "value"}, value="C")
    assert cleaned["city"][3] == "C"
    with pytest.raises(DataProblem, match="“x” is not a number"):
        clean(FRAME, [{"kind": "fill_missing", "column": "amount", "with": "value", "value": "x"}])
    with pytest.raises(DataProblem, match="Say what"):
        clean(FRAME, [{"kind": "fill_missing", "column": "amount", "with": "value"}])


def test_it_counts_values_that_changed_and_not_how_they_are_written() -> None:
    frame = pd.DataFrame({"m": [*(f"¥{1000 + k:,}" for k in range(19)), "¥999,999.00"]})
    limited, (report,) = clean(frame, [{"kind": "limit_outliers", "column": "m"}])
    assert report.cells_changed == 1
    assert limited["m"].max() < 1100


def test_it_treats_values_beyond_the_outer_fences() -> None:
    # Quartiles 10 and 11, so the fences are 7 and 14.
    dropped, report = step(kind="drop_outliers", column="amount")
    assert report == (10, 9, 0)
    assert dropped["amount"].max() == 12
    limited, report = step(kind="limit_outliers", column="amount")
    assert report == (10, 10, 1)
    assert limited["amount"].max() == 14


def test_it_keeps_the_first_of_equal_rows() -> None:
    assert step(kind="drop_duplicates")[1] == (10, 8, 0)
    assert step(kind="drop_duplicates", columns=["city"])[1] == (10, 3, 0)


def test_it_reads_columns_otherwise() -> None:
    frame = pd.DataFrame(
        {"day": ["2026年3月1日", "2026年3月2日"], "n": ["1,200", "7"], "k": [1.0, 2.0]}
    )
    cleaned, reports = clean(
        frame,
        [{"kind": "as_date", "column": "day"}, {"kind": "as_number", "column": "n"},
         {"kind": "as_text", "column": "k"}],
    )  # fmt: skip
    assert list(cleaned["day"]) == [pd.Timestamp(2026, 3, 1), pd.Timestamp(2026, 3, 2)]
    assert list(cleaned["n"]) == [1200.0, 7.0]
    assert list(cleaned["k"]) == ["1", "2"]
    assert [report.kind for report in reports] == ["as_date", "as_number", "as_text"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kind": "explode"}, "no cleaning step “explode”"),
        ({"kind": "drop_missing", "columns": ["nobody"]}, "nobody"),
        ({"kind": "as_number", "column": "city"}, "city"),
        ({"kind": "fill_missing", "column": "city", "with": "median"}, "city"),
    ],
)
def test_it_names_what_is_wrong(given: dict[str, Any], told: str) -> None:
    with pytest.raises(DataProblem, match=told):
        clean(FRAME, [given])


def test_it_leaves_no_empty_table() -> None:
    frame = pd.DataFrame({"a": [np.nan, np.nan], "b": [1, 2]})
    with pytest.raises(DataProblem, match="no row would be left"):
        clean(frame, [{"kind": "drop_missing", "columns": ["a"]}])
