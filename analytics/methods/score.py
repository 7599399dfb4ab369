"""Will it happen? Probabilities of an event, judged on unseen rows, with reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.classifiers import Blend, Classifier, candidates, mixable
from analytics.methods.columns import require_columns
from analytics.methods.discrimination import (
    Area,
    Decile,
    Threshold,
    cost_threshold,
    lift_table,
)
from analytics.methods.errors import DataProblem, InsufficientData, Notice
from analytics.methods.features import Feature, distinct_features
from analytics.methods.judging import NAIVE, Folds, ScoreModel
from analytics.methods.leaks import Leak, find_leaks
from analytics.methods.reasons import Influence, influences
from analytics.methods.scorer import Scorer
from analytics.methods.serialise import jsonable
from analytics.methods.splits import ROW, Split, find_time, split_rows, time_values
from analytics.methods.targets import read_target

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

LEAST = 40
# A model this near to the best, in log-loss, is worth a part in their mean.
NEAR = 1.05
# Several models are harder to follow than one, and slower: their mean has to be better by this.
WORTH_MIXING = 0.9975


@dataclass(frozen=True)
class ScoreResult:
    """What predicts an event, how well, and why.

    Attributes
    ----------
    target, positive : str
        Column, and the value that is the event.
    models : tuple of ScoreModel
        By log-loss on unseen rows, the base rate last.
    chosen : str
        Name of the model used; "base_rate" without a signal.
    signal : bool
        The best model ranks better than chance: its AUC's 95 % interval lies above one half.
    split : Split
    leaks : tuple of Leak
        Columns that predict suspiciously well; they are kept unless told otherwise.
    without_leaks : Area or None
        The best kind of model without those columns.
    influences : tuple of Influence
        Columns by the log-odds they move; empty without a signal.
    lift, threshold
        On the best model's unseen rows.
    scorer : Scorer or None
        The chosen model on all rows, for scoring others; None without a signal.
    base_rate : float
        Share of events.
    positives, rows_used, rows_dropped : int
    notices : tuple of Notice
    """

    target: str
    positive: str
    models: tuple[ScoreModel, ...]
    chosen: str
    signal: bool
    split: Split
    leaks: tuple[Leak, ...]
    without_leaks: Area | None
    influences: tuple[Influence, ...]
    lift: tuple[Decile, ...]
    threshold: Threshold
    scorer: Scorer | None
    base_rate: float
    positives: int
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...] = field(default=())

    @property
    def best(self) -> ScoreModel:
        """The best model tried, whether or not there is a signal."""
        return self.models[0]

    @property
    def naive(self) -> ScoreModel:
        """The base rate."""
        return self.models[-1]

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer."""
        without = self.without_leaks
        return {
            "target": self.target,
            "positive": self.positive,
            "base_rate": self.base_rate,
            "positives": self.positives,
            "models": [model.to_dict() for model in self.models],
            "chosen": self.chosen,
            "signal": self.signal,
            "split": self.split.kind,
            "split_detail": self.split.to_dict(),
            "leaks": [leak.column for leak in self.leaks],
            "leak_details": jsonable(list(self.leaks)),
            "without_leaks": (
                {"auc": without.auc, "auc_lo": without.lo, "auc_hi": without.hi}
                if without
                else None
            ),
            "reasons": [one.text for one in self.influences[:10]],
            "influences": [one.to_dict() for one in self.influences],
            "calibration_curve": jsonable(list(self.best.calibration.curve)),
            "lift": jsonable(list(self.lift)),
            "threshold": jsonable(self.threshold),
            "rows_used": self.rows_used,
            "rows_dropped": self.rows_dropped,
            "warnings": [notice.text for notice in self.notices],
        }


