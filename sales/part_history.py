"""Prices, customers and lines in the histories of the records on which they hang."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common import formats
from crm.common.registries import HistoryPart, history_parts
from sales.models import OrderLine, PriceItem, PriceListCustomer, QuoteLine

_LINE = pgettext_lazy("order", "line")


def _price(item: PriceItem) -> str:
    """A price as the history says it: 12.50, with what has to be bought for it."""
    price = formats.exact(item.price, 2)
    return price if item.min_quantity == 1 else f"{price} (≥ {formats.exact(item.min_quantity)})"


def _line(line: OrderLine | QuoteLine) -> str:
    """2 × 80.00 (−5%)."""
    said = f"{formats.exact(line.quantity)} × {formats.exact(line.unit_price, 2)}"
    if line.discount:
        said += f" (−{formats.exact(line.discount)}%)"
    return said


history_parts["sales.order"] = [
    HistoryPart(OrderLine, "order", "product", _LINE, _line, "description", together=True)
]
history_parts["sales.quote"] = [
    HistoryPart(QuoteLine, "quote", "product", _LINE, _line, "description", together=True)
]
history_parts["sales.pricelist"] = [
    HistoryPart(PriceItem, "price_list", "product", _("price"), _price),
    HistoryPart(PriceListCustomer, "pricelist", "customer", _("customer")),
]
