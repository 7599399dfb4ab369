"""Scores of customers, from a finished run back to where people work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from analytics.models import CustomerScore, Run
from crm.common.prepared import Prepared
from customers.models import Customer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analytics.methods.reasons import Reason

AT_ONCE = 5_000
# Of the scored, the likeliest tenth stands out; the rest is parted by the base rate.
TOP_SHARE = 0.1


def scores_write(
    *,
    run: Run,
    customers: NDArray[Any],
    chances: NDArray[Any],
    reasons: list[list[Reason]],
    base_rate: float,
) -> None:
    """Replace the scores of the run's customers; called in the transaction that stores the run.

    A team that has runs of its own keeps them: the company's run writes the other teams.
    """
    import numpy as np

    scope = CustomerScore.objects.filter(kind=run.method, customer__in=_scope(run))
    scope.delete()
    if not len(customers):
        return
    mine = set(_scope(run).values_list("pk", flat=True))
    top = max(float(np.quantile(chances, 1.0 - TOP_SHARE)), base_rate)
    rows = (
        CustomerScore(
            customer_id=int(pk), kind=run.method, run=run, chance=round(float(p), 4),
            level=_level(float(p), top, base_rate),
            reasons=[_plain(reason) for reason in why],
        )
        for pk, p, why in zip(customers, chances, reasons, strict=True)
        if int(pk) in mine
    )  # fmt: skip
    CustomerScore.objects.bulk_create(rows, batch_size=AT_ONCE)


def _level(chance: float, top: float, base_rate: float) -> int:
    if chance >= top:
        return CustomerScore.Level.HIGH
    return CustomerScore.Level.MEDIUM if chance >= base_rate else CustomerScore.Level.LOW


def _plain(reason: Reason) -> dict[str, Any]:
    return {
        "column": reason.column, "value": reason.value, "typical": reason.typical,
        "effect": reason.effect,
    }  # fmt: skip


def _scope(run: Run) -> Any:
    if run.team_id:
        return Customer.objects.filter(team=run.team_id)
    own = Run.objects.finished().filter(method=run.method, team__isnull=False).values("team")
    return Customer.objects.filter(Q(team=None) | ~Q(team__in=own))


def scores_of(user: Any, customer_id: int) -> list[CustomerScore]:
    """A customer's scores; who may see the customer may see them."""
    return _SCORES.fetch(user, customer_id=customer_id)


def with_level(customers: Any, kind: str, level: str) -> Any:
    """The customers whose score of a kind has a level."""
    if level not in {str(value) for value in CustomerScore.Level.values}:
        return customers
    found = CustomerScore.objects.filter(customer=OuterRef("pk"), kind=kind, level=int(level))
    return customers.filter(Exists(found))


def _scores_query(user: Any, customer_id: int) -> Any:
    seen = Customer.objects.visible_to(user).filter(pk=customer_id)
    return CustomerScore.objects.filter(customer__in=seen.values("pk")).order_by("kind")


_SCORES = Prepared(_scores_query)
