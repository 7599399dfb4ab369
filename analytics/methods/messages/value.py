"""Customer value."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "no_purchases": _("There is no purchase: no row of “%(column)s” is zero or more."),
    "refund_days": _("Days with refunds only: %(days)d. They lower the spend and are no purchase."),
    "value_too_few_customers": _(
        "Customer value needs at least %(needed)d customers, %(needed_repeaters)d of them "
        "with a repeat purchase; found: %(customers)d and %(repeaters)d."
    ),
    "value_no_fit": _("The %(model)s model could not be fitted to these purchases."),
    "value_at_edge": _(
        "A parameter ran to the edge of its range: nearly nobody leaves, or all customers "
        "are alike. Rely on totals rather than on the chances of single customers."
    ),
    "value_not_judged": _(
        "The history is too short to judge the values on purchases not seen; they are unproven."
    ),
    "value_no_better_than_rate": _(
        "On purchases not seen, the model was no better than each customer's past rate."
    ),
    "value_intervals_widened": _(
        "On purchases not seen, the predicted total missed its interval; the intervals of the "
        "totals were widened by that error."
    ),
    "spend_too_few": _(
        "Too few customers with repeat purchases have a positive spend (%(customers)d; "
        "needed: %(needed)d), so purchases are counted without money."
    ),
    "spend_constant": _(
        "All customers spend the same amount per purchase, so purchases are counted without money."
    ),
    "spend_and_frequency_related": _(
        "Customers who buy more often spend differently per purchase (correlation "
        "%(correlation).2f); the model takes the two as unrelated, so values are rough."
    ),
}
