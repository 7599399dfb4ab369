"""What makes them satisfied? An outcome in ordered steps, explained and foretold."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.columns import require_columns
from analytics.methods.discrimination import Area, pooled_area
from analytics.methods.errors import DataProblem, InsufficientData, Notice
from analytics.methods.features import Encoder, Feature, read_features
from analytics.methods.serialise import jsonable
from analytics.methods.splits import ROW, Split, split_rows, time_values
from analytics.methods.targets import level_text

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

NAIVE, ORDINAL, MULTINOMIAL = "base_rate", "ordinal", "multinomial"
LEAST_PER_STEP = 10
LEAST_ROWS = 80
MOST_STEPS = 11
ROWS_PER_COEFFICIENT = 10
FITTED_ROWS = 20_000
COLLINEAR = 1e-8
CHANCE = 1e-9


@dataclass(frozen=True)
class OddsRatio:
    """How a term moves the odds of a higher step.

    Attributes
    ----------
    name : str
        A column (per robust standard deviation, of the logarithm where it was logged), or
        ``column=level`` against its most frequent level.
    odds_ratio, lo, hi, p : float
        With the 95 % Wald interval.
    """

    name: str
    odds_ratio: float
    lo: float
    hi: float
    p: float


@dataclass(frozen=True)
class OrdinalModel:
    """A candidate on rows it had not seen.

    ``area``: for two rows of different steps, how often the higher step was expected higher.
    """

    name: str
    accuracy: float
    log_loss: float
    mean_error: float
    area: Area


@dataclass(frozen=True)
class OrdinalResult:
    """What moves an ordered outcome.

    Attributes
    ----------
    steps : tuple of str
        From the lowest to the highest.
    odds_ratios : tuple of OddsRatio
        Of the proportional-odds model, by p.
    proportional_p : float or None
        Likelihood-ratio test against effects that differ from step to step; small: they do.
    models : tuple of OrdinalModel
        By log-loss, the base rate last.
    chosen : str
    signal : bool
        The best model's concordance lies above one half with 95 %.
    """

    target: str
    steps: tuple[str, ...]
    counts: tuple[int, ...]
    odds_ratios: tuple[OddsRatio, ...]
    proportional_p: float | None
    models: tuple[OrdinalModel, ...]
    chosen: str
    signal: bool
    split: Split
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer."""
        return {
            "target": self.target,
            "steps": [
                {"step": step, "rows": rows}
                for step, rows in zip(self.steps, self.counts, strict=True)
            ],
            "odds_ratios": jsonable(list(self.odds_ratios)),
            "proportional_p": jsonable(self.proportional_p),
            "models": [
                {
                    "name": model.name, "accuracy": model.accuracy, "log_loss": model.log_loss,
                    "mean_error": model.mean_error, "auc": jsonable(model.area.auc),
                    "auc_lo": jsonable(model.area.lo), "auc_hi": jsonable(model.area.hi),
                }
                for model in self.models
            ],
            "chosen": self.chosen,
            "signal": self.signal,
            "split": self.split.kind,
            "rows_used": self.rows_used,
            "rows_dropped": self.rows_dropped,
            "warnings": [notice.text for notice in self.notices],
        }  # fmt: skip


def explain_steps(
    frame: pd.DataFrame,
    target: str,
    *,
    order: tuple[str, ...] = (),
    time: str | None = None,
    exclude: tuple[str, ...] = (),
    seed: int = 0,
) -> OrdinalResult:
    """Explain an outcome in ordered steps by the other columns.

    The proportional-odds model (P. McCullagh 1980, JRSS B 42; A. Agresti 2010, Analysis of Ordinal
    Categorical Data, ch. 3) gives the odds ratios; it and a multinomial logistic regression are
    judged on unseen rows against the shares of the steps.

    Parameters
    ----------
    frame : DataFrame
    target : str
        2 to 11 steps: numbers, or texts in the given ``order``.
    order : tuple of str
        Steps from the lowest to the highest.
    time, exclude, seed
        As in ``score``.

    Raises
    ------
    DataProblem, InsufficientData
        One step only, too many, fewer than 80 rows or 10 per coefficient.
    """
    from threadpoolctl import threadpool_limits

    known_time = [time] if time and time != ROW else []
    require_columns(frame, [target, *known_time, *exclude])
    if len(frame) == 0:
        raise DataProblem("no_rows")
    notices: list[Notice] = []
    when = time_values(frame, time) if time else None
    codes, steps = _steps(frame, target, order, notices)
    used = codes >= 0 if when is None else (codes >= 0) & np.isfinite(when)
    dropped = int((~used).sum())
    y = codes[used]
    _check(y, steps)
    frame = frame[used].reset_index(drop=True)
    names = [str(c) for c in frame.columns if c not in {target, time, *exclude}]
    features = read_features(frame, names, notices)
    upper = (y > np.median(y)) if (y > np.median(y)).any() else (y >= np.median(y))
    split = split_rows(
        upper.astype(np.int8), None if when is None else when[used], time or "", seed, notices
    )
    with threadpool_limits(limits=1):
        models = _judged(features, y, len(steps), split)
        ratios, proportional = _explained(features, y, len(steps), seed)
    signal = models[0].area.lo > 0.5
    notices = _cautions(models, proportional, signal=signal) + notices
    return OrdinalResult(
        target=target,
        steps=steps,
        counts=tuple(int(n) for n in np.bincount(y, minlength=len(steps))),
        odds_ratios=ratios,
        proportional_p=proportional,
        models=models,
        chosen=models[0].name if signal else NAIVE,
        signal=signal,
        split=split,
        rows_used=len(y),
        rows_dropped=dropped,
        notices=tuple(notices),
    )


