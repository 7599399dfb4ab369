"""What the customers of an experiment did: the one definition of its outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Round
from django.utils import timezone

from crm.common.history import held_at, value_at
from crm.common.roles import Person
from customers.models import Customer
from marketing.experiments.models import Assignment, Experiment
from marketing.models import Activity
from sales import measures
from sales.models import Order
from sales.querysets import COUNTED

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["arm", "outcome"]


def outcomes(experiment: Experiment, until: datetime | None = None) -> pd.DataFrame:
    """One row per customer drawn: ``arm`` and ``outcome``.

    "order": 1 where a sale that counts was ordered within the window; "revenue": sales less
    refunds within it, in the base currency; "success": 1 where the activity succeeded (those held
    out have none and are left out). The window begins with the draw and is the same for every arm.
    All customers drawn count, whoever owns them now: leaving out those who moved would undo the
    draw. Only sums per arm are shown.

    With ``until`` the records are those of then: later ones are left out, and what was cancelled,
    deleted, moved, answered or given other lines since counts as it stood.
    """
    import pandas as pd

    rows = Assignment.objects.filter(experiment=experiment).order_by("customer_id")
    if experiment.outcome == Experiment.Outcome.SUCCESS:
        rows = rows.exclude(arm="control")
    drawn = list(rows.values_list("customer_id", "arm"))
    if experiment.started_at is None or not drawn:
        return pd.DataFrame(columns=COLUMNS)
    found = _found(experiment, until or timezone.now())
    return pd.DataFrame(
        {
            "arm": [arm for _customer, arm in drawn],
            "outcome": [found.get(customer, 0.0) for customer, _arm in drawn],
        }
    )


def _found(experiment: Experiment, until: datetime) -> dict[int, float]:
    """The outcome of each customer that has one."""
    drawn = Assignment.objects.filter(experiment=experiment).values("customer")
    if experiment.outcome == Experiment.Outcome.SUCCESS:
        sent = Activity.objects.filter(campaign=experiment.campaign_id, customer__in=drawn)
        wanted = Q(trashed_at=None, result=Activity.Result.SUCCESS)
        won = held_at(sent, wanted, until)
        return dict.fromkeys(won.values_list("customer_id", flat=True), 1.0)
    wanted = COUNTED & Q(
        ordered_at__gte=experiment.started_at, ordered_at__lt=experiment.window_end
    )
    orders = held_at(Order.objects.filter(customer__in=drawn), wanted, until)
    by_customer = orders.order_by().values("customer_id")
    if experiment.outcome == Experiment.Outcome.ORDER:
        sales = by_customer.annotate(found=measures.ORDER["orders"])
        return {row["customer_id"]: float(row["found"] > 0) for row in sales}
    total, rate = value_at(Order, "total"), value_at(Order, "rate")
    amount = Round(total * rate, 2, output_field=measures.MONEY)
    revenue = by_customer.annotate(found=Sum(amount))
    return {row["customer_id"]: float(row["found"]) for row in revenue}


@dataclass(frozen=True)
class Past:
    """What customers did without any experiment, over a window that ended today.

    ``share`` of them who ordered, ``mean`` and ``spread`` (standard deviation) of revenue.
    """

    customers: int
    share: float
    mean: float
    spread: float


def past_outcomes(user: Person, window_days: int, now: datetime | None = None) -> Past | None:
    """The past of the customers whom the user may draw; None without customers."""
    mine: Any = Customer.objects.editable_by(user)
    count = mine.count()
    if not count:
        return None
    until = now or timezone.now()
    orders = Order.objects.counted().filter(
        customer__in=mine.values("pk"), ordered_at__lt=until,
        ordered_at__gte=until - timedelta(days=window_days),
    )  # fmt: skip
    sums = measures.grouped(orders, {"buyer": "customer_id"}, "orders", "revenue")
    rows = [(row["orders"], float(row["revenue"])) for row in sums]
    mean = sum(revenue for _orders, revenue in rows) / count
    square = sum(revenue**2 for _orders, revenue in rows) / count
    return Past(
        customers=count, share=sum(orders > 0 for orders, _revenue in rows) / count, mean=mean,
        spread=max(square - mean**2, 0.0) ** 0.5,
    )  # fmt: skip


def arm_counts(experiments: list[Experiment]) -> dict[int, dict[str, int]]:
    """Customers per experiment and arm, in one query."""
    rows = (
        Assignment.objects.filter(experiment__in=experiments)
        .values("experiment", "arm").annotate(customers=Count("pk")).order_by()
    )  # fmt: skip
    counts: dict[int, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(row["experiment"], {})[row["arm"]] = row["customers"]
    return counts
