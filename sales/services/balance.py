"""A refund and its order hold together: what was given back was sold before, in one currency."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.common import formats
from crm.common.errors import RefusedError
from sales.models import Order

NOT_SOLD = (Order.Status.DRAFT, Order.Status.CANCELLED)


def check_balance(order: Order) -> None:
    """Whether an order and its refund, either of which was just written, still hold together.

    Raises
    ------
    RefusedError
        The refund is of more than its order, in another currency, or of what is no sale any more.
    """
    refund = order if order.refund_of_id else Order.objects.alive().filter(refund_of=order).first()
    sale = order.refund_of if order.refund_of_id else order
    if refund is None or sale is None or refund.status in NOT_SOLD:
        return
    if sale.trashed_at is not None or sale.status in NOT_SOLD:
        raise RefusedError(
            _("%(refund)s refunds this order; cancel or delete the refund first.")
            % {"refund": refund.number}
        )
    if refund.currency != sale.currency:
        raise RefusedError(
            _("An order and its refund have one currency: %(order)s is in %(currency)s.")
            % {"order": sale.number, "currency": sale.currency}
        )
    if -refund.total > sale.total:
        raise RefusedError(
            _("%(refund)s would give back %(back)s, more than the %(total)s of %(order)s.")
            % {
                "refund": refund.number, "order": sale.number,
                "back": formats.money(-refund.total, refund.currency),
                "total": formats.money(sale.total, sale.currency),
            }
        )  # fmt: skip
