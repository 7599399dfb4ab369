"""What an answer says, in a sentence or two for somebody who is no statistician."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.datasets.row_sentences import duplicates, ordinal, staffing, text
from analytics.datasets.terms import WORDS, term
from analytics.datasets.wording import LEVEL, MOST_NAMED, Answer, number
from crm.common import formats


def said(method: str, answer: Answer) -> str:
    """What an answer of ``method`` says; empty when nothing can be said in a sentence, as of
    answers that were stored before and lack a part."""
    needed, say = SAYS.get(method, ("", None))
    sentences = say(answer) if say and answer.keys() >= set(needed.split()) else []
    return ("" if formats.is_chinese() else " ").join(filter(None, sentences))


def _describe(answer: Answer) -> list[str]:
    whole = [one for one in answer["columns"] if one["group"] is None]
    if answer["by"] or not whole:
        return []
    gaps = sorted((one for one in whole if one["missing"]), key=lambda one: -one["missing"])
    rows = answer["rows_used"]
    first = _("%(rows)s rows and %(columns)s columns.") % {
        "rows": formats.number(rows), "columns": formats.number(len(whole)),
    }  # fmt: skip
    if not gaps:
        return [first, _("No column has gaps.")]
    return [
        first,
        _("Gaps: %(columns)s; most are in “%(column)s” (%(share)s of its rows).") % {
            "columns": formats.listed(f"“{one['column']}”" for one in gaps[:MOST_NAMED]),
            "column": gaps[0]["column"], "share": formats.percent(gaps[0]["missing"] / rows),
        },
    ]  # fmt: skip


def _compare(answer: Answer) -> list[str]:
    tests, groups = answer["tests"], answer["groups"]
    told = {"value": answer["value"], "by": answer["by"]}
    if tests[0]["p"] >= LEVEL and tests[-1]["p"] < LEVEL:
        return [
            _("The means of “%(value)s” do not differ beyond chance between the groups of "
              "“%(by)s”, but its usual values do.") % told,
            _("The median is highest in “%(high)s” (%(most)s) and lowest in “%(low)s” (%(least)s).")
            % _ends(groups, "median"),
        ]  # fmt: skip
    if tests[0]["p"] >= LEVEL:
        return [_("The groups of “%(by)s” do not differ in “%(value)s” beyond chance.") % told]
    sentences = [_("The groups of “%(by)s” differ in “%(value)s” beyond chance.") % told]
    if all(one.get("mean") is not None for one in groups):
        sentences.append(
            _("The mean is highest in “%(high)s” (%(most)s) and lowest in “%(low)s” (%(least)s).")
            % _ends(groups, "mean")
        )
    return sentences


def _ends(groups: Sequence[Answer], figure: str) -> dict[str, str]:
    high, low = (end(groups, key=lambda one: one[figure]) for end in (max, min))
    return {"high": high["group"], "most": number(high[figure]),
            "low": low["group"], "least": number(low[figure])}  # fmt: skip


def _correlate(answer: Answer) -> list[str]:
    pairs = answer["pairs"]
    real = [one for one in pairs if one["significant"]]
    if not real:
        return [_("No two columns go together beyond chance.")]
    best = max(real, key=lambda one: abs(one["value"]))
    counted = {"n": formats.number(len(real)), "all": formats.number(len(pairs))}
    return [
        _("“%(a)s” and “%(b)s” go together most closely (%(measure)s %(value)s).")
        % {"a": best["a"], "b": best["b"], "value": number(best["value"]),
           "measure": WORDS["measure"].get(best["measure"], best["measure"])},
        _("Of %(all)s pairs of columns %(n)s are tied beyond chance.") % counted,
    ]  # fmt: skip


def _cluster(answer: Answer) -> list[str]:
    if not answer["profiles"]:
        return []
    if answer["structure"] is False:
        return [_("The rows form no clear groups; where they are cut is a convenience.")]
    sizes = [one["share"] for one in answer["profiles"] if one["label"] != -1]
    told = ngettext(
        "The rows form %(k)s group; it holds %(share)s of them.",
        "The rows form %(k)s groups; the largest holds %(share)s of them.", len(sizes),
    )  # fmt: skip
    return [told % {"k": formats.number(len(sizes)), "share": formats.percent(max(sizes))}]


def _forecast(answer: Answer) -> list[str]:
    rows, groups = answer["forecast"], answer["groups"]
    if len(groups) > 1:
        count = {"n": formats.number(len(groups))}
        return [_("%(n)s series are forecast, each by itself.") % count, _against_naive(answer)]
    was = groups[0].get("history", {}).get("actual", []) if groups else []
    return [_on_average(rows, was), _last_value(rows), _against_naive(answer)]


def _on_average(rows: Sequence[Answer], was: Sequence[float]) -> str:
    """What is ahead beside as many periods before."""
    steps = len(rows)
    if steps < 2 or len(was) < steps:
        return ""
    told = {
        "steps": formats.number(steps), "before": number(sum(was[-steps:]) / steps),
        "mean": number(sum(row["mean"] for row in rows) / steps),
    }  # fmt: skip
    return (
        _(
            "In the next %(steps)s periods about %(mean)s each is to be expected on average; in "
            "the %(steps)s before them it was %(before)s."
        )
        % told
    )


def _last_value(rows: Sequence[Answer]) -> str:
    if not rows:
        return ""
    last = rows[-1]
    told = {
        "steps": formats.number(len(rows)), "mean": number(last["mean"]),
        "lo": number(last["lo80"]), "hi": number(last["hi80"]),
    }  # fmt: skip
    return (
        ngettext(
            "%(steps)s period ahead about %(mean)s is to be expected, with 80%% certainty between "
            "%(lo)s and %(hi)s.",
            "%(steps)s periods ahead about %(mean)s is to be expected, with 80%% certainty between "
            "%(lo)s and %(hi)s.",
            len(rows),
        )
        % told
    )


def _against_naive(answer: Answer) -> str:
    test = answer["backtest"]
    test = test or {}
    figure = "mase" if test.get("rmsse") is None else "rmsse"
    mine, naive = test.get(figure), test.get(f"naive_{figure}")
    if not mine or not naive:
        return ""
    share = mine / naive - 1
    told = {"share": formats.percent(abs(share))}
    if share < -0.005:
        return _(
            "On data it had not seen, it erred %(share)s less than repeating the last season."
        ) % told  # fmt: skip
    if share > 0.005:
        return _(
            "On data it had not seen, it erred %(share)s more than repeating the last season."
        ) % told  # fmt: skip
    return _("On data it had not seen, it erred as much as repeating the last season.")


def _series(answer: Answer) -> list[str]:
    trend = answer["trend"]
    direction = {
        "up": _("The series rises beyond chance, by %(slope)s a period."),
        "down": _("The series falls beyond chance, by %(slope)s a period."),
    }.get(trend["direction"], _("The series neither rises nor falls beyond chance."))
    return [direction % {"slope": number(abs(trend["slope"]))}, _seasons(answer["seasons"])]


def _seasons(seasons: Sequence[Answer]) -> str:
    if not seasons:
        return ""
    clear = [one["strength"] for one in seasons if one.get("p", 0.0) < LEVEL]
    if not clear:
        return _("No season stands out beyond chance.")
    told = {"share": formats.percent(max(clear))}
    return _("Its seasons make %(share)s of what varies around the trend.") % told


def _regress(answer: Answer) -> list[str]:
    terms = [one for one in answer["coefficients"] if one["name"] != "Intercept"]
    sure = [one for one in terms if one["p"] is not None and one["p"] < LEVEL]
    told = {"share": formats.percent(answer["r2"]), "outcome": answer["outcome"]}
    first = _("The columns explain %(share)s of how “%(outcome)s” varies.") % told
    if not sure:
        return [first, _("No column's effect is beyond chance.")]
    sure.sort(key=lambda one: one["p"])
    names = formats.listed(f"“{term(one['name'])}”" for one in sure[:MOST_NAMED])
    return [first, _("Effects beyond chance, the surest first: %(names)s.") % {"names": names}]


def _score(answer: Answer) -> list[str]:
    told = {"target": answer["target"], "positive": answer["positive"]}
    chosen = next(one for one in answer["models"] if one["name"] == answer["chosen"])
    if not answer["signal"]:
        return [
            _("No signal: the columns do not tell where “%(target)s” is “%(positive)s”.") % told
        ]  # fmt: skip
    first = _(
        "The columns tell where “%(target)s” is “%(positive)s”: on rows it had not seen, of two, "
        "one with and one without, the right one is named in %(share)s of all cases (50%% by "
        "guessing)."
    ) % (told | {"share": formats.percent(chosen["auc"])})
    best = answer["lift"][0] if answer["lift"] else None
    if best is None:
        return [first]
    return [
        first,
        _("Among the likeliest tenth it is so in %(rate)s, among all in %(base)s.")
        % {"rate": formats.percent(best["rate"]), "base": formats.percent(answer["base_rate"], 1)},
    ]


def _rules(answer: Answer) -> list[str]:
    sure = [one for one in answer["rules"] if one["significant"]]
    if not sure:
        return [_("No items stand in the same orders more often than chance gives.")]
    best = max(sure, key=lambda one: one["lift"])
    return [
        _("Orders with %(with)s hold “%(also)s” %(lift)s times as often as others on average.")
        % {"with": formats.listed(f"“{item}”" for item in best["lhs"]), "also": best["rhs"],
           "lift": number(best["lift"])},
        ngettext(
            "%(n)s rule is beyond chance.", "%(n)s rules are beyond chance.",
            answer["rules_significant"],
        ) % {"n": formats.number(answer["rules_significant"])},
        _on_later_orders(answer.get("holdout")),
    ]  # fmt: skip


def _on_later_orders(test: Answer | None) -> str:
    if not test or not test["hidden"]:
        return ""
    return _(
        "Of the items hidden in later orders the rules named %(hits)s, the items bought most "
        "%(popular)s."
    ) % {"hits": formats.percent(test["hits"]), "popular": formats.percent(test["popular_hits"])}


def _value(answer: Answer) -> list[str]:
    sentences = [_total(answer, "purchases"), _total(answer, "value")]
    test = answer["holdout"]
    if test and test.get("actual"):
        told = {"predicted": number(test["predicted"]), "actual": number(test["actual"])}
        sentences.append(
            _("On later purchases: %(predicted)s were predicted, %(actual)s came.") % told
        )
    return sentences


def _total(answer: Answer, key: str) -> str:
    total = answer[key]
    if not total:
        return ""
    told = {
        "days": formats.number(answer["horizon_days"]),
        **{name: number(total[name]) for name in ("mean", "lo80", "hi80")},
    }
    if key == "purchases":
        return (
            _(
                "In the next %(days)s days about %(mean)s purchases are to be expected, with 80%% "
                "certainty between %(lo80)s and %(hi80)s."
            )
            % told
        )
    return _("They are worth about %(mean)s today (%(lo80)s to %(hi80)s).") % told


def _budget(answer: Answer) -> list[str]:
    if not answer["clear"]:
        return [_("No other split of the money would surely bring more.")]
    return [
        _("The suggested split would bring about %(gain)s more a period with the same money, with "
          "90%% certainty between %(lo)s and %(hi)s.")
        % {"gain": number(answer["gain"]), "lo": number(answer["gain_lo"]),
           "hi": number(answer["gain_hi"])}
    ]  # fmt: skip


def _experiment(answer: Answer) -> list[str]:
    arms = [one for one in answer["arms"] if one["difference"] is not None]
    sure = [one for one in arms if one["p_adjusted"] is not None and one["p_adjusted"] < LEVEL]
    if not sure:
        told = {"control": answer["control"]}
        return [_("No arm differs from “%(control)s” beyond chance.") % told]
    return [
        _("“%(arm)s” differs from “%(control)s” beyond chance: by %(difference)s "
          "(95%%: %(lo)s to %(hi)s).")
        % {"arm": one["arm"], "control": answer["control"],
           **{name: number(one[name]) for name in ("difference", "lo", "hi")}}
        for one in sure
    ]  # fmt: skip


# By method: the parts of an answer that its sentences need, and what makes them.
SAYS: dict[str, tuple[str, Callable[[Answer], list[str]]]] = {
    "describe": ("by columns rows_used", _describe),
    "compare": ("value by tests groups", _compare),
    "correlate": ("pairs", _correlate),
    "cluster": ("profiles structure", _cluster),
    "forecast": ("forecast groups backtest", _forecast),
    "series": ("trend seasons", _series),
    "regress": ("coefficients r2 outcome", _regress),
    "score": ("target positive models chosen signal lift base_rate", _score),
    "rules": ("rules rules_significant", _rules),
    "value": ("purchases value holdout horizon_days", _value),
    "budget": ("clear gain gain_lo gain_hi", _budget),
    "experiment": ("arms control", _experiment),
    "text": ("accuracy base_rate signal rows_judged rows_proposed", text),
    "duplicates": ("pairs clusters different rows_used exact", duplicates),
    "ordinal": ("target models chosen signal odds_ratios", ordinal),
    "staffing": ("hours weeks judged handling", staffing),
}
