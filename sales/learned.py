"""What open deals are worth by the chance that is learned of each, beside that of its stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count, ExpressionWrapper, F, Q, Sum, Value
from django.db.models.fields import BooleanField
from django.db.models.functions import Cast, Coalesce, TruncMonth

from sales.measures import OPEN, UNROUNDED, WEIGHTED
from sales.models import Deal
from sales.offers import learned_chances
from sales.scopes import SalesScope

# Amount x learned chance; what nothing is learned of counts with its own probability.
WORTH = Coalesce(Cast(F("amount_base") * Cast(F("learned"), UNROUNDED), UNROUNDED), WEIGHTED)
_KEEP = """
UPDATE sales_forecastsnapshot AS kept SET learned = found.worth
FROM ({worth}) AS found
WHERE kept.taken_on = %s
    AND coalesce(kept.month, 'infinity') = coalesce(found.month, 'infinity')
    AND kept.pipeline_id = found.pipeline_id
    AND coalesce(kept.team_id, 0) = coalesce(found.team_id, 0)
    AND coalesce(kept.owner_id, 0) = coalesce(found.owner_id, 0)
"""


@dataclass(frozen=True)
class Learned:
    """Σ amount × chance by (month of the expected close, whether its day has passed), and of how
    many of the open ``deals`` something is ``known``."""

    worth: Mapping[tuple[date | None, bool], Decimal]
    known: int
    deals: int

    def of(self, month: date | None) -> Decimal:
        return self.worth.get((month, False), Decimal(0))

    @property
    def overdue(self) -> Decimal:
        return sum((v for (_month, passed), v in self.worth.items() if passed), Decimal(0))

    def since(self, first: date) -> Decimal:
        """Of the months from ``first`` on."""
        parts = (v for (month, passed), v in self.worth.items()
                 if month and month >= first and not passed)  # fmt: skip
        return sum(parts, Decimal(0))


def learned(scope: SalesScope, today: date) -> Learned | None:
    """What is learned of the open deals of a scope; None where nothing is. Two queries."""
    joined = _joined(scope.deals(Deal.objects))
    if joined is None:
        return None
    passed = ExpressionWrapper(Q(expected_close__lt=today), output_field=BooleanField())
    rows = (
        joined.order_by()
        .values(month=TruncMonth("expected_close"), passed=Coalesce(passed, Value(False)))
        .annotate(worth=Sum(WORTH), known=Count("learned"), deals=Count("pk"))
    )
    found = list(rows)
    worth = {(row["month"], row["passed"]): round(row["worth"], 2) for row in found}
    return Learned(worth, sum(r["known"] for r in found), sum(r["deals"] for r in found))


def learned_keep(monday: date) -> None:
    """Add what is learned of the open deals to the forecast that is kept of a week."""
    joined = _joined(Deal.objects.alive())
    if joined is None:
        return
    rows = (
        joined.order_by()
        .values("pipeline_id", "team_id", "owner_id", month=TruncMonth("expected_close"))
        .annotate(worth=Sum(WORTH))
    )
    inner, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_KEEP.format(worth=inner), [*values, monday])


def learned_list(url: str) -> str:
    """The address of a list of deals, with what is learned of each."""
    more = {key: value for one in learned_chances for key, value in one.shown.items()}
    return f"{url}&{urlencode(more)}" if more else url


def _joined(deals: Any) -> Any | None:
    for offer in learned_chances:
        found = offer.joined(deals.filter(OPEN))
        if found is not None:
            return found
    return None
