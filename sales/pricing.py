"""Which price applies: the most specific list and its best quantity break, else the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F

from sales.models import PriceItem, PriceList, Product


@dataclass(frozen=True)
class Price:
    """A unit price, and the list that it comes from; without one it is the product's own."""

    amount: Decimal
    price_list: PriceList | None = None


def prices_for(
    customer: Any, wanted: Sequence[tuple[Product, Decimal]], currency: str, day: date
) -> list[Price | None]:
    """The unit price of each (product, quantity) for a customer on a day, in one query.

    A list made for the customer goes before one of its segment, that before one for everyone;
    among the lists of one rank and their quantity breaks that the quantity reaches, the highest
    break counts, then the lowest price. None where nothing is priced in ``currency``.
    """
    lists = PriceList.objects.valid_on(day).filter(currency=currency).for_customer(customer)
    ranks = {found.pk: found for found in lists} if wanted else {}
    items = PriceItem.objects.filter(
        price_list__in=list(ranks), product__in={product.pk for product, _quantity in wanted}
    )
    offers: dict[int, list[tuple[int, Decimal, Decimal, PriceList]]] = {}
    for item in items.order_by(F("min_quantity").desc(), "pk"):
        found: Any = ranks[item.price_list_id]
        offers.setdefault(item.product_id, []).append(
            (found.rank, -item.min_quantity, item.price, found)
        )
    return [
        _best(product, quantity, currency, offers.get(product.pk, []))
        for product, quantity in wanted
    ]


def _best(
    product: Product,
    quantity: Decimal,
    currency: str,
    offers: Sequence[tuple[int, Decimal, Decimal, PriceList]],
) -> Price | None:
    reached = [offer for offer in offers if -offer[1] <= quantity]
    if reached:
        _rank, _minimum, amount, price_list = min(reached, key=lambda offer: offer[:3])
        return Price(amount, price_list)
    return Price(product.price) if product.currency == currency else None
