"""Writes about price lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.common.services import (
    record_create,
    record_lock,
    record_restore,
    record_trash,
    record_update,
)
from customers.models import Customer
from sales.models import PriceItem, PriceList, Product
from sales.services.reach import require_keeper


@dataclass(frozen=True)
class PriceLine:
    """What a product costs from a quantity on."""

    product: Product
    price: Decimal
    min_quantity: Decimal = Decimal(1)


@transaction.atomic
def price_list_create(
    *,
    actor: Any,
    items: Sequence[PriceLine] = (),
    customers: Iterable[Customer] = (),
    submission: UUID | None = None,
    **values: Any,
) -> PriceList:
    """A new price list; managers and administrators keep them.

    Raises
    ------
    PermissionDenied
        The actor does not keep the catalogue.
    RefusedError
        A product has two prices from the same quantity on.
    """
    require_keeper(actor)
    made = PriceList(**values)
    created = record_create(record=made, actor=actor, submission=submission)
    if created is made:
        created.customers.set(customers)
        _write_items(created, items)
    return created


@transaction.atomic
def price_list_update(
    *, pk: int, actor: Any, changes: dict[str, Any], expected_version: int | None = None
) -> PriceList:
    """Change a list; ``changes["items"]`` replaces its prices. Raises as ``price_list_create``.

    Customers whom the actor does not see stay on the list.
    """
    price_list: PriceList = record_lock(PriceList.objects.editable_by(actor), pk)
    changes = dict(changes)
    items = changes.pop("items", None)
    if "customers" in changes:
        unseen = price_list.customers.exclude(
            pk__in=Customer.objects.visible_to(actor).values("pk")
        )
        changes["customers"] = [*changes["customers"], *unseen]
    updated = record_update(
        model=PriceList, pk=pk, actor=actor, changes=changes, expected_version=expected_version
    )
    if items is not None:
        _write_items(updated, items)
    return updated


price_list_trash = partial(record_trash, model=PriceList)
price_list_restore = partial(record_restore, model=PriceList)


def _write_items(price_list: PriceList, items: Sequence[PriceLine]) -> None:
    places = [(item.product.pk, item.min_quantity) for item in items]
    if len(set(places)) < len(places):
        raise RefusedError(_("A product has two prices from the same quantity on."))
    stored = {(one.product_id, one.min_quantity): one for one in price_list.items.all()}
    gone = [one.pk for place, one in stored.items() if place not in set(places)]
    price_list.items.filter(pk__in=gone).delete()
    changed: list[PriceItem] = []
    for item, place in zip(items, places, strict=True):
        one = stored.get(place)
        if one is None:
            price_list.items.create(product=item.product, price=item.price, min_quantity=place[1])
        elif one.price != item.price:
            one.price = item.price
            changed.append(one)
    PriceItem.objects.bulk_update(changed, ["price"])
