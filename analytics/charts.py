"""Stored results and figures as charts: a spec for the browser and the same data as a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.common import formats
from crm.common.charting import Chart
from marketing.models import Campaign
from marketing.platforms import platform_label

HISTORY_WEEKS = 104


def currency_symbol() -> str:
    return formats.symbol(settings.BASE_CURRENCY)


def fan(result: dict[str, Any], id: str = "forecast") -> Chart:
    """The forecast fan of a stored forecast."""
    history = result["history"]
    x, actual = history["x"][-HISTORY_WEEKS:], history["actual"][-HISTORY_WEEKS:]
    last = date.fromisoformat(history["x"][-1])
    ahead = [(last + timedelta(weeks=s["step"])).isoformat() for s in result["forecast"]]
    heads = [_("Week from"), _("Sales")]
    return bands(
        id, _("Sales and forecast by week"), x=[*x, *ahead], actual=actual,
        steps=result["forecast"], heads=heads, unit=currency_symbol(),
    )  # fmt: skip


_BANDS = ("mean", "lo80", "hi80", "lo95", "hi95")


def bands(
    id: str,
    title: str,
    *,
    x: list[str],
    actual: list[float],
    steps: list[dict[str, Any]],
    heads: list[str],
    unit: str = "",
) -> Chart:
    """What was, and a forecast with its intervals; ``x`` names the periods of both (days as ISO
    dates), ``heads`` the period and the value."""
    spec = {
        "type": "fan", "x": x, "actual": actual, "unit": unit,
        **{key: [step[key] for step in steps] for key in _BANDS},
    }  # fmt: skip
    rows: list[list[Any]] = [
        [_period(name), value, None, None, None, None, None]
        for name, value in zip(x, actual, strict=False)
    ]
    rows += [
        [_period(name), None, *(step[key] for key in _BANDS)]
        for name, step in zip(x[len(actual) :], steps, strict=True)
    ]
    columns = [
        *heads, _("Forecast"), _("Low (80%)"), _("High (80%)"), _("Low (95%)"),
        _("High (95%)"),
    ]  # fmt: skip
    return Chart(id, title, spec, columns, rows, height="lg")


def _period(name: str) -> date | str:
    """A day as a day; a number of a period, or a moment, as it is."""
    try:
        return date.fromisoformat(name)
    except ValueError:
        return name


def sales_line(series: list[tuple[date, float]]) -> Chart:
    spec = {
        "type": "area", "x": [week.isoformat() for week, _total in series], "zero": True,
        "series": [{"name": _("Sales"), "data": [total for _week, total in series]}],
        "unit": currency_symbol(),
    }  # fmt: skip
    columns = [_("Week from"), _("Sales")]
    return Chart(
        "sales", _("Sales by week"), spec, columns, [list(row) for row in series], height="lg"
    )


def funnel(steps: list[dict[str, Any]]) -> Chart:
    labels, counts = [s["stage"].label for s in steps], [s["count"] for s in steps]
    first = counts[0] if counts else 0
    rows = [
        [label, count, formats.percent(count / first) if first else "–"]
        for label, count in zip(labels, counts, strict=True)
    ]
    spec = {"type": "funnel", "labels_y": labels, "values": counts}
    columns = [_("Stage"), _("Deals"), _("Share of all")]
    return Chart("funnel", _("Sales funnel"), spec, columns, rows)


def requests(weeks: list[tuple[date, int, int]]) -> Chart:
    spec = {
        "type": "line", "zero": True, "x": [week.isoformat() for week, *_rest in weeks],
        "series": [
            {"name": pgettext("request", "Opened"), "data": [row[1] for row in weeks]},
            {"name": _("Resolved"), "data": [row[2] for row in weeks], "dashed": True},
        ],
    }  # fmt: skip
    columns = [_("Week from"), pgettext("request", "Opened"), _("Resolved")]
    return Chart("requests", _("Service requests by week"), spec, columns, [list(w) for w in weeks])


def weekday_names() -> list[str]:
    return [
        pgettext("short weekday", "Mon"), pgettext("short weekday", "Tue"),
        pgettext("short weekday", "Wed"), pgettext("short weekday", "Thu"),
        pgettext("short weekday", "Fri"), pgettext("short weekday", "Sat"),
        pgettext("short weekday", "Sun"),
    ]  # fmt: skip


def heat(table: list[list[int]]) -> Chart:
    days = weekday_names()
    hours = [str(hour) for hour in range(24)]
    spec = {"type": "heatmap", "x": hours, "y": days, "values": table}
    rows = [[day, *counts] for day, counts in zip(days, table, strict=True)]
    title = _("When we talk (weekday × hour)")
    return Chart("heat", title, spec, [_("Weekday"), *hours], rows, note=clock_note())


def clock_note() -> str:
    """Whose hours a heat map shows: those of one company, whatever the reader's zone."""
    return _("Hours by the company's clock (%(zone)s).") % {"zone": settings.TIME_ZONE}


