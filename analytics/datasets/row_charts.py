"""Pictures of answers about the rows of a table: sorted, joined, put in steps, counted by the
hour."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.charts import weekday_names
from analytics.datasets.terms import WORDS, label
from analytics.datasets.wording import level_term
from crm.common import formats
from crm.common.charting import Chart

Answer = Mapping[str, Any]
TERMS_DRAWN = 20
CLASSES_DRAWN = 20
COLUMNS_DRAWN = 12


def text(answer: Answer) -> list[Chart]:
    """How well each class is told, and what is taken for what."""
    return [_classes(answer["classes"]), *_confusions(answer["confusions"])]


def _classes(classes: list[dict[str, Any]]) -> Chart:
    shown = sorted(classes, key=lambda one: -one["rows"])[:CLASSES_DRAWN]
    spec = {
        "type": "hbar", "labels_y": [one["label"] for one in shown],
        "values": [round(one["f1"], 3) for one in shown],
        "texts": [
            f"{formats.number(one['f1'], 2)} · {formats.number(one['rows'])}" for one in shown
        ],
    }  # fmt: skip
    columns = [label("class"), _("Rows"), label("precision"), label("recall"), "F1", label("words")]
    rows = [
        [one["label"], one["rows"], one["precision"], one["recall"], one["f1"],
         ", ".join(one["words"])]
        for one in shown
    ]  # fmt: skip
    note = _("F1 on texts that it had not seen, and how many there were; at best 1.")
    height = "xl" if len(shown) > 10 else "md"
    title = _("How well each class is told")
    return Chart("classes", title, spec, columns, rows, note=note, height=height)


def _confusions(mistakes: list[dict[str, Any]]) -> list[Chart]:
    if not mistakes:
        return []
    names = [f"{one['label']} → {one['taken_for']}" for one in mistakes]
    counts = [one["rows"] for one in mistakes]
    spec = {
        "type": "hbar", "labels_y": names, "values": counts,
        "texts": [formats.number(n) for n in counts],
    }  # fmt: skip
    columns = [label("class"), label("taken_for"), _("Rows")]
    rows = [[one["label"], one["taken_for"], one["rows"]] for one in mistakes]
    return [Chart("confusions", _("What is taken for what"), spec, columns, rows)]


def duplicates(answer: Answer) -> list[Chart]:
    """How probable the pairs are, and in what they agree."""
    return [_probabilities(answer["spread"]), _agreement(answer["compared_columns"])] if any(
        answer["spread"]
    ) else []  # fmt: skip


def _probabilities(counts: list[int]) -> Chart:
    first = next(k for k, n in enumerate(counts) if n)
    names = [f"{k / 10:.1f}–{(k + 1) / 10:.1f}" for k in range(first, 10)]
    spec = {"type": "bar", "x": names, "series": [{"name": _("Pairs"), "data": counts[first:]}]}
    rows = [list(pair) for pair in zip(names, counts[first:], strict=True)]
    title = _("How probable the pairs are")
    return Chart("probabilities", title, spec, [label("probability"), _("Pairs")], rows)


def _agreement(columns: list[dict[str, Any]]) -> Chart:
    shown = columns[:COLUMNS_DRAWN]
    kinds = ("equal", "close", "unlike", "unknown")
    spec = {
        "type": "stacked", "x": [one["column"] for one in shown], "horizontal": True, "share": True,
        "series": [{"name": label(kind), "data": [one[kind] for one in shown]} for kind in kinds],
    }  # fmt: skip
    heads = [label("column"), label("kind"), *map(label, kinds)]
    rows = [
        [one["column"], str(WORDS["kind"][one["kind"]]), *(one[kind] for kind in kinds)]
        for one in columns
    ]
    note = _("A column in which many pairs differ may say nothing about who it is: leave it out.")
    title = _("In what the pairs agree")
    return Chart("agreement", title, spec, heads, rows, note=note)


def ordinal(answer: Answer) -> list[Chart]:
    """What moves the steps, and how often each is there."""
    return [*_odds(answer), _steps(answer)]


def _odds(answer: Answer) -> list[Chart]:
    ratios = answer["odds_ratios"][:TERMS_DRAWN]
    if not ratios:
        return []
    names = [_step_of(one) for one in ratios]
    powers = {
        key: [round(math.log2(one[source]), 4) for one in ratios]
        for key, source in (("estimate", "own_ratio"), ("lo", "own_lo"), ("hi", "own_hi"))
    }
    spec = {
        "type": "coefficients", "zero": 0, "times": True, "labels_y": names,
        "x_name": _("Odds of a higher “%(target)s”") % {"target": answer["target"]}, **powers,
    }  # fmt: skip
    columns = [_("Term"), label("odds"), _("Low (95%)"), _("High (95%)"), "p"]
    rows = [
        [name, one["own_ratio"], one["own_lo"], one["own_hi"], one["p"]]
        for name, one in zip(names, ratios, strict=True)
    ]
    note = _("Where the interval holds ×1, it may be chance. The other columns are held fixed.")
    title = _("What raises it, and what lowers it")
    height = "xl" if len(ratios) > 10 else "lg"
    return [Chart("odds", title, spec, columns, rows, note=note, height=height)]


def _step_of(one: Answer) -> str:
    """A term with what one step of it is."""
    name = level_term(one["name"])
    step = WORDS["per"].get(one["per"]) if one["per"] != "level" else None
    return _("%(term)s (%(step)s)") % {"term": name, "step": step} if step else name


def _steps(answer: Answer) -> Chart:
    steps = [one["step"] for one in answer["steps"]]
    counts = [one["rows"] for one in answer["steps"]]
    spec = {"type": "bar", "x": steps, "series": [{"name": _("Rows"), "data": counts}]}
    rows = [list(pair) for pair in zip(steps, counts, strict=True)]
    title = _("How often each step is there")
    return Chart("steps", title, spec, [pgettext("ordered", "Step"), _("Rows")], rows)


def staffing(answer: Answer) -> list[Chart]:
    """People by the hour of the week, and hours of presence by day."""
    return [_people(answer["hours"]), _presence(answer["hours"])]


def _people(hours: list[dict[str, Any]]) -> Chart:
    names = weekday_names()
    days = sorted({one["weekday"] for one in hours})
    known = {(one["weekday"], one["hour"]): one["agents"] for one in hours}
    first, last = (end(one["hour"] for one in hours) for end in (min, max))
    columns = list(range(first, last + 1))
    spec = {
        "type": "heatmap", "x": [f"{hour}:00" for hour in columns],
        "y": [names[day] for day in days],
        "values": [[known.get((day, hour), 0) for hour in columns] for day in days],
    }  # fmt: skip
    heads = [
        _("Weekday"), _("Hour"), _("Requests (mean)"), _("Requests (busy week)"), _("People"),
        _("People (busy week)"), _("Must wait at all"),
    ]  # fmt: skip
    rows = [
        [names[one["weekday"]], f"{one['hour']}:00", one["mean"], one["busy"], one["agents"],
         one["agents_busy"], formats.percent(one["waiting"])]
        for one in hours
    ]  # fmt: skip
    return Chart("people", _("People needed by hour"), spec, heads, rows)


def _presence(hours: list[dict[str, Any]]) -> Chart:
    names = weekday_names()
    days = sorted({one["weekday"] for one in hours})
    rows = [
        [names[day], *(
            sum(one[key] for one in hours if one["weekday"] == day)
            for key in ("agents", "agents_busy", "mean")
        )]
        for day in days
    ]  # fmt: skip
    spec = {
        "type": "bar", "x": [row[0] for row in rows],
        "series": [{"name": _("Mean week"), "data": [row[1] for row in rows]},
                   {"name": _("Busy week"), "data": [row[2] for row in rows]}],
    }  # fmt: skip
    heads = [_("Weekday"), _("Mean week"), _("Busy week"), _("Requests (mean)")]
    return Chart("presence", _("Hours of presence by day"), spec, heads, rows)
