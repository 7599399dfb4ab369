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
    "no_frequent_items": _("No item is bought often enough: ask for a lower support."),
    "no_rules": _("No rule reaches this support and confidence."),
    "rules_by_chance": _(
        "No rule is beyond chance (of %(rules)d): shuffled orders would give such rules too."
    ),
    "rules_partly_chance": _("Rules beyond chance: %(real)d of %(rules)d; the others are marked."),
}
