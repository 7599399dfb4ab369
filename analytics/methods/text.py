"""Which kind of request is this? Texts sorted into known classes, or left to a person."""

from __future__ import annotations

import time as clock
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.columns import require_columns
from analytics.methods.errors import DataProblem, InsufficientData, Notice
from analytics.methods.targets import level_text

FloatArray = NDArray[np.float64]

LEAST_ROWS = 40
LEAST_PER_CLASS = 5
MAX_CLASSES = 500
LONGEST = 2_000
HELD_BACK = 0.15
# A word, a number, or one Chinese character: no segmenter is needed.
TERM = r"[a-z]+|\d+|[^\W\d_a-z]"
# Answers are given where at least this share of answers of such confidence was right.
WANTED = 0.95
CHANCE = 1e-12


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
    """

    words: Any
    characters: Any
    machine: Any
    classes: tuple[str, ...]
    temperature: float
    threshold: float

    def probabilities(self, texts: pd.Series) -> FloatArray:
        """Probabilities of ``classes``, shape (n, classes)."""
        X = _vectors(self.words, self.characters, cleaned(texts))
        return softmax(_margins(self.machine, X) / self.temperature)


@dataclass(frozen=True)
class TextResult:
    """How well texts were sorted that the model had not seen.

    Attributes
    ----------
    accuracy, macro_f1 : float
        Over all judged rows, those with an unsure answer too.
    accuracy_answered : float or None
        Over the rows whose confidence reaches the threshold.
    abstained : int
        Judged rows below the threshold.
    base_rate : float
        Accuracy of always answering the most frequent class.
    ece : float
        Expected calibration error of the confidence.
    classes : tuple of dict
        label, precision, recall, f1, rows.
    confusions : tuple of dict
        The most frequent mistakes: label, taken_for, rows.
    model : TextModel
    rows_used, rows_judged, rows_dropped : int
    seconds_training : float
    notices : tuple of Notice
    """

    accuracy: float
    macro_f1: float
    accuracy_answered: float | None
    abstained: int
    threshold: float
    base_rate: float
    ece: float
    classes: tuple[dict[str, Any], ...]
    confusions: tuple[dict[str, Any], ...]
    model: TextModel = field(repr=False)
    rows_used: int
    rows_judged: int
    rows_dropped: int
    seconds_training: float
    notices: tuple[Notice, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer."""
        hidden = {"model", "notices"}
        answer = {name: value for name, value in self.__dict__.items() if name not in hidden}
        answer["classes"], answer["confusions"] = list(self.classes), list(self.confusions)
        answer["abstained_share"] = self.abstained / self.rows_judged
        answer["warnings"] = [notice.text for notice in self.notices]
        return answer


def classify_texts(
    train: pd.DataFrame,
    test: pd.DataFrame | None,
    text: str,
    label: str,
    *,
    threshold: float | None = None,
    seed: int = 0,
) -> TextResult:
    """Learn to sort texts, and judge on others.

    Terms are words and their pairs, and 3 or 4 neighbouring characters, which forgives typing
    errors and serves Chinese; weighted by TF-IDF (K. Spärck Jones 1972), sorted by a linear support
    vector machine, one class against the rest (T. Joachims 1998, ECML).  Confidence is the softmax
    of the margins with a temperature fitted on rows held back (C. Guo et al. 2017, ICML).

    Parameters
    ----------
    train, test : DataFrame
        With columns ``text`` and ``label``.  Without ``test`` a part of ``train`` is judged.
    threshold : float, optional
        Least confidence of an answer; by default the least at which 95 % of such answers on the
        held back rows were right.
    seed : int

    Raises
    ------
    DataProblem, InsufficientData
        A missing column, fewer than 40 texts or two classes of 5 texts, no test row left.
    """
    started = clock.perf_counter()
    _check(text, label, threshold)
    notices: list[Notice] = []
    texts, labels, dropped = _readable(train, text, label, notices)
    texts, labels, rare = _frequent(texts, labels, notices)
    held = _held_back(labels, seed)
    if test is None:
        judged_texts, judged_labels = texts[held], labels[held]
        texts, labels = texts[~held], labels[~held]
        held = _held_back(labels, seed + 1)
        notices.append(Notice("judged_on_part", {"rows": len(judged_texts)}))
    else:
        judged_texts, judged_labels, more = _readable(test, text, label, [])
        dropped += more
    model = _fit(texts, labels, held, threshold, seed)
    trained = clock.perf_counter() - started
    unknown = int((~judged_labels.isin(model.classes)).sum())
    if unknown:
        notices.append(Notice("unknown_classes", {"rows": unknown}))
    judged = _judge(model, judged_texts, judged_labels)
    notices += _no_better(judged["accuracy"], judged["base_rate"], len(judged_labels))
    if threshold is None and judged["abstained"] == len(judged_labels):
        notices.append(Notice("texts_all_unsure", {"right": 100 * judged["accuracy"]}))
    return TextResult(
        **judged,
        model=model,
        rows_used=len(texts),
        rows_judged=len(judged_texts),
        rows_dropped=dropped + rare,
        seconds_training=round(trained, 3),
        notices=tuple(notices),
    )


def _check(text: str, label: str, threshold: float | None) -> None:
    if threshold is not None and not 0 <= threshold <= 1:
        params = {"name": "threshold", "rule": "between 0 and 1", "value": threshold}
        raise DataProblem("bad_parameter", params)
    if text == label:
        params = {"name": "label", "rule": "another column than that of the texts", "value": label}
        raise DataProblem("bad_parameter", params)


