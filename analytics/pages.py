"""What a run says to a manager: one sentence, the picture, how good it was, what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from analytics import (
    charts,
    csat_pages,
    csat_words,
    drift_charts,
    forecast_pages,
    marketing_pages,
    order_pages,
    score_pages,
    staffing_pages,
    talk_pages,
    win_pages,
)
from analytics.budgets import BudgetForm
from analytics.experiments import presenting
from analytics.forecast_cautions import gravest_first, group_cautions
from analytics.forms import OptionsForm
from analytics.models import Run
from analytics.score_words import feature_names
from crm.common import formats
from crm.common.charting import Chart


@dataclass(frozen=True)
class MethodPage:
    """How a method presents itself."""

    name: str
    title: str | Promise
    question: str | Promise
    icon: str
    explanation: str | Promise
    # What may be asked before a run; empty fields are as usual.
    form: type[OptionsForm] | None = None
    # Whether a run can be started without saying about what.
    by_itself: bool = True


METHOD_PAGES: dict[str, MethodPage] = {
    Run.Method.CLUSTER: MethodPage(
        "cluster", gettext_lazy("Customer segments"), gettext_lazy("Who are our customers?"),
        "chart-dots",
        gettext_lazy(
            "K-means groups customers by how recently, how often and for how much they ordered, "
            "and how long they have been customers. Skewed figures are logged and all are scaled, "
            "so that size alone does not decide. The number of groups is the one whose groups are "
            "best separated; stability says how often the same groups come out of other samples."
        ),
    ),
    Run.Method.FORECAST: MethodPage(
        "forecast", gettext_lazy("Sales forecast"), forecast_pages.QUESTION, "chart-line",
        forecast_pages.EXPLANATION, forecast_pages.ForecastForm,
    ),
    Run.Method.REGRESS: MethodPage(
        "regress", gettext_lazy("Marketing effect"), marketing_pages.QUESTIONS[Run.Method.REGRESS],
        "chart-bar", marketing_pages.EXPLANATIONS[Run.Method.REGRESS],
    ),
    Run.Method.BUDGET: MethodPage(
        "budget", gettext_lazy("Budget advice"), marketing_pages.QUESTIONS[Run.Method.BUDGET],
        "adjustments", marketing_pages.EXPLANATIONS[Run.Method.BUDGET], BudgetForm,
    ),
    Run.Method.EXPERIMENT: MethodPage(
        "experiment", gettext_lazy("Experiments"), presenting.QUESTION, "flask",
        presenting.EXPLANATION, by_itself=False,
    ),
    **{
        method: MethodPage(
            str(method.value), method.label, score_pages.QUESTIONS[method], icon,
            score_pages.EXPLANATIONS[method],
        )
        for method, icon in (
            (Run.Method.CHURN, "user-minus"), (Run.Method.POTENTIAL, "user-plus")
        )
    },
    Run.Method.WIN: MethodPage(
        "win", Run.Method.WIN.label, win_pages.QUESTION, "trophy", win_pages.EXPLANATION
    ),
    Run.Method.VALUE: MethodPage(
        "value", gettext_lazy("Customer value"), order_pages.QUESTIONS[Run.Method.VALUE], "coin",
        order_pages.EXPLANATIONS[Run.Method.VALUE],
    ),
    Run.Method.RULES: MethodPage(
        "rules", gettext_lazy("Bought together"), order_pages.QUESTIONS[Run.Method.RULES],
        "shopping-cart", order_pages.EXPLANATIONS[Run.Method.RULES],
    ),
    Run.Method.COMMUNICATIONS: MethodPage(
        "communications", gettext_lazy("Communications"), talk_pages.QUESTION, "messages",
        talk_pages.EXPLANATION,
    ),
    Run.Method.STAFFING: MethodPage(
        "staffing", gettext_lazy("Staffing"), staffing_pages.QUESTION, "users",
        staffing_pages.EXPLANATION,
    ),
    Run.Method.CSAT: MethodPage(
        "csat", gettext_lazy("Satisfaction"), csat_pages.QUESTION, "mood-happy",
        csat_pages.EXPLANATION,
    ),
}  # fmt: skip


# What was left out of the CRM's own columns takes nothing from the answer.
HARMLESS = frozenset({"constant_columns_dropped"})


def run_page(run: Run, asked: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Sentence, charts, quality, next steps and cautions of a finished run.

    ``asked`` is the address's query: what of a result some pages show.
    """
    told = _told(run.warnings)
    cautions = [text for code, text in told if code not in HARMLESS]
    if run.state != Run.State.FINISHED:
        reason = _reason(run)
        return {"charts": [], "cautions": cautions, "reason": reason}
    if run.method in _CHOSEN:
        part = _CHOSEN[run.method]
        sentence, pictures, quality, steps = part.page(run, asked or {})
        findings, choices = part.findings(run, asked or {}), part.options(run, asked or {})
        apart = part.notices(run, asked or {})
        if len(apart) == 1:  # the one that is shown
            cautions = [text for _, text in gravest_first(_told(next(iter(apart.values()))))]
    else:
        sentence, pictures, quality, steps = _PAGES[run.method](run)
        findings = _FINDINGS[run.method](run) if run.method in _FINDINGS else []
        choices, apart = [], {}
    return {
        "sentence": sentence, "charts": pictures, "quality": quality, "next_steps": steps,
        "cautions": cautions, "notes": [text for code, text in told if code in HARMLESS],
        "reason": "", "findings": findings, "choices": choices, **_apart(apart, cautions),
    }  # fmt: skip


