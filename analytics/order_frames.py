"""Orders as frames: purchases for customer value, baskets for what is bought together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models.functions import TruncDate

from analytics.frames import Scope
from sales.models import Order, OrderLine

if TYPE_CHECKING:
    import pandas as pd


def purchases(scope: Scope) -> pd.DataFrame:
    """One row per order that counts: ``customer`` (id), ``date``, ``amount`` (base currency).

    Refunds are rows with negative amounts.
    """
    import pandas as pd

    orders = scope.of(Order).counted().annotate(day=TruncDate("ordered_at")).order_by("pk")
    rows = orders.values_list("customer_id", "day", "total_base").iterator(chunk_size=20_000)
    frame = pd.DataFrame.from_records(rows, columns=["customer", "date", "amount"])
    frame["date"] = pd.to_datetime(frame["date"])
    frame["amount"] = frame["amount"].astype(float)
    return frame


def baskets(scope: Scope) -> pd.DataFrame:
    """One row per product of a sale, in the order of time: ``order``, ``item``, ``customer``."""
    import pandas as pd

    sold = scope.of(Order).counted().filter(kind=Order.Kind.SALE)
    lines = OrderLine.objects.filter(order__in=sold, product__isnull=False)
    rows = lines.order_by("order__ordered_at", "order_id", "pk").values_list(
        "order_id", "product__name", "order__customer_id"
    )
    return pd.DataFrame.from_records(
        rows.iterator(chunk_size=20_000), columns=["order", "item", "customer"]
    )
