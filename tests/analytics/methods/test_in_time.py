"""Columns that drift are tied only where they are so beyond drifting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr

from analytics.methods.correlate import correlate
from analytics.methods.in_time import chance_in_time


def _walks(seed: int, memory: float) -> np.ndarray:
    made = np.random.default_rng(seed).normal(size=(2, 160))
    for k in range(1, 160):
        made[:, k] += memory * made[:, k - 1]
    return made[:, 60:]


@pytest.mark.parametrize("memory", [0.5, 0.9, 1.0])
def test_it_finds_ties_and_hardly_any_where_there_are_none(memory: float) -> None:
    drawn = [_walks(seed, memory) for seed in range(150)]
    assert np.mean([chance_in_time(x, y) < 0.05 for x, y in drawn]) < 0.08
    assert np.mean([chance_in_time(x, 0.6 * x + y) < 0.05 for x, y in drawn]) > 0.95


def test_it_calls_no_two_columns_tied_that_only_drift() -> None:
    x, y = _walks(1, 1.0)
    months = pd.date_range("2015-01-01", periods=100, freq="MS").strftime("%Y-%m")
    frame = pd.DataFrame({"a": x, "b": y})
    assert pearsonr(x, y).pvalue < 0.001
    assert correlate(frame).pairs[0].found
    timed = correlate(frame.assign(month=months))
    assert not timed.pairs[0].found
    assert "drift_allowed_for" in {notice.code for notice in timed.notices}
    shuffled = frame.assign(month=months).sample(frac=1, random_state=0)
    assert correlate(shuffled).pairs[0].p == pytest.approx(pearsonr(x, y).pvalue)
