"""Marks that customers gave, and those who gave none."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "few_answered": _(
        "Only %(rate).0f%% of those asked gave a mark (%(answered)d of %(asked)d): read the marks "
        "as those of customers who answer."
    ),
    "silent_differ": _(
        "Those who gave no mark differ in: %(columns)s. The mean of all would be another one."
    ),
    "drivers_left_out": _("%(rows)d marks do not suffice for every driver; left out: %(columns)s."),
}
