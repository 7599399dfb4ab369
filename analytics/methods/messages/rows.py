"""Columns and rows, any method."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "no_rows": _("There are no rows to analyse."),
    "no_usable_rows": _("No row is left after dropping rows with missing values."),
    "column_missing": _("There is no column “%(column)s”; the columns are: %(columns)s."),
    "column_not_numeric": _("Column “%(column)s” is not numeric (for example “%(example)s”)."),
    "two_styles": _(
        "Column “%(column)s” writes some numbers with a decimal point and others with a comma "
        "(“%(a)s”, “%(b)s”), so that 1.234 may be a thousand or hardly more than one. Write all of "
        "them one way first."
    ),
    "number_too_large": _("Column “%(column)s” holds a number too large to use: %(example)s."),
    "column_not_dates": _(
        "Column “%(column)s” cannot be read as dates (for example “%(example)s”)."
    ),
    "too_few_rows": _("%(method)s needs at least %(needed)d usable rows; found: %(rows)d."),
    "rows_missing_dropped": _("Rows left out for a missing or infinite value: %(rows)d."),
    "read_as_seconds": _("The durations of “%(column)s” were read as seconds."),
    "several_currencies": _(
        "“%(column)s” holds amounts in several currencies (%(currencies)s): they were taken as "
        "they stand, none was converted."
    ),
    "copies_summed": _(
        "Some rows are exact copies of others (%(rows)d): if they were only written twice, they "
        "are counted twice. Leave out repeated rows first."
    ),
    "one_value_decides": _(
        "One value of “%(column)s” (%(value)s) makes %(share).0f%% of its spread: means and "
        "straight lines follow it, ranks do not. Is it right?"
    ),
    "bad_parameter": _("%(name)s must be %(rule)s; got %(value)s."),
}
