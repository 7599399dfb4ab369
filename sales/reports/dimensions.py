"""What figures can be broken down by, and how a group is found again in the lists of records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import (
    Coalesce,
    TruncDate,
    TruncMonth,
    TruncQuarter,
    TruncWeek,
    TruncYear,
)
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.models import Team, User
from crm.records.part_filters import NONE, NOTHING
from customers.models import Customer
from sales.measures import company_zone
from sales.models import Channel, Deal, Pipeline, Product, Stage
from sales.reports import periods

ORDERS, DEALS = frozenset({"orders"}), frozenset({"won", "lost", "open"})
EVERYTHING = ORDERS | DEALS
KEPT = frozenset({"channel", "owner", "team"})  # what sums are kept by, beside days
__all__ = ["ALL", "BY_KEY", "NOTHING", "Dimension", "Step", "step_expression"]
Labels = Callable[[Any], Mapping[Any, str]]


@dataclass(frozen=True)
class Dimension:
    """``path`` leads from an order or deal to the value; ``labels(keys)`` gives their names.

    ``of_lines``: the path leads from a line of an order. ``param`` is the list's filter.
    """

    key: str
    label: str | Promise
    path: str
    labels: Labels
    sources: frozenset[str] = EVERYTHING
    of_lines: bool = False
    param: str = ""
    text: bool = False

    def expression(self, *, lines: bool) -> Any:
        path = self.path if self.of_lines or not lines else f"order__{self.path}"
        return Coalesce(F(path), Value("")) if self.text else F(path)

    def of_days(self) -> Any:
        """The same from the sums kept by day (``SalesDay``); None where they cannot tell."""
        return F(self.path) if self.path in KEPT else None

    def drill(self, key: Any) -> dict[str, str]:
        return {self.param or self.key: NONE if key in ("", None) else str(key)}


@dataclass(frozen=True)
class Step(Dimension):
    """A step of time: the days stand in ``days`` of what is reported."""

    def of_days(self) -> Any:
        return step_expression(self.key, "day", is_day=True)

    def label_of(self, key: date | None) -> str:
        return _("No date") if key is None else periods.step_label(self.key, key)


def _as_they_are(keys: Any) -> dict[Any, str]:
    return {key: str(key) for key in keys if key}


def _choices(choices: Any) -> Labels:
    return lambda keys: {value: str(label) for value, label in choices if value in set(keys)}


def _records(model: Any, name: Callable[[Any], str] = str) -> Labels:
    def labels(keys: Any) -> dict[Any, str]:
        found = model._default_manager.in_bulk([key for key in keys if key is not None])
        return {pk: name(record) for pk, record in found.items()}

    return labels


def _stages(keys: Any) -> dict[Any, str]:
    found = Stage.objects.select_related("pipeline").in_bulk([key for key in keys if key])
    several = len({stage.pipeline_id for stage in found.values()}) > 1
    return {
        pk: f"{stage.label} ({stage.pipeline.label})" if several else stage.label
        for pk, stage in found.items()
    }


ALL = [
    Dimension("region", gettext_lazy("Region"), "customer__region", _as_they_are, text=True),
    Dimension("product", gettext_lazy("Product"), "product", _records(Product), ORDERS,
              of_lines=True),
    Dimension("category", gettext_lazy("Product category"), "product__category", _as_they_are,
              ORDERS, of_lines=True, text=True),
    Dimension("channel", gettext_lazy("Sales channel"), "channel", _records(Channel), ORDERS),
    Dimension("owner", gettext_lazy("Owner"), "owner", _records(User), param="owned_by"),
    Dimension("team", gettext_lazy("Team"), "team", _records(Team)),
    Dimension("customer_kind", gettext_lazy("Kind of customer"), "customer__kind",
              _choices(Customer.Kind.choices)),
    Dimension("industry", gettext_lazy("Industry"), "customer__industry", _as_they_are, text=True),
    Dimension("acquisition", gettext_lazy("Acquisition channel"), "customer__acquisition",
              _choices(Customer.Acquisition.choices), text=True),
    Dimension("source", gettext_lazy("Source"), "customer__source", _as_they_are, text=True),
    Dimension("pipeline", gettext_lazy("Pipeline"), "pipeline", _records(Pipeline), DEALS),
    Dimension("stage", gettext_lazy("Stage"), "stage", _stages, frozenset({"open"})),
    Dimension("lost_reason", gettext_lazy("Reason for losing"), "lost_reason",
              _choices(Deal.LostReason.choices), frozenset({"lost"}), text=True),
    *(Step(key, label, "", _as_they_are) for key, label in periods.STEPS),
]  # fmt: skip
BY_KEY = {dimension.key: dimension for dimension in ALL}

_TRUNCATE: dict[str, Any] = {
    "week": TruncWeek, "month": TruncMonth, "quarter": TruncQuarter, "year": TruncYear,
}  # fmt: skip


def step_expression(step: str, field: str, *, is_day: bool) -> Any:
    """The step in which ``field`` (a moment, or a day) lies, as its first day."""
    day: Any = F(field) if is_day else TruncDate(field, tzinfo=company_zone())
    return day if step == "day" else _TRUNCATE[step](day)
