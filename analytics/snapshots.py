"""Customers as they were known on a day: what may predict, and what came of it.

Nothing that happened on or after the day enters a feature; the outcome lies in the days after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Avg, Count, F, Max, Min, Q, Sum

from analytics.frames import Scope
from communications.models import Communication
from crm.common.days import day_start
from customers.models import Customer
from sales.models import Deal, Order, Stage
from service.models import ServiceRequest, Survey

if TYPE_CHECKING:
    import pandas as pd

YEAR, QUARTER = timedelta(days=365), timedelta(days=90)
HORIZON_DAYS = 120
SNAPSHOTS = 5
# With more customers, a part of them (by number) is enough to learn from.
LEARNED_CUSTOMERS = 60_000
NEVER = float("nan")
# What people write about a customer, and may change.
PROFILE = ("acquisition", "industry", "region", "kind")


@dataclass(frozen=True)
class Question:
    """What is asked of customers.

    Attributes
    ----------
    buyers : bool
        Ask it of those who ordered in the last ``HORIZON_DAYS``, else of the others.
    event : bool
        What is to be foretold: True that they order within ``HORIZON_DAYS``, False that not.
    """

    buyers: bool
    event: bool


CHURN = Question(buyers=True, event=False)
POTENTIAL = Question(buyers=False, event=True)


def learning_frame(scope: Scope, question: Question, today: date | None = None) -> pd.DataFrame:
    """Customers on past days, one row each: features, ``day`` and ``event`` (yes or no).

    The days lie ``HORIZON_DAYS`` apart, the last so long ago that its outcome is known; outcomes
    of earlier days are thus known on later ones, and judging by ``day`` is honest.
    """
    import pandas as pd

    today = today or scope.day
    step = timedelta(days=HORIZON_DAYS)
    total = scope.of(Customer).count()
    part = max(1, -(-total // LEARNED_CUSTOMERS))
    frames = []
    for back in range(SNAPSHOTS, 0, -1):
        day = today - back * step
        frame = _asked(features(scope, day, part), question)
        bought = _bought(scope, day, day + step)
        happened = frame["customer"].isin(bought) == question.event
        frame["event"] = happened.map({True: "yes", False: "no"})
        frame["day"] = (day - date(2000, 1, 1)).days
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def asked_today(scope: Scope, question: Question, today: date | None = None) -> pd.DataFrame:
    """The customers whom the question concerns now, with the same features."""
    today = today or scope.day
    return _asked(features(scope, today + timedelta(days=1)), question)


def _asked(frame: pd.DataFrame, question: Question) -> pd.DataFrame:
    lately = frame["recency"] <= HORIZON_DAYS
    return frame[lately == question.buyers].reset_index(drop=True)


def features(scope: Scope, day: date, part: int = 1) -> pd.DataFrame:
    """One row per customer known before ``day``; of every ``part``-th customer."""
    import pandas as pd

    at = day_start(day)
    parts = [_orders(scope, at), _requests(scope, at), _surveys(scope, at), _talks(scope, at)]
    parts.append(_deals(scope, at))
    frame = _customers(scope, at, part).set_index("customer")
    for other in parts:
        frame = frame.join(other.set_index("customer")) if len(other) else _empty(frame, other)
    counts = ["orders", "orders_year", "value_year", "requests", "complaints", "unanswered"]
    counts += ["contacts", "lost_deals", "open_deals"]
    frame[counts] = frame[counts].astype(float).fillna(0.0)
    frame["pace"] = frame["recency"] / (frame["tenure"] / frame["orders"]).clip(lower=1.0)
    return frame.reset_index().astype({"pace": float}).replace({"": pd.NA})


def _empty(frame: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{name: NEVER for name in other.columns if name != "customer"})


def _of(scope: Scope, model: type[Any]) -> Any:
    """Records of the scope's customers, whichever team handles them."""
    found = model.objects.visible_to(scope.actor) if scope.actor else model.objects.alive()
    if scope.team_id:
        found = found.filter(customer__team=scope.team_id)
    return scope.known(found if scope.ids is None else found.filter(customer__in=scope.ids))