def _no_better(right: float, base: float, rows: int) -> list[Notice]:
    """Say so where the accuracy is not beyond what chance adds to the base rate (5 %)."""
    if right > base + 1.645 * float(np.sqrt(base * (1 - base) / rows)):
        return []
    return [Notice("texts_no_better", {"right": 100 * right, "base": 100 * base})]


def cleaned(texts: pd.Series) -> pd.Series:
    """Full-width forms folded, lower case, at most 2000 characters."""
    return texts.map(lambda one: unicodedata.normalize("NFKC", str(one)).lower()[:LONGEST])


def softmax(margins: FloatArray) -> FloatArray:
    """Rows of margins as probabilities."""
    shifted = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _readable(
    frame: pd.DataFrame, text: str, label: str, notices: list[Notice]
) -> tuple[pd.Series, pd.Series, int]:
    require_columns(frame, [text, label])
    if len(frame) == 0:
        raise DataProblem("no_rows")
    texts, labels = level_text(frame[text]), level_text(frame[label])
    known = texts.notna() & labels.notna()
    dropped = int((~known).sum())
    if not known.any():
        raise DataProblem("no_usable_rows")
    if dropped:
        notices.append(Notice("rows_missing_dropped", {"rows": dropped}))
    return (
        texts[known].astype(object).reset_index(drop=True),
        labels[known].astype(object).reset_index(drop=True),
        dropped,
    )


def _frequent(
    texts: pd.Series, labels: pd.Series, notices: list[Notice]
) -> tuple[pd.Series, pd.Series, int]:
    """The rows of classes with enough of them."""
    counts = labels.value_counts()
    rare = counts[counts < LEAST_PER_CLASS]
    kept = ~labels.isin(rare.index)
    if len(counts) - len(rare) < 2 or int(kept.sum()) < LEAST_ROWS:
        params = {"needed": LEAST_ROWS, "each": LEAST_PER_CLASS, "rows": int(kept.sum())}
        raise InsufficientData("too_few_texts", params | {"classes": len(counts) - len(rare)})
    if len(counts) - len(rare) > MAX_CLASSES:
        raise DataProblem(
            "too_many_categories",
            {"column": str(labels.name), "levels": len(counts), "limit": MAX_CLASSES},
        )
    if len(rare):
        params = {"classes": len(rare), "rows": int((~kept).sum()), "each": LEAST_PER_CLASS}
        notices.append(Notice("rare_classes_left_out", params))
    return (
        texts[kept].reset_index(drop=True),
        labels[kept].reset_index(drop=True),
        int((~kept).sum()),
    )


def _held_back(labels: pd.Series, seed: int) -> NDArray[np.bool_]:
    """Mark about a seventh of each class, at least one row of it."""
    rng = np.random.default_rng(seed)
    held = np.zeros(len(labels), dtype=bool)
    for places in labels.groupby(labels, sort=True).indices.values():
        held[rng.permutation(places)[: max(round(HELD_BACK * len(places)), 1)]] = True
    return held


def _fit(
    texts: pd.Series,
    labels: pd.Series,
    held: NDArray[np.bool_],
    threshold: float | None,
    seed: int,
) -> TextModel:
    texts = cleaned(texts)
    words, characters, X = _vectorised(texts)
    first = _machine(seed).fit(X[~held], labels[~held])
    place = {str(name): k for k, name in enumerate(first.classes_)}
    right = np.asarray([place[str(name)] for name in labels[held]], dtype=np.intp)
    margins = _margins(first, X[held])
    temperature = fit_temperature(margins, right)
    machine = _machine(seed).fit(X, labels)
    if threshold is None:
        threshold = sure_enough(softmax(margins / temperature), right)
    classes = tuple(str(name) for name in machine.classes_)
    return TextModel(words, characters, machine, classes, temperature, threshold)


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


def sure_enough(p: FloatArray, right: NDArray[np.intp]) -> float:
    """The least confidence from which on 95 % of the answers are right, at most .95."""
    confidence, correct = p.max(axis=1), p.argmax(axis=1) == right
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= WANTED)
    return float(min(confidence[order][good[-1]], WANTED)) if len(good) else WANTED


def _judge(model: TextModel, texts: pd.Series, labels: pd.Series) -> dict[str, Any]:
    p = model.probabilities(texts)
    given = np.array(model.classes, dtype=object)[p.argmax(axis=1)]
    truth = labels.to_numpy(dtype=object)
    confidence, correct = p.max(axis=1), given == truth
    answered = confidence >= model.threshold
    classes = _by_class(truth, given)
    return {
        "accuracy": float(correct.mean()),
        "macro_f1": float(np.mean([one["f1"] for one in classes])),
        "accuracy_answered": float(correct[answered].mean()) if answered.any() else None,
        "abstained": int((~answered).sum()),
        "threshold": float(model.threshold),
        "base_rate": float(pd.Series(truth).value_counts(normalize=True).iloc[0]),
        "ece": _confidence_error(confidence, correct),
        "classes": tuple(classes),
        "confusions": tuple(_confusions(truth, given)),
    }


def _by_class(truth: NDArray, given: NDArray) -> list[dict[str, Any]]:
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
