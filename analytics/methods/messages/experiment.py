"""Randomised experiments."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "no_such_value": _("No row of column “%(column)s” holds “%(value)s”."),
    "success_needed": _(
        "Column “%(column)s” holds neither numbers nor yes and no: say which value is a success."
    ),
    "arms_needed": _("An experiment needs 2 to %(limit)d arms; found: %(arms)d."),
    "arm_too_small": _("Arm “%(arm)s” needs at least %(needed)d rows; found: %(rows)d."),
    "dunnett_needs_means": _(
        "Dunnett's comparison is about means; “%(column)s” is yes or no: use Holm's correction."
    ),
    "split_broken": _(
        "The arms do not have the planned sizes (p = %(p).2g): the draw or the data are broken, do "
        "not trust the comparison before that is explained."
    ),
    "split_uneven": _(
        "The arms are not of one size (p = %(p).2g). If they were meant to be, the draw or the "
        "data are broken: do not trust the comparison before that is explained."
    ),
    "units_repeated": _(
        "Each “%(column)s” stands in one arm and has several rows: %(units)d of them were drawn, "
        "not %(rows)d rows. Intervals and tests allow for it."
    ),
    "outcomes_missing": _(
        "“%(column)s” is empty in %(share).0f%% of the rows. Where empty means that nothing "
        "happened, fill in 0: as it is, only rows with a value are compared."
    ),
    "outcomes_missing_unevenly": _(
        "Values are missing in some arms more often than in others (p = %(p).2g): what is left of "
        "the arms is no longer alike, so differences may come from that."
    ),
    "no_difference_shown": _(
        "No arm differs from the control beyond chance. Differences below about %(detectable).3g "
        "would not have been seen with so few rows: that is not “no effect”."
    ),
    "arms_adjusted": _("%(arms)d arms were tested: judge by the adjusted p-values."),
    "no_peeking": _(
        "The figures hold if the end of the experiment was fixed beforehand; stopping as soon as a "
        "difference shows finds differences that are not there."
    ),
}
