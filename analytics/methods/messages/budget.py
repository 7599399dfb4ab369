"""Response curves and budgets."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "no_channels": _("Name at least one column of spend."),
    "rows_per_channel": _(
        "Budget advice needs 10 rows per channel and 4 per column that is held fixed: "
        "%(channels)d channels and %(held)d such columns need %(needed)d rows; found: "
        "%(rows)d."
    ),
    "column_in_two_roles": _("Column “%(column)s” is named twice; give it one role."),
    "channels_move_together": _(
        "“%(one)s” and “%(other)s” move together (correlation %(r).2f): what one brings cannot be "
        "told from what the other does."
    ),
    "rows_put_in_order": _(
        "The rows were put in the order of “%(column)s”: what is spent works on in later periods."
    ),
    "negative_spend": _("Column “%(column)s” holds negative spend."),
    "channels_without_effect": _(
        "No effect was found for: %(channels)s. That may mean none, or spend that moved together "
        "with something else."
    ),
    "channels_do_not_help": _(
        "On the last fifth of the data, sales were foreseen no better with the channels than "
        "without them: do not move money on these figures."
    ),
    "split_not_clear": _(
        "The gain's interval holds 0: the suggested split may be no better than the present one."
    ),
    "spend_not_randomised": _(
        "Spend was not drawn at random: what moved it may have moved sales too. Test a change in "
        "some regions first."
    ),
}
