"""Finding the maximum of a likelihood, and how sharp it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Objective = Callable[..., tuple[float, FloatArray]]
# Newton's steps before the search takes over.
POLISHING = 8


def best_minimum(
    objective: Objective,
    starts: Sequence[FloatArray],
    args: tuple[Any, ...],
    bounds: Sequence[tuple[float, float]],
) -> Any:
    """Return scipy's result with the least value over all starts; None when none is finite.

    ``objective`` gives the value and its exact gradient.
    """
    from scipy.optimize import minimize

    best = None
    for start in starts:
        found = minimize(
            objective,
            start,
            args=args,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-7},
        )
        if np.isfinite(found.fun) and (best is None or found.fun < best.fun - 1e-9):
            best = found
    return best


def polished_minimum(
    objective: Objective,
    near: Any,
    args: tuple[Any, ...],
    some: tuple[Any, ...],
    bounds: Sequence[tuple[float, float]],
) -> Any:
    """Return scipy's result on all rows, starting ``near`` the minimum on some of them.

    Newton's steps with the curvature on the ``some`` rows: on all rows the objective is asked
    three or four times instead of twenty. Where they do not arrive, the search goes on by itself.
    """
    from scipy.optimize import OptimizeResult

    at = np.asarray(near.x)
    inverse = inverse_curvature(objective, at, some, np.inf)
    for _step in range(POLISHING):
        value, gradient = objective(at, *args)
        if float(np.abs(gradient).max()) < 1e-7:
            return OptimizeResult(x=at, fun=value)
        lower, upper = np.array(bounds).T
        at = np.clip(at - np.clip(inverse @ gradient, -0.5, 0.5), lower, upper)
    return best_minimum(objective, [near.x], args, bounds)


def inverse_curvature(
    objective: Objective, at: FloatArray, args: tuple[Any, ...], n: float
) -> FloatArray:
    """Return the covariance of the estimates, shape (p, p), from differences of the gradient.

    ``objective`` is the mean negative log-likelihood of ``n`` independent rows; an infinite ``n``
    gives the plain inverse of its curvature.
    """
    step, size = 1e-4, len(at)
    curvature = np.empty((size, size))
    for k in range(size):
        move = np.eye(size)[k] * step
        up, down = objective(at + move, *args)[1], objective(at - move, *args)[1]
        curvature[k] = (up - down) / (2 * step)
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    if not np.isfinite(n):
        return (vectors / np.maximum(values, 1e-6)) @ vectors.T
    # A flat direction means a wide interval, not an infinite one: at most a factor of about e.
    values = np.maximum(values * n, 1.0)
    return (vectors / values) @ vectors.T
