"""The only way from the database to a frame.

SQL aggregates; one row per customer or period arrives. ``scope`` says whose records: an actor's
(through ``visible_to``) or, for the nightly run, the whole company's; then one team's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Min
from django.db.models.functions import TruncWeek
from django.utils import timezone

from customers.models import Customer, PrivacyRequest
from sales import measures
from sales.models import SalesDay

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Scope:
    """Records of one team or of all, as ``actor`` sees them; no actor is the clock."""

    actor: Any = None
    team_id: int | None = None
    # The day as of which customers are looked at; None is today.
    today: date | None = None

    def of(self, model: type[Any]) -> Any:
        manager = model.objects
        found = manager.visible_to(self.actor) if self.actor else manager.alive()
        return found.filter(team=self.team_id) if self.team_id else found


RFM_COLUMNS = ["recency", "frequency", "monetary", "tenure"]


def customer_features(scope: Scope, today: date | None = None) -> pd.DataFrame:
    """One row per customer who ever ordered.

    Columns: ``customer`` (id), ``recency`` (days since the last order), ``frequency`` (orders),
    ``monetary`` (order value in the base currency, refunds taken off), ``tenure`` (days since
    the first order).
    """
    import pandas as pd

    buyers = scope.of(Customer).filter(order_count__gt=0).order_by("pk")
    rows = buyers.values_list("pk", "last_order_at", "order_count", "order_value", "first_order_at")
    columns = ["customer", "last", "frequency", "monetary", "first"]
    frame = pd.DataFrame.from_records(rows.iterator(chunk_size=20_000), columns=columns)
    if frame.empty:
        return pd.DataFrame(columns=["customer", *RFM_COLUMNS])
    now = pd.Timestamp(today or timezone.localdate(), tz="UTC") + pd.Timedelta(days=1)

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


def weekly_sales(scope: Scope) -> pd.DataFrame:
    """Columns ``week`` (Monday) and ``sales`` (base currency), whole weeks only, gaps as 0.

    The first week counts only when the first order came on its Monday.
    """
    import pandas as pd

    days = scope.of(SalesDay).exclude(orders=0, refunds=0)
    rows = measures.grouped(days, {"week": TruncWeek("day")}, "revenue").order_by("week")
    today = measures.company_today()
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
