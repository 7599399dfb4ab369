"""How do sales answer to spend? Adstock, saturation, and their fit beside controls.

Sources: S. Broadbent (1979), One way TV advertisements work, Journal of the Market Research Society
21(3) (adstock); Y. Jin et al. (2017), Bayesian methods for media mix modeling with carryover and
shape effects (saturation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Saturation = Literal["hill", "log"]
KEPT = (0.0, 0.2, 0.4, 0.6, 0.8)
# Half-saturation points in means of the channel's spend.
HALVES = (0.25, 0.5, 1.0, 2.0, 4.0)
SWEEPS = 4


@dataclass(frozen=True)
class Curve:
    """One channel's answer: ``gain`` times the saturated spend.

    Attributes
    ----------
    kept : float
        Share of the effect that lasts into the next period, 0 to 0.8.
    half : float
        Spend at half of the largest effect (Hill), or the unit of the logarithm.
    gain : float
        Sales at full saturation (Hill), or per unit of log(1 + spend / half); 0 or more.
    """

    kept: float
    half: float
    gain: float
    saturation: Saturation

    def sales(self, spend: FloatArray) -> FloatArray:
        """Return the sales per period that a lasting ``spend`` per period brings."""
        return self.gain * saturated(spend, self.half, self.saturation)

    def slope(self, spend: FloatArray) -> FloatArray:
        """Return the sales that one more unit of spend brings."""
        if self.saturation == "log":
            return self.gain / (self.half + spend)
        return self.gain * self.half / (self.half + spend) ** 2

    def spend_at(self, slope: float) -> float:
        """Return the spend at which one more unit brings ``slope``."""
        if self.saturation == "log":
            return self.gain / slope - self.half
        return float(np.sqrt(self.gain * self.half / slope)) - self.half


def adstock(spend: FloatArray, kept: float) -> FloatArray:
    """Return the geometric moving average a_t = (1 - kept) x_t + kept a_(t-1), shape (n,).

    Begins at the first spend; a lasting spend keeps its size.
    """
    from scipy.signal import lfilter

    start = np.array([kept * spend[0]])
    return np.asarray(lfilter([1 - kept], [1, -kept], spend, zi=start)[0], dtype=float)


def saturated(spend: FloatArray, half: float, kind: Saturation) -> FloatArray:
    """Return x / (x + half), or log(1 + x / half)."""
    if kind == "log":
        return np.log1p(spend / half)
    return spend / (spend + half)


@dataclass(frozen=True)
class ResponseFit:
    """Curves of all channels, with fitted sales and residuals of shape (n,)."""

    curves: tuple[Curve, ...]
    fitted: FloatArray
    residuals: FloatArray
    controls: FloatArray


def fit_response(
    sales: FloatArray,
    spend: FloatArray,
    controls: FloatArray,
    kind: Saturation,
    start: tuple[Curve, ...] | None = None,
) -> ResponseFit:
    """Fit all channels' curves together by least squares, effects not below zero.

    Parameters
    ----------
    sales : ndarray, shape (n,)
    spend : ndarray, shape (n, channels)
    controls : ndarray, shape (n, k)
        Held fixed, with a column of ones.
    start : tuple of Curve, optional
        Where the search for carry-over and half-saturation begins; one sweep then.

    Notes
    -----
    Carry-over and half-saturation are chosen on a grid, channel by channel until nothing changes;
    the linear part is solved exactly (non-negative least squares after the controls).
    """
    Q = np.linalg.qr(controls)[0]
    y = sales - Q @ (Q.T @ sales)
    library = [_columns(spend[:, c], kind) for c in range(spend.shape[1])]
    clean = [one - Q @ (Q.T @ one) for one, _ in library]
    grid = [points for _, points in library]
    chosen = [_nearest(points, start[c] if start else None) for c, points in enumerate(grid)]
    for _ in range(1 if start else SWEEPS):
        before = list(chosen)
        for c in range(len(grid)):
            chosen[c] = _best_point(y, clean, chosen, c)
        if chosen == before:
            break
    gains = _solve(y, clean, chosen)[0]
    curves = tuple(Curve(*grid[c][chosen[c]], float(gains[c]), kind) for c in range(len(grid)))
    media = sum(
        (gains[c] * library[c][0][:, chosen[c]] for c in range(len(grid))), np.zeros(len(y))
    )
    weights = np.asarray(np.linalg.lstsq(controls, sales - media, rcond=None)[0], dtype=float)
    fitted = media + controls @ weights
    return ResponseFit(curves, fitted, sales - fitted, weights)


def media_sales(curves: tuple[Curve, ...], spend: FloatArray) -> FloatArray:
    """Return the sales that each channel brought in each period, shape (n, channels)."""
    return np.column_stack(
        [
            curve.gain * saturated(adstock(spend[:, c], curve.kept), curve.half, curve.saturation)
            for c, curve in enumerate(curves)
        ]
    )


def _columns(spend: FloatArray, kind: Saturation) -> tuple[FloatArray, list[tuple[float, float]]]:
    """Return the transformed spend for every point of the grid, shape (n, points)."""
    mean = float(spend.mean())
    points = [(kept, half * mean) for kept in KEPT for half in HALVES]
    columns = [saturated(adstock(spend, kept), half, kind) for kept, half in points]
    return np.column_stack(columns), points


def _nearest(points: list[tuple[float, float]], curve: Curve | None) -> int:
    if curve is None:
        return len(HALVES) // 2  # no carry-over, half-saturation at the mean
    wanted = (curve.kept, curve.half)
    return min(
        range(len(points)),
        key=lambda k: (abs(points[k][0] - wanted[0]), abs(np.log(points[k][1] / wanted[1]))),
    )


def _best_point(y: FloatArray, clean: list[FloatArray], chosen: list[int], c: int) -> int:
    errors = []
    for point in range(clean[c].shape[1]):
        trial = [*chosen[:c], point, *chosen[c + 1 :]]
        errors.append(_solve(y, clean, trial)[1])
    least = int(np.argmin(errors))
    # A tie, as of a channel without effect, keeps what it was.
    return least if errors[least] < errors[chosen[c]] * (1 - 1e-9) else chosen[c]


def _solve(y: FloatArray, clean: list[FloatArray], chosen: list[int]) -> tuple[FloatArray, float]:
    from scipy.optimize import nnls

    X = np.column_stack([columns[:, k] for columns, k in zip(clean, chosen, strict=True)])
    scale = np.maximum(np.linalg.norm(X, axis=0), 1e-300)
    gains, error = nnls(X / scale, y)
    return gains / scale, float(error)
