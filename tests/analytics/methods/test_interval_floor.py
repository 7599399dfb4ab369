"""Intervals know how wrong the forecast was on unseen data, as far as that can be told."""

import numpy as np
import pandas as pd
import pytest

from analytics.methods.backtest import Backtest
from analytics.methods.calibration import interval_factors
from analytics.methods.candidates import Prediction, normal
from analytics.methods.forecast import forecast

NOISE = 30.0


def two_years_of_weeks(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    weeks = np.arange(105)
    values = 300 + weeks + 60 * np.sin(2 * np.pi * weeks / 52) + rng.normal(0, NOISE, 105)
    return pd.DataFrame(
        {"week": pd.date_range("2024-01-01", periods=105, freq="W-MON"), "v": values}
    )


def test_it_never_claims_to_know_two_seasons_exactly() -> None:
    for seed in range(3):
        one = next(
            iter(forecast(two_years_of_weeks(seed), "v", horizon=8, date="week").groups.values())
        )
        half = (one.prediction.hi80 - one.prediction.lo80) / 2
        assert np.all(half > NOISE / 3)
        assert np.all(one.prediction.hi95 - one.prediction.lo95 > 2 * half)


def judged(origins: int, steps: int, scale: float) -> tuple[Backtest, list[Prediction]]:
    """A backtest of standard normal errors whose intervals are ``scale`` times as wide as right."""
    y = np.random.default_rng(5).normal(0, 1, 40 + origins * steps)
    starts = tuple(40 + k * steps for k in range(origins))
    flat, sigma = np.zeros(steps), np.full(steps, scale)
    made = [normal(flat, sigma) for _ in starts]
    return Backtest(y, 1, starts, steps, {}, ()), made


@pytest.mark.parametrize(("scale", "factor"), [(2.0, 0.5), (0.5, 2.0)])
def test_widths_follow_the_backtest_where_it_judged_much(scale: float, factor: float) -> None:
    assert interval_factors(*judged(5, 400, scale)) == pytest.approx(
        {80: factor, 95: factor}, rel=0.15
    )


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_widths_hardly_follow_it_where_it_judged_little(scale: float) -> None:
    assert interval_factors(*judged(1, 8, scale)) == pytest.approx({80: 1, 95: 1}, abs=0.06)
