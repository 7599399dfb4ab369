"""Linkage of records."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "no_common_columns": _("The two files have no column in common."),
    "nothing_to_compare": _("No column tells rows apart: each is empty or has one value only."),
    "rows_without_identifier": _("Rows without a value in any compared column: %(rows)d."),
    "one_column_only": _(
        "Only “%(column)s” could be compared; records that share it by chance cannot be told apart."
    ),
    "no_pairs_found": _("No two records look like the same."),
    "pairs_uncertain": _(
        "The pairs are right with %(percent).0f%% on average only: look at each before merging."
    ),
    "pairs_differ": _(
        "Most of the pairs found differ in a column that tells records apart: %(columns)s. They "
        "may only look alike; if such a column says nothing about who it is, leave it out."
    ),
    "related_left_out": _(
        "Pairs that share much, but whose names give two numbers, places or branches, are told as "
        "related, not as the same: %(pairs)d."
    ),
    "link_columns": _("The file of known pairs needs two columns of record ids."),
    "link_unknown_ids": _(
        "Known pairs that name a record that is not in the data: %(pairs)d, for example "
        "“%(example)s”."
    ),
    "no_record_column": _("No column names the records, so they are numbered from %(first)d."),
    "identity_without_pairs": _(
        "No two rows have the same “%(column)s”, so it cannot tell which pairs are right."
    ),
    "duplicate_record_ids": _("Column “%(column)s” names two rows “%(example)s”."),
}
