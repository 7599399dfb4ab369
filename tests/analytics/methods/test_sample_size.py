"""How many customers an experiment needs, against textbooks and other programs."""

from __future__ import annotations

import pytest
from statsmodels.stats.power import TTestIndPower

from analytics.methods.errors import DataProblem
from analytics.methods.sample_size import size_for_means, size_for_shares


@pytest.mark.parametrize(
    ("base", "difference", "power", "needed"),
    # J. L. Fleiss, Statistical Methods for Rates and Proportions, by unpooled variances.
    [(0.10, 0.05, 0.8, 683), (0.10, 0.05, 0.9, 914), (0.50, 0.10, 0.8, 385)],
)
def test_it_gives_the_textbooks_sizes(
    base: float, difference: float, power: float, needed: int
) -> None:
    found = size_for_shares(base, difference, power=power)
    assert found.per_arm == pytest.approx(needed, abs=2)
    assert found.total == found.control + found.per_arm


def test_it_agrees_with_the_power_of_the_t_test() -> None:
    found = size_for_means(100, 20)
    exact = TTestIndPower().solve_power(effect_size=0.2, alpha=0.05, power=0.8)
    assert found.per_arm == pytest.approx(exact, abs=2)


def test_it_needs_more_for_more_arms_and_for_a_small_control() -> None:
    one = size_for_shares(0.1, 0.05)
    three = size_for_shares(0.1, 0.05, arms=3)
    assert three.per_arm > one.per_arm
    assert size_for_shares(0.1, 0.05, control_share=0.1).total > one.total


def test_it_tells_how_long_it_takes() -> None:
    # 1366 customers at 500 a week are 3 weeks, and the outcome of the last needs 30 days more.
    assert size_for_shares(0.1, 0.05, weekly=500, window_days=30).weeks == 8
    assert size_for_shares(0.1, 0.05).weeks is None


@pytest.mark.parametrize(
    ("base", "difference", "options"),
    [(0.0, 0.1, {}), (1.2, 0.1, {}), (0.95, 0.1, {}), (0.1, 0.0, {}), (0.1, -0.2, {}),
     (0.1, 0.1, {"power": 1.0}), (0.1, 0.1, {"control_share": 0.0}), (0.1, 0.1, {"arms": 0}),
     (0.1, 0.1, {"weekly": 0.0})],
)  # fmt: skip
def test_it_refuses_what_no_experiment_has(base: float, difference: float, options: dict) -> None:
    with pytest.raises(DataProblem):
        size_for_shares(base, difference, **options)
