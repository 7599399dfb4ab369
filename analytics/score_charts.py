"""Pictures of a score: what moves it, whom it finds, whether it can be taken at its word."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from analytics.score_words import feature_names, influence_text
from crm.common import formats
from crm.common.charting import Chart

SHOWN = 10


def influences(result: dict[str, Any], *, of_table: bool = False) -> Chart:
    """``of_table``: the columns are a table's own, whatever the CRM calls such columns."""
    names = {} if of_table else feature_names()
    rows = result["influences"][:SHOWN]
    labels = [names.get(one["column"], one["column"]) for one in rows]
    texts = [influence_text({**one, "column": ""} if of_table else one) for one in rows]
    spec = {
        "type": "hbar", "labels_y": labels, "values": [round(one["effect"], 3) for one in rows],
        "texts": texts,
    }  # fmt: skip
    table = [
        [label, one["effect"], text] for label, one, text in zip(labels, rows, texts, strict=True)
    ]
    columns = [_("Feature"), _("Mean effect (log-odds)"), _("Direction")]
    note = _("How far a feature moves the log-odds on average, against its typical value.")
    return Chart("influences", _("What tells them apart"), spec, columns, table, note=note)


def lift(result: dict[str, Any]) -> Chart:
    rows = result["lift"]
    mean = 100 * result["base_rate"]
    spec = {
        "type": "bar", "x": [str(row["decile"]) for row in rows], "unit": "%",
        "series": [{"name": _("Share with the event"),
                    "data": [round(100 * row["rate"], 1) for row in rows]}],
    }  # fmt: skip
    table = [
        [row["decile"], row["rows"], formats.percent(row["rate"], 1), row["lift"],
         formats.percent(row["captured"])]
        for row in rows
    ]  # fmt: skip
    columns = [
        _("Tenth"), _("Rows"), _("Share with the event"), _("Against the mean"),
        _("Reached so far"),
    ]  # fmt: skip
    note = _("Unseen rows, from the likeliest tenth to the least likely; the mean is %(mean)s%%.")
    shown = note % {"mean": formats.number(mean, 1)}
    return Chart("lift", _("How well it finds them"), spec, columns, table, note=shown)


def calibration(result: dict[str, Any], groups: str = "") -> Chart:
    """What was said against what happened; ``groups`` says of whom the points are groups."""
    points = [[100 * said, 100 * seen, rows] for said, seen, rows in result["calibration_curve"]]
    highest = max([1.0, *(max(point[:2]) for point in points)])
    top = next(end for end in (4, 8, 20, 40, 60, 80, 100) if end >= min(highest, 100))
    spec = {
        "type": "scatter", "unit": "%", "x_name": _("Said (%)"), "y_name": _("Happened (%)"),
        "max": top,
        "series": [{"name": groups or _("Groups of customers"),
                    "data": [[round(x, 1), round(y, 1)] for x, y, _rows in points]}],
        "lines": [{"name": _("Exactly as said"), "data": [[0, 0], [top, top]]}],
    }  # fmt: skip
    columns = [_("Said (%)"), _("Happened (%)"), _("Rows")]
    table = [[round(x, 1), round(y, 1), rows] for x, y, rows in points]
    note = _("On the line, a chance of thirty in a hundred came true thirty times in a hundred.")
    return Chart("calibration", _("Can it be taken at its word?"), spec, columns, table, note=note)
