"""How much does a customer spend per purchase? The gamma-gamma model.

Source: P. S. Fader, B. G. S. Hardie and K. L. Lee (2005), RFM and CLV, Journal of Marketing
Research 42(4), 415-430; P. S. Fader, B. G. S. Hardie (2013), The gamma-gamma model of monetary
value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.methods.errors import DataProblem
from analytics.methods.likelihood import best_minimum, inverse_curvature, polished_minimum

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BOUNDS = [(-9.0, 14.0)] * 3
# So many customers find the region of the maximum; all of them then find the maximum.
STARTERS = 20_000


@dataclass(frozen=True)
class GammaGamma:
    """Fitted parameters.

    Attributes
    ----------
    p : float
        Shape of one customer's amounts.
    q, v : float
        Shape and scale over customers; ``v`` in the unit of the amounts.
    loglik : float
    covariance : ndarray, shape (3, 3)
        Of the parameters' logarithms.
    """

    p: float
    q: float
    v: float
    loglik: float
    covariance: FloatArray

    @property
    def mean(self) -> float:
        """Mean amount of a purchase over all customers; NaN when it does not exist (q <= 1)."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else float("nan")


def fit_gamma_gamma(x: IntArray, spend: FloatArray) -> GammaGamma:
    """Estimate the model by maximum likelihood.

    Parameters
    ----------
    x : ndarray of int, shape (n,)
        Repeat purchases, at least 1.
    spend : ndarray, shape (n,)
        Mean amount of them, above 0.

    Raises
    ------
    DataProblem
        All customers spend the same, or no maximum can be found.
    """
    unit = float(np.median(spend))
    m, n = spend / unit, x.astype(float)
    if float(np.ptp(m)) < 1e-9:
        raise DataProblem("spend_constant")
    starts = [np.log(start) for start in ((2.0, 3.0, 1.0), (6.0, 4.0, 0.5), (20.0, 10.0, 1.0))]
    every = -(-len(n) // STARTERS)
    some = (n[::every], m[::every])
    best = best_minimum(_objective, starts, some, BOUNDS)
    if best is not None and every > 1:
        best = polished_minimum(_objective, best, (n, m), some, BOUNDS)
    if best is None:
        raise DataProblem("value_no_fit", {"model": "Gamma-Gamma"})
    p, q, v = np.exp(best.x)
    loglik = -float(best.fun) * len(m) - len(m) * float(np.log(unit))
    covariance = inverse_curvature(_objective, best.x, some, float(len(m)))
    return GammaGamma(float(p), float(q), float(v) * unit, loglik, covariance)


def _objective(
    log_parameters: FloatArray, x: FloatArray, m: FloatArray
) -> tuple[float, FloatArray]:
    """Return the mean negative log-likelihood (2013, eq. 1a) and its gradient in logarithms."""
    from scipy.special import digamma, gammaln

    p, q, v = np.exp(log_parameters)
    px, pool = p * x, x * m + v
    total = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(v)
    total = total + (px - 1) * np.log(m) + px * np.log(x) - (px + q) * np.log(pool)
    dp = x * (digamma(px + q) - digamma(px) + np.log(m) + np.log(x) - np.log(pool))
    dq = digamma(px + q) - digamma(q) + np.log(v) - np.log(pool)
    dv = q / v - (px + q) / pool
    gradient = np.array([dp.mean() * p, dq.mean() * q, dv.mean() * v])
    return -float(total.mean()), -gradient


def expected_spend(model: GammaGamma, x: IntArray, spend: FloatArray) -> FloatArray:
    """Return the mean amount expected of each customer's next purchases, shape (n,).

    p (v + x m) / (p x + q - 1): the customer's own mean drawn towards everybody's (2013, eq. 5);
    without repeats everybody's.
    """
    known = (x > 0) & np.isfinite(spend)
    count, own = np.where(known, x, 0), np.where(known, spend, 0.0)
    below = np.maximum(model.p * count + model.q - 1, 1e-3)
    return model.p * (model.v + count * own) / below


def spend_variance(
    model: GammaGamma, x: IntArray, mean: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the variance of one amount around a customer's mean, and of that mean, shape (n,)."""
    freedom = np.maximum(model.p * x + model.q - 2, 0.5)
    return mean**2 / model.p, mean**2 / freedom
