"""Scores: probabilities of events."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "target_missing_dropped": _("Rows left out because they have no outcome: %(rows)d."),
    "copies_left_out": _(
        "Exact copies of other rows were left out (%(rows)d): a model that has learned a row "
        "foresees its copy."
    ),
    "single_class": _(
        "Column “%(column)s” has only the value “%(value)s”: there is nothing to tell apart."
    ),
    "no_such_outcome": _(
        "Column “%(column)s” never has the value “%(value)s”; its values are: %(values)s."
    ),
    "target_not_two_values": _(
        "Column “%(column)s” has %(levels)d values (%(values)s); say which one is to be predicted."
    ),
    "target_is_number": _(
        "Column “%(column)s” holds %(levels)d different numbers, not two outcomes. Explain it by a "
        "regression, or add a column that says yes or no."
    ),
    "spellings_joined": _(
        "Values that differ in upper and lower case only were taken for the same: %(values)s."
    ),
    "positive_chosen": _("“%(value)s” was taken as the event to predict."),
    "forty_of_each": _(
        "A score needs at least %(needed)d rows with “%(value)s” and as many without; found: "
        "%(events)d and %(others)d."
    ),
    "forty_deals_of_each": _(
        "The chance of winning needs at least %(needed)d won and %(needed)d lost deals that "
        "were seen while they were open; found: %(won)d and %(lost)d."
    ),
    "no_predictors": _("No column is left to predict from."),
    "free_text_left_out": _(
        "Columns whose text differs from row to row were left out: %(columns)s."
    ),
    "one_moment": _("All rows have the same time in column “%(column)s”."),
    "no_earlier_rows": _(
        "A split by “%(column)s” leaves no earlier rows with %(needed)d events and %(needed)d "
        "others to learn from."
    ),
    "judged_on_sample": _("The models were judged on a sample of %(rows)d of %(total)d rows."),
    "time_found": _(
        "The rows stand in the order of the dates in “%(column)s”: it was taken as the time, so "
        "models are judged on later rows than they learned from."
    ),
    "time_proposed": _(
        "Columns of dates: %(columns)s. If one says when each row happened, choose it as the time: "
        "models are then judged on later rows than they learned from."
    ),
    "split_without_time": _(
        "No time was given, so rows were split at random (%(folds)d folds). Predicting the future "
        "is usually harder."
    ),
    "no_signal": _(
        "No signal: the ranking cannot be told from chance (AUC %(auc).2f, 95%% interval %(lo).2f "
        "to %(hi).2f; 0.5 is chance)."
    ),
    "ranking_reversed": _(
        "Not usable: on rows it had not seen, the ranking is the wrong way round (AUC %(auc).2f, "
        "95%% interval %(lo).2f to %(hi).2f; 0.5 is chance). What held for the rows it learned "
        "from does not hold for the others."
    ),
    "ranks_only": _(
        "It ranks better than chance, but its probabilities are no better than the base rate."
    ),
    "one_strong_column": _(
        "“%(column)s” alone predicts better (AUC %(auc).2f) than all other columns together "
        "(%(others).2f): make sure that it is known before the event."
    ),
    "leak_suspected": _(
        "“%(column)s” alone predicts suspiciously well (AUC %(auc).2f; all other columns together "
        "%(others).2f). Is it known only after the event? If so, leave it out."
    ),
    "leak_dropped": _(
        "“%(column)s” predicts suspiciously well alone (AUC %(auc).2f; all other columns together "
        "%(others).2f) and was left out."
    ),
    "without_leaks": _(
        "Without the suspicious columns the AUC is %(auc).2f (95%% interval %(lo).2f to %(hi).2f)."
    ),
    "reason_raises": _("%(column)s: %(value)s (usually %(typical)s) makes it likelier."),
    "reason_lowers": _("%(column)s: %(value)s (usually %(typical)s) makes it less likely."),
    "influence_up": _("%(column)s: the higher, the likelier (%(effect).2f on average)."),
    "influence_down": _("%(column)s: the lower, the likelier (%(effect).2f on average)."),
    "influence_mixed": _(
        "%(column)s: matters, but not in one direction (%(effect).2f on average)."
    ),
    "influence_levels": _(
        "%(column)s: likeliest with “%(high)s”, least likely with “%(low)s” (%(effect).2f on "
        "average)."
    ),
}
