"""Units of amounts and durations, which no method converts."""

import numpy as np
import pandas as pd
import pytest

from analytics.methods.clustering import cluster
from analytics.methods.correlate import correlate
from analytics.methods.describe import describe
from analytics.methods.ordinal import explain_steps
from analytics.methods.regression import regress
from analytics.methods.score import score

METHODS = {
    "score": lambda frame: score(frame, "bought"),
    "cluster": lambda frame: cluster(frame, k=2),
    "regress": lambda frame: regress(frame, "visits ~ fee"),
    "correlate": correlate,
    "ordinal": lambda frame: explain_steps(frame, "mark"),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("signs", [("¥", "€"), ("¥", "元")])
def test_it_says_which_currencies_it_mixed(method: str, signs: tuple[str, str]) -> None:
    rng = np.random.default_rng(0)
    fee = rng.integers(10, 99, 300)
    frame = pd.DataFrame({
        "fee": [f"{signs[row % 2]}{value}" for row, value in enumerate(fee)],
        "visits": fee + rng.normal(0, 20, 300),
        "bought": rng.integers(0, 2, 300),
        "mark": rng.integers(1, 4, 300),
    })  # fmt: skip
    notices = METHODS[method](frame).notices
    said = [one.params for one in notices if one.code == "several_currencies"]
    assert said == ([{"column": "fee", "currencies": "¥, €"}] if "€" in signs else [])


def test_it_says_that_durations_are_seconds() -> None:
    frame = pd.DataFrame({"took": ["0:02:00", "1:04:00", None] * 10, "team": ["a", "b", "c"] * 10})
    found = describe(frame)
    assert (found.columns[0].kind, found.columns[0].mean) == ("number", 1980.0)
    assert [one.code for one in found.notices] == ["read_as_seconds"]
