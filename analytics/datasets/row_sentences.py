"""What answers about the rows of a table say: sorted, joined, put in steps, counted
by the hour."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.charts import weekday_names
from analytics.datasets.wording import LEVEL, Answer, level_term, number, quoted
from crm.common import formats


def text(answer: Answer) -> list[str]:
    told = {
        "right": formats.percent(answer["accuracy"]), "naive": formats.percent(answer["base_rate"]),
        "rows": formats.number(answer["rows_judged"]),
    }  # fmt: skip
    if not answer["signal"]:
        return [
            _("The texts do not tell their labels: of %(rows)s that it had not seen, %(right)s "
              "were sorted rightly, by always naming the most frequent class %(naive)s.") % told
        ]  # fmt: skip
    return [
        _("Of %(rows)s texts that it had not seen, %(right)s were sorted rightly, by always naming "
          "the most frequent class %(naive)s.") % told,
        _sure_answers(answer),
        _proposed(answer),
    ]  # fmt: skip


def _sure_answers(answer: Answer) -> str:
    if answer["accuracy_answered"] is None or not answer["abstained"]:
        return ""
    return _("Where it is sure (%(share)s of the texts), %(right)s are right.") % {
        "share": formats.percent(1 - answer["abstained_share"]),
        "right": formats.percent(answer["accuracy_answered"]),
    }


def _proposed(answer: Answer) -> str:
    unsure = answer["rows_proposed"] - answer["proposed"]
    if not answer["rows_proposed"]:
        return ""
    return _(
        "For %(proposed)s of the %(rows)s rows without a label it proposes one; %(unsure)s are "
        "left to a person."
    ) % {
        "proposed": formats.number(answer["proposed"]),
        "rows": formats.number(answer["rows_proposed"]), "unsure": formats.number(unsure),
    }  # fmt: skip


def duplicates(answer: Answer) -> list[str]:
    groups = answer["clusters"]
    if not answer["pairs"]:
        return [_("No two rows look like one and the same.")]
    doubled = answer["rows_used"] - answer["different"]
    return [
        ngettext(
            "%(rows)s row is most likely there twice: %(different)s of %(all)s rows are different "
            "ones.",
            "%(rows)s rows are most likely there twice: %(different)s of %(all)s rows are "
            "different ones.",
            doubled,
        ) % {
            "rows": formats.number(doubled), "different": formats.number(answer["different"]),
            "all": formats.number(answer["rows_used"]),
        },
        _("The largest group has %(n)s rows.") % {"n": formats.number(groups[0]["size"])}
        if groups[0]["size"] > 2 else "",
        _pairs_judged(answer),
    ]  # fmt: skip


def _pairs_judged(answer: Answer) -> str:
    if answer.get("naive_recall") is None:
        return _(
            "By its own estimate %(right)s of the pairs are right and %(found)s of all are found; "
            "in %(exact)s of them the whole rows are alike."
        ) % {
            "right": formats.percent(answer["expected_precision"]),
            "found": formats.percent(answer["expected_recall"]),
            "exact": formats.number(answer["exact"]),
        }  # fmt: skip
    return _(
        "Against the known identities %(right)s of the pairs are right, and %(found)s of the known "
        "ones are found; looking for whole rows alike finds %(naive)s."
    ) % {
        "right": formats.percent(answer["precision"] or 0),
        "found": formats.percent(answer["recall"]),
        "naive": formats.percent(answer["naive_recall"]),
    }  # fmt: skip


def ordinal(answer: Answer) -> list[str]:
    told = {"target": answer["target"]}
    if not answer["signal"]:
        return [_("No signal: the columns do not tell where “%(target)s” is higher.") % told]
    sure = [one for one in answer["odds_ratios"] if one["p"] < LEVEL]
    up, down = (
        quoted([level_term(one["name"]) for one in sure if (one["own_ratio"] > 1) is rises])
        for rises in (True, False)
    )
    return [
        _("“%(target)s” rises with %(names)s.") % (told | {"names": up}) if up else "",
        _("“%(target)s” falls with %(names)s.") % (told | {"names": down}) if down else "",
        _steps_judged(answer),
    ]


def _steps_judged(answer: Answer) -> str:
    models = {one["name"]: one for one in answer["models"]}
    chosen, naive = models[answer["chosen"]], models["base_rate"]
    return _(
        "On rows it had not seen, of two on different steps the higher one is named rightly in "
        "%(order)s of all cases (50%% by guessing), and the very step in %(right)s (always the "
        "most frequent one: %(naive)s)."
    ) % {
        "order": formats.percent(chosen["auc"]), "right": formats.percent(chosen["accuracy"]),
        "naive": formats.percent(naive["accuracy"]),
    }  # fmt: skip


def staffing(answer: Answer) -> list[str]:
    hours = answer["hours"]
    peak = max(hours, key=lambda hour: (hour["agents"], hour["mean"]))
    alone = _(
        "It takes %(hours)s hours of presence a week, with one person there at a time; what comes "
        "in is %(load)s hours of work."
    )
    several = _(
        "It takes %(hours)s hours of presence a week, at most %(peak)s people at once "
        "(%(weekday)s from %(hour)s:00); what comes in is %(load)s hours of work."
    )
    return [
        (alone if peak["agents"] == 1 else several) % {
            "hours": formats.number(answer["hours_a_week"]),
            "peak": formats.number(peak["agents"]),
            "weekday": weekday_names()[peak["weekday"]], "hour": peak["hour"],
            "load": number(sum(hour["mean"] for hour in hours) * answer["handling"] / 3600),
        },
        _in_time(answer["judged"]),
    ]  # fmt: skip


def _in_time(judged: dict[str, Any]) -> str:
    if judged["in_time"] is None:
        return ""
    return _(
        "Of the requests of the last weeks (%(weeks)s), which were not learned from, %(kept)s came "
        "in hours in which these people would have kept the promise; with those for a busy hour "
        "%(busy)s."
    ) % {
        "weeks": formats.number(judged["weeks"]), "kept": formats.percent(judged["in_time"]),
        "busy": formats.percent(judged["in_time_busy"]),
    }  # fmt: skip