def score(
    frame: pd.DataFrame,
    target: str,
    *,
    positive: str | None = None,
    time: str | None = None,
    exclude: tuple[str, ...] = (),
    drop_leaks: bool = False,
    cost_missed: float = 5.0,
    cost_wasted: float = 1.0,
    seed: int = 0,
) -> ScoreResult:
    """Learn to predict a two-valued column from the others.

    Logistic regression, linear and RBF support vector machines, a decision tree, gradient boosting,
    where rows are few a random forest, and the mean of those near the best are judged on rows they
    had not seen; the one with the least log-loss after calibration is fitted on all rows.

    Parameters
    ----------
    frame : DataFrame
        One row per case.  Every column but ``target``, ``time`` and ``exclude`` may predict.
    target : str
        Column with two values; rows where it is missing are left out and counted.
    positive : str, optional
        The value that is the event; by default yes/1/true/是, else the rarer value.  With it the
        column may have more values.
    time : str, optional
        When each case was: dates, numbers, month names, or "row" for the order of the file.  The
        models then only ever predict later rows than they learned from.  Without it: the column of
        dates in whose order the rows stand, else five folds.
    exclude : tuple of str
        Columns that may not predict.
    drop_leaks : bool
        Leave out columns that predict suspiciously well instead of only naming them.
    cost_missed, cost_wasted : float
        Cost of an event not acted on, and of acting without an event.
    seed : int

    Returns
    -------
    ScoreResult

    Raises
    ------
    DataProblem
        A column is missing, the target has one value or too many, no column is left.
    InsufficientData
        Fewer than 40 rows with or without the event.
    """
    # Loaded before the limit below, which only binds libraries that are there already.
    import sklearn.ensemble
    import sklearn.svm  # noqa: F401 - see above
    from threadpoolctl import threadpool_limits

    _check(frame, target, time, exclude, {"missed": cost_missed, "wasted": cost_wasted})
    notices: list[Notice] = []
    total = len(frame)
    found = None if time else find_time(frame, _others(frame, target, time, exclude), notices)
    frame, when = _timed(frame, target, time or found, notices)
    y, positive, rows = read_target(frame, target, positive, notices)
    frame = frame.iloc[rows].reset_index(drop=True)
    names = _others(frame, target, time or found, exclude)
    # Rows of one time never fall on both sides of a split by it.
    features, kept = distinct_features(frame, names, y, notices, copies=time in (None, ROW))
    y, rows = y[kept], rows[kept]
    _check_events(y, positive)
    # Many short fits: on a busy machine a second thread only waits for the first.
    with threadpool_limits(limits=1):
        split = _split(y, None if when is None else when[rows], time, found, seed, notices)
        leaks, strong = find_leaks(features, y, split, seed)
        if drop_leaks:
            features = _without(features, leaks)
        models, folds, tried = _judge(features, y, split, seed)
        best, naive = models[0], models[-1]
        signal = best.area.lo > 0.5
        chosen = tried[best.name]
        scorer = _fit(features, y, best, folds, chosen, seed) if signal else None
        clean = None
        if signal and not drop_leaks and 0 < len(leaks) < len(features):
            clean = Folds(_without(features, leaks), y, split).judge(chosen, seed).area
        moved = _influences(scorer, features, best) if scorer else ()
    cautions = _cautions(best, naive, leaks, clean, drop_leaks=drop_leaks)
    notices = cautions + [_strong_notice(one) for one in strong] + notices
    return ScoreResult(
        target=target,
        positive=positive,
        models=models,
        chosen=best.name if signal else NAIVE,
        signal=signal,
        split=split,
        leaks=leaks,
        without_leaks=clean,
        influences=moved,
        lift=lift_table(y[best.rows], best.probabilities),
        threshold=cost_threshold(y[best.rows], best.probabilities, cost_missed, cost_wasted),
        scorer=scorer,
        base_rate=float(y.mean()),
        positives=int(y.sum()),
        rows_used=len(y),
        rows_dropped=total - len(y),
        notices=tuple(notices),
    )


def _check(
    frame: pd.DataFrame,
    target: str,
    time: str | None,
    exclude: tuple[str, ...],
    costs: dict[str, float],
) -> None:
    known_time = [time] if time and time != ROW else []
    require_columns(frame, [target, *known_time, *exclude])
    for name, cost in costs.items():
        if not (np.isfinite(cost) and cost > 0):
            params = {"name": f"cost_{name}", "rule": "greater than 0", "value": cost}
            raise DataProblem("bad_parameter", params)


def _others(
    frame: pd.DataFrame, target: str, time: str | None, exclude: tuple[str, ...]
) -> list[str]:
    return [str(name) for name in frame.columns if name not in {target, time, *exclude}]


