"""Association rules."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "rules_too_few": _("Rules need at least %(needed)d orders; found: %(baskets)d."),
    "too_many_itemsets": _(
        "More than %(limit)d sets of items stand in %(count)d orders or more: ask for a higher "
        "support."
    ),
    "single_items": _(
        "Every order holds one item only, so nothing can stand together: the table needs a row for "
        "each item of an order."
    ),
    "items_in_cells": _(
        "Each order has one row, and the cells of “%(column)s” look like lists (“%(example)s”): "
        "say that a cell holds several items, and they are split."
    ),
    "cells_split": _(
        "Cells were split at “%(separator)s”: %(items)d items in %(rows)d rows. Is that right?"
    ),
    "nothing_to_split": _(
        "The cells of “%(column)s” hold one item each: no sign stands between several."
    ),
    "columns_as_items": _("Columns that were read as items: %(columns)d."),
    "no_item_columns": _(
        "No column holds yes and no (or 0 and 1) only: choose those of the items."
    ),
    "not_marks": _(
        "Column “%(column)s” holds more than yes, no and numbers (“%(example)s”), so it is no item."
    ),
    "items_joined": _(
        "Spellings that differ in upper and lower case or in width only were counted as one "
        "(%(items)d): %(values)s."
    ),
    "spellings_apart": _(
        "These differ in upper and lower case or in width only and are counted apart, as none of "
        "the spellings prevails: %(values)s."
    ),
    "no_frequent_items": _("No item is bought often enough: ask for a lower support."),
    "no_rules": _("No rule reaches this support and confidence."),
    "rules_by_chance": _(
        "No rule is beyond chance (of %(rules)d): shuffled orders would give such rules too."
    ),
    "rules_partly_chance": _("Rules beyond chance: %(real)d of %(rules)d; the others are marked."),
}
