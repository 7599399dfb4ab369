"""How far single rows pull a regression, and what it would be without the few that decide."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.methods.design import Design
from analytics.methods.errors import Notice
from analytics.methods.outlying import dominant

FloatArray = NDArray[np.float64]
# More rows than these are no slips, and a share explained that moves by less is the same.
MOST_DECIDING = 5
CLEARLY = 0.1


def influence_of(design: Design, fitted: Any) -> dict[str, FloatArray]:
    """Return leverage, studentised residuals and Cook's distance, each of shape (n,)."""
    Q = np.linalg.qr(design.X / np.linalg.norm(design.X, axis=0))[0]
    leverage = np.clip(np.sum(Q**2, axis=1), 0.0, 1.0)
    residuals = np.asarray(fitted.resid, dtype=float)
    free = np.maximum(1.0 - leverage, 1e-12)
    scale = float(fitted.scale)
    studentised = residuals / np.sqrt(scale * free) if scale > 0 else np.zeros_like(residuals)
    cook = studentised**2 * leverage / free / design.X.shape[1]
    return {"leverage": leverage, "studentised": studentised, "cook": cook}


def deciding_notices(design: Design, fitted: Any, cook: FloatArray) -> list[Notice]:
    """What the formula would explain without the few rows that decide."""
    few = set(np.flatnonzero(cook > 1.0).tolist())
    if found := dominant(np.asarray(fitted.resid, dtype=float)):
        few.add(found[0])
    if not 0 < len(few) <= MOST_DECIDING or design.intercept is None:
        return []
    kept = np.setdiff1d(np.arange(len(design.y)), sorted(few))
    y, X = design.y[kept], design.X[kept]
    error = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    total = float(((y - y.mean()) ** 2).sum())
    without = 1.0 - float(error @ error) / total if total > 0 else 0.0
    if abs(without - float(fitted.rsquared)) < CLEARLY:
        return []
    which = ", ".join(str(int(design.rows[k]) + 1) for k in sorted(few))
    shares = {"without": 100.0 * without, "percent": 100.0 * float(fitted.rsquared)}
    return [Notice("rows_decide", {"which": which, **shares})]
