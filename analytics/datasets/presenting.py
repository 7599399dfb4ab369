"""An answer of a method as a page shows it: figures, tables, cautions in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeGuard

from django.utils.translation import gettext as _

from analytics.charts import segment_label
from analytics.datasets.renaming import renamed
from analytics.datasets.terms import TERMS, WORDS, label, rank, term
from analytics.datasets.wording import level_term
from analytics.forecast_cautions import group_cautions
from analytics.model_names import model_label, model_name
from analytics.pages import translated
from crm.common import formats

MOST_ROWS = 100
FEW_ROWS = 20  # of lists as long as the table
LONG = {"proposals", "record_pairs", "related_pairs", "clusters", "frequent"}
_JUDGED = ("mase", "naive_mase", "coverage80")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?")
LONGEST = 80  # of a cell's text; its file has the whole
MAX_NAMED = 3  # differences that a group is named by
_PLACEHOLDER = re.compile(r"%\((\w+)\)([-+#0 ]*\d*(?:\.\d+)?[a-zA-Z])")
HIDDEN = {"warnings", "method", "seconds"}
# Points of pictures: the picture's own table holds them.
DRAWN = {"scatter", "plot", "parts", "dates", "heat", "hours", "weekdays", "tenths", "history",
         "curve", "radar"}  # fmt: skip
# What a picture says, or nobody asks; the whole answer has it.
UNSAID = {
    "describe": {"by"},
    "correlate": {"columns"},
    "cluster": {"labels", "sizes", "columns"},
    "score": {"lift", "influences", "reasons", "calibration_curve", "threshold", "split_detail"},
}


def presented(answer: Mapping[str, Any]) -> dict[str, Any]:
    """``figures`` (label, value, explanation), ``tables`` (title, heads, rows, cut, terms, and the
    key of those that ``whole_table`` gives as a file) and ``cautions``."""
    figures, tables = [], []
    answer = renamed(answer)
    unsaid = HIDDEN | DRAWN | UNSAID.get(answer.get("method", ""), set())
    for key, value in sorted(answer.items(), key=lambda entry: rank(entry[0])):
        if key in unsaid or value is None or value in ([], {}, ""):
            continue
        if key == "groups" and answer.get("method") == "forecast" and len(value) == 1:
            continue  # said beside it already
        if isinstance(value, Mapping):
            tables += _of_mapping(key, value)
        elif isinstance(value, list):
            tables.append(_of_list(key, value))
        else:
            figures.append((label(key), _column([_worded(key, value)])[0], _explained(key)))
    cautions = [retold(text) for text in answer.get("warnings", [])]
    return {
        "figures": figures, "tables": tables, "cautions": cautions,
        **_of_groups(answer, cautions),
    }  # fmt: skip


def _of_groups(answer: Mapping[str, Any], said: Sequence[str]) -> dict[str, Any]:
    """What is to be minded of single groups of a forecast, of those that the page shows."""
    groups = answer.get("groups") or []
    if answer.get("method") != "forecast" or len(groups) < 2:
        return {}
    shown = groups[:MOST_ROWS]
    each = [(str(one["group"]), map(recognised, one.get("warnings", []))) for one in shown]
    return {"group_cautions": group_cautions(each, said), "groups": len(shown)}


def whole_table(answer: Mapping[str, Any], key: str) -> tuple[list[str], list[list[Any]]] | None:
    """Heads and rows of a list of the whole ``answer``, for a file; None when there is none."""
    answer = renamed(answer)
    items = answer.get(key)
    if key in HIDDEN | UNSAID.get(answer.get("method", ""), set()) or not _is_table(items):
        return None
    names, shown = _entries(key, items)
    rows = [[_raw(_worded(name, item.get(name))) for name in names] for item in shown]
    return [label(name) for name in names], rows


def _is_table(items: Any) -> TypeGuard[list[Mapping[str, Any]]]:
    return (
        isinstance(items, list) and bool(items) and all(isinstance(item, Mapping) for item in items)
    )


def _raw(value: Any) -> Any:
    if value is None or (isinstance(value, int | float | str) and not isinstance(value, bool)):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return _shown(value)


def _entries(key: str, items: Sequence[Any]) -> tuple[list[str], list[Mapping[str, Any]]]:
    """The columns of a list of entries, in the order of the terms, and the entries in words."""
    shown = [_named(key, item) for item in items]
    told = {name for item in shown for name in item} - DRAWN
    return sorted(told, key=lambda n: (rank(n), n)), shown


def _of_mapping(key: str, value: Mapping[str, Any]) -> list[dict[str, Any]]:
    flat = {k: v for k, v in value.items() if not isinstance(v, list | Mapping) and v is not None}
    tables = []
    if flat:
        # One letter is a model's own: a, b and r of BG/NBD, p and q of ARIMA.
        rows = [
            [name if len(name) == 1 else label(name), *_column([_worded(name, item)])]
            for name, item in sorted(flat.items(), key=lambda entry: rank(entry[0]))
        ]
        told = [name for name in sorted(flat, key=rank) if len(name) > 1 or key == "trend"]
        terms = _terms(key, *told)
        tables.append({"title": label(key), "heads": [], "rows": rows, "cut": 0, "terms": terms})
    for name, item in value.items():
        if isinstance(item, list) and item:
            tables.append({**_of_list(name, item), "key": ""})
    return tables


def _of_list(key: str, items: Sequence[Any]) -> dict[str, Any]:
    most = FEW_ROWS if key in LONG else MOST_ROWS
    shown = items[:most]
    cut = max(len(items) - most, 0)
    if _is_table(shown):
        names, shown = _entries(key, shown)
        columns = [_column([_worded(n, item.get(n)) for item in shown]) for n in names]
        rows = [list(row) for row in zip(*columns, strict=True)]
        used = [k for k in range(len(names)) if any(row[k] != "–" for row in rows)]
        return {
            "title": label(key), "heads": [label(names[k]) for k in used],
            "rows": [[row[k] for k in used] for row in rows], "cut": cut,
            "terms": _terms(key, *(names[k] for k in used)), "key": key,
        }  # fmt: skip
    numbered = [[str(k), _shown(item)] for k, item in enumerate(shown, start=1)]
    heads = [label("row"), label(key)]
    return {
        "title": label(key), "heads": heads, "rows": numbered, "cut": cut, "terms": _terms(key),
    }  # fmt: skip


def _terms(*keys: str) -> list[tuple[str, str]]:
    """The terms of a table that need a word of explanation, with it."""
    return [(label(key), told) for key in keys if (told := _explained(key))]


def _named(key: str, item: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a list of models or tests calls its entries, in words."""
    if key == "models":
        return {**item, "name": model_label(item), "label": None}
    if key == "candidates" and "name" in item:
        return {**item, "name": model_name(item["name"])}
    if key == "groups" and "backtest" in item:  # of a forecast: the picture has the rest
        told = {name: item.get(name) for name in ("group", "periods", "season", "chosen")}
        return {**told, **{name: (item["backtest"] or {}).get(name) for name in _JUDGED}}
    if key in {"coefficients", "adjusted"}:
        return {**item, "name": term(item["name"])}
    if key == "odds":
        return {**item, "name": level_term(item["name"])}
    if key == "profiles":
        rest = {name: value for name, value in item.items() if name != "label"}
        named = segment_label({}, item["label"])
        return {**rest, "group": named, "name": _profile(item)}
    if key == "tests":
        return {**item, "name": WORDS["test"].get(item["name"], item["name"])}
    if "total_ratio" in item:  # a judged model of customer value
        return {**item, "name": model_name(item["name"])}
    return item