def campaigns(table: list[dict[str, Any]]) -> Chart:
    decided = [row for row in table if row["rate"] is not None]
    spec = {
        "type": "hbar",
        "labels_y": [row["campaign"].name for row in decided],
        "values": [round(100 * row["rate"], 1) for row in decided],
        "texts": [
            f"{formats.percent(row['rate'])} · {row['success']}/{row['decided']}" for row in decided
        ],
        "unit": "%",
    }
    columns = [
        _("Campaign"), _("Customers"), _("Successes"), _("Success rate"), _("Revenue"), _("Cost"),
        _("Return on cost"),
    ]  # fmt: skip
    rows = [
        [row["campaign"].name, row["customers"], row["success"],
         None if row["rate"] is None else formats.percent(row["rate"], 1),
         float(row["revenue"]), None if row["cost"] is None else float(row["cost"]),
         None if row["roi"] is None else formats.percent(row["roi"])]
        for row in table
    ]  # fmt: skip
    note = ""
    if any(row["cost"] is None for row in table):
        note = _("Costs in other currencies than %(ours)s are left out.")
        note %= {"ours": settings.BASE_CURRENCY}
    return Chart("campaigns", _("Success rate of campaigns"), spec, columns, rows, note=note)


def segments(table: list[dict[str, Any]]) -> Chart:
    def name(row: dict[str, Any]) -> str:
        if row["segment__name"] is None:
            return _("No segment")
        return (
            row["segment__name"]
            if formats.is_chinese()
            else row["segment__name_en"] or row["segment__name"]
        )

    spec = {
        "type": "donut",
        "labels_y": [name(row) for row in table],
        "values": [row["customers"] for row in table],
        "total": formats.number(sum(row["customers"] for row in table)),
    }
    rows = [[name(row), row["customers"], float(row["value"] or 0)] for row in table]
    columns = [_("Segment"), _("Customers"), _("Order value")]
    return Chart("segments", _("Customers by segment"), spec, columns, rows)


# Stored runs -----------------------------------------------------------------------------------


def feature_label(name: str) -> str:
    return {
        "recency": _("Days since last order"),
        "frequency": _("Orders"),
        "monetary": _("Order value"),
        "tenure": _("Days since first order"),
    }.get(name, name)


def segment_label(result: dict[str, Any], label: int) -> str:
    for entry in result.get("segments", []):
        if entry["label"] == label:
            return str(entry["name"] if formats.is_chinese() else entry["name_en"])
    return _("Group %(number)d") % {"number": label + 1} if label >= 0 else _("Outlying")


def cluster_scatter(result: dict[str, Any], title: str = "") -> Chart:
    points = result["scatter"]
    groups: dict[int, list[list[float]]] = {}
    for x, y, label in zip(points["x"], points["y"], points["label"], strict=True):
        groups.setdefault(int(label), []).append([round(x, 2), round(y, 2)])
    ordered = sorted(groups.items())
    spec = {
        "type": "scatter", "x_name": _("First component"), "y_name": _("Second component"),
        "series": [{"name": segment_label(result, k), "data": data} for k, data in ordered],
    }  # fmt: skip
    rows = [[segment_label(result, k), *point] for k, data in ordered for point in data[:200]]
    share = formats.percent(result["scatter_share"] or 0)
    note = _("Two principal components show %(share)s of the variation.") % {"share": share}
    columns = [_("Segment"), _("First component"), _("Second component")]
    return Chart(
        "scatter", title or _("Customers on a map"), spec, columns, rows, note=note, height="lg"
    )


