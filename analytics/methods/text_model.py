"""A classifier of texts: words and pieces of words, weighed by a linear machine."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.errors import DataProblem

FloatArray = NDArray[np.float64]

LONGEST = 2_000
# A word, a number, or one Chinese character: no segmenter is needed.
TERM = r"[a-z]+|\d+|[^\W\d_a-z]"
# Answers are given where at least this share of answers of such confidence was right.
WANTED = 0.95
CHANCE = 1e-12
WORDS = 6
# The space that the vectoriser puts between two Chinese characters.
_BETWEEN = re.compile(r"(?<=[^\W\d_a-z]) (?=[^\W\d_a-z])")


@dataclass(frozen=True)
class TextModel:
    """A fitted classifier of texts.

    Attributes
    ----------
    words, characters : fitted vectorisers
    machine : fitted linear support vector machine
    classes : tuple of str
    temperature : float
        Divides the machine's margins before they become probabilities.
    threshold : float
        Least confidence of an answer.
    speaking : tuple of tuple of str
        For each class the words that speak most for it.
    """

    words: Any
    characters: Any
    machine: Any
    classes: tuple[str, ...]
    temperature: float
    threshold: float
    speaking: tuple[tuple[str, ...], ...] = ()

    def probabilities(self, texts: pd.Series) -> FloatArray:
        """Probabilities of ``classes``, shape (n, classes)."""
        X = _vectors(self.words, self.characters, cleaned(texts))
        return softmax(_margins(self.machine, X) / self.temperature)


def cleaned(texts: pd.Series) -> pd.Series:
    """Full-width forms folded, lower case, at most 2000 characters."""
    return texts.map(lambda one: unicodedata.normalize("NFKC", str(one)).lower()[:LONGEST])


def softmax(margins: FloatArray) -> FloatArray:
    """Rows of margins as probabilities."""
    shifted = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def fit_texts(
    texts: pd.Series,
    labels: pd.Series,
    held: NDArray[np.bool_],
    threshold: float | None,
    seed: int,
) -> TextModel:
    """Learn ``labels`` of ``texts`` (both n); ``held`` (n,) marks the rows by which confidence
    becomes honest, at least one of each class."""
    texts = cleaned(texts)
    words, characters, X = _vectorised(texts)
    first = _machine(seed).fit(X[~held], labels[~held])
    place = {str(name): k for k, name in enumerate(first.classes_)}
    right = np.asarray([place[str(name)] for name in labels[held]], dtype=np.intp)
    margins = _margins(first, X[held])
    temperature = fit_temperature(margins, right)
    machine = _machine(seed).fit(X, labels)
    if threshold is None:
        p = softmax(margins / temperature)
        threshold = sure_enough(p.max(axis=1), p.argmax(axis=1) == right)
    classes = tuple(str(name) for name in machine.classes_)
    told = _speaking(machine, words.get_feature_names_out(), X, labels.to_numpy(dtype=object))
    return TextModel(words, characters, machine, classes, temperature, threshold, told)


def _vectorised(texts: pd.Series) -> tuple[Any, Any, Any]:
    """Return both vectorisers as learned from the texts, and the texts' vectors."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer

    common = {"sublinear_tf": True, "lowercase": False, "max_features": 200_000}
    words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=TERM, **common)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), min_df=2, **common)
    try:
        learned = [words.fit_transform(texts), characters.fit_transform(texts)]
    except ValueError as error:  # no word, or no piece that occurs twice
        raise DataProblem("texts_without_words") from error
    return words, characters, hstack(learned).tocsr()


def _vectors(words: Any, characters: Any, texts: pd.Series) -> Any:
    from scipy.sparse import hstack

    return hstack([words.transform(texts), characters.transform(texts)]).tocsr()


def _machine(seed: int) -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(C=0.5, tol=0.05, max_iter=500, random_state=seed)


def _margins(machine: Any, X: Any) -> FloatArray:
    margins = np.asarray(machine.decision_function(X), dtype=float)
    return np.column_stack([-margins, margins]) if margins.ndim == 1 else margins


def fit_temperature(margins: FloatArray, right: NDArray[np.intp]) -> float:
    """The temperature with the least log-loss on margins (n, classes) of true classes (n,)."""
    from scipy.optimize import minimize_scalar

    rows = np.arange(len(right))

    def loss(log_temperature: float) -> float:
        p = softmax(margins / np.exp(log_temperature))
        return float(-np.mean(np.log(np.maximum(p[rows, right], CHANCE))))

    return float(np.exp(minimize_scalar(loss, bounds=(-4.0, 3.0), method="bounded").x))


def sure_enough(
    confidence: FloatArray, correct: NDArray[np.bool_], least: int = 1, without: float = WANTED
) -> float:
    """The least confidence (n,) from which on 95 % of at least ``least`` answers are ``correct``
    (n,), at most .95; ``without`` where there is none."""
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= WANTED)
    good = good[good >= least - 1]
    return float(min(confidence[order][good[-1]], WANTED)) if len(good) else without


def _speaking(machine: Any, terms: NDArray, X: Any, labels: NDArray) -> tuple[tuple[str, ...], ...]:
    """The words that add most to each class's margin in its own texts."""
    weights = machine.coef_
    if len(weights) == 1:
        weights = np.vstack([-weights, weights])
    found = []
    for name, weight in zip(machine.classes_, weights, strict=True):
        usual = np.asarray(X[labels == name, : len(terms)].mean(axis=0)).ravel()
        part = weight[: len(terms)] * usual
        order = np.argsort(-part, kind="stable")[: 20 * WORDS]
        found.append(_plainest([str(terms[k]) for k in order if part[k] > 0]))
    return tuple(found)


def _plainest(terms: list[str]) -> tuple[str, ...]:
    """The first few, none within another; a Chinese character alone says little."""
    chosen: list[str] = []
    for term in terms:
        written = _BETWEEN.sub("", term)
        alone = len(written) == 1 and not written.isascii()
        if alone or any(written in one or one in written for one in chosen):
            continue
        chosen.append(written)
        if len(chosen) == WORDS:
            break
    return tuple(chosen)