def _profile(profile: Mapping[str, Any]) -> str:
    """What a group is like: “high amount, low recency”, as the method names it."""
    words = {"higher": _("high %(column)s"), "lower": _("low %(column)s")}
    named = [
        words[one["direction"]] % {"column": one["column"]} for one in profile["differences"]
    ]  # fmt: skip
    if profile["label"] < 0 or not named:
        return "–"
    return formats.listed(named[:MAX_NAMED])


def _worded(key: str, value: Any) -> Any:
    """A code as people say it."""
    if not isinstance(value, str):
        return value
    if key == "chosen":
        return model_name(value)
    return WORDS.get(key, {}).get(value, value)


def _column(values: Sequence[Any]) -> list[str]:
    """The values as text: numbers without a fraction where none of them has one."""
    fractions = [value for value in values if isinstance(value, float)]
    if all(value.is_integer() for value in fractions):
        values = [int(value) if isinstance(value, float) else value for value in values]
    return [_shown(value) for value in values]


def _shown(value: Any) -> str:
    if value is None or value in ([], {}):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):  # the database keeps a float of 1e31 as one
        return formats.number(value) if abs(value) < 1e15 else number(float(value))
    if isinstance(value, float):
        return number(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{label(k)} {_shown(v)}" for k, v in _ordered(value) if v is not None)
    if isinstance(value, list) and all(_is_count(item) for item in value):
        return ", ".join(f"{what} ({formats.number(times)})" for what, times in value)
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value[:8]) + (" …" if len(value) > 8 else "")
    text = str(value)
    day, clock, hours = text.partition("T")
    if not (clock and _MOMENT.fullmatch(text)):
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return day if hours.startswith("00:00") else f"{day} {hours[:5]}"


