"""Tables from files."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
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
    "sum_row_left_out": _("The last row (“%(name)s”) sums the others and was left out."),
    "points_are_thousands": _(
        "Points were read as marks of thousands (1.200 as 1200): %(columns)s."
    ),
    "file_ragged": _("Line %(line)d has %(found)d fields; the header has %(expected)d."),
}
