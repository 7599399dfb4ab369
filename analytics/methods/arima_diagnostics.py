"""The chosen ARIMA by exact maximum likelihood: coefficients, information, residual check."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.methods.arima import ArimaForm, fourier_terms

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ArimaCoefficient:
    """One coefficient with its standard error and 95 % interval."""

    name: str
    estimate: float
    se: float
    lo: float
    hi: float
    p: float


@dataclass(frozen=True)
class ArimaDiagnostics:
    """Fit of an ARIMA model.

    Attributes
    ----------
    coefficients : tuple of ArimaCoefficient
        Named as statsmodels names them (``ma.L1``, ``ma.S.L12``, ``sigma2``).
    aic, aicc, loglik : float
        On the scale fitted (of the logarithms where the form says so).
    ljung_box_p : float or None
        p-value of no autocorrelation in the residuals up to ``ljung_box_lags``, degrees of freedom
        reduced by the estimated ARMA terms.
    """

    coefficients: tuple[ArimaCoefficient, ...]
    aic: float
    aicc: float
    loglik: float
    ljung_box_p: float | None
    ljung_box_lags: int


def diagnose(y: FloatArray, form: ArimaForm) -> ArimaDiagnostics | None:
    """Estimate ``form`` on ``y`` by exact likelihood (state space, Kalman filter).

    Parameters
    ----------
    y : ndarray, shape (n,)
    form : ArimaForm

    Returns
    -------
    ArimaDiagnostics or None
        None when the likelihood cannot be maximised.

    Notes
    -----
    Ljung–Box: G. M. Ljung and G. E. P. Box (1978), Biometrika 65(2), 297-303; lags min(2m, n/5)
    for seasonal and min(10, n/5) for other series (Hyndman and Athanasopoulos, 5.4).
    """
    z = np.log(y) if form.log else y
    scale = float(np.std(z)) or 1.0  # keeps the optimiser's steps in range for large units
    try:
        fitted = _fit(z / scale, form)
    except (ValueError, np.linalg.LinAlgError):
        return None
    jacobian = -fitted.nobs_effective * np.log(scale)
    loglik = float(fitted.llf) + jacobian
    k = len(fitted.params)
    n = fitted.nobs_effective
    aic = 2.0 * k - 2.0 * loglik
    aicc = aic + 2.0 * k * (k + 1) / (n - k - 1) if n - k - 1 > 0 else float("nan")
    p, lags = _ljung_box(fitted, form)
    return ArimaDiagnostics(_coefficients(fitted, scale), aic, aicc, loglik, p, lags)


def _fit(z: FloatArray, form: ArimaForm) -> Any:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    columns = []
    if form.fourier:
        columns.append(fourier_terms(0, len(z), form.period, form.fourier))
    if form.constant:
        start = np.arange(1.0, len(z) + 1) if form.constant == "drift" else np.ones(len(z))
        columns.append(start[:, None])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Start values outside the stationary region and slow convergence do not matter here: the
        # forecast does not use this fit.
        warnings.simplefilter("ignore")
        model = SARIMAX(
            z,
            exog=np.hstack(columns) if columns else None,
            order=(form.p, form.d, form.q),
            seasonal_order=(form.P, form.D, form.Q, form.season if form.season > 1 else 0),
        )
        fitted = model.fit(disp=0, maxiter=200)
        # Read inside the guard: the covariance is computed on first use.
        fitted.errors = np.asarray(fitted.bse, dtype=float)
    return fitted


def _coefficients(fitted: Any, scale: float) -> tuple[ArimaCoefficient, ...]:
    from scipy.stats import norm

    found = []
    for name, value, error in zip(
        fitted.model.param_names, fitted.params, fitted.errors, strict=True
    ):
        unit = scale**2 if name == "sigma2" else scale if name.startswith("x") else 1.0
        estimate, se = float(value) * unit, float(error) * unit
        p = float(2.0 * norm.sf(abs(estimate / se))) if se > 0 else float("nan")
        half = 1.959963984540054 * se
        found.append(ArimaCoefficient(name, estimate, se, estimate - half, estimate + half, p))
    return tuple(found)


def _ljung_box(fitted: Any, form: ArimaForm) -> tuple[float | None, int]:
    from statsmodels.stats.diagnostic import acorr_ljungbox

    skip = form.d + form.D * form.season
    residuals = np.asarray(fitted.resid, dtype=float)[skip:]
    fitted_terms = form.p + form.q + form.P + form.Q
    lags = min(2 * form.season if form.season > 1 else 10, len(residuals) // 5)
    if lags <= fitted_terms or float(np.ptp(residuals)) == 0.0:
        return None, lags
    table = acorr_ljungbox(residuals, lags=[lags], model_df=fitted_terms)
    return float(table["lb_pvalue"].iloc[0]), lags
