"""What cleaning a table says."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "step_unknown": _("There is no cleaning step “%(kind)s”."),
    "step_empties_table": _("After this step no row would be left."),
    "fill_needs_value": _("Say what missing values are to be replaced with."),
    "fill_not_number": _("“%(value)s” is not a number, and column “%(column)s” holds numbers."),
    "nothing_to_average": _("Column “%(column)s” holds no number to take the middle of."),
}
