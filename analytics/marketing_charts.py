"""Pictures of marketing: effects with and without adjustment, residuals, curves, splits."""

from __future__ import annotations

from datetime import date
from statistics import NormalDist
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.charts import Terms, channels, currency_symbol, residuals, term_label
from crm.common import formats
from crm.common.charting import Chart


def both_effects(result: dict[str, Any], words: Terms | None = None) -> list[Chart]:
    """Each term's effect as a plain regression has it, and with the rest held fixed."""
    words = words or channels()
    adjusted = {row["name"]: row for row in result.get("adjusted") or []}
    terms = [c for c in result["coefficients"] if c["name"] in adjusted]
    if not terms:
        return []
    pairs = [(term, adjusted[term["name"]]) for term in terms]
    rows = [
        (label % {"channel": words.label(one["name"])}, one)
        for plain, held in pairs
        for label, one in ((_("%(channel)s, plain"), plain), (_("%(channel)s, adjusted"), held))
    ]
    spec = {
        "type": "coefficients", "zero": 0, "x_name": words.effect,
        "labels_y": [label for label, _one in rows],
        **{key: [one[key] for _label, one in rows] for key in ("estimate", "lo", "hi")},
    }  # fmt: skip
    columns = [
        words.term, _("Plain"), _("Low (95%)"), _("High (95%)"), _("Adjusted"),
        _("Low (95%)"), _("High (95%)"), _("Plain misleads"),
    ]  # fmt: skip
    table = [
        [words.label(held["name"]), plain["estimate"], plain["lo"], plain["hi"], held["estimate"],
         held["lo"], held["hi"], bool(held["disagrees"])]
        for plain, held in pairs
    ]  # fmt: skip
    note = _(
        "Plain: these terms alone. Adjusted: trend, season and other influences held fixed. Where "
        "the two differ, the plain figure credits the term with what would have come anyway."
    )
    title = _("Plain and adjusted effects side by side")
    return [Chart("both", title, spec, columns, table, note=note, height="lg")]


def residual_plots(result: dict[str, Any], words: Terms | None = None) -> list[Chart]:
    """What the regression leaves: against the fitted values, in time, against the normal law."""
    words = words or channels()
    plots = [residuals(result, words), _quantiles(result, words)]
    if "weeks" in result:
        plots.insert(1, _residuals_in_time(result))
    return plots


def _residuals_in_time(result: dict[str, Any]) -> Chart:
    left = [round(value, 1) for value in result["plot"]["residual"]]
    spec = {
        "type": "line", "x": result["weeks"], "zero": True,
        "series": [{"name": _("Residual"), "data": left}],
    }  # fmt: skip
    rows = [[date.fromisoformat(week), y] for week, y in zip(result["weeks"], left, strict=True)]
    note = _(
        "Of the plain regression: waves or runs on one side mean that a trend or season is missing "
        "there. The adjusted effects hold both fixed."
    )
    columns = [_("Week from"), _("Residual")]
    return Chart("residuals_time", _("Residuals by week"), spec, columns, rows, note=note)


def _quantiles(result: dict[str, Any], words: Terms) -> Chart:
    drawn = sorted(result["plot"]["studentised"])
    n = len(drawn)
    law = NormalDist()
    # G. Blom (1958): plotting positions (k - 3/8) / (n + 1/4).
    points = [
        [round(law.inv_cdf((k - 0.375) / (n + 0.25)), 2), round(value, 2)]
        for k, value in enumerate(drawn, start=1)
    ]
    ends = [points[0][0], points[-1][0]]
    spec = {
        "type": "scatter", "x_name": _("Expected if normal"), "y_name": _("Residual (scaled)"),
        "series": [{"name": words.rows, "data": points}],
        "lines": [{"name": pgettext("distribution", "Normal"), "data": [[x, x] for x in ends]}],
    }  # fmt: skip
    columns = [_("Expected if normal"), _("Residual (scaled)")]
    note = _("On the line, the residuals are normal; ends far off it are rows of their own kind.")
    return Chart("quantiles", _("Are the residuals normal?"), spec, columns, points, note=note)


# Budgets ---------------------------------------------------------------------------------------


