"""A fitted model that scores rows it never saw, and says why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.classifiers import Calibrator, Classifier, Fitted
from analytics.methods.columns import require_columns
from analytics.methods.features import Encoder, Feature, read_as
from analytics.methods.reasons import Reason, row_reasons

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
CHUNK = 50_000


@dataclass(frozen=True)
class Scorer:
    """The chosen model on all rows.

    Attributes
    ----------
    features : tuple of Feature
        Name, kind and levels of the columns as learned, without their values.
    encoder : Encoder
    fitted : Fitted
    calibrator : Calibrator
    """

    features: tuple[Feature, ...]
    encoder: Encoder
    fitted: Fitted
    calibrator: Calibrator

    @classmethod
    def fit(
        cls,
        features: list[Feature],
        rows: IntArray,
        y: NDArray,
        classifier: Classifier,
        calibrator: Calibrator,
        seed: int,
    ) -> Scorer:
        """Fit ``classifier`` on ``rows`` of ``features``."""
        encoder = Encoder(features, rows)
        learned = rows
        if len(rows) > CLASSIFIER_ROWS:
            rng = np.random.default_rng(seed)
            learned = np.sort(rng.choice(rows, CLASSIFIER_ROWS, replace=False))
        fitted = classifier.fit(encoder.encode(features, learned), y[learned], seed)
        bare = tuple(Feature(f.name, f.kind, f.cells[:0], f.levels) for f in features)
        return cls(bare, encoder, fitted, calibrator)

    def read(self, frame: pd.DataFrame) -> list[Feature]:
        """The scorer's columns of another frame; unknown levels count as rare ones.

        Raises DataProblem for a missing column.
        """
        require_columns(frame, [feature.name for feature in self.features])
        return [read_as(frame, feature) for feature in self.features]

    def probabilities(self, features: list[Feature], rows: IntArray) -> FloatArray:
        """Calibrated probabilities of rows, shape (len(rows),)."""
        made = [np.zeros(0)]
        for start in range(0, len(rows), CHUNK):
            part = self.encoder.encode(features, rows[start : start + CHUNK])
            made.append(self.calibrator.apply(self.fitted.log_odds(part)))
        return np.concatenate(made)

    def reasons(self, features: list[Feature], rows: IntArray, most: int = 5) -> list[list[Reason]]:
        """The strongest reasons of each row, see ``reasons``."""
        return row_reasons(self.encoder, self.fitted, features, rows, most)


# More rows would not fit into memory as encoded columns, and teach hardly anything.
CLASSIFIER_ROWS = 200_000
