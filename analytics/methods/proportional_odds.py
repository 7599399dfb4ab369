"""The proportional-odds model: estimates, their covariance, probabilities of the steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

CHANCE = 1e-9


@dataclass(frozen=True)
class ProportionalOdds:
    """P(step <= k) = expit(cut_k - X beta); estimates with their covariance."""

    beta: FloatArray
    cuts: FloatArray
    se: FloatArray
    loglik: float

    def probabilities(self, X: FloatArray) -> FloatArray:
        """Probabilities of the steps, shape (n, steps)."""
        return step_probabilities(X @ self.beta, self.cuts)


def step_probabilities(eta: FloatArray, cuts: FloatArray) -> FloatArray:
    """Probabilities of the steps from linear predictors (n,) and cuts (steps - 1,)."""
    below = 1.0 / (1.0 + np.exp(-np.clip(cuts[None, :] - eta[:, None], -500, 500)))
    edges = np.column_stack([np.zeros(len(eta)), below, np.ones(len(eta))])
    return np.maximum(np.diff(edges, axis=1), CHANCE)


def fit_proportional_odds(X: FloatArray, y: IntArray, steps: int) -> ProportionalOdds:
    """Maximum likelihood by BFGS with the analytic gradient; a faint ridge keeps separation finite.

    Standard errors from the expected information's outer-product form at the optimum.
    """
    from scipy.optimize import minimize

    n, p = X.shape
    shares = np.cumsum(np.bincount(y, minlength=steps)) / n
    cuts = np.log(shares[:-1] / (1.0 - shares[:-1]))
    start = np.concatenate([np.zeros(p), cuts[:1], np.log(np.maximum(np.diff(cuts), 1e-3))])

    def loss(theta: FloatArray) -> tuple[float, FloatArray]:
        scores, value = _scores(theta, X, y, p)
        ridge = 1e-4 * theta[:p]
        total = value + 0.5 * float(ridge @ theta[:p])
        gradient = -scores.sum(axis=0)
        gradient[:p] += ridge
        return total, gradient

    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    theta = np.asarray(found.x, dtype=float)
    scores, value = _scores(theta, X, y, p)
    information = scores.T @ scores + 1e-6 * np.eye(len(theta))
    covariance = np.linalg.inv(information)
    return ProportionalOdds(
        theta[:p], _cuts(theta, p), np.sqrt(np.diag(covariance)[:p]), -float(value)
    )


def _cuts(theta: FloatArray, p: int) -> FloatArray:
    """The first cut, then the logarithms of the distances, as ascending cuts."""
    return np.asarray(theta[p] + np.concatenate([[0.0], np.cumsum(np.exp(theta[p + 1 :]))]))


def _scores(theta: FloatArray, X: FloatArray, y: IntArray, p: int) -> tuple[FloatArray, float]:
    """Gradient of each row's log-likelihood, shape (n, len(theta)), and the negative sum of it."""
    cuts = _cuts(theta, p)
    eta = X @ theta[:p]
    n, inner = len(y), len(cuts)
    edges = np.clip(cuts[None, :] - eta[:, None], -500, 500)
    cdf = np.column_stack([np.zeros(n), 1.0 / (1.0 + np.exp(-edges)), np.ones(n)])
    pdf = cdf * (1.0 - cdf)
    rows = np.arange(n)
    upper, lower = pdf[rows, y + 1], pdf[rows, y]
    chance = np.maximum(cdf[rows, y + 1] - cdf[rows, y], CHANCE)
    by_cut = np.zeros((n, inner))
    has_upper, has_lower = y < inner, y > 0
    by_cut[rows[has_upper], y[has_upper]] += (upper / chance)[has_upper]
    by_cut[rows[has_lower], y[has_lower] - 1] -= (lower / chance)[has_lower]
    gradient = np.zeros((n, len(theta)))
    gradient[:, :p] = -X * ((upper - lower) / chance)[:, None]
    gradient[:, p] = by_cut.sum(axis=1)
    if inner > 1:
        tail = np.cumsum(by_cut[:, ::-1], axis=1)[:, ::-1][:, 1:]
        gradient[:, p + 1 :] = tail * np.exp(theta[p + 1 :])[None, :]
    return gradient, -float(np.log(chance).sum())
