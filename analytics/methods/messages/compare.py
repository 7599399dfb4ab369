"""Description, comparison, correlation."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "too_many_groups": _("There are %(groups)d groups; at most %(limit)d can be told apart."),
    "two_groups_needed": _(
        "A comparison needs at least two groups of %(needed)d rows in column “%(column)s”."
    ),
    "small_groups_left_out": _("Groups with fewer than %(needed)d rows were left out: %(groups)s."),
    "few_expected": _(
        "In %(percent).0f%% of the cells fewer than 5 rows are expected: p is rough. Put rare "
        "values together."
    ),
    "groups_never_vary": _(
        "“%(value)s” never varies within a group of “%(by)s”: the group settles it, and there is "
        "nothing to test."
    ),
    "two_columns_needed": _("A correlation needs at least two columns that vary."),
    "too_many_to_pair": _(
        "%(columns)s columns could be paired, %(most)s at most: name those that you mean."
    ),
    "columns_left_out": _(
        "Columns that are dates, never change or name single rows were left out: %(columns)s."
    ),
    "ranks_compared": _(
        "One value makes most of the spread of these columns, so their ranks were compared: "
        "%(columns)s. Is it right?"
    ),
    "drift_allowed_for": _(
        "The rows stand in the order of “%(column)s”, and some columns go on from row to row: they "
        "count as tied only where they are so beyond mere drifting."
    ),
    "no_relations": _("No two columns go together beyond chance."),
}
