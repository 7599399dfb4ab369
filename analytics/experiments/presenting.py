"""What the figures of an experiment say to a manager."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.charts import currency_symbol
from analytics.models import Run
from crm.common import formats
from crm.common.charting import Chart

QUESTION = gettext_lazy("Did the campaign make a difference?")
EXPLANATION = gettext_lazy(
    "The customers were drawn into arms at random, so the arms differ by what was done to them and "
    "by chance alone. Each arm is compared with those held out: shares by Newcombe's interval, "
    "means by Welch's. With several arms the p-values are corrected (Holm or Dunnett), because one "
    "of many looks good by chance. The sizes of the arms are compared with the plan; a mismatch "
    "means that the draw or the data are broken. Whoever stops as soon as a difference shows finds "
    "differences that are not there: the figures hold at the planned end."
)
SURE = 0.05
# The outcome of arms that somebody uploaded: a column.
TABLE = "table"
BROKEN_SPLIT = 0.001  # as analytics.methods.experiment warns
Page = tuple[str, list[Chart], list[tuple[str, str]], list[tuple[str, str]]]


def experiment_page(run: Run) -> Page:
    result = run.result
    page = reverse("analytics:experiment", args=[result["experiment"]])
    steps = [(_("To the experiment"), page)]
    return conclusion(result), [differences(result), means(result)], _quality(result), steps


def winner(result: dict[str, Any]) -> dict[str, Any] | None:
    """The arm with the largest sure gain, once the window has passed; None without one."""
    if result["interim"] or result["split_p"] < BROKEN_SPLIT:
        return None
    better = [one for one in result["arms"] if _sure(one) and one["difference"] > 0]
    return max(better, key=lambda one: one["difference"], default=None)


def _sure(arm: dict[str, Any]) -> bool:
    return arm["p_adjusted"] is not None and arm["p_adjusted"] < SURE


def conclusion(result: dict[str, Any]) -> str:
    """What came out, in one sentence; before the end, that it is not the end."""
    if result["split_p"] < BROKEN_SPLIT:
        return _("The arms do not have the planned sizes: do not trust the comparison yet.")
    said = _finding(result)
    if result["interim"]:
        return _("Still running until %(day)s: don't stop early. So far: %(finding)s") % {
            "day": formats.day(date.fromisoformat(result["until"])), "finding": said
        }  # fmt: skip
    return said


def _finding(result: dict[str, Any]) -> str:
    clear = [one for one in result["arms"] if _sure(one)]
    if not clear:
        detectable = max(one["detectable"] or 0.0 for one in result["arms"][1:])
        return _(
            "No arm differs from %(reference)s beyond chance; differences below about %(size)s "
            "would not have been seen."
        ) % {"reference": arm_name(result, result["control"]), "size": amount(result, detectable)}
    best = max(clear, key=lambda one: one["difference"])
    names = {
        "arm": arm_name(result, best["arm"]),
        "reference": arm_name(result, result["control"]),
        "difference": amount(result, abs(best["difference"])),
        "low": amount(result, best["lo"]),
        "high": amount(result, best["hi"]),
    }
    if best["difference"] > 0:
        return (
            _(
                "“%(arm)s” brought %(difference)s more per customer than %(reference)s (95%% "
                "between %(low)s and %(high)s)."
            )
            % names
        )
    return (
        _(
            "“%(arm)s” did worse than %(reference)s, by %(difference)s per customer (95%% between "
            "%(low)s and %(high)s)."
        )
        % names
    )


def arm_name(result: dict[str, Any], key: str) -> str:
    return str(result["names"].get(key) or _("Control (held out)"))


def amount(result: dict[str, Any], value: float) -> str:
    """A difference as it is said: points of a share, or money."""
    if result["kind"] == "share":
        return _("%(number)s points") % {"number": formats.number(100 * value, 1)}
    return formats.money(round(value, 2), settings.BASE_CURRENCY)


def level(result: dict[str, Any], value: float) -> str:
    if result["kind"] == "share":
        return formats.percent(value, 1)
    if result["outcome_kind"] == TABLE:
        return formats.number(value, 2)
    return formats.money(round(value, 2), settings.BASE_CURRENCY)


def differences(result: dict[str, Any]) -> Chart:
    """Each arm against the reference, with the interval that holds for it alone."""
    scale, unit = _scale(result)
    others = result["arms"][1:]
    spec = {
        "type": "coefficients", "zero": 0, "unit": unit,
        "x_name": _("Difference from %(reference)s") % {
            "reference": arm_name(result, result["control"])
        },
        "labels_y": [arm_name(result, one["arm"]) for one in others],
        **{
            key: [round(scale * one[name], 3) for one in others]
            for key, name in (("estimate", "difference"), ("lo", "lo"), ("hi", "hi"))
        },
    }  # fmt: skip
    columns = [
        _("Arm"), _counted(result), _outcome(result), _("Difference"), _("Low (95%)"),
        _("High (95%)"), _("Low, all arms at once"), _("High, all arms at once"), "p",
        _("p, corrected"), _("Change (%)"),
    ]  # fmt: skip
    rows = [
        [arm_name(result, one["arm"]), one["n"], scale * one["mean"],
         *(_scaled(one[key], scale) for key in ("difference", "lo", "hi", "lo_all", "hi_all")),
         one["p"], one["p_adjusted"], _scaled(one["lift"], 100)]
        for one in result["arms"]
    ]  # fmt: skip
    note = _("Where the interval holds 0, the arm may be no better than the reference.")
    return Chart("differences", _("Difference each arm made"), spec, columns, rows, note=note)


def means(result: dict[str, Any]) -> Chart:
    scale, unit = _scale(result)
    names = [arm_name(result, one["arm"]) for one in result["arms"]]
    spec = {
        "type": "hbar", "labels_y": names, "unit": unit,
        "values": [round(scale * one["mean"], 2) for one in result["arms"]],
        "texts": [
            f"{level(result, one['mean'])} · {formats.number(one['n'])}" for one in result["arms"]
        ],
    }  # fmt: skip
    rows = [
        [name, one["n"], scale * one["mean"]]
        for name, one in zip(names, result["arms"], strict=True)
    ]
    columns = [_("Arm"), _counted(result), _outcome(result)]
    return Chart("means", _outcome(result), spec, columns, rows)


def _scale(result: dict[str, Any]) -> tuple[float, str]:
    if result["kind"] == "share":
        return 100.0, "%"
    return 1.0, "" if result["outcome_kind"] == TABLE else currency_symbol()


def _counted(result: dict[str, Any]) -> str:
    return _("Rows") if result["outcome_kind"] == TABLE else _("Customers")


def _scaled(value: float | None, scale: float) -> float | None:
    return None if value is None else scale * value


def _outcome(result: dict[str, Any]) -> str:
    return {
        "order": _("Customers who ordered (%)"),
        "revenue": _("Revenue per customer"),
        "success": _("Successes (%)"),
        TABLE: str(result.get("outcome")),
    }[result["outcome_kind"]]


def _quality(result: dict[str, Any]) -> list[tuple[str, str]]:
    sizes = sum(one["n"] for one in result["arms"])
    days = ngettext("%(days)d day", "%(days)d days", result["window_days"])
    rows = [
        (_("Customers"), formats.number(sizes)),
        (_("Window"), days % {"days": result["window_days"]}),
        (_("Sizes of the arms as planned (p)"), formats.number(result["split_p"], 3)),
        (_("Looks so far"), formats.number(result["looks"])),
    ]
    if result["planned"]:
        rows.insert(1, (_("Customers needed"), formats.number(result["planned"])))
    if len(result["arms"]) > 2:
        name = "Dunnett" if result["correction"] == "dunnett" else "Holm"
        rows.append((_("Correction for several arms"), name))
    return rows
