"""Which kind of request is this? Texts sorted into known classes, or left to a person."""

from __future__ import annotations

import time as clock
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.columns import require_columns
from analytics.methods.errors import DataProblem, InsufficientData, Notice
from analytics.methods.splits import time_values
from analytics.methods.targets import level_text
from analytics.methods.text_judging import Answers, answers, judge, with_common_threshold
from analytics.methods.text_model import TextModel, cleaned, fit_texts

LEAST_ROWS = 40
LEAST_PER_CLASS = 5
MAX_CLASSES = 500
HELD_BACK = 0.15
# Of one table: folds where few rows would be held out, else a part; the last part of the time.
FOLDS, FEW_ROWS = 5, 2_000
LATER = 0.2
MANY_COPIES = 0.05
MOST_LEARNED = 60_000  # more take minutes and say little more
AT_ONCE = 20_000  # texts that are answered together
TEXT, LABEL, WHEN = "text", "label", "when"
Part = tuple[NDArray[np.intp], NDArray[np.intp]]


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
    base_rate, naive_macro_f1 : float
        Of always answering the most frequent class.
    signal : bool
        The accuracy is beyond what chance adds to the base rate (5 %).
    ece : float
        Expected calibration error of the confidence.
    classes : tuple of dict
        label, precision, recall, f1, rows, and the words that speak most for it.
    confusions : tuple of dict
        The most frequent mistakes: label, taken_for, rows.
    proposals : tuple of dict
        For each row without a label: row (from 1), text, label (None below the threshold, and
        where there is no signal) and confidence.
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
    naive_macro_f1: float
    signal: bool
    ece: float
    classes: tuple[dict[str, Any], ...]
    confusions: tuple[dict[str, Any], ...]
    proposals: tuple[dict[str, Any], ...]
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
        for name in ("classes", "confusions", "proposals"):
            answer[name] = list(answer[name])
        answer["rows_proposed"] = len(self.proposals)
        answer["proposed"] = sum(one["label"] is not None for one in self.proposals)
        answer["abstained_share"] = self.abstained / self.rows_judged
        answer["warnings"] = [notice.text for notice in self.notices]
        return answer


