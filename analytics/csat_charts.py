"""Pictures of satisfaction: what moves the marks, marks over time, by agent and category."""

from __future__ import annotations

import math
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import score_charts
from analytics.csat_words import categories, step_text
from crm.accounts.models import User
from crm.common import formats
from crm.common.charting import Chart

ALIKE = 0.05


def drivers(result: dict[str, Any]) -> Chart:
    """Each driver's effect on the log-odds of a better mark; odds ratios in the table."""
    usual = result["usual"]
    rows = result["odds_ratios"]
    labels = [step_text(row, usual) for row in rows]
    logs = {
        key: [round(math.log(max(row[source], 1e-6)), 3) for row in rows]
        for key, source in (("estimate", "own_ratio"), ("lo", "own_lo"), ("hi", "own_hi"))
    }
    spec = {
        "type": "coefficients", "zero": 0, "labels_y": labels,
        "x_name": _("worse ← log-odds → better"), **logs,
    }  # fmt: skip
    columns = [_("Driver"), _("Odds of a better mark ×"), _("Low (95%)"), _("High (95%)"), "p"]
    table = [
        [label, row["own_ratio"], row["own_lo"], row["own_hi"], row["p"]]
        for label, row in zip(labels, rows, strict=True)
    ]
    note = _(
        "An interval that holds 0 (a factor of 1 in the table) may be chance. The other drivers "
        "are held fixed."
    )
    return Chart("drivers", _("What moves the marks"), spec, columns, table, note=note, height="xl")


def months(result: dict[str, Any]) -> Chart:
    rows = [row for row in result["months"] if row["mean"] is not None]
    means = [round(row["mean"], 2) for row in rows]

    def side(sign: int) -> list[float | None]:
        return [
            None if row["reach"] is None
            else round(min(max(row["mean"] + sign * row["reach"], 1.0), 5.0), 2)
            for row in rows
        ]  # fmt: skip

    low, high = side(-1), side(1)
    spec = {
        "type": "line", "x": [row["month"] for row in rows],
        "series": [
            {"name": _("Mean mark"), "data": means},
            {"name": _("Low (95%)"), "data": low, "dashed": True},
            {"name": _("High (95%)"), "data": high, "dashed": True},
        ],
    }  # fmt: skip
    columns = [
        _("Month sent"), _("Surveys sent"), _("Answered"), _("Response rate"), _("Mean mark"),
        _("Low (95%)"), _("High (95%)"),
    ]  # fmt: skip
    table = [
        [row["month"], row["asked"], row["answered"],
         formats.percent(row["answered"] / row["asked"]), mean, lo, hi]
        for row, mean, lo, hi in zip(rows, means, low, high, strict=True)
    ]  # fmt: skip
    return Chart("months", _("Marks by month"), spec, columns, table)


def by_agent(result: dict[str, Any]) -> Chart:
    found = result["groups"]["agent"]
    pks = [int(float(row["name"])) for row in found["groups"]]
    # Names are looked up, not stored.
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=pks)}
    labels = [names.get(pk, f"#{pk}") for pk in pks]
    return _groups("agents", _("Marks by agent"), _("Agent"), found, labels)


def by_category(result: dict[str, Any]) -> Chart:
    found, names = result["groups"]["category"], categories()
    labels = [names.get(row["name"], row["name"]) for row in found["groups"]]
    title = _("Marks by category")
    return _groups("categories", title, pgettext("request", "Category"), found, labels)


def _groups(key: str, title: str, first: str, found: dict[str, Any], labels: list[str]) -> Chart:
    pairs = list(zip(labels, found["groups"], strict=True))
    alike = found["p"] is None or found["p"] >= ALIKE
    if alike:  # an order would be read as a ranking
        pairs.sort(key=lambda pair: pair[0])
        note = _("The differences are no larger than chance makes them: do not rank.")
    else:
        note = _(
            "Means of few marks are drawn towards the mean of all (dashed). Agents get different "
            "requests: a difference is not yet a merit."
        )
    spec = {
        "type": "coefficients", "zero": round(found["mean"] or 0, 2),
        "x_name": _("Mean mark (with an interval of 95%)"),
        "labels_y": [label for label, _row in pairs],
        "estimate": [round(row["shrunk"], 2) for _label, row in pairs],
        "lo": [round(row["lo"], 2) for _label, row in pairs],
        "hi": [round(row["hi"], 2) for _label, row in pairs],
    }  # fmt: skip
    columns = [
        first, _("Marks"), _("Plain mean"), _("Mean drawn to all"), _("Low (95%)"),
        _("High (95%)"),
    ]  # fmt: skip
    table = [
        [label, row["rows"], row["mean"], row["shrunk"], row["lo"], row["hi"]]
        for label, row in pairs
    ]
    return Chart(key, title, spec, columns, table, note=note)


def calibration(result: dict[str, Any]) -> Chart:
    """Whether the chance of a low mark can be taken at its word, on later marks."""
    return score_charts.calibration({"calibration_curve": result["risk"]["curve"]})
