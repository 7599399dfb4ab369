"""Ups and downs of no calendar season are seen, told and gone on with; drifting shows none."""

import numpy as np
import pytest

from analytics.methods.cycle import Autoregression, autoregression, find_cycle
from analytics.methods.series_forecast import forecast_series
from analytics.methods.timeseries import RegularSeries


def up_and_down(n: int) -> np.ndarray:
    """Steep rises and slow falls about every 9.3 periods, with noise."""
    t = 2 * np.pi * np.arange(n) / 9.3
    noise = np.random.default_rng(3).normal(0, 1.5, n)
    return 60 + 20 * np.sin(t) + 9 * np.sin(2 * t + 0.7) + noise


def test_it_estimates_as_burg_does() -> None:
    from statsmodels.regression.linear_model import burg

    x = np.random.default_rng(0).normal(size=200)
    x[2:] += 0.9 * x[1:-1] - 0.5 * x[:-2]
    x -= x.mean()
    weights, variance = autoregression(x)
    theirs, sigma2 = burg(x, len(weights), demean=False)
    assert weights == pytest.approx(theirs)
    assert variance == pytest.approx(sigma2, rel=0.05)


def test_it_goes_on_with_a_cycle_and_names_its_length() -> None:
    values = up_and_down(96)
    one = forecast_series(RegularSeries(values[:80], None, "", 1, 80, 0), 16)
    told = next(notice for notice in one.notices if notice.code == "cycle_seen")
    assert told.params["periods"] == pytest.approx(9.3, abs=0.2)
    assert np.mean(np.abs(one.prediction.mean - values[80:])) < 4
    assert one.chosen == "autoregression"


def test_what_only_drifts_or_is_noise_has_no_cycle() -> None:
    steps = np.random.default_rng(5).normal(size=(150, 90))
    found = [find_cycle(y) for y in np.concatenate([steps, steps.cumsum(axis=1)])]
    assert sum(length is not None for length in found) <= 3


@pytest.mark.parametrize("values", [np.arange(30.0), np.zeros(12), np.sin(np.arange(40) / 1.5)])
def test_it_survives_what_follows_a_rule_exactly(values: np.ndarray) -> None:
    find_cycle(values)
    assert np.isfinite(Autoregression().predict(values, 1, 30).hi95).all()
