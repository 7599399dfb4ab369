"""Outcomes in ordered steps."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "steps_without_order": _(
        "The values of “%(column)s” are words such as “%(value)s”; say in which order they ascend."
    ),
    "step_merged": _("Step “%(step)s” has few rows and was joined with “%(other)s”."),
    "too_few_of_a_step": _("Step “%(step)s” needs at least %(needed)d rows; found: %(rows)d."),
    "steps_settled": _(
        "“%(column)s” settles every step of “%(target)s” without an error, so there are no odds "
        "to tell: leave out what holds the outcome itself or was known only after it."
    ),
    "not_proportional": _(
        "The effects differ from step to step (p = %(p).2g): read the odds ratios as averages."
    ),
}
