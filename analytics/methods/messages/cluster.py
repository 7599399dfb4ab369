"""Clusters."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "no_numeric_columns": _("There is no numeric column to cluster on."),
    "id_columns_left_out": _("Columns that look like identifiers were left out: %(columns)s."),
    "text_columns_left_out": _("Columns that are not numeric were left out: %(columns)s."),
    "empty_columns_left_out": _("Columns that are mostly empty were left out: %(columns)s."),
    "constant_columns_dropped": _("Columns that never change were left out: %(columns)s."),
    "all_columns_constant": _("Every column is constant: there is nothing to tell rows apart by."),
    "too_few_distinct": _("There are only %(distinct)d different rows; %(needed)d are needed."),
    "no_clear_groups": _(
        "No clear groups: the rows are told apart hardly better than in shuffled data without any "
        "groups (silhouette %(silhouette).2f against %(null).2f)."
    ),
    "weak_groups": _(
        "The groups overlap (silhouette %(silhouette).2f): read them as shades, not as kinds."
    ),
    "unstable_groups": _(
        "The groups change from sample to sample (stability %(stability).2f of 1)."
    ),
    "columns_logged": _("These columns were taken as logarithms: %(columns)s."),
    "dbscan_one_group": _("DBSCAN found %(groups)d group(s) and %(noise)d outlying rows."),
    "dbscan_finds_k": _("DBSCAN finds the number of groups itself: k = %(k)d was not used."),
    "dbscan_sampled": _(
        "DBSCAN grouped a sample of %(sample)d rows; the others joined their nearest core row."
    ),
}