def _ordered(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Quantiles by their share; others as they stand."""
    entries = list(value.items())
    return sorted(entries, key=lambda one: float(one[0])) if "0.5" in value else entries


def _is_count(item: Any) -> bool:
    """Whether it is a value and how often it is there."""
    pair = isinstance(item, list | tuple) and len(item) == 2
    return pair and isinstance(item[0], str) and isinstance(item[1], int)


def number(value: float) -> str:
    size = abs(value)
    if value and (size < 1e-4 or size >= 1e15):
        return f"{value:.3g}"
    return formats.number(value, 0 if size >= 1e5 else 2 if size >= 100 else 4)


def _explained(key: str) -> str:
    return str(TERMS[key][1]) if key in TERMS else ""


def retold(text: str) -> str:
    """A method's English sentence in the reader's language, found by its template."""
    return recognised(text)[1]


def recognised(text: str) -> tuple[str, str]:
    """The code of a method's English sentence, and it in the reader's language."""
    for code, pattern, kinds in _patterns():
        if found := pattern.fullmatch(text):
            try:
                params = {k: kinds[k](v) for k, v in found.groupdict().items()}
            except ValueError:  # looks like it, and is another
                continue
            return code, translated(code, params)
    return "", text


@cache
def _patterns() -> list[tuple[str, re.Pattern[str], dict[str, Any]]]:
    from analytics.methods.messages import MESSAGES

    longest_first = sorted(MESSAGES.items(), key=lambda entry: -len(entry[1]))
    return [(code, *_pattern(template)) for code, template in longest_first]


def _pattern(template: str) -> tuple[re.Pattern[str], dict[str, Any]]:
    """What matches a filled template, and how its values are read back."""
    parts = _PLACEHOLDER.split(template)
    made, kinds = "", {}
    for position in range(0, len(parts), 3):
        made += re.escape(parts[position].replace("%%", "%"))
        if position + 1 < len(parts):
            name, conversion = parts[position + 1], parts[position + 2][-1]
            made += f"(?P={name})" if name in kinds else f"(?P<{name}>.+?)"
            kinds[name] = {"s": str, "d": int}.get(conversion, float)
    return re.compile(made, re.DOTALL), kinds