def classify_texts(
    train: pd.DataFrame,
    test: pd.DataFrame | None,
    text: str,
    label: str,
    *,
    time: str | None = None,
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
        With columns ``text`` and ``label``.  Without ``test`` rows of ``train`` are judged that
        were not learned from, and its rows without a label get a proposal.
    time : str, optional
        Without ``test``: the latest fifth by this column is judged.
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
    _check(text, label, threshold, time if test is not None else None)
    notices: list[Notice] = []
    rows, unlabelled, dropped = _readable(train, text, label, time)
    if test is not None:
        dropped, unlabelled = dropped + len(unlabelled), unlabelled[:0]
    if dropped:
        notices.append(Notice("rows_missing_dropped", {"rows": dropped}))
    rows, rare = _frequent(rows, label, notices)
    rows = _affordable(rows, seed, notices)
    if test is None:
        parts = [
            _answered(rows.iloc[learned], rows.iloc[held], threshold, seed)
            for learned, held in _parts(rows, time or "", seed, notices)
        ]
    model = _fitted(rows, threshold, seed)
    if test is None and threshold is None:
        parts, model = with_common_threshold(parts, model)
    if test is not None:
        judged_rows, more, empty = _readable(test, text, label, None)
        dropped += len(more) + empty
        parts = [answers(model, judged_rows[TEXT], judged_rows[LABEL])]
    trained = clock.perf_counter() - started
    if unknown := sum(part.unknown for part in parts):
        notices.append(Notice("unknown_classes", {"rows": unknown}))
    judged = judge(parts, model)
    count = sum(len(part.truth) for part in parts)
    notices += _cautions(judged, count, given=threshold is not None)
    return TextResult(
        **judged,
        proposals=_proposals(model, unlabelled, sure=judged["signal"]),
        model=model,
        rows_used=len(rows),
        rows_judged=count,
        rows_dropped=dropped + rare,
        seconds_training=round(trained, 3),
        notices=tuple(notices),
    )


def _check(text: str, label: str, threshold: float | None, time: str | None) -> None:
    if threshold is not None and not 0 <= threshold <= 1:
        params = {"name": "threshold", "rule": "between 0 and 1", "value": threshold}
        raise DataProblem("bad_parameter", params)
    if text == label:
        params = {"name": "label", "rule": "another column than that of the texts", "value": label}
        raise DataProblem("bad_parameter", params)
    if time is not None:
        params = {"name": "time", "rule": "given for one table only", "value": time}
        raise DataProblem("bad_parameter", params)


def _cautions(judged: dict[str, Any], rows: int, *, given: bool) -> list[Notice]:
    notices = []
    right = 100 * judged["accuracy"]
    if not judged["signal"]:
        notices.append(
            Notice("texts_no_better", {"right": right, "base": 100 * judged["base_rate"]})
        )
    if not given and judged["abstained"] == rows:
        notices.append(Notice("texts_all_unsure", {"right": right}))
    return notices


def _readable(
    frame: pd.DataFrame, text: str, label: str, time: str | None
) -> tuple[pd.DataFrame, pd.Series, int]:
    """Rows with text and label (and time), texts without a label, and how many have neither; the
    index is the position in ``frame``."""
    require_columns(frame, [text, label, *([time] if time else [])])
    if len(frame) == 0:
        raise DataProblem("no_rows")
    texts, labels = level_text(frame[text]), level_text(frame[label])
    rows = pd.DataFrame({TEXT: texts.astype(object), LABEL: labels.astype(object)})
    rows[WHEN] = time_values(frame, time) if time else 0.0
    rows = rows.reset_index(drop=True)
    said = rows[TEXT].notna()
    known = said & rows[LABEL].notna() & rows[WHEN].notna()
    if not known.any():
        raise DataProblem("no_usable_rows")
    unlabelled = said & rows[LABEL].isna()
    return rows[known], rows.loc[unlabelled, TEXT], int((~known & ~unlabelled).sum())


def _frequent(rows: pd.DataFrame, label: str, notices: list[Notice]) -> tuple[pd.DataFrame, int]:
    """The rows of classes with enough of them, and how many others there were."""
    counts = rows[LABEL].value_counts()
    rare = counts[counts < LEAST_PER_CLASS]
    kept = ~rows[LABEL].isin(rare.index)
    left, classes = int((~kept).sum()), len(counts) - len(rare)
    if classes < 2 or len(rows) - left < LEAST_ROWS:
        params = {"needed": LEAST_ROWS, "each": LEAST_PER_CLASS, "rows": len(rows) - left}
        raise InsufficientData("too_few_texts", params | {"classes": classes})
    if classes > MAX_CLASSES:
        limits = {"column": label, "levels": len(counts), "limit": MAX_CLASSES}
        raise DataProblem("too_many_categories", limits)
    if len(rare):
        params = {"classes": len(rare), "rows": left, "each": LEAST_PER_CLASS}
        notices.append(Notice("rare_classes_left_out", params))
    return rows[kept], left


def _affordable(rows: pd.DataFrame, seed: int, notices: list[Notice]) -> pd.DataFrame:
    """At most as many rows as are learned in about a minute, the same share of each class."""
    if len(rows) <= MOST_LEARNED:
        return rows
    rng = np.random.default_rng(seed)
    share, kept = MOST_LEARNED / len(rows), []
    for places in rows.groupby(LABEL, sort=True).indices.values():
        most = max(round(share * len(places)), LEAST_PER_CLASS)
        kept.append(rng.permutation(places)[:most])
    chosen = np.sort(np.concatenate(kept))
    notices.append(Notice("texts_drawn", {"rows": len(chosen), "total": len(rows)}))
    return rows.iloc[chosen]


def _parts(rows: pd.DataFrame, time: str, seed: int, notices: list[Notice]) -> list[Part]:
    """Positions (learned from, judged on) in ``rows``; with ``time`` the latest are judged."""
    if time:
        order = np.argsort(rows[WHEN].to_numpy(), kind="stable")
        changes = np.flatnonzero(np.diff(rows[WHEN].to_numpy()[order]) > 0) + 1
        if len(changes) == 0:
            raise DataProblem("one_moment", {"column": time})
        cut = int(changes[np.argmin(np.abs(changes - (1 - LATER) * len(rows)))])
        notices.append(Notice("judged_on_later", {"rows": len(rows) - cut}))
        return [(order[:cut], order[cut:])]
    codes = _copies(rows, notices)
    rng = np.random.default_rng(seed)
    if len(rows) > FEW_ROWS:
        held = _held_back(rows[LABEL], codes, seed)
        notices.append(Notice("judged_on_part", {"rows": int(held.sum())}))
        return [(np.flatnonzero(~held), np.flatnonzero(held))]
    fold = np.zeros(len(rows), dtype=np.intp)
    for places in rows.groupby(LABEL, sort=True).indices.values():
        mine = np.unique(codes[places], return_inverse=True)[1]
        units = mine if mine.any() else np.arange(len(places))  # one text only: row by row
        fold[places] = rng.permutation(units.max() + 1)[units] % FOLDS
    notices.append(Notice("judged_in_folds", {"folds": FOLDS}))
    used = np.unique(fold)  # of a few different texts not all
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in used]


