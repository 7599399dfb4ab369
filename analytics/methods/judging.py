"""Candidates on rows they had not seen, then calibrated on rows they had not seen either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.methods.classifiers import Blend, Calibrator, Classifier, fit_calibrator, mixed
from analytics.methods.discrimination import (
    Z95_OF_SEVEN,
    Area,
    Calibration,
    expit,
    judge_probabilities,
    log_loss,
    logit,
    pooled_area,
)
from analytics.methods.features import Encoder, Feature
from analytics.methods.serialise import jsonable
from analytics.methods.splits import Split

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

NAIVE = "base_rate"
# Isotonic steps follow chance unless there are many events.
ISOTONIC_EVENTS = 500
# A calibration is used when it improves the log-loss by this much.
WORTH = 1e-4


@dataclass(frozen=True)
class ScoreModel:
    """One candidate on rows it had not seen.

    Attributes
    ----------
    name, label : str
    area : Area
        Ranking; the mean over the folds, with an interval that allows for the choice among seven.
    calibration : Calibration
        Of the probabilities after calibration, over all judged rows.
    calibrated_by : {"none", "platt", "isotonic"}
    rows : ndarray
        Judged rows.
    log_odds, probabilities : ndarray
        Before and after calibration, in the order of ``rows``.
    """

    name: str
    label: str
    area: Area
    calibration: Calibration
    calibrated_by: str
    rows: IntArray = field(repr=False)
    log_odds: FloatArray = field(repr=False)
    probabilities: FloatArray = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The command line's entry of ``models``."""
        judged = self.calibration
        return {
            "name": self.name,
            "label": self.label,
            "auc": jsonable(self.area.auc),
            "auc_lo": jsonable(self.area.lo),
            "auc_hi": jsonable(self.area.hi),
            "brier": judged.brier,
            "log_loss": judged.log_loss,
            "ece": judged.ece,
            "calibration_slope": judged.slope,
            "calibration_intercept": judged.intercept,
            "accuracy": judged.accuracy,
            "calibrated_by": self.calibrated_by,
        }


class Folds:
    """The folds with their rows encoded once for all candidates."""

    def __init__(self, features: list[Feature], y: NDArray, split: Split) -> None:
        self.y = y
        self.split = split
        self.encoded = []
        for learned, judged in split.folds:
            encoder = Encoder(features, learned)
            made = (encoder.encode(features, learned), encoder.encode(features, judged))
            self.encoded.append(made)

    def judge(self, classifier: Classifier, seed: int) -> ScoreModel:
        """Learn and predict in every fold; calibrate each fold on the others' (or earlier) rows."""
        raw = [
            classifier.fit(X, self.y[learned], seed).log_odds(X_judged)
            for (X, X_judged), (learned, _) in zip(self.encoded, self.split.folds, strict=True)
        ]
        return self._judged(classifier.name, classifier.label, raw)

    def blend(self, classifier: Blend, models: Sequence[ScoreModel]) -> ScoreModel:
        """Judge the mean of ``models``, whose predictions are known already."""
        ends = np.cumsum([len(judged) for _, judged in self.split.folds])[:-1]
        whole = mixed([model.log_odds for model in models])
        return self._judged(classifier.name, classifier.label, np.split(whole, ends))

    def base_rate(self) -> ScoreModel:
        """The naive rival: everybody has the share of events among the rows learned from."""
        raw = [
            np.full(len(judged), float(logit(np.array([self.y[learned].mean()]))[0]))
            for learned, judged in self.split.folds
        ]
        made = self._model(NAIVE, "Base rate", raw, [expit(part) for part in raw], "none")
        flat = replace(made.calibration, slope=None, intercept=None)
        return replace(made, area=Area(0.5, 0.5, 0.5, 0.0), calibration=flat)

    def _judged(self, name: str, label: str, raw: list[FloatArray]) -> ScoreModel:
        plain = [expit(part) for part in raw]
        best = ("none", plain, self._loss(plain))
        for kind in self._calibrations():
            made = self._calibrated(kind, raw)
            loss = self._loss(made)
            if loss < best[2] - WORTH:
                best = (kind, made, loss)
        return self._model(name, label, raw, best[1], best[0])

    def _calibrations(self) -> list[str]:
        events = sum(int(self.y[judged].sum()) for _, judged in self.split.folds)
        return ["platt", "isotonic"] if events >= ISOTONIC_EVENTS else ["platt"]

    def _calibrated(self, kind: str, raw: list[FloatArray]) -> list[FloatArray]:
        made = []
        for k, part in enumerate(raw):
            others = range(k) if self.split.kind == "time" else range(len(raw))
            used = [j for j in others if j != k]
            if not used:
                made.append(expit(part))
                continue
            events = np.concatenate([self.y[self.split.folds[j][1]] for j in used])
            line = fit_calibrator(kind, np.concatenate([raw[j] for j in used]), events)
            made.append(line.apply(part))
        return made

    def _loss(self, made: list[FloatArray]) -> float:
        return log_loss(self._events(), np.concatenate(made))

    def _events(self) -> NDArray:
        return np.concatenate([self.y[judged] for _, judged in self.split.folds])

    def _model(
        self, name: str, label: str, raw: list[FloatArray], made: list[FloatArray], kind: str
    ) -> ScoreModel:
        folds = [
            (self.y[judged], part) for (_, judged), part in zip(self.split.folds, raw, strict=True)
        ]
        return ScoreModel(
            name=name,
            label=label,
            area=pooled_area(folds, Z95_OF_SEVEN),
            calibration=judge_probabilities(self._events(), np.concatenate(made)),
            calibrated_by=kind,
            rows=np.concatenate([judged for _, judged in self.split.folds]),
            log_odds=np.concatenate(raw),
            probabilities=np.concatenate(made),
        )

    def calibrator(self, model: ScoreModel) -> Calibrator:
        """The calibration of ``model`` learned from all judged rows."""
        return fit_calibrator(model.calibrated_by, model.log_odds, self.y[model.rows])
