"""The only way from the database to a frame.

SQL aggregates; one row per customer or period arrives. ``scope`` says whose records: an actor's
(through ``visible_to``) or, for the nightly run, the whole company's; then one team's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Min, Q, Sum
from django.db.models.functions import TruncWeek
from django.utils import timezone

from customers.models import Customer, PrivacyRequest
from sales import measures
from sales.models import Order, SalesDay

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Scope:
    """Records of one team or of all, as ``actor`` sees them; no actor is the clock."""

    actor: Any = None
    team_id: int | None = None
    # The day as of which customers are looked at; None is today.
    today: date | None = None
    # Records that were made later are left out.
    until: datetime | None = None
    # These alone: customers where snapshots are taken, open deals where those are looked at.
    ids: Sequence[int] | None = None
    # What sales are told apart by (``forecast_frames.APART``).
    by: str = ""

    def of(self, model: type[Any]) -> Any:
        manager = model.objects
        found = manager.visible_to(self.actor) if self.actor else manager.alive()
        return self.known(found.filter(team=self.team_id) if self.team_id else found)

    def known(self, rows: Any, made: str = "created_at") -> Any:
        """The rows that were there; tables of sums have no such column and are taken whole."""
        dated = self.until is not None and hasattr(rows.model, made)
        return rows.filter(**{f"{made}__lte": self.until}) if dated else rows

    @property
    def day(self) -> date:
        """The day as of which records are looked at."""
        return self.today or timezone.localdate()


RFM_COLUMNS = ["recency", "frequency", "monetary", "tenure"]


def customer_features(scope: Scope, today: date | None = None) -> pd.DataFrame:
    """One row per customer who ever ordered.

    Columns: ``customer`` (id), ``recency`` (days since the last order), ``frequency`` (orders),
    ``monetary`` (order value in the base currency, refunds taken off), ``tenure`` (days since
    the first order).
    """
    import pandas as pd

    rows = _purchases_known(scope) if scope.until else _purchases_kept(scope)
    columns = ["customer", "last", "frequency", "monetary", "first"]
    frame = pd.DataFrame.from_records(rows.iterator(chunk_size=20_000), columns=columns)
    if frame.empty:
        return pd.DataFrame(columns=["customer", *RFM_COLUMNS])
    now = pd.Timestamp(today or scope.day, tz="UTC") + pd.Timedelta(days=1)

    def days(moments: Any) -> pd.Series[float]:
        gap: Any = now - pd.to_datetime(moments, utc=True)
        return (gap.dt.total_seconds() / 86400).clip(lower=0).round()

    return pd.DataFrame(
        {
            "customer": frame["customer"],
            "recency": days(frame["last"]),
            "frequency": frame["frequency"],
            "monetary": frame["monetary"].astype(float),
            "tenure": days(frame["first"]),
        }
    )


def _purchases_kept(scope: Scope) -> Any:
    buyers = scope.of(Customer).filter(order_count__gt=0).order_by("pk")
    return buyers.values_list("pk", "last_order_at", "order_count", "order_value", "first_order_at")


def _purchases_known(scope: Scope) -> Any:
    """The same from the orders that were there, as ``sales.triggers.ORDER_VALUE`` counts them."""
    sold = Q(kind=Order.Kind.SALE)
    orders = scope.known(Order.objects.counted()).filter(customer__in=scope.of(Customer))
    rows = orders.values("customer").annotate(
        last=Max("ordered_at", filter=sold), sales=Count("pk", filter=sold),
        value=Sum("total_base"), first=Min("ordered_at", filter=sold),
    )  # fmt: skip
    buyers = rows.filter(sales__gt=0).order_by("customer")
    return buyers.values_list("customer", "last", "sales", "value", "first")


def weekly_sales(scope: Scope) -> pd.DataFrame:
    """Columns ``week`` (Monday) and ``sales`` (base currency), whole weeks only, gaps as 0.

    The first week counts only when the first order came on its Monday.
    """
    import pandas as pd

    days = scope.of(SalesDay).exclude(orders=0, refunds=0)
    rows = measures.grouped(days, {"week": TruncWeek("day")}, "revenue").order_by("week")
    today = scope.today or measures.company_today()
    running = today - timedelta(days=today.weekday())
    weeks = {row["week"]: float(row["revenue"]) for row in rows}
    first = days.aggregate(day=Min("day"))["day"]
    if first and first.weekday() > 0:
        del weeks[min(weeks)]
    frame = pd.DataFrame(
        [(pd.Timestamp(week), total) for week, total in weeks.items() if week < running],
        columns=["week", "sales"],
    )
    if frame.empty:
        return frame
    filled = frame.set_index("week")["sales"].asfreq("W-MON", fill_value=0.0)
    return filled.reset_index()


def weeks_until(frame: pd.DataFrame, day: date | None) -> pd.DataFrame:
    """The rows up to the week of ``day``, of a frame that has weeks."""
    import pandas as pd

    if day is None or "week" not in frame:
        return frame
    return frame[frame["week"] <= pd.Timestamp(day)].reset_index(drop=True)


IDENTITY_COLUMNS = ["name", "phone", "email", "address", "city", "region"]


def customer_identities(scope: Scope) -> pd.DataFrame:
    """One row per customer: ``customer`` (id), ``raw`` and ``key`` (the name and its stored key),
    and ``IDENTITY_COLUMNS`` as they are compared.

    The name stands without legal form and place; a place in the name fills an empty city.
    """
    import pandas as pd

    from crm.common.names import fold, name_parts

    columns = ["pk", "name", "name_key", "phone", "email", "address", "city", "region"]
    erased = PrivacyRequest.objects.erased_customers()
    found = scope.of(Customer).exclude(pk__in=erased).order_by("pk")
    rows = found.values_list(*columns).iterator(chunk_size=20_000)
    table = []
    for pk, name, key, phone, email, address, city, region in rows:
        parts = name_parts(name)
        town = (name_parts(city).core or fold(city)).removesuffix("市") if city else parts.place
        table.append(
            (pk, name, key, parts.core, phone, email.casefold(), fold(address), town, fold(region))
        )
    return pd.DataFrame(table, columns=["customer", "raw", "key", *IDENTITY_COLUMNS]).replace(
        {"": None}
    )
