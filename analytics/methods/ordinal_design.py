"""The columns that explain ordered steps, and what a step of each is in its own unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.methods.features import Encoder, Feature, Numbers

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

COLLINEAR = 1e-8


@dataclass(frozen=True)
class Unit:
    """One step of a term as people speak of it.

    Attributes
    ----------
    per : {"level", "one", "double"}
        This level against the usual one; one more; twice the typical value.
    factor : float
        What the step is in the encoded column.
    """

    per: str
    factor: float


class Design:
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

    def units(self) -> list[Unit]:
        """One step of each term in its own unit."""
        places = {start: plan for plan, (start, _) in zip(
            self.encoder.plans, self.encoder.spans, strict=True
        )}  # fmt: skip
        return [_unit(places.get(column)) for column in self.columns]


def _unit(plan: object) -> Unit:
    if not isinstance(plan, Numbers):
        return Unit("level", 1.0)
    if not plan.logged:
        return Unit("one", 1.0 / plan.spread)
    usual = plan.typical
    if usual < 1.0 and plan.unit == 1.0:  # a count that is mostly 0
        return Unit("one", float(np.log1p(usual + 1.0) - np.log1p(usual)) / plan.spread)
    reach = np.log1p(2.0 * usual / plan.unit) - np.log1p(usual / plan.unit)
    return Unit("double", float(reach) / plan.spread)


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
