"""What the runs that score customers say to a manager."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import score_charts
from analytics.model_names import model_name
from analytics.models import Run
from analytics.scores import TOP_SHARE
from crm.common import formats
from crm.common.charting import Chart

QUESTIONS = {
    Run.Method.CHURN: gettext_lazy("Who is about to leave?"),
    Run.Method.POTENTIAL: gettext_lazy("Who is about to buy?"),
}
EXPLANATIONS = {
    Run.Method.CHURN: gettext_lazy(
        "Customers who ordered lately, as they were known on five past days, show who then stopped "
        "ordering for four months. Logistic regression, support vector machines, a decision tree "
        "and gradient boosting learn from earlier days and are judged on later ones; the best by "
        "log-loss, or the mean of the best, is calibrated and used. AUC: how often it ranks a "
        "customer who left above one who stayed; 0.5 is chance."
    ),
    Run.Method.POTENTIAL: gettext_lazy(
        "Customers without an order for four months, as they were known on five past days, show "
        "who then ordered within four months. Logistic regression, support vector machines, a "
        "decision tree and gradient boosting learn from earlier days and are judged on later "
        "ones; the best by log-loss, or the mean of the best, is calibrated and used. AUC: how "
        "often it ranks a buyer above the others; 0.5 is chance."
    ),
}


def score_page(run: Run) -> tuple[str, list[Chart], list[tuple[str, str]], list[tuple[str, str]]]:
    """Sentence, charts, quality and next steps."""
    result = run.result
    steps = []
    if result["signal"]:
        url = f"{reverse('customers:list')}?{run.method}=3"
        steps.append((_("See the likeliest customers"), url))
    charts = [score_charts.influences(result)] if result["influences"] else []
    charts += [score_charts.lift(result), score_charts.calibration(result)]
    return _sentence(run), charts, _quality(run), steps


def _sentence(run: Run) -> str:
    result = run.result
    if not result["signal"]:
        return _(
            "No better than chance: what is known of customers does not tell who it will be, so "
            "nobody gets a score."
        )
    values = {
        "scored": formats.number(result["scored"]),
        "days": result["horizon_days"],
        "expected": formats.number(round(result["expected"])),
        "share": formats.percent(TOP_SHARE),
        "captured": formats.percent(result["lift"][0]["captured"]),
    }
    if run.method == Run.Method.CHURN:
        sentence = _(
            "Of %(scored)s customers who ordered lately, about %(expected)s will not order in "
            "the next %(days)d days. On days it had not seen, the likeliest %(share)s held "
            "%(captured)s of those who left."
        )
    else:
        sentence = _(
            "Of %(scored)s customers without a recent order, about %(expected)s will order in "
            "the next %(days)d days. On days it had not seen, the likeliest %(share)s held "
            "%(captured)s of the buyers."
        )
    return sentence % values


def _quality(run: Run) -> list[tuple[str, str]]:
    test: dict[str, Any] = run.metrics
    model = next(one for one in run.result["models"] if one["name"] != "base_rate")
    slope = test["calibration_slope"]
    return [
        (_("Model"), model_name(model["name"])),
        (_("AUC on later days (0.5 is chance)"),
         f"{_number(test['auc'])} ({_number(test['auc_lo'])} – {_number(test['auc_hi'])})"),
        (_("Log-loss"), _number(test["log_loss"], 3)),
        (_("Log-loss of the base rate"), _number(test["naive_log_loss"], 3)),
        (_("Brier score"), _number(test["brier"], 3)),
        (_("Brier score of the base rate"), _number(test["naive_brier"], 3)),
        (_("Calibration slope (1 is right)"), "–" if slope is None else _number(slope)),
        (_("Base rate"), formats.percent(run.result["base_rate"], 1)),
        (_("Events learned from"), formats.number(run.result["positives"])),
    ]  # fmt: skip


def _number(value: float, digits: int = 2) -> str:
    return formats.number(value, digits)
