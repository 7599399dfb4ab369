"""Error measures on numbers small enough to check by hand."""

import numpy as np
import pytest

from analytics.methods.accuracy import coverage, mase, naive_scale, smape
from analytics.methods.backtest import plan_origins


def test_it_scales_by_the_seasonal_naive_error() -> None:
    train = np.array([1.0, 10.0, 3.0, 14.0])
    assert naive_scale(train, 2) == 3.0
    assert mase(np.array([5.0, 16.0]), np.array([3.0, 14.0]), 3.0) == pytest.approx(2 / 3)


def test_it_falls_back_to_the_plain_step_for_a_perfect_season() -> None:
    assert naive_scale(np.array([1.0, 2.0, 1.0, 2.0]), 2) == 1.0
    assert np.isnan(naive_scale(np.ones(4), 2))


def test_it_measures_smape_as_in_the_m3_competition() -> None:
    assert smape(np.array([100.0, 0.0]), np.array([50.0, 0.0])) == pytest.approx(200 / 3 / 2)


def test_it_counts_values_inside_their_intervals() -> None:
    actual = np.array([1.0, 2.0, 3.0, 4.0])
    assert coverage(actual, np.array([0, 2, 4, 0]), np.array([2, 2, 5, 3])) == 0.5


@pytest.mark.parametrize(("n", "season", "horizon"), [(24, 12, 12), (120, 12, 18), (10, 1, 5)])
def test_it_judges_only_what_lies_ahead_of_each_origin(n: int, season: int, horizon: int) -> None:
    origins, steps = plan_origins(n, season, horizon)
    assert list(origins) == sorted(set(origins))
    assert origins[-1] + steps == n
    assert origins[0] > season
    assert 1 <= steps <= horizon
