"""What runs on communications say to a manager, by channel and period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import talk_charts
from analytics.charts import weekday_names
from analytics.models import Run
from analytics.talk_charts import channel_names
from analytics.talk_frames import ALL, PERIODS
from crm.common import formats
from crm.common.charting import Chart

DEFAULT_PERIOD = "12months"
QUESTION = gettext_lazy("How do we talk?")
EXPLANATION = gettext_lazy(
    "Communications are counted by the company's days, days without any as 0. STL parts each "
    "channel into trend, the pattern of the week, that of the year (once two are known) and what "
    "is left. The trend is tested by ranks (Mann–Kendall), so that single busy days decide "
    "nothing. Forecasts are judged on weeks that they had not seen, against repeating the week "
    "before; MASE below 1 beats the usual error of that."
)
PERIOD_NAMES = {
    "90days": gettext_lazy("Last 90 days"),
    "12months": gettext_lazy("Last 12 months"),
    ALL: gettext_lazy("Everything"),
}
Page = tuple[str, list[Chart], list[tuple[str, str]], list[tuple[str, str]]]


def options(run: Run, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """What may be chosen on the page, and what is."""
    channel, period = _chosen(run, asked)
    names = channel_names()
    channels = [(key, names[key]) for key in (ALL, *run.result["order"])]
    return [
        {"name": "channel", "label": _("Channel"), "choices": channels, "chosen": channel},
        {"name": "period", "label": _("Period"), "choices": [*PERIOD_NAMES.items()],
         "chosen": period},
    ]  # fmt: skip


def _chosen(run: Run, asked: Mapping[str, str]) -> tuple[str, str]:
    channel, period = asked.get("channel", ALL), asked.get("period", DEFAULT_PERIOD)
    return (
        channel if channel in run.result["channels"] else ALL,
        period if period in PERIODS else DEFAULT_PERIOD,
    )


def talk_page(run: Run, asked: Mapping[str, str]) -> Page:
    result = run.result
    channel, period = _chosen(run, asked)
    charts = [
        talk_charts.days(result, channel, period), talk_charts.channels(result, period),
        talk_charts.heat(result, channel, period), *talk_charts.panels(result, channel, period),
        *talk_charts.answers(result, "requests", period),
        *talk_charts.answers(result, "talks", period),
    ]  # fmt: skip
    steps = [(_("See the communications"), reverse("communications:list"))]
    return _sentence(result, channel, period), charts, _quality(result, channel), steps


def _sentence(result: dict[str, Any], channel: str, period: str) -> str:
    grid = result["heat"].get(channel, {}).get(period) or [[0]]
    total = sum(map(sum, grid))
    days = len(result["channels"][ALL]["counts"])
    days = min(PERIODS[period] or days, days)
    values = {
        "channel": channel_names()[channel],
        "total": formats.number(total),
        "days": formats.number(days),
        "mean": formats.number(total / days, 1),
    }
    said = _("%(channel)s: %(total)s communications in %(days)s days, %(mean)s a day.") % values
    if not total:
        return said
    busiest = max((n, -day, -hour) for day, row in enumerate(grid) for hour, n in enumerate(row))
    busy = _("The busiest hour of the week is %(weekday)s from %(hour)s:00.") % {
        "weekday": weekday_names()[-busiest[1]], "hour": -busiest[2],
    }  # fmt: skip
    return f"{said} {busy}"


def findings(run: Run, asked: Mapping[str, str]) -> list[str]:
    """The trend of the chosen channel, and how its forecast did."""
    channel, _period = _chosen(run, asked)
    found = run.result["channels"][channel]
    said = [_trend(found["trend"])] if "trend" in found else []
    return said + ([_judged(channel_names()[channel], found)] if found.get("backtest") else [])


def _trend(trend: dict[str, Any]) -> str:
    if trend["direction"] == "none":
        return _("No trend can be told from chance (p %(p)s).") % {"p": _chance(trend["p"])}
    values = {"slope": formats.number(abs(trend["slope"]) * 30, 2), "p": _chance(trend["p"])}
    if trend["direction"] == "up":
        return _("Rising: each month %(slope)s more a day (p %(p)s).") % values
    return _("Falling: each month %(slope)s fewer a day (p %(p)s).") % values


def _chance(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {formats.number(p, 3)}"


def _judged(name: str, entry: dict[str, Any]) -> str:
    test = entry["backtest"]
    values = {
        "channel": name, "mase": formats.number(test["mase"], 2),
        "naive": formats.number(test["naive_mase"], 2),
        "coverage": formats.percent(test["coverage80"]),
    }  # fmt: skip
    if entry["chosen"] == "seasonal_naive" or test["mase"] >= test["naive_mase"]:
        return (
            _("%(channel)s: no forecast is better than repeating the week before (MASE %(naive)s).")
            % values
        )
    return (
        _(
            "%(channel)s: the forecast's error is %(mase)s against %(naive)s of repeating the week "
            "before; its 80%% band held %(coverage)s of unseen days."
        )
        % values
    )


def _quality(result: dict[str, Any], channel: str) -> list[tuple[str, str]]:
    found = result["channels"][channel]
    if "trend" not in found:
        return [(_("Communications"), formats.number(found["n"]))]
    number = formats.number
    rows = [(_("Strength of the trend (0 to 1)"), number(found["trend"]["strength"], 2))]
    labels = {7: _("Strength of the week (0 to 1)"), 365: _("Strength of the year (0 to 1)")}
    rows += [
        (labels.get(one["periods"], str(one["periods"])), number(one["strength"], 2))
        for one in found["seasons"]
    ]
    test = found.get("backtest")
    if test:
        rows += [
            (_("MASE on unseen days"), number(test["mase"], 2)),
            (_("MASE of the naive rival"), number(test["naive_mase"], 2)),
            (_("Interval coverage (80%)"), formats.percent(test["coverage80"])),
            (_("Interval coverage (95%)"), formats.percent(test["coverage95"])),
        ]
    return rows