def _table(rows: Any, columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    found = rows.order_by().values_list(*columns).iterator(chunk_size=20_000)
    return pd.DataFrame.from_records(list(found), columns=columns)


def _days(moments: Any, at: datetime) -> pd.Series:
    import pandas as pd

    gap: Any = pd.Timestamp(at) - pd.to_datetime(moments, utc=True)
    return (gap.dt.total_seconds() / 86_400).clip(lower=0).round(1)


def _customers(scope: Scope, at: datetime, part: int) -> pd.DataFrame:
    known = scope.of(Customer).filter(created_at__lt=at)
    if scope.ids is not None:
        known = known.filter(pk__in=scope.ids)
    if part > 1:
        known = known.annotate(place=F("pk") % part).filter(place=0)
    columns = ["pk", "created_at", *PROFILE]
    frame = _table(known, columns).rename(columns={"pk": "customer"}).sort_values("customer")
    frame["age"] = _days(frame.pop("created_at"), at)
    return _as_of(frame.set_index("customer"), known, at).reset_index()


def _as_of(frame: pd.DataFrame, customers: Any, at: datetime) -> pd.DataFrame:
    """The rows with what was changed since as it stood: the first old row kept after ``at``."""
    edits = apps.get_model("customers", "CustomerEvent").objects.filter(
        pgh_created_at__gte=at, pgh_obj__in=customers.values("pk")
    )  # fmt: skip
    first = edits.order_by("pgh_obj", "pgh_created_at", "pgh_id").distinct("pgh_obj")
    rows = list(first.values_list("pgh_obj", *PROFILE))
    for column, name in enumerate(PROFILE, start=1):
        before = {row[0]: row[column] for row in rows}
        frame.loc[list(before), name] = list(before.values())
    return frame


def _orders(scope: Scope, at: datetime) -> pd.DataFrame:
    year = Q(ordered_at__gte=at - YEAR)
    rows = (
        _of(scope, Order).counted().filter(ordered_at__lt=at, total_base__gt=0)
        .values("customer")
        .annotate(
            first=Min("ordered_at"), last=Max("ordered_at"), orders=Count("pk"),
            orders_year=Count("pk", filter=year), value_year=Sum("total_base", filter=year),
        )
    )  # fmt: skip
    columns = ["customer", "first", "last", "orders", "orders_year", "value_year"]
    frame = _table(rows, columns)
    frame["recency"] = _days(frame.pop("last"), at)
    frame["tenure"] = _days(frame.pop("first"), at)
    frame["value_year"] = frame["value_year"].astype(float)
    return frame


def _requests(scope: Scope, at: datetime) -> pd.DataFrame:
    answered = Q(first_responded_at__lt=at)
    rows = (
        _of(scope, ServiceRequest).filter(opened_at__lt=at, customer__isnull=False)
        .values("customer")
        .annotate(
            requests=Count("pk"),
            complaints=Count("pk", filter=Q(kind=ServiceRequest.Kind.COMPLAINT)),
            unanswered=Count("pk", filter=~answered | Q(first_responded_at=None)),
            wait=Avg(F("first_responded_at") - F("opened_at"), filter=answered),
        )
    )  # fmt: skip
    frame = _table(rows, ["customer", "requests", "complaints", "unanswered", "wait"])
    frame["response_hours"] = _hours(frame.pop("wait"))
    return frame


def _hours(waits: Any) -> pd.Series:
    import pandas as pd

    return pd.to_timedelta(waits).dt.total_seconds() / 3_600


def _surveys(scope: Scope, at: datetime) -> pd.DataFrame:
    requests = _of(scope, ServiceRequest).filter(opened_at__lt=at)
    rows = (
        Survey.objects.filter(answered_at__lt=at, request__in=requests, request__customer__gt=0)
        .values(customer=F("request__customer"))
        .annotate(satisfaction=Avg("score"))
    )
    return _table(rows, ["customer", "satisfaction"]).astype({"satisfaction": float})


def _talks(scope: Scope, at: datetime) -> pd.DataFrame:
    rows = (
        _of(scope, Communication).filter(happened_at__lt=at, customer__isnull=False)
        .exclude(channel=Communication.Channel.NOTE)
        .values("customer")
        .annotate(
            last=Max("happened_at"), contacts=Count("pk", filter=Q(happened_at__gte=at - QUARTER))
        )
    )  # fmt: skip
    frame = _table(rows, ["customer", "last", "contacts"])
    frame["silence"] = _days(frame.pop("last"), at)
    return frame


def _deals(scope: Scope, at: datetime) -> pd.DataFrame:
    lost = Q(stage__kind=Stage.Kind.LOST, closed_at__lt=at, closed_at__gte=at - YEAR)
    rows = (
        _of(scope, Deal).filter(created_at__lt=at)
        .values("customer")
        .annotate(
            lost_deals=Count("pk", filter=lost),
            open_deals=Count("pk", filter=Q(closed_at=None) | Q(closed_at__gte=at)),
        )
    )  # fmt: skip
    return _table(rows, ["customer", "lost_deals", "open_deals"])


def _bought(scope: Scope, start: date, end: date) -> set[int]:
    found = _of(scope, Order).counted().filter(
        ordered_at__gte=day_start(start), ordered_at__lt=day_start(end), total_base__gt=0
    )  # fmt: skip
    return set(found.order_by().values_list("customer", flat=True).distinct())
