"""Parts are scaled to their whole, period by period."""

import numpy as np

from analytics.methods.adding_up import shares_of


def test_it_scales_the_parts_to_the_whole() -> None:
    parts = np.array([[10.0, 30.0], [30.0, 30.0]])
    whole = np.array([20.0, 90.0])
    factors = shares_of(whole, parts)
    np.testing.assert_allclose((parts * factors).sum(axis=0), whole)
    np.testing.assert_allclose(factors, [0.5, 1.5])


def test_it_leaves_parts_that_cannot_be_scaled() -> None:
    parts = np.array([[0.0, -5.0, 1.0], [0.0, 2.0, -1.0]])
    np.testing.assert_array_equal(shares_of(np.array([4.0, 3.0, 2.0]), parts), [1.0, 1.0, 1.0])