def _steps(
    frame: pd.DataFrame, target: str, order: tuple[str, ...], notices: list[Notice]
) -> tuple[IntArray, tuple[str, ...]]:
    """Codes (-1 where missing) and the steps' names; steps of few rows join a neighbour."""
    text = level_text(frame[target])
    levels = [str(level) for level in text.dropna().unique()]
    if not levels:
        raise DataProblem("no_usable_rows")
    if order:
        unknown = [level for level in levels if level not in order]
        if unknown:
            params = {"name": "order", "rule": "all values of the target", "value": unknown[0]}
            raise DataProblem("bad_parameter", params)
        levels = [level for level in order if level in levels]
    else:
        numbers = pd.to_numeric(pd.Series(levels), errors="coerce")
        if numbers.isna().any():
            raise DataProblem("steps_without_order", {"column": target, "value": levels[0]})
        levels = [levels[k] for k in np.argsort(numbers.to_numpy())]
    if len(levels) < 2:
        raise DataProblem("single_class", {"column": target, "value": levels[0]})
    if len(levels) > MOST_STEPS:
        limits = {"column": target, "levels": len(levels), "limit": MOST_STEPS}
        raise DataProblem("too_many_categories", limits)
    place = {level: k for k, level in enumerate(levels)}
    codes = np.array([place.get(value, -1) for value in text.fillna("").astype(str)])
    return _merged(codes, levels, notices)


def _merged(
    codes: IntArray, levels: list[str], notices: list[Notice]
) -> tuple[IntArray, tuple[str, ...]]:
    names = list(levels)
    while len(names) > 2:
        counts = np.bincount(codes[codes >= 0], minlength=len(names))
        rare = int(np.argmin(counts))
        if counts[rare] >= LEAST_PER_STEP:
            break
        other = rare - 1 if rare == len(names) - 1 else rare + 1
        low, high = sorted((rare, other))
        notices.append(Notice("step_merged", {"step": names[rare], "other": names[other]}))
        names[low] = f"{names[low]}–{names[high]}"
        del names[high]
        codes = np.where(codes >= high, codes - 1, codes)
    return codes, tuple(names)


def _check(y: IntArray, steps: tuple[str, ...]) -> None:
    if len(y) < LEAST_ROWS:
        params = {"method": "An ordered outcome", "needed": LEAST_ROWS, "rows": len(y)}
        raise InsufficientData("too_few_rows", params)
    counts = np.bincount(y, minlength=len(steps))
    if counts.min() < LEAST_PER_STEP:
        params = {"step": steps[int(np.argmin(counts))], "rows": int(counts.min())}
        raise InsufficientData("too_few_of_a_step", params | {"needed": LEAST_PER_STEP})


class _Design:
    """Encoded columns without each category's most frequent level, and without copies."""

    def __init__(self, features: list[Feature], rows: IntArray) -> None:
        self.features = features
        self.encoder = Encoder(features, rows)
        X = self.encoder.encode(features, rows)
        typical = self.encoder.typical()
        kept, names = [], []
        for feature, (start, end) in zip(features, self.encoder.spans, strict=True):
            for k in range(start, end):
                if feature.kind == "category" and typical[k] == 1.0:
                    continue
                kept.append(k)
                names.append(self.encoder.term(feature, k))
        free = independent(X[:, kept])
        self.columns = [kept[k] for k in free]
        self.names = [names[k] for k in free]

    def of(self, rows: IntArray) -> FloatArray:
        """The design of rows, shape (len(rows), terms)."""
        return self.encoder.encode(self.features, rows)[:, self.columns]


def independent(X: FloatArray) -> list[int]:
    """The columns of X that are no combination of those before them nor constant."""
    kept: list[int] = []
    basis = np.ones((len(X), 1)) / np.sqrt(len(X))
    for k in range(X.shape[1]):
        rest = X[:, k] - basis @ (basis.T @ X[:, k])
        rest = rest - basis @ (basis.T @ rest)
        size = float(np.linalg.norm(rest))
        if size > COLLINEAR * max(float(np.linalg.norm(X[:, k])), 1.0) * 100:
            basis = np.column_stack([basis, rest / size])
            kept.append(k)
    return kept


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