def cluster_radar(result: dict[str, Any], counted: str = "") -> Chart:
    profiles = [profile for profile in result["profiles"] if profile["label"] >= 0]
    names = result["columns"]
    spec = {
        "type": "radar",
        "axes": [{"name": feature_label(name), "max": 100} for name in names],
        "series": [
            {"name": segment_label(result, p["label"]),
             "data": [round(100 * (p["radar"].get(name) or 0)) for name in names]}
            for p in profiles
        ],
    }  # fmt: skip
    rows = [
        [segment_label(result, p["label"]), p["size"], *(p["medians"][name] for name in names)]
        for p in profiles
    ]
    columns = [_("Segment"), counted or _("Customers"), *(feature_label(name) for name in names)]
    note = _("Each axis: the share of all customers below the group's median.")
    if counted:
        note = _("Each axis: the share of all rows below the group's median.")
    return Chart(
        "radar", _("What the groups are like"), spec, columns, rows, note=note, height="lg"
    )


@dataclass(frozen=True)
class Terms:
    """What a regression's pictures call its terms, their effects and its rows."""

    term: str
    effect: str
    title: str
    rows: str
    label: Callable[[str], str]


def channels() -> Terms:
    title = _("What a unit of spend brings (with an interval of 95%)")
    return Terms(_("Channel"), _("Revenue per unit of spend"), title, _("Weeks"), term_label)


def coefficients(
    result: dict[str, Any], id: str = "coefficients", terms: Terms | None = None
) -> Chart:
    """Effect of each term with its 95 % interval; adjusted for season where that was fitted."""
    words = terms or channels()
    adjusted = {row["name"]: row for row in result.get("adjusted") or []}
    plain = [c for c in result["coefficients"] if c["name"] != "Intercept"]
    shown = [adjusted.get(c["name"], c) for c in plain]
    spec = {
        "type": "coefficients", "zero": 0, "x_name": words.effect,
        "labels_y": [words.label(row["name"]) for row in shown],
        **{key: [row[key] for row in shown] for key in ("estimate", "lo", "hi")},
    }  # fmt: skip
    columns = [
        words.term, _("Effect"), _("Low (95%)"), _("High (95%)"), "p", _("Without adjustment"),
        "VIF",
    ]  # fmt: skip
    rows = [
        [words.label(term["name"]), row["estimate"], row["lo"], row["hi"], row["p"],
         term["estimate"], term["vif"]]
        for row, term in zip(shown, plain, strict=True)
    ]  # fmt: skip
    return Chart(id, words.title, spec, columns, rows, height="md")


_QUOTED = re.compile(r"""Q\((['"])(.*)\1\)""", re.DOTALL)


def term_key(name: str) -> str:
    """The channel of a term of the regression, as spend is recorded on it."""
    quoted = _QUOTED.fullmatch(name)
    return (quoted[2] if quoted else name.strip("`")).removesuffix("_S")


def term_label(name: str) -> str:
    """That channel's name."""
    key = term_key(name)
    return str(dict(Campaign.Channel.choices).get(key) or platform_label(key))


def residuals(result: dict[str, Any], terms: Terms | None = None) -> Chart:
    plot = result["plot"]
    data = [
        [round(x, 1), round(y, 1)] for x, y in zip(plot["fitted"], plot["residual"], strict=True)
    ]
    spec = {
        "type": "scatter", "x_name": _("Fitted"), "y_name": _("Residual"),
        "series": [{"name": (terms or channels()).rows, "data": data}],
    }  # fmt: skip
    return Chart("residuals", _("Residuals"), spec, [_("Fitted"), _("Residual")], data)
