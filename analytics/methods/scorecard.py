"""A proportional-odds model as a card of points: small enough to be stored and read by people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.discrimination import Area, Calibration, judge_probabilities, pooled_area
from analytics.methods.features import REACH, Feature, Levels, Numbers, shown_number
from analytics.methods.ordinal_design import Design
from analytics.methods.proportional_odds import fit_proportional_odds, step_probabilities
from analytics.methods.reasons import SLIGHT, UNKNOWN, Reason
from analytics.methods.splits import Split

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
MOST_REASONS = 5


@dataclass(frozen=True)
class Points:
    """What one column adds to the log-odds of a higher step.

    Attributes
    ----------
    column : str
    weight : float
        Of a number, after logarithm (``logged``, of the value over ``unit``), ``centre`` and
        ``spread``.
    missing, rare : float
        For a value that is not known, or a level without points of its own.
    levels : dict of str to float
        Of a category; empty for a number.
    typical : str
        The usual value, as people write it.
    usual : float
        What the usual value adds.
    """

    column: str
    kind: str
    weight: float
    logged: bool
    unit: float
    centre: float
    spread: float
    fill: float
    missing: float
    rare: float
    levels: dict[str, float]
    typical: str
    usual: float

    def of(self, column: pd.Series) -> FloatArray:
        """The points of each row, shape (n,)."""
        if self.kind == "category":
            text = column.astype("string").str.strip()
            known = [self.levels.get(str(v), self.rare) for v in text.fillna("")]
            return np.where(text.isna() | (text == ""), self.missing, np.array(known, dtype=float))
        values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
        gone = ~np.isfinite(values)
        filled = np.where(gone, self.fill, values)
        if self.logged:
            filled = np.sign(filled) * np.log1p(np.abs(filled) / self.unit)
        scaled = np.clip((filled - self.centre) / self.spread, -REACH, REACH)
        return np.asarray(self.weight * scaled + self.missing * gone)

    def shown(self, value: Any) -> str:
        """A value of the column as people write it."""
        if value is None or (isinstance(value, float) and not np.isfinite(value)) or value is pd.NA:
            return UNKNOWN
        return str(value) if self.kind == "category" else shown_number(float(value))


@dataclass(frozen=True)
class Scored:
    """Rows read through a card.

    Attributes
    ----------
    low : ndarray, shape (n,)
        Chance of one of the ``low`` lowest steps.
    mean : ndarray, shape (n,)
        Expected value, each step at the mean of its marks.
    reasons : list of list of Reason
        What moves the chance of a low step most, against the usual row.
    """

    low: FloatArray
    mean: FloatArray
    reasons: list[list[Reason]]


@dataclass(frozen=True)
class Scorecard:
    """Points by column, and the cuts between the steps.

    P(step <= k) = expit(cut_k - sum of points).
    """

    points: tuple[Points, ...]
    cuts: tuple[float, ...]
    values: tuple[float, ...]
    low: int

    def to_dict(self) -> dict[str, Any]:
        """As plain numbers and texts."""
        return {
            "points": [dict(one.__dict__) for one in self.points], "cuts": list(self.cuts),
            "values": list(self.values), "low": self.low,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, card: dict[str, Any]) -> Scorecard:
        """The card that ``to_dict`` wrote."""
        return cls(
            tuple(Points(**one) for one in card["points"]), tuple(card["cuts"]),
            tuple(card["values"]), int(card["low"]),
        )  # fmt: skip

    def score(self, frame: pd.DataFrame) -> Scored:
        """Read the rows of a frame that has the card's columns."""
        parts = [one.of(frame[one.column]) for one in self.points]
        eta = np.sum(parts, axis=0) if parts else np.zeros(len(frame))
        p = step_probabilities(eta, np.array(self.cuts))
        return Scored(
            low=p[:, : self.low].sum(axis=1),
            mean=p @ np.array(self.values),
            reasons=[self._reasons(frame, parts, row) for row in range(len(frame))],
        )

    def _reasons(self, frame: pd.DataFrame, parts: list[FloatArray], row: int) -> list[Reason]:
        found = [
            Reason(
                one.column, one.shown(frame[one.column].iloc[row]), one.typical,
                one.usual - float(part[row]),
            )
            for one, part in zip(self.points, parts, strict=True)
        ]  # fmt: skip
        strong = [reason for reason in found if abs(reason.effect) >= SLIGHT]
        return sorted(strong, key=lambda reason: -abs(reason.effect))[:MOST_REASONS]


def fit_card(
    features: list[Feature], y: IntArray, steps: int, *, values: FloatArray, low: int
) -> Scorecard:
    """Fit the proportional-odds model to all rows and write it as a card.

    Parameters
    ----------
    features : list of Feature
    y : ndarray, shape (n,)
        Steps from 0.
    values : ndarray, shape (steps,)
        The mean mark of each step.
    low : int
        How many of the lowest steps count as low.
    """
    design = Design(features, np.arange(len(y)))
    model = fit_proportional_odds(design.of(np.arange(len(y))), y, steps)
    weights = np.zeros(design.encoder.width)
    weights[design.columns] = model.beta
    typical = design.encoder.typical() * weights
    points = tuple(
        _points(feature, plan, weights[a:b], float(typical[a:b].sum()),
                design.encoder.shown_typical(feature, k))
        for k, (feature, plan, (a, b)) in enumerate(
            zip(features, design.encoder.plans, design.encoder.spans, strict=True)
        )
    )  # fmt: skip
    return Scorecard(points, tuple(map(float, model.cuts)), tuple(map(float, values)), low)


def _points(
    feature: Feature, plan: Numbers | Levels, weights: FloatArray, usual: float, typical: str
) -> Points:
    if isinstance(plan, Numbers):
        return Points(
            feature.name, "number", float(weights[0]), plan.logged, plan.unit, plan.centre,
            plan.spread, plan.typical, float(weights[1]) if plan.indicator else 0.0, 0.0, {},
            typical, usual,
        )  # fmt: skip
    kept = len(plan.kept)
    levels = {feature.levels[code]: float(weights[k]) for k, code in enumerate(plan.kept)}
    return Points(
        feature.name, "category", 0.0, False, 1.0, 0.0, 1.0, 0.0,
        float(weights[-1]) if plan.missing else 0.0,
        float(weights[kept]) if plan.pooled else 0.0, levels, typical, usual,
    )  # fmt: skip


def judge_card(
    features: list[Feature], y: IntArray, steps: int, split: Split, low: int
) -> tuple[Area, Calibration, float]:
    """How well cards of earlier rows told the low steps of later ones.

    Returns
    -------
    area : Area
    calibration : Calibration
    naive : float
        Brier score of the share of low steps among the earlier rows.
    """
    folds, chances, outcomes, plain = [], [], [], []
    for learned, judged in split.folds:
        design = Design(features, learned)
        model = fit_proportional_odds(design.of(learned), y[learned], steps)
        p = model.probabilities(design.of(judged))[:, :low].sum(axis=1)
        actual = y[judged] < low
        folds.append((actual, p))
        chances.append(p)
        outcomes.append(actual)
        plain.append(np.full(len(judged), float((y[learned] < low).mean())))
    usable = [(actual, p) for actual, p in folds if 0 < actual.sum() < len(actual)]
    area = pooled_area(usable) if usable else Area(0.5, 0.0, 1.0, 0.25)
    actual = np.concatenate(outcomes).astype(float)
    naive = float(np.mean((np.concatenate(plain) - actual) ** 2))
    return area, judge_probabilities(actual, np.concatenate(chances)), naive
