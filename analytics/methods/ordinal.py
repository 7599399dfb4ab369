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
from analytics.methods.features import Feature, distinct_features
from analytics.methods.one_thread import one_thread
from analytics.methods.ordinal_design import Design, Unit
from analytics.methods.ordinal_steps import LEAST_PER_STEP, step_codes
from analytics.methods.proportional_odds import CHANCE, fit_proportional_odds
from analytics.methods.serialise import jsonable
from analytics.methods.splits import ROW, Split, split_rows, time_values

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

NAIVE, ORDINAL, MULTINOMIAL = "base_rate", "ordinal", "multinomial"
LEAST_ROWS = 80
ROWS_PER_COEFFICIENT = 10
FITTED_ROWS = 20_000
# A mean log-likelihood above this is that of steps foreseen without an error.
SETTLED = -0.005


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
    per : str
        What one step is in the column's own unit, see ``ordinal_design.Unit``.
    own_ratio, own_lo, own_hi : float
        The same for one such step.
    """

    name: str
    odds_ratio: float
    lo: float
    hi: float
    p: float
    per: str
    own_ratio: float
    own_lo: float
    own_hi: float


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
        One step only, too many, fewer than 80 rows or 10 per coefficient, or steps that a column
        settles without an error.
    """
    known_time = [time] if time and time != ROW else []
    require_columns(frame, [target, *known_time, *exclude])
    if len(frame) == 0:
        raise DataProblem("no_rows")
    notices: list[Notice] = []
    when = time_values(frame, time) if time else None
    codes, steps = step_codes(frame, target, order, notices)
    used = codes >= 0 if when is None else (codes >= 0) & np.isfinite(when)
    dropped = int((~used).sum())
    y = codes[used]
    _check(y, steps)
    frame = frame[used].reset_index(drop=True)
    names = [str(c) for c in frame.columns if c not in {target, time, *exclude}]
    copies = time in (None, ROW)
    features, kept = distinct_features(frame, names, y, notices, copies=copies)
    y, when = y[kept], None if when is None else when[used][kept]
    dropped += int((~kept).sum())
    _check(y, steps)  # of what is left
    split = split_steps(y, when, time or "", seed, notices)
    with one_thread():
        models = _judged(features, y, len(steps), split)
        ratios, proportional = _explained(features, y, len(steps), seed, target)
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


def split_steps(
    y: IntArray, when: FloatArray | None, by: str, seed: int, notices: list[Notice]
) -> Split:
    """Folds for steps ``y`` (n,), see ``split_rows``: both halves of the steps in each."""
    upper = (y > np.median(y)) if (y > np.median(y)).any() else (y >= np.median(y))
    return split_rows(upper.astype(np.int8), when, by, seed, notices)


def _check(y: IntArray, steps: tuple[str, ...]) -> None:
    if len(y) < LEAST_ROWS:
        params = {"method": "An ordered outcome", "needed": LEAST_ROWS, "rows": len(y)}
        raise InsufficientData("too_few_rows", params)
    counts = np.bincount(y, minlength=len(steps))
    if counts.min() < LEAST_PER_STEP:
        params = {"step": steps[int(np.argmin(counts))], "rows": int(counts.min())}
        raise InsufficientData("too_few_of_a_step", params | {"needed": LEAST_PER_STEP})


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
        design = Design(features, learned)
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
    features: list[Feature], y: IntArray, steps: int, seed: int, target: str
) -> tuple[tuple[OddsRatio, ...], float | None]:
    from scipy.stats import chi2

    rows = np.arange(len(y))
    if len(y) > FITTED_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, FITTED_ROWS, replace=False))
    design = Design(features, rows)
    X = design.of(rows)
    terms = X.shape[1]
    if len(rows) < ROWS_PER_COEFFICIENT * terms:
        needed = ROWS_PER_COEFFICIENT * terms
        params = {"coefficients": terms, "needed": needed, "rows": len(rows)}
        raise InsufficientData("ten_rows_per_coefficient", params)
    model = fit_proportional_odds(X, y[rows], steps)
    if terms and model.loglik > SETTLED * len(rows):
        column = design.names[int(np.argmax(np.abs(model.beta)))]
        raise DataProblem("steps_settled", {"column": column, "target": target})
    ratios = [
        _ratio(name, float(b), float(se), unit)
        for name, b, se, unit in zip(
            design.names, model.beta, model.se, design.units(), strict=True
        )
    ]
    proportional = None
    if steps > 2 and terms:
        free = _multinomial(X, y[rows], penalty=1e4)
        p = np.maximum(free.predict_proba(X)[np.arange(len(rows)), y[rows]], CHANCE)
        gain = 2 * (float(np.log(p).sum()) - model.loglik)
        proportional = float(chi2.sf(max(gain, 0.0), terms * (steps - 2)))
    return tuple(sorted(ratios, key=lambda one: one.p)), proportional


def _ratio(name: str, effect: float, se: float, unit: Unit) -> OddsRatio:
    from scipy.stats import norm

    p = float(2 * norm.sf(abs(effect / se)))
    own = _ends(effect * unit.factor, se * unit.factor)
    return OddsRatio(name, *_ends(effect, se), p, unit.per, *own)


def _ends(effect: float, se: float) -> tuple[float, float, float]:
    ends = np.clip([effect, effect - 1.959964 * se, effect + 1.959964 * se], -50, 50)
    ratio, lo, hi = (float(end) for end in np.exp(ends))
    return ratio, lo, hi


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
