"""The quicker BFGS walks as SciPy's does."""

import numpy as np
import pytest
from scipy.optimize import minimize, rosen

from analytics.methods.descent import descend


def tilted(point: np.ndarray, slope: float) -> float:
    return float(np.sum(np.abs(point) ** 1.5) + slope * point[0])


@pytest.mark.parametrize(
    ("function", "start", "args"),
    [
        (rosen, [-1.2, 1.0, 0.0, -0.3], ()),
        (tilted, [0.0, -4.0, 1e6], (0.25,)),
        (lambda point: float(np.log1p(point @ point)) if point[0] < 5 else np.inf, [4.9, 1.0], ()),
    ],
)
def test_it_takes_the_same_steps_bit_for_bit(function, start, args) -> None:
    options = {"args": args, "method": "BFGS", "tol": 1e-8}
    theirs = minimize(function, np.array(start), **options)
    ours = descend(function, np.array(start), **options)
    assert (ours.x == theirs.x).all()
    assert (ours.fun, ours.nit, ours.status) == (theirs.fun, theirs.nit, theirs.status)
    assert (ours.hess_inv == theirs.hess_inv).all()


def test_it_leaves_other_methods_to_scipy() -> None:
    found = descend(rosen, np.array([-1.2, 1.0]), method="Nelder-Mead")
    assert found.x == pytest.approx([1.0, 1.0], abs=1e-3)
