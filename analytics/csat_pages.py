"""What runs on satisfaction say to a manager."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import csat_charts
from analytics.csat_risk import newest_run, risk_url
from analytics.csat_words import step_text
from analytics.models import RequestRisk, Run
from crm.common import formats
from crm.common.charting import Chart

SHOWN = 6
QUESTION = gettext_lazy("Are they satisfied?")
EXPLANATION = gettext_lazy(
    "The marks of surveys (1 to 5) are explained by what was known before the survey: waiting and "
    "resolution times, reopenings, kind, priority, channel, category, how much the agent had open "
    "and whether it came in outside business hours. An odds ratio of 0.5 halves the odds of a "
    "better mark, whichever mark that is (proportional-odds logistic regression). Earlier marks "
    "foretell later ones, and are compared with always saying the usual shares. From what is known "
    "while a request is open comes its chance of a mark of 3 or less."
)
Page = tuple[str, list[Chart], list[tuple[str, str]], list[tuple[str, str]]]


def csat_page(run: Run) -> Page:
    result = run.result
    values = {
        "marks": formats.number(run.rows_used),
        "mean": formats.number(result["mean"], 2),
        "rate": formats.percent(result["response"]["rate"]),
        "low": formats.percent(result["risk"]["base_rate"]),
    }
    if result["signal"]:
        sentence = _(
            "%(marks)s marks with a mean of %(mean)s; %(rate)s of those asked answered, %(low)s of "
            "the marks are 3 or less. What was known before the survey tells who is dissatisfied."
        )
    else:
        sentence = _(
            "%(marks)s marks with a mean of %(mean)s; %(rate)s of those asked answered, %(low)s of "
            "the marks are 3 or less. No better than chance: nothing known before the survey tells "
            "who is dissatisfied."
        )
    charts = [csat_charts.drivers(result), csat_charts.months(result)] if result["signal"] else [
        csat_charts.months(result)
    ]  # fmt: skip
    charts += _group_charts(result)
    if result["card"]:
        charts.append(csat_charts.calibration(result))
    return sentence % values, charts, _quality(result), _steps(run)


def _group_charts(result: dict[str, Any]) -> list[Chart]:
    made = {"agent": csat_charts.by_agent, "category": csat_charts.by_category}
    return [draw(result) for key, draw in made.items() if len(result["groups"][key]["groups"]) > 1]


def findings(run: Run) -> list[str]:
    """The drivers that are beyond chance, strongest first, and what is known of open requests."""
    result = run.result
    if not result["signal"]:
        return []
    usual = result["usual"]
    clear = [one for one in result["odds_ratios"] if not one["own_lo"] <= 1.0 <= one["own_hi"]]
    said = [
        _("%(step)s: the odds of a better mark × %(ratio)s (95%% between %(low)s and %(high)s).")
        % {
            "step": step_text(one, usual), "ratio": _factor(one["own_ratio"]),
            "low": _factor(one["own_lo"]), "high": _factor(one["own_hi"]),
        }
        for one in clear[:SHOWN]
    ]  # fmt: skip
    if not clear:
        said = [_("No single driver can be told from chance.")]
    return [*said, *_open_sentence(run)]


def _open_sentence(run: Run) -> list[str]:
    """Of the company's open requests; a team's run leaves their likely marks to the company's."""
    if run.team_id is not None:
        newest = newest_run()
        if newest is None:
            return []
        said = _("The likely marks of open requests come from the company's run of %(when)s.")
        return [said % {"when": formats.moment(newest.created_at)}]
    if not run.result["card"]:
        return [_("What is known of open requests does not foretell their marks.")]
    written = RequestRisk.objects.filter(run=run)
    if not (total := written.count()):
        return []
    high = written.filter(level=RequestRisk.Level.HIGH).count()
    said = _(
        "Of %(total)s open requests, %(high)s are likelier than not to get a mark of 3 or less."
    )
    return [said % {"total": formats.number(total), "high": formats.number(high)}]


def _factor(ratio: float) -> str:
    return formats.number(ratio, 2 if ratio >= 0.1 else 3)


def _quality(result: dict[str, Any]) -> list[tuple[str, str]]:
    models = {one["name"]: one for one in result["models"]}
    best, naive = result["models"][0], models["base_rate"]
    risk = result["risk"]
    p = result["proportional_p"]
    number = formats.number
    rows = [
        (_("Model"), _model(best["name"])),
        (_("AUC on later marks (0.5 is chance)"), _area(best)),
        (_("Exactly right, on later marks"), formats.percent(best["accuracy"])),
        (_("The same by the usual mark"), formats.percent(naive["accuracy"])),
        (_("Log-loss"), number(best["log_loss"], 3)),
        (_("Log-loss of the base rate"), number(naive["log_loss"], 3)),
        (_("One effect for all marks (p)"), "–" if p is None else number(p, 3)),
        (_("Low marks foretold while open: AUC"), _area(risk)),
        (_("Brier score"), number(risk["brier"], 3)),
        (_("Brier score of the base rate"), number(risk["naive_brier"], 3)),
        (_("Calibration slope (1 is right)"),
         "–" if risk["slope"] is None else number(risk["slope"], 2)),
    ]  # fmt: skip
    response = result["response"]
    interval = f"{formats.percent(response['lo'])} – {formats.percent(response['hi'])}"
    return [*rows, (_("Response rate"), f"{formats.percent(response['rate'])} ({interval})")]


def _area(found: dict[str, Any]) -> str:
    lo, hi = formats.number(found["auc_lo"], 2), formats.number(found["auc_hi"], 2)
    return f"{formats.number(found['auc'], 2)} ({lo} – {hi})"


def _model(name: str) -> str:
    return {
        "ordinal": _("Proportional-odds logistic regression"),
        "multinomial": _("Multinomial logistic regression"),
    }.get(name, name)


def _steps(run: Run) -> list[tuple[str, str]]:
    steps = [(_("See the requests"), reverse("service:request_list"))]
    if run.result["card"]:
        steps.insert(0, (_("See who is likely dissatisfied"), risk_url()))
    return steps
