"""The picture of each method's answer about a table, drawn as on the pages of the CRM's records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from analytics import (
    charts,
    marketing_charts,
    order_pages,
    rule_charts,
    score_charts,
    series_charts,
)
from analytics.datasets import figure_charts, row_charts
from analytics.datasets.models import Analysis
from analytics.datasets.pictured import GROUPS
from analytics.datasets.terms import term
from analytics.experiments import presenting
from crm.common.charting import Chart

Answer = Mapping[str, Any]


def pictures(analysis: Analysis) -> list[Chart]:
    """The charts of a finished answer; none of one that was stored before and lacks the points."""
    needed, draw = _PICTURES.get(analysis.method, ("", None))
    answer: dict[str, Any] = analysis.answer
    return draw(answer) if draw and answer and answer.keys() >= set(needed.split()) else []


def _cluster(answer: dict[str, Any]) -> list[Chart]:
    made = [charts.cluster_scatter(answer, _("Rows on a map"))]
    # With two columns a radar is a line, and the map says it all.
    return [*made, charts.cluster_radar(answer, _("Rows"))] if len(answer["columns"]) > 2 else made


def _forecast(answer: dict[str, Any]) -> list[Chart]:
    return [
        chart for place, one in enumerate(answer["groups"][:GROUPS])
        if (chart := _fan(place, one, answer["forecast"]))
    ]  # fmt: skip


def _fan(place: int, told: Answer, rows: list[dict[str, Any]]) -> Chart | None:
    steps = [row for row in rows if row["group"] == told["group"]]
    history = told.get("history")
    if not steps or not history:
        return None
    actual = history["actual"]
    first = told["periods"] - len(actual) + 1
    was = history["dates"] or [str(first + k) for k in range(len(actual))]
    ahead = [row["date"] or str(told["periods"] + row["step"]) for row in steps]
    title = _("What was, and what is to come")
    if told["group"] is not None:
        title = f"{told['group']}: {title}"
    heads = [_("Period"), _("Actual")]
    return charts.bands(
        f"forecast{place}", title, x=[*was, *ahead], actual=actual, steps=steps, heads=heads
    )


def _series(answer: dict[str, Any]) -> list[Chart]:
    days, parts = answer["dates"], answer["parts"]
    if not days or len(days) != len(parts.get("trend") or []):
        return []
    counted = _("Value")
    made = [
        *_ahead(answer, days),
        series_charts.line("trend", _("Trend"), days, parts["trend"], counted),
    ]
    if answer["weekdays"]:
        made.append(series_charts.weekdays(answer["weekdays"], _("Mean")))
    for name, values in parts.items():
        if name.startswith("season_"):
            title = _("Season of %(n)s periods") % {"n": name.removeprefix("season_")}
            made.append(series_charts.line(name, title, days, values, counted))
    rest = series_charts.line("rest", _("What is left"), days, parts["remainder"], counted)
    return [*made, rest, *_hours(answer)]


def _ahead(answer: Answer, days: list[str]) -> list[Chart]:
    """The fan, when a forecast was possible; the values are the sums of their parts."""
    if not answer["forecast"]:
        return []
    values = [sum(known) for known in zip(*answer["parts"].values(), strict=True)]
    told = {
        "group": None, "periods": len(values),
        "history": {"dates": days[-200:], "actual": values[-200:]},
    }  # fmt: skip
    fan = _fan(0, told, answer["forecast"])
    return [fan] if fan else []


def _hours(answer: Answer) -> list[Chart]:
    grid = answer.get("heat")
    if not grid:
        return []
    names, hours = charts.weekday_names(), [str(hour) for hour in range(24)]
    rounded = [[round(value, 2) for value in row] for row in grid]
    spec = {"type": "heatmap", "x": hours, "y": names, "values": rounded}
    rows = [[name, *values] for name, values in zip(names, rounded, strict=True)]
    return [Chart("heat", _("Weekday × hour"), spec, [_("Weekday"), *hours], rows)]


def _regress(answer: dict[str, Any]) -> list[Chart]:
    words = charts.Terms(
        _("Term"), _("Change of %(outcome)s per unit") % {"outcome": answer["outcome"]},
        _("What it depends on (with an interval of 95%)"), _("Rows"), term,
    )  # fmt: skip
    return [
        charts.coefficients(answer, terms=words),
        *marketing_charts.both_effects(answer, words),
        *marketing_charts.residual_plots(answer, words),
    ]


def _score(answer: dict[str, Any]) -> list[Chart]:
    made = [score_charts.influences(answer, of_table=True)] if answer["influences"] else []
    calibration = score_charts.calibration(answer, _("Groups of rows"))
    return [*made, score_charts.lift(answer), calibration]


def _rules(answer: dict[str, Any]) -> list[Chart]:
    found = [rule for rule in answer["rules"] if rule["significant"]]
    return [rule_charts.bars(found), rule_charts.network(found)] if found else []


def _value(answer: dict[str, Any]) -> list[Chart]:
    test = answer["holdout"]
    told = test is None or test["better_than_historical_rate"]
    return [order_pages.tenths(answer)] if told and answer["tenths"] else []


def _budget(answer: dict[str, Any]) -> list[Chart]:
    made = [marketing_charts.returns(answer, unit="")]
    if answer["clear"]:
        made.insert(0, marketing_charts.split(answer, unit=""))
    return made + marketing_charts.response_curves(answer, suggested=answer["clear"], unit="")


def _experiment(answer: dict[str, Any]) -> list[Chart]:
    names = {one["arm"]: one["arm"] for one in answer["arms"]}
    told = {**answer, "names": names, "outcome_kind": presenting.TABLE}
    return [presenting.differences(told), presenting.means(told)]


# What each needs of an answer, and how it is drawn.
_PICTURES: dict[str, tuple[str, Callable[[dict[str, Any]], list[Chart]]]] = {
    "describe": ("columns by", figure_charts.described),
    "compare": ("pairs groups value", figure_charts.compared),
    "correlate": ("pairs", figure_charts.correlated),
    "cluster": ("scatter profiles columns", _cluster),
    "forecast": ("forecast groups", _forecast),
    "series": ("dates parts forecast weekdays", _series),
    "regress": ("coefficients plot outcome", _regress),
    "score": ("influences lift calibration_curve", _score),
    "rules": ("rules", _rules),
    "value": ("tenths holdout", _value),
    "budget": ("channels clear", _budget),
    "experiment": ("arms control kind", _experiment),
    "text": ("classes confusions", row_charts.text),
    "duplicates": ("spread compared_columns", row_charts.duplicates),
    "ordinal": ("odds_ratios steps target", row_charts.ordinal),
    "staffing": ("hours", row_charts.staffing),
}
