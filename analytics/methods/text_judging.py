"""How well texts were sorted, beside always answering the most frequent class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.text_model import TextModel, cleaned, sure_enough

FloatArray = NDArray[np.float64]

# One-sided 5 %: what chance adds to the base rate.
SURE = 1.645
LEAST_ANSWERS = 20


@dataclass(frozen=True)
class Answers:
    """What a model answered on rows that it had not seen; arrays of shape (n,).  ``unknown``
    counts the rows of classes that it never met, ``different`` the texts without their copies."""

    truth: NDArray
    given: NDArray
    confidence: FloatArray
    answered: NDArray[np.bool_]
    unknown: int
    different: int


def answers(model: TextModel, texts: pd.Series, labels: pd.Series) -> Answers:
    """Let ``model`` answer ``texts``, whose classes are ``labels``."""
    p = model.probabilities(texts)
    given = np.array(model.classes, dtype=object)[p.argmax(axis=1)]
    confidence = p.max(axis=1)
    truth = labels.to_numpy(dtype=object)
    unknown = int((~labels.isin(model.classes)).sum())
    different = int(cleaned(texts).nunique())
    answered = confidence >= model.threshold
    return Answers(truth, given, confidence, answered, unknown, different)


def with_common_threshold(
    parts: list[Answers], model: TextModel
) -> tuple[list[Answers], TextModel]:
    """The threshold of ``model`` from all ``parts``, that of each part from the others: a few rows
    held back are right by luck."""
    if len(parts) == 1:
        return parts, model

    def threshold(some: list[Answers]) -> float:
        confidence = np.concatenate([one.confidence for one in some])
        correct = np.concatenate([one.given == one.truth for one in some])
        return sure_enough(confidence, correct, LEAST_ANSWERS, 1.0)

    judged = [
        replace(one, answered=one.confidence >= threshold(parts[:k] + parts[k + 1 :]))
        for k, one in enumerate(parts)
    ]
    return judged, replace(model, threshold=threshold(parts))


def judge(parts: list[Answers], model: TextModel) -> dict[str, Any]:
    """The figures of a ``TextResult`` over all ``parts``; the words are those of ``model``."""
    truth, given, confidence, answered = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("truth", "given", "confidence", "answered")
    )
    correct = given == truth
    classes = _by_class(truth, given, dict(zip(model.classes, model.speaking, strict=True)))
    base = float(pd.Series(truth).value_counts(normalize=True).iloc[0])
    right, different = float(correct.mean()), sum(part.different for part in parts)
    return {
        "accuracy": right,
        "macro_f1": float(np.mean([one["f1"] for one in classes])),
        "naive_macro_f1": 2 * base / (1 + base) / len(classes),
        "signal": right > base + SURE * float(np.sqrt(base * (1 - base) / different)),
        "accuracy_answered": float(correct[answered].mean()) if answered.any() else None,
        "abstained": int((~answered).sum()),
        "threshold": float(model.threshold),
        "base_rate": base,
        "ece": _confidence_error(confidence, correct),
        "classes": tuple(classes),
        "confusions": tuple(_confusions(truth, given)),
    }


def _by_class(
    truth: NDArray, given: NDArray, words: Mapping[str, tuple[str, ...]]
) -> list[dict[str, Any]]:
    found = []
    for label in sorted(set(truth), key=str):
        hits = int(((truth == label) & (given == label)).sum())
        rows, answers = int((truth == label).sum()), int((given == label).sum())
        found.append(
            {
                "label": str(label),
                "precision": hits / answers if answers else 0.0,
                "recall": hits / rows,
                "f1": 2 * hits / (rows + answers),
                "rows": rows,
                "words": list(words.get(str(label), ())),
            }
        )
    return found


def _confusions(truth: NDArray, given: NDArray, most: int = 10) -> list[dict[str, Any]]:
    wrong = truth != given
    pairs = pd.DataFrame({"label": truth[wrong], "taken_for": given[wrong]}).astype(str)
    counted = pairs.value_counts().head(most).reset_index(name="rows")
    return [
        {"label": str(row.label), "taken_for": str(row.taken_for), "rows": int(str(row.rows))}
        for row in counted.itertuples()
    ]


def _confidence_error(confidence: FloatArray, correct: NDArray[np.bool_]) -> float:
    order = np.argsort(confidence, kind="stable")
    groups = [part for part in np.array_split(order, 10) if len(part)]
    gaps = [len(g) * abs(confidence[g].mean() - correct[g].mean()) for g in groups]
    return float(sum(gaps) / len(confidence))
