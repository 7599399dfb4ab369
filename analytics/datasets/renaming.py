"""Parts of answers under names that mean one thing on every page: the command line's keys are
its contract, and some of them mean two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Answer = Mapping[str, Any]


def renamed(answer: Answer) -> Answer:
    """``answer`` as ``presenting`` shows it."""
    rename = _RENAMED.get(answer.get("method", ""))
    return rename(answer) if rename else answer


def _compare(answer: Answer) -> Answer:
    """Elsewhere pairs are of columns."""
    pairs = [
        {"group": pair["a"], "other_group": pair["b"],
         **{name: value for name, value in pair.items() if name not in "ab"}}
        for pair in answer["pairs"]
    ]  # fmt: skip
    return _without(answer, "pairs") | {"group_pairs": pairs}


def _ordinal(answer: Answer) -> Answer:
    """Steps are no periods; a term's odds are those of a step in its own unit."""
    odds = [
        {"name": one["name"], "per": one["per"], "odds": one["own_ratio"],
         "lo": one["own_lo"], "hi": one["own_hi"], "p": one["p"]}
        for one in answer.get("odds_ratios", [])
    ]  # fmt: skip
    levels = [{"level": one["step"], "n": one["rows"]} for one in answer.get("steps", [])]
    return _without(answer, "odds_ratios", "steps") | {"odds": odds, "levels": levels}


def _duplicates(answer: Answer) -> Answer:
    """Pairs of rows; what was compared is told column by column."""
    names = {"a": "record", "b": "other_record"}
    lists = {
        shown: [
            {names.get(name, name): value for name, value in one.items()}
            for one in answer.get(key, [])
        ]
        for key, shown in (("pairs", "record_pairs"), ("related", "related_pairs"))
    }
    return _without(answer, "pairs", "related", "columns", "spread") | lists


def _text(answer: Answer) -> Answer:
    """The share of the most frequent class is the naive rival's accuracy; a label is a class."""
    names = {"label": "class", "rows": "n", "confidence": "certainty"}
    lists = {
        key: [
            {names.get(name, name): value for name, value in one.items()}
            for one in answer.get(key, [])
        ]
        for key in ("classes", "confusions", "proposals")
    }
    naive = {"naive_accuracy": answer.get("base_rate")}
    return _without(answer, "base_rate", "seconds_training") | lists | naive


def _without(answer: Answer, *keys: str) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key not in keys}


_RENAMED: dict[str, Callable[[Answer], Answer]] = {
    "compare": _compare, "duplicates": _duplicates, "ordinal": _ordinal,
    "text": _text,
}  # fmt: skip
