"""Staffing by the hour."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "no_times_of_day": _("Column “%(column)s” holds days without times, so no hours can be told."),
    "too_few_weeks": _(
        "Staffing by the hour needs %(needed)d whole weeks of contacts; there are %(weeks)d."
    ),
    "rows_outside_weeks": _(
        "%(rows)d rows without a time or outside the whole weeks were left out."
    ),
    "weeks_without_contacts": _(
        "%(empty)d of the %(weeks)d weeks hold no contact and count as weeks without work: if a "
        "date is mistyped, the figures are too low."
    ),
}
