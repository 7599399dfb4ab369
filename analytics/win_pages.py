"""What the runs on the chance of winning say to a manager."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import score_charts
from analytics.model_names import model_name
from analytics.models import Run, WinChance
from crm.common import formats
from crm.common.charting import Chart

QUESTION = gettext_lazy("Which open deals will be won?")
EXPLANATION = gettext_lazy(
    "Deals that were closed, as they were known at moments while they were open, show what told "
    "that they would be won: stage and time in it, amount, contacts, next step, quotes, and the "
    "customer's earlier deals and orders. Several models learn from deals that were closed "
    "earlier and are judged on later ones. Only if the best one tells better than the share of "
    "deals won in the stage do open deals get a chance."
)
COLUMNS = "name,customer,stage,amount,win_chance,win_before,next_step_at,owner"
LIKELY_STEPLESS = {"status": "open", "win": WinChance.Level.HIGH.value, "next_step": "none"}
SANK = {"status": "open", "win_fell": "true"}


def deal_query(asked: Mapping[str, object], sort: str) -> str:
    """The query of a list of open deals with their chances."""
    return urlencode({**asked, "sort": sort, "columns": COLUMNS})


def _list(asked: Mapping[str, object], sort: str) -> str:
    return f"{reverse('sales:deal_list')}?{deal_query(asked, sort)}"


def win_page(run: Run) -> tuple[str, list[Chart], list[tuple[str, str]], list[tuple[str, str]]]:
    """Sentence, charts, quality and next steps."""
    result = run.result
    deals = _("Groups of deals")
    charts = [score_charts.influences(result)] if result["influences"] else []
    charts += [score_charts.lift(result), score_charts.calibration(result, deals)]
    steps = []
    if result["better"]:
        steps = [
            (_("Likely deals without a next step"), _list(LIKELY_STEPLESS, "-amount")),
            (_("Deals whose chance sank this week"), _list(SANK, "win")),
            (_("All open deals by their chance"), _list({"status": "open"}, "-win")),
            (_("The forecast by these chances"), reverse("sales:forecast")),
        ]
    return _sentence(run), charts, _quality(run), steps


def _sentence(run: Run) -> str:
    result = run.result
    if not result["signal"]:
        return _(
            "No better than chance: what is known of open deals does not tell which will be won, "
            "so no deal gets a chance."
        )
    if not result["better"]:
        return _(
            "No better than the stage alone: the share of deals won in each stage tells as much, "
            "so no deal gets a chance."
        )
    return _(
        "Of %(scored)s open deals about %(expected)s will be won. On later deals that it had not "
        "seen, the likeliest tenth held %(captured)s of those that were won, and %(rate)s of it "
        "were won; of all, %(base)s."
    ) % {
        "scored": formats.number(result["scored"]),
        "expected": formats.number(round(result["expected"])),
        "captured": formats.percent(result["lift"][0]["captured"]),
        "rate": formats.percent(result["lift"][0]["rate"]),
        "base": formats.percent(result["base_rate"]),
    }


def findings(run: Run) -> list[str]:
    """What the open deals are worth by it, and which chances sank."""
    result = run.result
    if not result["better"]:
        return []
    found = [
        _(
            "Weighted by the learned chance the open deals are worth %(learned)s; by the "
            "probability that their stages are set to, %(set)s."
        )
        % {
            "learned": formats.money(round(result["worth"]), settings.BASE_CURRENCY),
            "set": formats.money(round(result["worth_set"]), settings.BASE_CURRENCY),
        }
    ]
    if result["fell"]:
        found.append(
            _("The chance of %(count)s deals sank by ten points or more within a week.")
            % {"count": formats.number(result["fell"])}
        )
    return found


def _quality(run: Run) -> list[tuple[str, str]]:
    test, rivals = run.metrics, run.result["rivals"]
    slope = test["calibration_slope"]
    return [
        (_("Model"), model_name(run.result["models"][0]["name"])),
        (_("AUC on later deals (0.5 is chance)"),
         f"{_number(test['auc'])} ({_number(test['auc_lo'])} – {_number(test['auc_hi'])})"),
        (_("Log-loss"), _number(test["log_loss"], 3)),
        (_("Log-loss of the stage's own rate"), _number(rivals["stage_rate"], 3)),
        (_("Gained on it (interval of 95%)"),
         f"{_number(rivals['gain'], 3)} ({_number(rivals['gain_lo'], 3)} – "
         f"{_number(rivals['gain_hi'], 3)})"),
        (_("Log-loss of the probability the stage is set to"), _number(rivals["set_rate"], 3)),
        (_("Log-loss of the base rate"), _number(test["naive_log_loss"], 3)),
        (_("Brier score"), _number(test["brier"], 3)),
        (_("Calibration slope (1 is right)"), "–" if slope is None else _number(slope)),
        (_("Won, of the deals seen while open"), formats.percent(run.result["base_rate"], 1)),
        (_("Deals learned from"), formats.number(run.result["deals"])),
    ]  # fmt: skip


def _number(value: float, digits: int = 2) -> str:
    return formats.number(value, digits)
