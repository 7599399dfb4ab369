"""Staffing by the hour."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "no_times_of_day": _("Column “%(column)s” holds days without times, so no hours can be told."),
    "too_few_weeks": _(
        "Staffing by the hour needs %(needed)d whole weeks of contacts; found: %(weeks)d."
    ),
    "work_unknown": _(
        "How much work a request is must be said: its mean time, or a column that holds the times."
    ),
    "hours_alike": _(
        "On the last weeks (%(weeks)d), which were not learned from, the hours of the week told no "
        "more (error %(error).2f) than one mean for all of them (%(naive).2f): spread people "
        "evenly until more weeks show a pattern."
    ),
    "rows_outside_weeks": _(
        "Rows left out because they have no time or lie outside the whole weeks: %(rows)d."
    ),
    "weeks_without_contacts": _(
        "Weeks without any contact: %(empty)d of %(weeks)d. They count as weeks without "
        "work: if a date is mistyped, the figures are too low."
    ),
}
