"""How sure is the total over all customers? Chance of the purchases plus doubt of the model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics.methods.bgnbd import HIGHEST, LOWEST, BgNbd, expected_purchases
from analytics.methods.gamma_gamma import GammaGamma, expected_spend, spend_variance
from analytics.methods.purchases import History

FloatArray = NDArray[np.float64]
DRAWS = 200
SAMPLE = 1_000
Z80, Z95 = 1.2815515655446004, 1.959963984540054


@dataclass(frozen=True)
class Total:
    """A total with its intervals, in purchases or money."""

    mean: float
    lo80: float
    hi80: float
    lo95: float
    hi95: float


def totals(
    bgnbd: BgNbd,
    gamma_gamma: GammaGamma | None,
    known: History,
    weeks: float,
    count: FloatArray,
    variance: FloatArray,
    worth: FloatArray,
    missed: float = 0.0,
) -> tuple[Total, Total | None]:
    """Return totals of purchases and of money over all customers.

    Parameters
    ----------
    count, variance : ndarray, shape (n,)
        Mean and variance of each customer's purchases given the parameters.
    worth : ndarray, shape (n,)
        Expected money of each customer.
    missed : float
        Logarithm of how far an earlier total lay beyond its interval: added to the doubt.

    Notes
    -----
    The doubt about the parameters is a parametric bootstrap: 200 draws from the normal
    distribution of their logarithms around the maximum, on at most 1 000 of the customers.
    """
    rng = np.random.default_rng(0)
    size = len(count)
    chosen = rng.choice(size, SAMPLE, replace=False) if size > SAMPLE else np.arange(size)
    drawn_counts = rng.multivariate_normal(bgnbd.log_parameters, bgnbd.covariance, DRAWS)
    part = (known.repeats[chosen], known.recency[chosen] / 7.0, known.age[chosen] / 7.0)
    expected = np.stack([_purchases(bgnbd, draw, part, weeks) for draw in drawn_counts])
    counts = _total(count, float(variance.sum()), expected.sum(axis=1), missed)
    if gamma_gamma is None:
        return counts, None
    drawn_spend = rng.multivariate_normal(
        np.log([gamma_gamma.p, gamma_gamma.q, gamma_gamma.v]), gamma_gamma.covariance, DRAWS
    )
    spend = np.stack(
        [_spend(gamma_gamma, draw, part[0], known.spend[chosen]) for draw in drawn_spend]
    )
    average = expected_spend(gamma_gamma, known.repeats, known.spend)
    within, between = spend_variance(gamma_gamma, known.repeats, average)
    chance = count * within + variance * average**2 + (variance + count**2) * between
    return counts, _total(worth, float(chance.sum()), (expected * spend).sum(axis=1), missed)


def _purchases(
    model: BgNbd,
    draw: FloatArray,
    part: tuple[NDArray[np.int64], FloatArray, FloatArray],
    weeks: float,
) -> FloatArray:
    r, alpha, a, b = np.exp(np.clip(draw, LOWEST, HIGHEST))
    return expected_purchases(replace(model, r=r, alpha=alpha, a=a, b=b), *part, weeks)


def _spend(
    model: GammaGamma, draw: FloatArray, repeats: NDArray[np.int64], spend: FloatArray
) -> FloatArray:
    p, q, v = np.exp(draw)
    return expected_spend(replace(model, p=p, q=q, v=v), repeats, spend)


def _total(each: FloatArray, chance: float, draws: FloatArray, missed: float) -> Total:
    mean = float(each.sum())
    doubt = float(np.std(np.log(np.maximum(draws, 1e-300))))
    sd = float(np.sqrt(chance + mean**2 * (doubt**2 + missed**2)))
    return Total(
        mean,
        max(mean - Z80 * sd, 0.0),
        mean + Z80 * sd,
        max(mean - Z95 * sd, 0.0),
        mean + Z95 * sd,
    )
