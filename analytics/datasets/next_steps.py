"""What to do with an answer: one step that it supports, none that it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.common import formats

Answer = Mapping[str, Any]
LEVEL = 0.05


def next_step(method: str, answer: Answer) -> str:
    """A sentence, or nothing where an answer lacks what it would rest on."""
    needed, say = STEPS.get(method, ("", None))
    return say(answer) if say and answer.keys() >= set(needed.split()) else ""


def _describe(answer: Answer) -> str:
    if any(one["missing"] for one in answer["columns"]):
        return _("Fill the gaps or leave their rows out (Cleaning) before asking more.")
    return _("Ask which columns go together (Correlate).")


def _compare(answer: Answer) -> str:
    if all(one["p"] >= LEVEL for one in answer["tests"]):
        return _("Treat the groups alike until more rows show a difference.")
    return _(
        "Find out what the groups do differently, and try it on a part of the others "
        "(Experiment): a difference is not yet a cause."
    )


def _correlate(answer: Answer) -> str:
    if not any(one["significant"] for one in answer["pairs"]):
        return ""
    return _(
        "What goes together need not cause each other: explain the figure that matters by the "
        "others, held fixed together (Explain)."
    )


def _cluster(answer: Answer) -> str:
    if answer["structure"] is False:
        return _("Do not plan by these groups; try columns that tell more about the rows.")
    return _(
        "Plan for each group by what sets it apart; the group of every row stands in the whole "
        "answer."
    )


def _forecast(answer: Answer) -> str:
    test = answer["backtest"] or {}
    figure = "mase" if test.get("rmsse") is None else "rmsse"
    mine, naive = test.get(figure), test.get(f"naive_{figure}")
    if mine is None or naive is None:
        return ""
    if mine >= naive:
        return _("Plan with the figures of the last season; the models know no better.")
    return _(
        "Plan with the middle of the band, keep in reserve what its lower end would cost, and ask "
        "again when the next period is known."
    )


def _regress(answer: Answer) -> str:
    if any(one["disagrees"] for one in answer["adjusted"] or []):
        return _("Go by the adjusted effects, and test a change in a part before making it.")
    sure = [one for one in answer["coefficients"] if one["name"] != "Intercept"]
    if not any(one["p"] is not None and one["p"] < LEVEL for one in sure):
        return _("Do not act on these columns; ask again with more rows or others.")
    return _("Test a change of what you can change in a part first (Experiment).")


def _score(answer: Answer) -> str:
    if not answer["signal"]:
        return _("Choose nobody by it; gather what is known before the event, and ask again.")
    if answer["leaks"]:
        return _("Leave out columns that are known only after the event, and ask again.")
    best = answer["lift"][0]["rate"] / answer["base_rate"] if answer["lift"] else 0.0
    if best <= 1:
        return ""
    return _("Begin with the likeliest tenth: there it is so %(times)s times as often.") % {
        "times": formats.number(best, 1)
    }


def _rules(answer: Answer) -> str:
    sure = [one for one in answer["rules"] if one["significant"]]
    if not sure:
        return ""
    best = max(sure, key=lambda one: one["lift"])
    return _("Offer “%(also)s” to those who bought %(with)s without it.") % {
        "also": best["rhs"], "with": formats.listed(f"“{item}”" for item in best["lhs"]),
    }  # fmt: skip


def _value(answer: Answer) -> str:
    if not answer["holdout"]:
        return ""
    if not answer["holdout"].get("better_than_historical_rate"):
        return _("Rank customers by what they bought so far; the model knows no better.")
    return _("Care first for the customers at the top of the table, and for those among them "
             "who may have left.")  # fmt: skip


def _budget(answer: Answer) -> str:
    if not answer["clear"]:
        return _("Leave the split as it is, or vary one channel in some regions to learn more.")
    return _("Move a part of the money first, and compare the weeks after with the forecast.")


def _experiment(answer: Answer) -> str:
    arms = [one for one in answer["arms"] if one["difference"] is not None]
    sure = [one for one in arms if one["p_adjusted"] is not None and one["p_adjusted"] < LEVEL]
    if not sure:
        return _("Change nothing on this account, or go on as planned until more rows are there.")
    best = max(sure, key=lambda one: one["difference"])
    if best["difference"] < 0:
        return _("If more is better, stay with “%(control)s”.") % {"control": answer["control"]}
    return _(
        "If more is better and no caution speaks against it, do for all what was done in “%(arm)s”."
    ) % {"arm": best["arm"]}


def _text(answer: Answer) -> str:
    if not answer["signal"]:
        return _("Do not sort by it: label more texts, or draw the classes more clearly.")
    if answer["abstained_share"] > 0.5:
        return _(
            "Look at the commonest mistakes: classes that people mix up too are better joined or "
            "labelled anew."
        )
    if answer["proposed"]:
        return _("Take the proposals over from the file, after reading some of each class.")
    return _("Leave labels of new rows empty and ask again: they will be proposed.")


def _duplicates(answer: Answer) -> str:
    if not answer["pairs"]:
        return _("There is nothing to join; go on asking.")
    return _(
        "Go through the pairs from the least probable on, and keep one row of each group where "
        "the table comes from."
    )


def _ordinal(answer: Answer) -> str:
    if not answer["signal"]:
        return _("Do not act on these columns; ask again with more rows or others.")
    return _("Test a change of what you can change in a part first (Experiment).")


def _staffing(answer: Answer) -> str:
    judged = answer["judged"]
    if judged["error"] >= judged["naive_error"]:
        return _("Spread the people evenly over the hours; the hours of the week tell too little.")
    return _(
        "Plan the coming weeks by the table of hours, the figures of a busy week where waiting "
        "costs most, and compare the next weeks with them."
    )


# By method: the parts of an answer that its step rests on, and what says it.
STEPS: dict[str, tuple[str, Callable[[Answer], str]]] = {
    "describe": ("columns", _describe),
    "compare": ("tests", _compare),
    "correlate": ("pairs", _correlate),
    "cluster": ("structure", _cluster),
    "forecast": ("backtest", _forecast),
    "series": ("backtest", _forecast),
    "regress": ("coefficients adjusted", _regress),
    "score": ("signal leaks lift base_rate", _score),
    "rules": ("rules", _rules),
    "value": ("holdout", _value),
    "budget": ("clear", _budget),
    "experiment": ("arms control", _experiment),
    "text": ("signal abstained_share proposed", _text),
    "duplicates": ("pairs clusters", _duplicates),
    "ordinal": ("signal", _ordinal),
    "staffing": ("judged", _staffing),
}
