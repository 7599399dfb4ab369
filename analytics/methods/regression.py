"""What moves the outcome? Ordinary least squares by formula, with errors that can be trusted."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.adjustment import AdjustedEffect, adjusted_effects, in_time_order
from analytics.methods.columns import unit_notices
from analytics.methods.copies import copied_rows
from analytics.methods.design import Design, build_design
from analytics.methods.errors import DataProblem, Notice
from analytics.methods.formula import Formula, parse_formula
from analytics.methods.influence import deciding_notices, influence_of
from analytics.methods.least_squares import Estimates, Robust, fit_least_squares
from analytics.methods.many_tests import holm_adjusted
from analytics.methods.serialise import jsonable

FloatArray = NDArray[np.float64]
ROWS_PER_COEFFICIENT = 10
PLOT_POINTS = 500
EXACT = 1 - 1e-12


@dataclass(frozen=True)
class Coefficient:
    """One term's effect.

    Attributes
    ----------
    name : str
    estimate, se, lo, hi : float
        In units of the outcome per unit of the term; ``lo`` and ``hi`` bound the 95 % interval.
    t, p : float
        Test of no effect (Student's t with n - k degrees of freedom).
    vif : float or None
        Variance inflation factor; None for the intercept.
    standardised : float or None
        Standard deviations of the outcome per standard deviation of the term.
    p_holm : float or None
        ``p`` after Holm's correction over all terms but the intercept.
    """

    name: str
    estimate: float
    se: float
    t: float
    p: float
    lo: float
    hi: float
    vif: float | None
    standardised: float | None
    p_holm: float | None


@dataclass(frozen=True)
class RegressionResult:
    """A fitted regression.

    Attributes
    ----------
    coefficients : tuple of Coefficient
    robust : {"", "HC3", "HAC"}
        How standard errors were computed; "" assumes equal, independent errors.
    hac_lags : int or None
        Lags of the Newey–West estimator: floor(4 (n / 100)^(2/9)).
    r2, r2_adj : float
    f, f_p : float or None
        Test that all slopes are zero (Wald test with the robust covariance where asked).
    n, df : int
        Rows, and residual degrees of freedom.
    durbin_watson, resid_se, condition_number : float
    breusch_pagan_p, jarque_bera_p : float or None
        Tests of equal spread and of normal residuals.
    loglik, aic, bic : float
    plot : dict of str to list of float
        Up to 500 evenly picked rows: fitted, residual, studentised, leverage, cook.
    adjusted : tuple of AdjustedEffect
        Effects with trend, season and controls held fixed, where the rows have dates.
    """

    formula: str
    outcome: str
    coefficients: tuple[Coefficient, ...]
    robust: Robust
    hac_lags: int | None
    r2: float
    r2_adj: float
    f: float | None
    f_p: float | None
    n: int
    df: int
    durbin_watson: float
    resid_se: float
    condition_number: float
    breusch_pagan_p: float | None
    jarque_bera_p: float
    loglik: float
    aic: float
    bic: float
    plot: dict[str, list[float]]
    adjusted: tuple[AdjustedEffect, ...]
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer."""
        answer = {
            name: jsonable(value) for name, value in self.__dict__.items() if name != "notices"
        }
        answer["warnings"] = [notice.text for notice in self.notices]
        return answer


def regress(
    frame: pd.DataFrame,
    formula: str,
    *,
    robust: Robust = "",
    date: str | None = None,
    controls: tuple[str, ...] = (),
    rows_per_coefficient: int = ROWS_PER_COEFFICIENT,
) -> RegressionResult:
    """Fit ``formula`` by ordinary least squares.

    Parameters
    ----------
    frame : DataFrame
        For ``robust="HAC"`` and Durbin–Watson in the order of time (sorted here when ``date`` is
        given or found).
    formula : str
        See ``formula.parse_formula``.
    robust : {"", "HC3", "HAC"}
        Standard errors: classical; MacKinnon and White (1985) for unequal spread; Newey and West
        (1987) for unequal spread and autocorrelation.
    date : str, optional
        Date column with one row per period; found by itself when exactly one column qualifies.
    controls : tuple of str
        Columns held fixed in the adjusted model besides trend and season.
    rows_per_coefficient : int
        Refuse data with fewer rows for each coefficient.

    Returns
    -------
    RegressionResult

    Raises
    ------
    DataProblem, InsufficientData
        See ``formula.parse_formula`` and ``design.build_design``.

    Notes
    -----
    W. H. Greene (2018), Econometric Analysis, 8th ed., ch. 3-5 and 9; computed by statsmodels
    with a QR decomposition.
    """
    if robust not in ("", "HC3", "HAC"):
        raise DataProblem(
            "bad_parameter", {"name": "robust", "rule": "HC3 or HAC", "value": robust}
        )
    parsed = parse_formula(formula, list(frame.columns))
    frame, date = in_time_order(frame, date, exclude=set(parsed.columns.values()))
    design = build_design(frame, parsed, rows_per_coefficient)
    estimates = fit_least_squares(design.y, design.X, design.names, robust)
    fitted = estimates.fitted
    influence = influence_of(design, fitted)
    coefficients = _coefficients(design, estimates)
    breusch_pagan, jarque_bera = _residual_tests(design, fitted)
    adjusted = adjusted_effects(frame, parsed, design, estimates, date, controls)
    result = RegressionResult(
        formula=formula,
        outcome=design.outcome,
        coefficients=coefficients,
        robust=robust,
        hac_lags=estimates.lags,
        r2=float(fitted.rsquared),
        r2_adj=float(fitted.rsquared_adj),
        f=_number(fitted, "fvalue"),
        f_p=_number(fitted, "f_pvalue"),
        n=len(design.y),
        df=int(fitted.df_resid),
        durbin_watson=_durbin_watson(np.asarray(fitted.resid)),
        resid_se=float(np.sqrt(fitted.scale)),
        condition_number=float(np.linalg.cond(design.X)),
        breusch_pagan_p=breusch_pagan,
        jarque_bera_p=jarque_bera,
        loglik=float(fitted.llf),
        aic=float(fitted.aic),
        bic=float(fitted.bic),
        plot=_plot(fitted, influence),
        adjusted=adjusted,
        rows_used=len(design.y),
        rows_dropped=design.dropped,
        notices=(),
    )
    notices = deciding_notices(design, fitted, influence["cook"])
    for name in parsed.columns.values():
        notices += unit_notices(frame, name)
    notices += _copies(frame, parsed, design) + _notices(result, design, influence["cook"])
    return RegressionResult(**{**result.__dict__, "notices": tuple(notices)})


def _number(fitted: Any, name: str) -> float | None:
    if fitted.df_model < 1:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # see least_squares: the covariance may lack rank
        value = float(np.squeeze(getattr(fitted, name)))
    return value if np.isfinite(value) else None


def _durbin_watson(residuals: FloatArray) -> float:
    total = float(np.sum(residuals**2))
    return float(np.sum(np.diff(residuals) ** 2) / total) if total > 0 else float("nan")


def _coefficients(design: Design, fit: Estimates) -> tuple[Coefficient, ...]:
    p = fit.p
    slopes = [k for k in range(len(design.names)) if k != design.intercept]
    holm = np.full(len(p), np.nan)
    if slopes and np.isfinite(p[slopes]).all():
        holm[slopes] = holm_adjusted(p[slopes])
    factors = variance_inflation(design.X, design.intercept)
    spread = np.std(design.X, axis=0) / float(np.std(design.y))
    found = []
    for k, name in enumerate(design.names):
        slope = k != design.intercept
        found.append(
            Coefficient(
                name=name,
                estimate=float(fit.params[k]),
                se=float(fit.se[k]),
                t=float(fit.t[k]),
                p=float(p[k]),
                lo=float(fit.lo[k]),
                hi=float(fit.hi[k]),
                vif=float(factors[k]) if slope else None,
                standardised=float(fit.params[k] * spread[k]) if slope else None,
                p_holm=float(holm[k]) if slope else None,
            )
        )
    return tuple(found)


def variance_inflation(X: FloatArray, intercept: int | None) -> FloatArray:
    """Return the variance inflation factor of each column of X, shape (p,).

    VIF_k = 1 / (1 - R2_k) with R2_k from regressing column k on the others, centred when those
    hold an intercept, or add up to one as the marks of all categories do; computed as
    (X'X)^-1_kk times the column's sum of squares (D. A. Belsley, E. Kuh and R. E. Welsch 1980,
    Regression Diagnostics, ch. 3).
    """
    norms = np.linalg.norm(X, axis=0)
    R: FloatArray = np.asarray(np.linalg.qr(X / norms, mode="r"))
    inverse = np.linalg.inv(R)
    diagonal = np.sum(inverse**2, axis=1)
    centred = np.sum((X - X.mean(axis=0)) ** 2, axis=0) / norms**2
    if intercept is not None:
        return diagonal * centred
    return np.where(_without_them_a_constant(X / norms), diagonal * centred, diagonal)


def _without_them_a_constant(X: FloatArray) -> NDArray[np.bool_]:
    """Mark the columns of X (n, p) without which the others still add up to a constant."""
    one = np.ones(len(X)) / np.sqrt(len(X))
    weights = np.linalg.lstsq(X, one, rcond=None)[0]
    adds_up = bool(np.linalg.norm(X @ weights - one) < 1e-9)
    return adds_up & (np.abs(weights) < 1e-9)


def _residual_tests(design: Design, fitted: Any) -> tuple[float | None, float]:
    from scipy.stats import chi2

    residuals = np.asarray(fitted.resid, dtype=float)
    if float(np.ptp(residuals)) <= 1e-12 * float(np.ptp(design.y)):
        return None, float("nan")
    breusch_pagan = None
    if design.intercept is not None and design.X.shape[1] > 1:
        breusch_pagan = _breusch_pagan(residuals, design)
    z = residuals - residuals.mean()
    variance = float(np.mean(z**2))
    skew = float(np.mean(z**3)) / variance**1.5
    kurtosis = float(np.mean(z**4)) / variance**2
    statistic = len(z) / 6.0 * (skew**2 + 0.25 * (kurtosis - 3.0) ** 2)
    return breusch_pagan, float(chi2.sf(statistic, 2))


def _breusch_pagan(residuals: FloatArray, design: Design) -> float:
    """Return the p-value of Koenker's form: n R2 of the squared residuals on the terms.

    Source: R. Koenker (1981), Journal of Econometrics 17(1), 107-112.
    """
    from scipy.stats import chi2

    terms = [k for k in range(design.X.shape[1]) if k != design.intercept]
    centred = design.X[:, terms] - design.X[:, terms].mean(axis=0)
    Q = np.linalg.qr(centred / np.linalg.norm(centred, axis=0))[0]
    squares = residuals**2
    spread = squares - squares.mean()
    total = float(spread @ spread)
    r2 = float(np.sum((Q.T @ spread) ** 2)) / total if total > 0 else 0.0
    return float(chi2.sf(len(squares) * r2, len(terms)))


def _plot(fitted: Any, influence: dict[str, FloatArray]) -> dict[str, list[float]]:
    n = int(fitted.nobs)
    picked = np.unique(np.linspace(0, n - 1, min(n, PLOT_POINTS)).astype(int))
    columns = {
        "fitted": np.asarray(fitted.fittedvalues, dtype=float),
        "residual": np.asarray(fitted.resid, dtype=float),
        **influence,
    }
    return {name: [float(v) for v in values[picked]] for name, values in columns.items()}


def _copies(frame: pd.DataFrame, parsed: Formula, design: Design) -> list[Notice]:
    used = frame[list(parsed.columns.values())].iloc[design.rows]
    copies = int(copied_rows([pd.factorize(used[name])[0] for name in used]).sum())
    return [Notice("copies_counted", {"rows": copies})] if copies else []


def _notices(result: RegressionResult, design: Design, cook: FloatArray) -> list[Notice]:
    notices = []
    if result.rows_dropped:
        notices.append(Notice("rows_missing_dropped", {"rows": result.rows_dropped}))
    for effect in result.adjusted:
        if effect.disagrees:
            params = {
                "term": effect.name,
                "unadjusted": effect.unadjusted,
                "adjusted": effect.estimate,
                "p": effect.p,
            }
            notices.append(Notice("effect_disagrees", params))
    ratio = result.n / len(result.coefficients)
    if ratio < 20:
        notices.append(Notice("few_rows_per_coefficient", {"ratio": ratio}))
    notices += [
        Notice("high_vif", {"term": c.name, "vif": c.vif})
        for c in result.coefficients
        if c.vif is not None and c.vif > 10
    ]
    return notices + _residual_notices(result) + _reading_notices(result, design, cook)


def _residual_notices(result: RegressionResult) -> list[Notice]:
    if result.r2 > EXACT:  # what is left are rounding errors
        return [Notice("exact_fit")]
    notices = []
    # 5 % two-sided under independence: DW is about normal around 2 with variance 4 / n.
    if abs(result.durbin_watson - 2.0) > 1.96 * 2.0 / np.sqrt(result.n) and result.robust != "HAC":
        params = {"durbin_watson": result.durbin_watson}
        notices.append(Notice("autocorrelated", params))
    p = result.breusch_pagan_p
    if p is not None and p < 0.05 and not result.robust:
        notices.append(Notice("heteroscedastic", {"p": p}))
    if result.jarque_bera_p < 0.01:
        notices.append(Notice("residuals_not_normal", {"p": result.jarque_bera_p}))
    return notices


def _corrected(result: RegressionResult) -> list[float]:
    """Holm's p of the effects to be read: the adjusted ones where there are any."""
    if result.adjusted:
        return list(holm_adjusted(np.array([effect.p for effect in result.adjusted])))
    return [c.p_holm for c in result.coefficients if c.p_holm is not None]


def _reading_notices(result: RegressionResult, design: Design, cook: FloatArray) -> list[Notice]:
    notices = []
    strong = np.flatnonzero(cook > 1.0)
    if len(strong):
        which = ", ".join(str(int(design.rows[k]) + 1) for k in strong[:5])
        notices.append(Notice("influential_rows", {"rows": len(strong), "which": which}))
    corrected = _corrected(result)
    if len(corrected) >= 5:
        kept = sum(1 for p in corrected if p < 0.05)
        params = {"tests": len(corrected), "expected": 0.05 * len(corrected), "kept": kept}
        notices.append(Notice("many_comparisons", params))
    if result.r2 < 0.1:
        notices.append(Notice("low_r2", {"percent": 100.0 * result.r2}))
    return notices