def _multinomial(X: FloatArray, y: IntArray, *, penalty: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # separation: the likelihood creeps upwards for ever
        return LogisticRegression(C=penalty, max_iter=500).fit(X, y)


def _judged(
    features: list[Feature], y: IntArray, steps: int, split: Split
) -> tuple[OrdinalModel, ...]:
    """The candidates by log-loss on unseen rows, the base rate last."""
    made: dict[str, list[FloatArray]] = {ORDINAL: [], MULTINOMIAL: [], NAIVE: []}
    for learned, judged in split.folds:
        design = _Design(features, learned)
        X, X_judged = design.of(learned), design.of(judged)
        made[ORDINAL].append(fit_proportional_odds(X, y[learned], steps).probabilities(X_judged))
        model = _multinomial(X, y[learned], penalty=1.0)
        p = np.full((len(judged), steps), CHANCE)
        p[:, model.classes_] = model.predict_proba(X_judged)
        made[MULTINOMIAL].append(p)
        shares = (np.bincount(y[learned], minlength=steps) + 0.5) / (len(learned) + 0.5 * steps)
        made[NAIVE].append(np.tile(shares, (len(judged), 1)))
    truth = [y[judged] for _, judged in split.folds]
    models = [_model(name, parts, truth) for name, parts in made.items() if name != NAIVE]
    models.sort(key=lambda model: model.log_loss)
    return (*models, _model(NAIVE, made[NAIVE], truth))


def _model(name: str, parts: list[FloatArray], truth: list[IntArray]) -> OrdinalModel:
    p, y = np.vstack(parts), np.concatenate(truth)
    places = np.arange(p.shape[1])
    folds = []
    for fold, actual in zip(parts, truth, strict=True):
        # Every cut between steps is a two-valued question; each counts by its pairs.
        folds += [(actual > cut, fold @ places) for cut in range(p.shape[1] - 1)]
    return OrdinalModel(
        name=name,
        accuracy=float(np.mean(p.argmax(axis=1) == y)),
        log_loss=float(-np.mean(np.log(np.maximum(p[np.arange(len(y)), y], CHANCE)))),
        mean_error=float(np.mean(np.abs(p @ places - y))),
        area=Area(0.5, 0.5, 0.5, 0.0) if name == NAIVE else _area(folds, p.shape[1] - 1),
    )


def _area(folds: list[tuple[NDArray, FloatArray]], cuts: int) -> Area:
    """The cuts share their rows, so the variance is widened as if they were one question."""
    pooled = pooled_area([(y, s) for y, s in folds if 0 < y.sum() < len(y)])
    variance = pooled.variance * cuts
    reach = 1.959964 * float(np.sqrt(variance))
    return Area(pooled.auc, max(pooled.auc - reach, 0.0), min(pooled.auc + reach, 1.0), variance)


def _explained(
    features: list[Feature], y: IntArray, steps: int, seed: int
) -> tuple[tuple[OddsRatio, ...], float | None]:
    from scipy.stats import chi2

    rows = np.arange(len(y))
    if len(y) > FITTED_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, FITTED_ROWS, replace=False))
    design = _Design(features, rows)
    X = design.of(rows)
    terms = X.shape[1]
    if len(rows) < ROWS_PER_COEFFICIENT * terms:
        needed = ROWS_PER_COEFFICIENT * terms
        params = {"coefficients": terms, "needed": needed, "rows": len(rows)}
        raise InsufficientData("ten_rows_per_coefficient", params)
    model = fit_proportional_odds(X, y[rows], steps)
    ratios = [
        _ratio(name, float(b), float(se))
        for name, b, se in zip(design.names, model.beta, model.se, strict=True)
    ]
    proportional = None
    if steps > 2 and terms:
        free = _multinomial(X, y[rows], penalty=1e4)
        p = np.maximum(free.predict_proba(X)[np.arange(len(rows)), y[rows]], CHANCE)
        gain = 2 * (float(np.log(p).sum()) - model.loglik)
        proportional = float(chi2.sf(max(gain, 0.0), terms * (steps - 2)))
    return tuple(sorted(ratios, key=lambda one: one.p)), proportional


def _ratio(name: str, effect: float, se: float) -> OddsRatio:
    from scipy.stats import norm

    ends = (effect, effect - 1.959964 * se, effect + 1.959964 * se)
    ratio, lo, hi = (float(np.exp(np.clip(end, -50, 50))) for end in ends)
    return OddsRatio(name, ratio, lo, hi, float(2 * norm.sf(abs(effect / se))))


def _cautions(
    models: tuple[OrdinalModel, ...], proportional: float | None, *, signal: bool
) -> list[Notice]:
    best = models[0]
    if not signal:
        area = best.area
        return [Notice("no_signal", {"auc": area.auc, "lo": area.lo, "hi": area.hi})]
    notices = []
    if best.log_loss >= models[-1].log_loss:
        notices.append(Notice("ranks_only"))
    if proportional is not None and proportional < 0.01:
        notices.append(Notice("not_proportional", {"p": proportional}))
    return notices
