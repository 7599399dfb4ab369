"""The English sentences of every problem and notice, by code.

``gettext_noop`` only marks a sentence for the message extractor; this package translates nothing.
"""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """Mark ``message`` for extraction and return it unchanged."""
    return message


_ = gettext_noop

MESSAGES: dict[str, str] = {
    # Columns and rows, any method
    "no_rows": _("There are no rows to analyse."),
    "no_usable_rows": _("No row is left after dropping rows with missing values."),
    "column_missing": _("There is no column “%(column)s”; the columns are: %(columns)s."),
    "column_not_numeric": _("Column “%(column)s” is not numeric (for example “%(example)s”)."),
    "number_too_large": _("Column “%(column)s” holds a number too large to use: %(example)s."),
    "column_not_dates": _(
        "Column “%(column)s” cannot be read as dates (for example “%(example)s”)."
    ),
    "too_few_rows": _("%(method)s needs at least %(needed)d usable rows; there are %(rows)d."),
    "rows_missing_dropped": _("%(rows)d rows with a missing or infinite value were left out."),
    "bad_parameter": _("%(name)s must be %(rule)s; got %(value)s."),
    # Files
    "file_missing": _("There is no file “%(file)s”."),
    "file_unreadable": _("The file “%(file)s” cannot be read: %(cause)s."),
    "file_too_large": _("The file has %(size)d MB; at most %(limit)d MB are read."),
    "file_empty": _("The file is empty."),
    "file_binary": _(
        "Line %(line)d holds a NUL byte: this is not a text file (save it as CSV first)."
    ),
    "file_encoding": _("Line %(line)d is neither UTF-8 nor GB18030 text."),
    "file_only_header": _("The file has a header line but no rows."),
    "file_too_many_columns": _("Line 1 has %(columns)d columns; at most %(limit)d are read."),
    "file_duplicate_header": _("Line 1 has the column name “%(column)s” more than once."),
    "file_unnamed_column": _("Line 1: column %(position)d has no name."),
    "file_unclosed_quote": _("The quotation mark opened in line %(line)d is never closed."),
    "file_bad_quote": _("Line %(line)d: text follows a closing quotation mark."),
    "file_field_too_long": _("Line %(line)d has a field of more than %(limit)d characters."),
    "file_ragged": _("Line %(line)d has %(found)d fields; the header has %(expected)d."),
    # Series and forecasts
    "two_seasons_needed": _(
        "A forecast with season %(season)d needs two full seasons, %(needed)d periods; "
        "there are %(rows)d, so %(missing)d more are missing."
    ),
    "groups_all_failed": _("No group could be forecast. First reason: %(reason)s"),
    "duplicate_dates_summed": _(
        "%(rows)d rows shared a date with another row; rows of one date were summed."
    ),
    "gaps_zero_filled": _("%(periods)d missing periods were filled with 0."),
    "gaps_interpolated": _("%(periods)d missing periods were filled by linear interpolation."),
    "too_many_gaps": _(
        "The dates of column “%(column)s” leave too many gaps: %(periods)d %(frequency)s periods "
        "for %(rows)d dates."
    ),
    "times_to_days": _("Times of day were dropped and rows summed by day."),
    "irregular_dates": _(
        "The dates keep no regular distance; they were summed by %(frequency)s periods."
    ),
    "incomplete_periods_dropped": _(
        "The first or last %(frequency)s was not covered to its end and was left out (%(rows)d "
        "rows)."
    ),
    "season_by_frequency": _("Season %(season)d was taken from the %(frequency)s dates."),
    "season_unknown": _("No dates and no season were given: the series is taken as non-seasonal."),
    "short_weekly_no_season": _(
        "Fewer than 104 weeks: a yearly season cannot be measured, so none is modelled."
    ),
    "series_shortened": _("Only the last %(rows)d of %(total)d periods were used."),
    "constant_series": _("The series never changes; the forecast repeats its value."),
    "short_backtest": _(
        "The history is short: the backtest judged %(steps)d steps ahead instead of %(horizon)d."
    ),
    "few_origins": _("The backtest has only %(origins)d origins; its figures are rough."),
    "no_better_than_naive": _(
        "No model was better than the seasonal naive forecast (last season repeated) on data it "
        "had not seen, so the seasonal naive forecast is shown."
    ),
    "intervals_widened": _(
        "The intervals were widened by the factor %(factor).2f, because in the backtest they held "
        "too few values."
    ),
    "model_failed": _("%(model)s could not be fitted and was left out."),
    "residuals_correlated": _(
        "The residuals of %(model)s are still correlated (Ljung–Box p = %(p).3f): it has not "
        "caught all the pattern."
    ),
    "group_failed": _("Group “%(group)s” was not forecast: %(reason)s"),
    # Clusters
    "no_numeric_columns": _("There is no numeric column to cluster on."),
    "id_columns_left_out": _("Columns that look like identifiers were left out: %(columns)s."),
    "text_columns_left_out": _("Columns that are not numeric were left out: %(columns)s."),
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
    "dbscan_sampled": _(
        "DBSCAN grouped a sample of %(sample)d rows; the others joined their nearest core row."
    ),
    # Regression
    "formula_syntax": _("The formula cannot be read near “%(near)s”: %(rule)s."),
    "formula_function": _("“%(name)s” is not allowed in a formula; allowed are %(allowed)s."),
    "formula_too_large": _("The formula asks for about %(coefficients)d coefficients; too many."),
    "too_many_categories": _(
        "Column “%(column)s” has %(levels)d different values; at most %(limit)d can be categories."
    ),
    "single_level": _("Column “%(column)s” has only one value, so it has no effect to estimate."),
    "ten_rows_per_coefficient": _(
        "A regression needs 10 rows per coefficient: %(coefficients)d coefficients need "
        "%(needed)d rows; there are %(rows)d."
    ),
    "constant_outcome": _("The outcome “%(column)s” never changes; there is nothing to explain."),
    "collinear": _(
        "These terms are exact combinations of each other, so their effects cannot be told "
        "apart: %(terms)s. Leave one out."
    ),
    "not_finite_after_transform": _(
        "“%(term)s” is not a finite number in %(rows)d rows (a logarithm or root of zero or less, "
        "or a division by zero?)."
    ),
    "few_rows_per_coefficient": _(
        "Only %(ratio).0f rows per coefficient; below 20 the estimates move easily."
    ),
    "high_vif": _(
        "%(term)s is nearly a combination of the others (VIF %(vif).0f): its effect is blurred."
    ),
    "autocorrelated": _(
        "Neighbouring residuals are alike (Durbin–Watson %(durbin_watson).2f, 2 is none): a trend "
        "or season is missing, and plain standard errors are too small."
    ),
    "heteroscedastic": _(
        "The spread of the residuals changes (Breusch–Pagan p = %(p).2g): use HC3 errors."
    ),
    "residuals_not_normal": _(
        "The residuals are not normal (Jarque–Bera p = %(p).2g); with few rows intervals are rough."
    ),
    "influential_rows": _(
        "%(rows)d row(s) pull the fit strongly (Cook's distance above 1): %(which)s."
    ),
    "many_comparisons": _(
        "%(tests)d coefficients were tested at 5 %%: about %(expected).1f would look significant "
        "by chance alone. After Holm's correction %(kept)d remain."
    ),
    "low_r2": _(
        "The formula explains %(percent).0f %% of the variation. That is not “no effect”: read the "
        "intervals."
    ),
    "effect_disagrees": _(
        "%(term)s: %(unadjusted).3g unadjusted, but %(adjusted).3g (p = %(p).2g) once trend, "
        "season and controls are held fixed. Do not act on the unadjusted figure."
    ),
    # Linkage
    "no_common_columns": _("The two files have no column in common."),
    "nothing_to_compare": _("No column tells rows apart: each is empty or has one value only."),
    "rows_without_identifier": _("%(rows)d rows have no value in any compared column."),
    "one_column_only": _(
        "Only “%(column)s” could be compared; records that share it by chance cannot be told apart."
    ),
    "no_pairs_found": _("No two records look like the same."),
    "pairs_uncertain": _(
        "The pairs are right with %(percent).0f %% on average only: look at each before merging."
    ),
    "link_columns": _("The file of known pairs needs two columns of record ids."),
    "link_unknown_ids": _(
        "%(pairs)d known pairs name a record that is not in the data, for example “%(example)s”."
    ),
    "no_record_column": _("No column names the records, so they are numbered from 0."),
    "duplicate_record_ids": _("Column “%(column)s” names two rows “%(example)s”."),
}