def _told(notices: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    """Codes of stored notices with their sentences in the reader's language."""
    return [(one["code"], translated(one["code"], _named(one["params"]))) for one in notices]


def _apart(notices: Mapping[str, Any], said: Sequence[str]) -> dict[str, Any]:
    """What is to be minded of single groups, beyond what is ``said`` of all."""
    if len(notices) < 2:
        return {}
    each = [(name, _told(told)) for name, told in notices.items()]
    return {"group_cautions": group_cautions(each, said), "groups": len(each)}


def _reason(run: Run) -> str:
    """Why a run was refused, in the words of its question."""
    if not run.error:
        return ""
    if run.method == Run.Method.EXPERIMENT and run.error["code"] == "constant_outcome":
        return _("So far all customers did the same, so there is nothing to compare yet.")
    return translated(run.error["code"], run.error["params"])


def _named(params: dict[str, Any]) -> dict[str, Any]:
    """With the channel of a term by its name; the terms of tables are columns of their own."""
    return {k: charts.term_label(v) if k == "term" else v for k, v in params.items()}


def translated(code: str, params: dict[str, Any]) -> str:
    """A method's problem or notice in the reader's language."""
    from analytics.methods.messages import MESSAGES

    words = _method_words()
    texts = {k: words.get(v, v) for k, v in params.items() if k in {"method", "frequency"}}
    texts |= {k: _(v) for k, v in params.items() if k == "model"}
    texts |= {k: feature_names().get(v, v) for k, v in params.items() if k == "column"}
    if code == "columns_logged":
        texts["columns"] = formats.listed(map(charts.feature_label, params["columns"].split(", ")))
    if code in csat_words.NAMED:
        texts["columns"] = csat_words.named_columns(params["columns"])
    return _(MESSAGES[code]) % {**params, **texts}


def _method_words() -> dict[str, str]:
    """The English words that the methods put into their sentences, in the reader's language."""
    return {
        "A forecast": pgettext("analysis", "A forecast"),
        "Clustering": pgettext("analysis", "Clustering"),
        "A correlation": pgettext("analysis", "A correlation"),
        "An ordered outcome": pgettext("analysis", "An ordered outcome"),
        "A staffing suggestion": pgettext("analysis", "A staffing suggestion"),
        "An analysis of communications": pgettext("analysis", "An analysis of communications"),
        "hour": pgettext("period", "hour"),
        "day": pgettext("period", "day"),
        "business day": pgettext("period", "business day"),
        "week": pgettext("period", "week"),
        "month": pgettext("period", "month"),
        "quarter": pgettext("period", "quarter"),
        "year": pgettext("period", "year"),
    }


Quality = list[tuple[str, str]]
Steps = list[tuple[str, str]]
Page = tuple[str, list[Chart], Quality, Steps]


def _figure(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else formats.number(value, digits)


def _share(value: float | None) -> str:
    return "–" if value is None else formats.percent(value)


def _cluster(run: Run) -> Page:
    result = run.result
    if not result["structure"]:
        sentence = _("There are no clear groups: data without any groups would separate as well.")
    else:
        largest = max((p for p in result["profiles"] if p["label"] >= 0), key=lambda p: p["size"])
        sentence = _(
            "%(customers)s customers fall into %(k)d groups; the largest is “%(name)s” with "
            "%(share)s."
        ) % {
            "customers": formats.number(run.rows_used),
            "k": result["k"],
            "name": charts.segment_label(result, largest["label"]),
            "share": formats.percent(largest["share"]),
        }
    quality = [
        (_("Silhouette (−1 to 1)"), _figure(result["silhouette"])),
        (_("Silhouette of data without groups"), _figure(result["null_silhouette"])),
        (_("Stability over samples (0 to 1)"), _figure(result["stability"])),
    ]
    steps = [
        (_("See the segments"), reverse("marketing:segments")),
        (_("See the customers"), reverse("customers:list")),
    ]
    pictures = [charts.cluster_scatter(result), charts.cluster_radar(result)]
    if result.get("drift"):
        pictures.append(drift_charts.drift(result))
        quality.append((_("Stayed in their segment"), drift_charts.stayed(result["drift"])))
    return sentence, pictures, quality, steps


_PAGES: dict[str, Callable[[Run], Page]] = {
    Run.Method.CLUSTER: _cluster,
    Run.Method.REGRESS: marketing_pages.effects_page,
    Run.Method.BUDGET: marketing_pages.budget_page,
    Run.Method.EXPERIMENT: presenting.experiment_page,
    Run.Method.CHURN: score_pages.score_page,
    Run.Method.POTENTIAL: score_pages.score_page,
    Run.Method.WIN: win_pages.win_page,
    Run.Method.VALUE: order_pages.value_page,
    Run.Method.RULES: order_pages.rules_page,
    Run.Method.CSAT: csat_pages.csat_page,
    Run.Method.STAFFING: staffing_pages.staffing_page,
}
# What was found, one plain sentence each, under the first one.
_FINDINGS: dict[str, Callable[[Run], list[str]]] = {
    Run.Method.REGRESS: marketing_pages.effects_findings,
    Run.Method.WIN: win_pages.findings,
    Run.Method.CSAT: csat_pages.findings,
    Run.Method.STAFFING: staffing_pages.findings,
}


@dataclass(frozen=True)
class _Chosen:
    """A page of which the reader chooses a part."""

    page: Callable[[Run, Mapping[str, str]], Page]
    findings: Callable[[Run, Mapping[str, str]], list[str]]
    options: Callable[[Run, Mapping[str, str]], list[dict[str, Any]]]
    # Stored notices by group: of the one that is shown, else of all; none for no groups.
    notices: Callable[[Run, Mapping[str, str]], dict[str, Any]] = lambda run, asked: {}


_CHOSEN: dict[str, _Chosen] = {
    Run.Method.FORECAST: _Chosen(
        forecast_pages.forecast_page,
        forecast_pages.findings,
        forecast_pages.options,
        forecast_pages.notices,
    ),
    Run.Method.COMMUNICATIONS: _Chosen(
        talk_pages.talk_page, talk_pages.findings, talk_pages.options
    ),
}
