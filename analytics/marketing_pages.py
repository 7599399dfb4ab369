"""What runs on marketing say: what each channel brought, where the budget should go."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import charts, marketing_charts
from analytics.models import Run
from crm.common import formats
from crm.common.charting import Chart

QUESTIONS = {
    Run.Method.REGRESS: gettext_lazy("What did marketing bring?"),
    Run.Method.BUDGET: gettext_lazy("Where should the budget go?"),
}
EXPLANATIONS = {
    Run.Method.REGRESS: gettext_lazy(
        "Linear regression of weekly revenue on the spend of each channel. Adjusted effects "
        "hold trend, season and other influences fixed: money is often spent when sales are high "
        "anyway, and a plain regression credits the channel with the season. Standard errors allow "
        "for weeks that resemble their neighbours (HAC). A VIF above 5 means that channels moved "
        "together and their effects cannot be told apart. Durbin–Watson near 2 means that the "
        "residuals do not follow each other. An R² near 0 is not “no effect”: read the intervals."
    ),
    Run.Method.BUDGET: gettext_lazy(
        "Each channel gets a curve: spend works on into the next weeks (adstock), and more of it "
        "brings less and less (saturation), with trend, season and other influences held fixed. "
        "The suggested split brings most by these curves and stays within a fifth of what was "
        "tried. "
        "Bands and intervals come from weeks drawn anew in blocks. The last fifth of the weeks "
        "judges: if sales there are foreseen no better with the channels than without, nothing is "
        "suggested."
    ),
}
Quality = list[tuple[str, str]]
Page = tuple[str, list[Chart], Quality, list[tuple[str, str]]]


def effects_page(run: Run) -> Page:
    """The regression: the surest channel, both sets of effects, residuals."""
    result = run.result
    steps = [
        (_("Where should the budget go?"), reverse("analytics:method", args=["budget"])),
        (_("See the campaigns"), reverse("marketing:campaign_list")),
    ]
    pictures = [charts.coefficients(result), *marketing_charts.both_effects(result)]
    pictures += marketing_charts.residual_plots(result)
    return _effects_sentence(result), pictures, _effects_quality(result), steps


def _effects_sentence(result: dict[str, Any]) -> str:
    rows = _effects(result)
    sure = sorted((row for row in rows if row["lo"] > 0), key=lambda row: -row["estimate"])
    if not sure and any(row["hi"] < 0 for row in rows):
        return _("No channel clearly raised revenue.")
    if not sure:
        return _("No channel's effect can be told from chance. That is not proof of none.")
    return _(
        "%(channel)s clearly raised revenue: %(estimate)s per unit spent "
        "(95%% between %(low)s and %(high)s)."
    ) % _effect_words(sure[0])


def effects_findings(run: Run) -> list[str]:
    """Every channel whose effect is clear, and those of which nothing can be told."""
    rows = _effects(run.result)
    said = [
        _("%(channel)s: %(estimate)s per unit spent (95%% between %(low)s and %(high)s).")
        % _effect_words(row)
        for row in sorted(rows, key=lambda row: -row["estimate"])
        if row["lo"] > 0 or row["hi"] < 0
    ]
    unclear = [charts.term_label(row["name"]) for row in rows if row["lo"] <= 0 <= row["hi"]]
    if said and unclear:
        text = _("Not to be told from chance: %(channels)s.")
        said.append(text % {"channels": formats.listed(unclear)})
    raised = any(row["lo"] > 0 for row in rows)
    return said[1:] if raised else said  # the greatest stands in the sentence


def _effects(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The effects to be read: adjusted where that was fitted."""
    adjusted = {row["name"]: row for row in result.get("adjusted") or []}
    terms = [c for c in result["coefficients"] if c["name"] != "Intercept"]
    return [adjusted.get(c["name"], c) for c in terms]


def _effect_words(row: dict[str, Any]) -> dict[str, str]:
    figures = {"estimate": row["estimate"], "low": row["lo"], "high": row["hi"]}
    said = {name: formats.number(value, 2) for name, value in figures.items()}
    return {"channel": charts.term_label(row["name"]), **said}


def _effects_quality(result: dict[str, Any]) -> Quality:
    factors = [c["vif"] for c in result["coefficients"] if c["vif"] is not None]
    return [
        ("R²", formats.number(result["r2"], 2)),
        (_("Adjusted R²"), formats.number(result["r2_adj"], 2)),
        (_("Durbin–Watson (2: residuals do not follow each other)"),
         formats.number(result["durbin_watson"], 2)),
        (_("Greatest VIF (above 5: channels moved together)"),
         formats.number(max(factors), 1) if factors else "–"),
        (_("Weeks"), formats.number(result["n"])),
        (_("Revenue from"), source_name(result.get("source"))),
        (_("Standard errors"), f"{result['robust']} ({result['hac_lags']})"),
    ]  # fmt: skip


def source_name(source: str | None) -> str:
    """Where the revenue comes from that is explained."""
    return _("Orders of the CRM") if source == "orders" else _("Recorded market results")


def budget_page(run: Run) -> Page:
    """The advice where unseen weeks support one, else what is known of each channel."""
    result = run.result
    helps = result["error"] < result["error_without"]
    pictures = [marketing_charts.returns(result)]
    if result["clear"]:
        pictures.insert(0, marketing_charts.split(result))
    pictures += marketing_charts.response_curves(result, suggested=result["clear"])
    steps = [(_("What did marketing bring?"), reverse("analytics:method", args=["regress"]))]
    if result["clear"]:
        plan = (_("Plan campaigns by this split"), reverse("analytics:budget_plan", args=[run.pk]))
        steps.insert(0, plan)
    return _advice(result, helps=helps), pictures, _budget_quality(result), steps


def money(amount: float) -> str:
    return formats.short_money(amount, settings.BASE_CURRENCY)


def _advice(result: dict[str, Any], *, helps: bool) -> str:
    if not helps:
        return _(
            "No better than the present split can be said: on weeks the curves had not seen, sales "
            "were foreseen no better with the channels than without them."
        )
    if not result["clear"]:
        return _(
            "No better than the present split: the gain of moving money lies between %(low)s and "
            "%(high)s a week, so it may be nothing or a loss."
        ) % {"low": money(result["gain_lo"]), "high": money(result["gain_hi"])}
    most = max(result["channels"], key=lambda one: one["suggested"] - _present(one, result))
    return _(
        "The same %(total)s a week, split as suggested, is expected to bring %(gain)s more revenue "
        "a week (90%% between %(low)s and %(high)s); most should be moved to %(channel)s."
    ) % {
        "total": money(result["total"]),
        "gain": money(result["gain"]),
        "low": money(result["gain_lo"]),
        "high": money(result["gain_hi"]),
        "channel": charts.term_label(most["name"]),
    }


def _present(channel: dict[str, Any], result: dict[str, Any]) -> float:
    """What the channel would get of the total in the present proportions."""
    spent = sum(one["spend"] for one in result["channels"])
    return float(channel["spend"] * result["total"] / spent) if spent else 0.0


def _budget_quality(result: dict[str, Any]) -> Quality:
    return [
        (_("Error on unseen weeks, with the channels"), money(result["error"])),
        (_("Error on unseen weeks, without them"), money(result["error_without"])),
        (_("Gain of an equal split"), money(result["equal_gain"])),
        ("R²", formats.number(result["r2"], 2)),
        (_("Weeks"), formats.number(result["rows_used"])),
        (_("Revenue from"), source_name(result.get("source"))),
    ]
