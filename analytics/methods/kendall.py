"""Does it rise or fall? A rank test for a trend that allows for neighbours that are alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.methods.drift import fit_line_beside_drift

FloatArray = NDArray[np.float64]
LEVEL = 0.05


@dataclass(frozen=True)
class Trend:
    """A trend with its test.

    Attributes
    ----------
    direction : {"up", "down", "none"}
        "none" where the test does not reach 5 %.
    slope, lo, hi : float
        Sen's slope per period with its 95 % interval.
    tau : float
        Kendall's rank correlation with time.
    p : float
        Two-sided.
    correction : float
        Factor on the variance of the rank test for neighbours that are alike, and for means taken
        out; 1 or more.
    drift : bool
        The ranks rise or fall, but a series that only drifts would do so too.
    """

    direction: str
    slope: float
    lo: float
    hi: float
    tau: float
    p: float
    correction: float
    drift: bool = False


def trend_test(y: FloatArray, freed: int = 0) -> Trend:
    """Mann–Kendall test with the correction of Hamed and Rao, and Sen's slope.

    Sources: H. B. Mann (1945), Econometrica 13; M. G. Kendall (1975), Rank Correlation Methods;
    K. H. Hamed and A. R. Rao (1998), Journal of Hydrology 204, eq. 14-17; P. K. Sen (1968), JASA
    63.  The correction never narrows the test.  A line beside errors that live on (``drift``) has
    to reach 5 % too, and its interval is held as well: the ranks alone find trends in two of three
    random walks.

    Parameters
    ----------
    y : ndarray, shape (n,)
        One value per period, up to some thousands.
    freed : int
        Means that were taken out of ``y``, as of each month: with them went their share of the
        noise, and what is left looks surer than it is.
    """
    from scipy.stats import norm, theilslopes

    n = len(y)
    if float(np.ptp(y)) == 0.0:
        return Trend("none", 0.0, 0.0, 0.0, 0.0, 1.0, 1.0)
    s = mann_kendall_s(y)
    _, ties = np.unique(y, return_counts=True)
    variance = (n * (n - 1) * (2 * n + 5) - float(np.sum(ties * (ties - 1) * (2 * ties + 5)))) / 18
    slope = float(theilslopes(y)[0])
    correction = variance_correction(y - slope * np.arange(n)) * n / max(n - freed, 1)
    spread = np.sqrt(variance * correction)
    ranked = float(2 * norm.sf(abs((s - np.sign(s)) / spread)))
    # The interval of Sen's slope by the normal ranks of the corrected test.
    level = float(2 * norm.cdf(1.959964 * np.sqrt(correction)) - 1)
    _, _, lo, hi = (float(part) for part in theilslopes(y, alpha=min(level, 1 - 1e-9)))
    p = ranked
    line = fit_line_beside_drift(y, freed)
    if line:
        p = max(p, line.p if line.slope * s > 0 else 1.0)
        lo, hi = min(lo, line.lo), max(hi, line.hi)
    direction = "none" if p >= LEVEL else "up" if s > 0 else "down"
    tau = float(s / (n * (n - 1) / 2))
    return Trend(direction, slope, lo, hi, tau, p, correction, drift=ranked < LEVEL <= p)


def mann_kendall_s(y: FloatArray) -> float:
    """Later values above earlier ones minus those below."""
    return float(sum(np.sign(y[k + 1 :] - y[k]).sum() for k in range(len(y) - 1)))


def variance_correction(detrended: FloatArray) -> float:
    """1 + 2 / (n(n-1)(n-2)) Σ (n-k)(n-k-1)(n-k-2) ρ_k over the significant rank correlations.

    Lags up to n / 4; later ones are estimated from too few pairs.
    """
    from scipy.stats import rankdata

    n = len(detrended)
    if n < 8:
        return 1.0
    ranks = rankdata(detrended)
    centred = ranks - ranks.mean()
    total = float(centred @ centred)
    if total == 0:
        return 1.0
    lags = np.arange(1, n // 4 + 1)
    rho = np.array([float(centred[k:] @ centred[:-k]) / total for k in lags])
    significant = np.abs(rho) > 1.959964 / np.sqrt(n)
    weights = (n - lags) * (n - lags - 1.0) * (n - lags - 2.0)
    extra = float(np.sum(weights * rho * significant)) * 2.0 / (n * (n - 1.0) * (n - 2.0))
    return max(1.0, 1.0 + extra)