def _copies(rows: pd.DataFrame, notices: list[Notice]) -> NDArray[np.intp]:
    """A number for each different text; its copies are learned from or judged together."""
    codes = np.asarray(pd.factorize(cleaned(rows[TEXT]))[0])
    repeated = len(codes) - (int(codes.max()) + 1)
    if repeated > MANY_COPIES * len(codes):
        notices.append(Notice("texts_repeated", {"rows": repeated}))
    return codes


def _answered(
    learned: pd.DataFrame, held: pd.DataFrame, threshold: float | None, seed: int
) -> Answers:
    """What a model of the rows ``learned`` answers on those ``held`` out; earlier rows may have
    classes with one text only, which cannot be learned."""
    counts = learned[LABEL].value_counts()
    learned = learned[learned[LABEL].isin(counts.index[counts > 1])]
    if learned[LABEL].nunique() < 2:
        params = {"needed": LEAST_ROWS, "each": LEAST_PER_CLASS, "rows": len(learned)}
        raise InsufficientData("too_few_texts", params | {"classes": learned[LABEL].nunique()})
    return answers(_fitted(learned, threshold, seed + 1), held[TEXT], held[LABEL])


def _fitted(rows: pd.DataFrame, threshold: float | None, seed: int) -> TextModel:
    texts, labels = (rows[name].reset_index(drop=True) for name in (TEXT, LABEL))
    held = _held_back(labels, _copies(rows, []), seed)
    return fit_texts(texts, labels, held, threshold, seed)


def _held_back(labels: pd.Series, codes: NDArray[np.intp], seed: int) -> NDArray[np.bool_]:
    """Mark about a seventh of each class, at least one row of it, all copies of a text together."""
    rng = np.random.default_rng(seed)
    held = np.zeros(len(labels), dtype=bool)
    for places in labels.groupby(labels, sort=True).indices.values():
        _, mine, counts = np.unique(codes[places], return_inverse=True, return_counts=True)
        if len(counts) == 1:  # of one text only: row by row
            mine, counts = np.arange(len(places)), np.ones(len(places), dtype=np.intp)
        order = rng.permutation(len(counts))
        most = int(np.searchsorted(np.cumsum(counts[order]), HELD_BACK * len(places))) + 1
        held[places[np.isin(mine, order[: min(most, len(counts) - 1)])]] = True
    return held


def _proposals(model: TextModel, texts: pd.Series, *, sure: bool) -> tuple[dict[str, Any], ...]:
    """A class for each text (indexed by its row), none where the model is not sure of it."""
    found = []
    for start in range(0, len(texts), AT_ONCE):
        some = texts.iloc[start : start + AT_ONCE]
        p = model.probabilities(some)
        rows = zip(some.index, some, p.argmax(axis=1), p.max(axis=1), strict=True)
        for row, text, best, confidence in rows:
            told = sure and confidence >= model.threshold
            label = model.classes[best] if told else None
            found.append({"row": int(row) + 1, "text": str(text), "label": label,
                          "confidence": round(float(confidence), 4)})  # fmt: skip
    return tuple(found)