def split(result: dict[str, Any], unit: str | None = None) -> Chart:
    """The present split of the total beside the suggested one.

    Here and below, a ``unit`` says that the channels are columns of a table, called as there.
    """
    channels = result["channels"]
    spent = sum(one["spend"] for one in channels)
    now = [one["spend"] * result["total"] / spent for one in channels]
    then = [one["suggested"] for one in channels]
    names = [_called(one, unit) for one in channels]
    spec = {
        "type": "bar", "x": names, "unit": currency_symbol() if unit is None else unit,
        "series": [
            {"name": _("Present split"), "data": [round(value) for value in now]},
            {"name": _("Suggested"), "data": [round(value) for value in then]},
        ],
    }  # fmt: skip
    columns = [
        _("Channel"), _("Present split"), _("Suggested"), _("Change (%)"), _("At least"),
        _("At most"),
    ]  # fmt: skip
    rows = [
        [name, a, b, round(100 * (b / a - 1), 1) if a else None, one["least"], one["most"]]
        for name, a, b, one in zip(names, now, then, channels, strict=True)
    ]
    note = _(
        "A week. “At least” and “at most” lie a fifth outside the lasting spend that was tried."
    )
    return Chart("split", _("Present and suggested split"), spec, columns, rows, note=note)


def _called(channel: dict[str, Any], unit: str | None) -> str:
    name: str = channel["name"]
    return term_label(name) if unit is None else name


def returns(result: dict[str, Any], unit: str | None = None) -> Chart:
    """What each channel brought per unit of spend, with its interval."""
    known = [one for one in result["channels"] if one["spend"] > 0]
    spec = {
        "type": "coefficients", "zero": 0, "x_name": _("Revenue per unit of spend"),
        "labels_y": [_called(one, unit) for one in known],
        "labels": {"interval95": _("Interval of 90%")},
        "estimate": [one["roi"] for one in known],
        "lo": [one["sales_lo"] / one["spend"] for one in known],
        "hi": [one["sales_hi"] / one["spend"] for one in known],
    }  # fmt: skip
    columns = [
        _("Channel"), _("Spend a week"), _("Brought a week"), _("Low (90%)"), _("High (90%)"),
        _("Per unit of spend"), _("The next unit"), _("Lasts into the next week (%)"),
        _("Half of the effect at"),
    ]  # fmt: skip
    rows = [
        [_called(one, unit), one["spend"], one["sales"], one["sales_lo"], one["sales_hi"],
         one["roi"], one["next_unit"], round(100 * one["kept"]), one["half"]]
        for one in result["channels"]
    ]  # fmt: skip
    return Chart("returns", _("What each channel brought"), spec, columns, rows)


def response_curves(
    result: dict[str, Any], *, suggested: bool, unit: str | None = None
) -> list[Chart]:
    """A curve with its band for each channel, the strongest first."""
    ordered = sorted(result["channels"], key=lambda one: -one["sales"])
    return [_curve(place, one, unit, suggested=suggested) for place, one in enumerate(ordered)]


def _curve(place: int, channel: dict[str, Any], of: str | None, *, suggested: bool) -> Chart:
    unit = currency_symbol() if of is None else of
    told = _money if unit else formats.number
    points = channel["curve"]
    spends, sales, low, high = (list(column) for column in zip(*points, strict=True))
    spec = {
        "type": "fan", "x": [told(spend) for spend in spends], "actual": [],
        "mean": [round(value) for value in sales],
        "lo80": [round(value) for value in low], "hi80": [round(value) for value in high],
        "labels": {
            "actual": "", "forecast": _("Revenue a week"), "interval80": _("Interval of 90%"),
        },
        "unit": unit,
    }  # fmt: skip
    name = _called(channel, of)
    note = _("By spend a week; now %(now)s.") % {"now": told(channel["spend"])}
    if suggested:
        said = _("By spend a week; now %(now)s, suggested %(then)s.")
        note = said % {
            "now": told(channel["spend"]), "then": told(channel["suggested"])
        }  # fmt: skip
    columns = [_("Spend a week"), _("Revenue a week"), _("Low (90%)"), _("High (90%)")]
    title = _("What %(channel)s brings by spend") % {"channel": name}
    return Chart(f"curve{place}", title, spec, columns, [list(p) for p in points], note=note)


def _money(amount: float) -> str:
    return formats.short_money(amount, settings.BASE_CURRENCY)