def _timed(
    frame: pd.DataFrame, target: str, time: str | None, notices: list[Notice]
) -> tuple[pd.DataFrame, FloatArray | None]:
    """The rows whose time is known, and their times."""
    if time is None or len(frame) == 0:
        return frame, None
    when = time_values(frame, time)
    known = np.isfinite(when)
    if not known.any():
        raise DataProblem("no_usable_rows")
    if not known.all():
        notices.append(Notice("rows_missing_dropped", {"rows": int((~known).sum())}))
    return frame[known].reset_index(drop=True), when[known]


def _split(
    y: NDArray,
    when: FloatArray | None,
    time: str | None,
    found: str | None,
    seed: int,
    notices: list[Notice],
) -> Split:
    """By the time asked for; by one found only where its earlier rows teach enough."""
    try:
        return split_rows(y, when, time or found or "", seed, notices)
    except DataProblem:
        if time:
            raise
        told = {"time_found", "judged_on_sample"}
        notices[:] = [notice for notice in notices if notice.code not in told]
        return split_rows(y, None, "", seed, notices)


def _check_events(y: NDArray, positive: str) -> None:
    events = int(y.sum())
    others = len(y) - events
    if min(events, others) < LEAST:
        params = {"value": positive, "events": events, "others": others, "needed": LEAST}
        raise InsufficientData("forty_of_each", params)


def _without(features: list[Feature], leaks: tuple[Leak, ...]) -> list[Feature]:
    named = {leak.column for leak in leaks}
    kept = [feature for feature in features if feature.name not in named]
    if not kept:
        raise DataProblem("no_predictors")
    return kept


def _judge(
    features: list[Feature], y: NDArray, split: Split, seed: int
) -> tuple[tuple[ScoreModel, ...], Folds, dict[str, Classifier]]:
    """Every candidate by log-loss, the base rate last; and the candidates by name."""
    folds = Folds(features, y, split)
    tried: dict[str, Classifier] = {one.name: one for one in candidates(len(y))}
    models = [folds.judge(classifier, seed) for classifier in tried.values()]
    least = min(model.calibration.log_loss for model in models)
    parts = [model for model in models if model.name in mixable(len(y))]
    near = [model for model in parts if model.calibration.log_loss < NEAR * least]
    if len(near) > 1:
        blend = Blend(tuple(tried[model.name] for model in near))
        mean = folds.blend(blend, near)
        if mean.calibration.log_loss < WORTH_MIXING * least:
            tried[blend.name] = blend
            models.append(mean)
    models.sort(key=lambda model: model.calibration.log_loss)
    return (*models, folds.base_rate()), folds, tried


def _fit(
    features: list[Feature], y: NDArray, best: ScoreModel, folds: Folds, chosen: Classifier,
    seed: int,
) -> Scorer:  # fmt: skip
    return Scorer.fit(features, np.arange(len(y)), y, chosen, folds.calibrator(best), seed)


def _influences(scorer: Scorer, features: list[Feature], best: ScoreModel) -> tuple[Influence, ...]:
    return influences(scorer.encoder, scorer.fitted, features, np.sort(best.rows))


def _strong_notice(one: Leak) -> Notice:
    params = {"column": one.column, "auc": one.auc, "others": one.auc_others}
    return Notice("one_strong_column", params)


def _cautions(
    best: ScoreModel,
    naive: ScoreModel,
    leaks: tuple[Leak, ...],
    clean: Area | None,
    *,
    drop_leaks: bool,
) -> list[Notice]:
    notices = []
    if best.area.lo <= 0.5:
        limits = {"auc": best.area.auc, "lo": best.area.lo, "hi": best.area.hi}
        reverse = best.area.hi < 0.5
        notices.append(Notice("ranking_reversed" if reverse else "no_signal", limits))
    elif best.calibration.log_loss >= naive.calibration.log_loss:
        notices.append(Notice("ranks_only"))
    for leak in leaks:
        params: dict[str, Any] = {"column": leak.column, "auc": leak.auc, "others": leak.auc_others}
        notices.append(Notice("leak_dropped" if drop_leaks else "leak_suspected", params))
    if clean is not None:
        notices.append(Notice("without_leaks", {"auc": clean.auc, "lo": clean.lo, "hi": clean.hi}))
    return notices
