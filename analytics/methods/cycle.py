"""Ups and downs of no calendar season: an autoregression long enough to go on with them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.methods.candidates import Candidate, Prediction, normal

FloatArray = NDArray[np.float64]
# Of 300 series each of noise, AR(.7), random walks, drifts and levels at most 1 have such a wave.
SHORTEST = 5.0
LEAST_TURNS = 3
LASTING = 0.95
LONGEST_MEMORY = 40
# An error below this share of the variance is none: more weights would only fit the rounding.
EXACT = 1e-8


def find_cycle(y: FloatArray) -> float | None:
    """Return the length, in periods, of the cycle that ``y`` clearly goes through, or None.

    It is the strongest wave of the autoregression that lasts (modulus of its root above .95), is at
    least 5 periods long, and was gone through at least three times.
    """
    weights, _ = autoregression(y - np.mean(y))
    polynomial = np.concatenate([[1.0], -weights])
    roots = np.roots(polynomial)
    roots = roots[roots.imag > 1e-9]
    lengths = 2.0 * np.pi / np.angle(roots)
    clear = (lengths >= SHORTEST) & (lengths <= len(y) / LEAST_TURNS) & (np.abs(roots) > LASTING)
    if not clear.any():
        return None
    damping = np.abs(np.polyval(polynomial, np.exp(2j * np.pi / lengths[clear])))
    return float(lengths[clear][np.argmin(damping)])


def autoregression(x: FloatArray) -> tuple[FloatArray, float]:
    """Return weights, nearest value first, and error variance of the AR with the least AICc.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Around 0.

    Notes
    -----
    Burg's method, up to 10 log10 n values back as in R's ``ar``; never explosive.  P. J. Brockwell
    and R. A. Davis (2016), Introduction to Time Series and Forecasting, 3rd ed., sec. 5.1.2.
    """
    n = len(x)
    most = int(min(n / 4, 10 * np.log10(n), LONGEST_MEMORY))
    ahead, behind = x[1:].copy(), x[:-1].copy()
    weights, variance = np.zeros(0), float(np.mean(x**2))
    best, least, exact = (weights, variance), np.inf, EXACT * variance
    for p in range(most + 1):
        if p:
            both = float(ahead @ ahead + behind @ behind)
            if both <= 0:
                break
            share = 2.0 * float(ahead @ behind) / both
            weights = np.append(weights - share * weights[::-1], share)
            variance *= 1.0 - share**2
            ahead, behind = (ahead - share * behind)[1:], (behind - share * ahead)[:-1]
        if variance <= exact:
            break
        k = p + 2
        aicc = n * np.log(variance) + 2 * k * n / (n - k - 1)
        if aicc < least:
            best, least = (weights, variance * n / (n - p - 1)), aicc
    return best


class Autoregression(Candidate):
    """Autoregression of as many values back as AICc chooses, beyond the five that ARIMA looks."""

    name = "autoregression"

    def predict(self, y: FloatArray, season: int, horizon: int, form: Any = None) -> Prediction:
        """Estimate on ``y`` and forecast; the interval follows from the impulse response."""
        mean = float(np.mean(y))
        weights, variance = autoregression(y - mean)
        p = len(weights)
        path = np.concatenate([y - mean, np.zeros(horizon)])
        response = np.concatenate([np.zeros(p), [1.0], np.zeros(horizon - 1)])
        for step in range(horizon):
            now = len(y) + step
            path[now] = weights @ path[now - p : now][::-1]
            if step:
                response[p + step] = weights @ response[step : step + p][::-1]
        spread = np.sqrt(variance * np.cumsum(response[p:] ** 2))
        return normal(mean + path[len(y) :], spread)
