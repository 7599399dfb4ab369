"""When will customers buy again, and which have left for good? The BG/NBD model.

Each customer buys at random at an own rate (gamma over customers with shape r and rate alpha) and
after each purchase leaves for good with an own probability (beta with a and b).

Source: P. S. Fader, B. G. S. Hardie and K. L. Lee (2005), "Counting your customers" the easy way:
an alternative to the Pareto/NBD model, Marketing Science 24(2), 275-284 (equation numbers below).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.methods.errors import DataProblem
from analytics.methods.likelihood import best_minimum, inverse_curvature, polished_minimum

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
# Logarithms of the parameters are searched within these: beyond, the data hold no information.
LOWEST, HIGHEST = -9.0, 9.0
# The expectation has a removable gap at a = 1; closer to it rounding errors would show.
GAP = 1e-6
BOUNDS = [(LOWEST, HIGHEST)] * 4
# So many customers find the region of the maximum; all of them then find the maximum.
STARTERS = 20_000
MAX_COUNT = 10_000


@dataclass(frozen=True)
class BgNbd:
    """Fitted parameters.

    Attributes
    ----------
    r, alpha : float
        Shape and rate of the purchase rate over customers; ``alpha`` in units of time.
    a, b : float
        Beta parameters of the probability of leaving after a purchase.
    loglik : float
    covariance : ndarray, shape (4, 4)
        Of the parameters' logarithms, from the curvature at the maximum.
    at_edge : bool
        A parameter ran to the edge of its range.
    """

    r: float
    alpha: float
    a: float
    b: float
    loglik: float
    covariance: FloatArray
    at_edge: bool

    @property
    def log_parameters(self) -> FloatArray:
        """Logarithms of r, alpha, a, b, shape (4,)."""
        return np.log([self.r, self.alpha, self.a, self.b])

    def in_units(self, factor: float, repeats: int) -> BgNbd:
        """Return the same model with time counted in units ``factor`` times as small."""
        return BgNbd(
            self.r,
            self.alpha * factor,
            self.a,
            self.b,
            self.loglik - repeats * float(np.log(factor)),
            self.covariance,
            self.at_edge,
        )


def fit_bgnbd(x: IntArray, t_x: FloatArray, T: FloatArray) -> BgNbd:
    """Estimate the model by maximum likelihood.

    Parameters
    ----------
    x : ndarray of int, shape (n,)
        Repeat purchases.
    t_x, T : ndarray, shape (n,)
        Time of the last purchase and length of observation, both since the first purchase.

    Returns
    -------
    BgNbd
        In the unit of ``T``.

    Raises
    ------
    DataProblem
        The likelihood has no maximum that can be found.

    Notes
    -----
    Customers with equal (x, t_x, T) are counted once with a weight; the gradient is exact.
    """
    data = _distinct(x, t_x, T)
    scale = float(np.mean(T)) or 1.0
    starts = [(1.0, scale / 4, 1.0, 2.0), (0.3, scale / 8, 0.5, 4.0), (2.0, scale, 0.2, 2.0)]
    every = -(-len(x) // STARTERS)
    some = _distinct(x[::every], t_x[::every], T[::every])
    best = best_minimum(_objective, [np.log(start) for start in starts], (some,), BOUNDS)
    if best is not None and every > 1:
        best = polished_minimum(_objective, best, (data,), (some,), BOUNDS)
    if best is None:
        raise DataProblem("value_no_fit", {"model": "BG/NBD"})
    at_edge = bool(np.any((best.x < LOWEST + 0.01) | (best.x > HIGHEST - 0.01)))
    r, alpha, a, b = np.exp(best.x)
    n = float(len(x))
    # With many customers, the curvature on a part of them is near enough.
    covariance = inverse_curvature(_objective, best.x, (some,), n)
    return BgNbd(
        float(r), float(alpha), float(a), float(b), -float(best.fun) * n, covariance, at_edge
    )


@dataclass(frozen=True)
class _Distinct:
    """Different histories, and how many customers share each."""

    x: FloatArray
    t_x: FloatArray
    T: FloatArray
    weight: FloatArray
    counts: FloatArray  # the different x
    count_of: IntArray  # position of each history's x among them
    count_weight: FloatArray


def _distinct(x: IntArray, t_x: FloatArray, T: FloatArray) -> _Distinct:
    table = np.rec.fromarrays([x.astype(float), t_x, T])
    order = np.lexsort((T, t_x, x))
    sorted_rows = table[order]
    new = np.ones(len(x), dtype=bool)
    new[1:] = sorted_rows[1:] != sorted_rows[:-1]
    first = np.flatnonzero(new)
    weight = np.diff(np.append(first, len(x))).astype(float)
    keep = order[first]
    counts, count_of = np.unique(x[keep].astype(float), return_inverse=True)
    return _Distinct(
        x=x[keep].astype(float),
        t_x=t_x[keep],
        T=T[keep],
        weight=weight,
        counts=counts,
        count_of=count_of,
        count_weight=np.bincount(count_of, weights=weight).astype(float),
    )


def _objective(log_parameters: FloatArray, data: _Distinct) -> tuple[float, FloatArray]:
    """Return the mean negative log-likelihood and its gradient in the logarithms (eq. 6)."""
    from scipy.special import digamma, gammaln

    r, alpha, a, b = np.exp(log_parameters)
    x, k = data.x, data.counts
    late, early = np.log(alpha + data.T), np.log(alpha + data.t_x)
    stayed = -(r + x) * late
    with np.errstate(divide="ignore"):
        left = np.where(x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1), -np.inf)
    left = left - (r + x) * early
    mixed = np.logaddexp(stayed, left)
    w = np.exp(left - mixed)  # probability of having left
    by_count = gammaln(r + k) - gammaln(r) + r * np.log(alpha)
    by_count += gammaln(a + b) + gammaln(b + k) - gammaln(b) - gammaln(a + b + k)
    total = data.count_weight @ by_count + data.weight @ mixed

    dr = data.count_weight @ (digamma(r + k) - digamma(r) + np.log(alpha))
    dr -= data.weight @ ((1 - w) * late + w * early)
    d_alpha = data.weight @ (
        r / alpha - (r + x) * ((1 - w) / (alpha + data.T) + w / (alpha + data.t_x))
    )
    both = digamma(a + b) - digamma(a + b + k)
    da = data.count_weight @ both + data.weight @ w / a
    db = data.count_weight @ (both + digamma(b + k) - digamma(b))
    db -= data.weight @ (w / (b + np.maximum(x, 1) - 1))
    n = data.weight.sum()
    gradient = np.array([dr * r, d_alpha * alpha, da * a, db * b])
    return -float(total) / n, -gradient / n


def log_leave_odds(model: BgNbd, x: IntArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
    """Return the logarithm of the odds of having left, shape (n,); -inf without repeats."""
    many = np.maximum(x, 1)
    odds = np.log(model.a) - np.log(model.b + many - 1)
    odds = odds + (model.r + x) * (np.log(model.alpha + T) - np.log(model.alpha + t_x))
    return np.where(x > 0, odds, -np.inf)


def probability_alive(model: BgNbd, x: IntArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
    """Return the probability that each customer is still one, shape (n,).

    Source: P. S. Fader, B. G. S. Hardie (2008), Computing P(alive) using the BG/NBD model.
    """
    from scipy.special import expit

    return expit(-log_leave_odds(model, x, t_x, T))


def expected_if_alive(model: BgNbd, x: IntArray, T: FloatArray, ahead: float) -> FloatArray:
    """Return the purchases expected within ``ahead`` of a customer who is alive, shape (n,).

    The numerator of eq. 10.  Euler's transformation
    2F1(r+x, b+x; a+b+x-1; z) = (1-z)^(a-1-r-x) 2F1(a+b-1-r, a-1; a+b+x-1; z)
    cancels the power of (1-z), so that nothing overflows for large x.
    """
    from scipy.special import hyp2f1

    a = model.a if abs(model.a - 1) > GAP else 1 + GAP
    z = ahead / (model.alpha + T + ahead)
    c = a + model.b + x - 1
    c = np.where(np.abs(c) < GAP, GAP, c)
    with np.errstate(all="ignore"):
        series = hyp2f1(a + model.b - 1 - model.r, a - 1, c, z)
        value = c / (a - 1) * (1 - (1 - z) ** (a - 1) * series)
    # At the edge of the parameters' range the series may fail: then sum the probabilities.
    bad = ~np.isfinite(value) | (value < 0)
    if bad.any():
        value[bad] = _summed(model, x[bad].astype(float), T[bad], ahead)
    return value


def _summed(model: BgNbd, x: FloatArray, T: FloatArray, ahead: float) -> FloatArray:
    total = np.zeros(len(x))
    for share in _at_least(model, x, T, ahead):
        total += share
        if float(share.max()) < 1e-12:
            break
    return total


def expected_purchases(
    model: BgNbd, x: IntArray, t_x: FloatArray, T: FloatArray, ahead: float
) -> FloatArray:
    """Return the purchases expected of each customer within ``ahead`` (eq. 10), shape (n,)."""
    count, age, back = distinct_pairs(x, T)
    return expected_if_alive(model, count, age, ahead)[back] * probability_alive(model, x, t_x, T)


def distinct_pairs(x: IntArray, T: FloatArray) -> tuple[IntArray, FloatArray, IntArray]:
    """Return the different (x, T), and for each customer the position of the own pair."""
    ages, age_of = np.unique(T, return_inverse=True)
    keys, back = np.unique(x * len(ages) + age_of, return_inverse=True)
    return keys // len(ages), ages[keys % len(ages)], back


class _at_least:  # noqa: N801 - it is used like a generator function
    """P(Y >= k | alive) for k = 1, 2, …, each of shape (n,).

    Given that a customer is alive, rate and probability of leaving are independent (gamma and
    beta), so P(Y >= k) is the product of P(the rate gives k purchases) and P(still here after
    k - 1 of them).
    """

    def __init__(self, model: BgNbd, x: FloatArray, T: FloatArray, ahead: float) -> None:
        self.shape = model.r + x
        self.rest = np.asarray(ahead / (model.alpha + T + ahead))
        self.mass = (1 - self.rest) ** self.shape  # negative binomial, 0 purchases
        self.more = 1 - self.mass
        self.staying = np.ones(len(x))
        self.a, self.b = model.a, model.b + x
        self.k = 0

    def __iter__(self) -> _at_least:
        return self

    def __next__(self) -> FloatArray:
        if self.k > MAX_COUNT:
            raise StopIteration
        if self.k > 0:
            self.mass = self.mass * (self.shape + self.k - 1) / self.k * self.rest
            self.more = np.maximum(self.more - self.mass, 0.0)
            self.staying = self.staying * (self.b + self.k - 1) / (self.a + self.b + self.k - 1)
        self.k += 1
        return self.more * self.staying


@dataclass(frozen=True)
class Spread:
    """How far a customer's purchases may lie from their expectation, each of shape (n,)."""

    variance: FloatArray
    lo: FloatArray
    hi: FloatArray


def purchase_spread(
    model: BgNbd,
    x: IntArray,
    t_x: FloatArray,
    T: FloatArray,
    ahead: float,
    *,
    level: float = 0.8,
) -> Spread:
    """Return variance and central interval of each customer's purchases within ``ahead``.

    Exact given the parameters: P(Y >= k) is summed until nothing is left of it.
    """
    count, age, back = distinct_pairs(x, T)
    alive = probability_alive(model, x, t_x, T)
    tail = (1 - level) / 2
    first, second = np.zeros(len(x)), np.zeros(len(x))
    lo, hi = np.zeros(len(x)), np.zeros(len(x))
    for k, share in enumerate(_at_least(model, count.astype(float), age, ahead), start=1):
        at_least = share[back] * alive
        first += at_least
        second += (2 * k - 1) * at_least
        lo[at_least > 1 - tail] = k
        hi[at_least > tail] = k
        if float(share.max()) < 1e-6:
            break
    return Spread(np.maximum(second - first**2, 0.0), lo, hi)
