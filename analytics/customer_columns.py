"""What runs found of customers in the list of customers: columns, orders and filters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import django_filters
from django.conf import settings
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from analytics.models import CustomerScore, CustomerValue, NextProduct, Run
from analytics.scores import with_level
from crm.common import formats
from crm.common.columns import Column, DayColumn, MoneyColumn, NumberColumn
from crm.common.expressions import AsStored
from crm.records.forms import RemoteSelect
from crm.records.keyset import RelatedSort
from sales.measures import company_today
from sales.models import Product


@dataclass(frozen=True)
class Told:
    """What the live runs tell of a customer in one column; of each at most one row does."""

    model: type[Any]
    column: str
    where: dict[str, Any] = field(default_factory=dict)

    def for_list(self) -> AsStored:
        """For the few rows of a page."""
        found = self.model.objects.shown_each().filter(customer=OuterRef("pk"), **self.where)
        return AsStored(found.values(self.column)[:1])

    def for_file(self) -> dict[str, Any]:
        """For a hundred thousand rows: by a join."""
        relation = self.model._meta.get_field("customer").remote_field.related_name
        name = "_".join(["shown", relation, *self.where.values()])

        def joined() -> FilteredRelation:
            live = Run.objects.filter(live=True).values_list("pk", flat=True)
            where = {"run__in": list(live) or [0], **self.where}
            condition = Q(**{f"{relation}__{key}": value for key, value in where.items()})
            return FilteredRelation(relation, condition=condition)

        return {"export": F(f"{name}__{self.column}"), "beside": (name, joined)}


@dataclass(frozen=True)
class ChanceColumn(Column):
    """A chance in per cent."""

    css: str = "text-end num"

    def render(self, record: Any) -> str:
        found = self.value(record)
        return "" if found is None else formats.percent(found)


def _base_currency(record: Any) -> str:
    return settings.BASE_CURRENCY


TOLD = {
    **{f"score_{kind.value}": Told(CustomerScore, "chance", {"kind": kind.value})
       for kind in CustomerScore.Kind},
    "value_to_come": Told(CustomerValue, "value"),
    "orders_to_come": Told(CustomerValue, "orders"),
    "still_customer": Told(CustomerValue, "alive"),
    "next_order_on": Told(CustomerValue, "next_on"),
    "next_product": Told(NextProduct, "product__name"),
}  # fmt: skip


def _column(made: type[Any], key: str, label: Any, **options: Any) -> Any:
    return made(key, label, default=False, **TOLD[key].for_file(), **options)


COLUMNS = [
    *(
        _column(ChanceColumn, f"score_{kind.value}", kind.label, sort=kind.value)
        for kind in CustomerScore.Kind
    ),
    _column(MoneyColumn, "value_to_come", _("Value to come"), sort="worth",
            currency=_base_currency),
    _column(NumberColumn, "orders_to_come", _("Orders to come"), digits=1),
    _column(ChanceColumn, "still_customer", _("Still a customer"), sort="still"),
    _column(DayColumn, "next_order_on", _("Next order expected"), sort="expected"),
    _column(Column, "next_product", _("Next product")),
]  # fmt: skip

_OF_VALUE = {"values__run__live": True}
SORTS = [
    *(
        RelatedSort(kind.value, "scores__chance",
                    where={"scores__kind": kind.value, "scores__run__live": True})
        for kind in CustomerScore.Kind
    ),
    RelatedSort("worth", "values__value", where=_OF_VALUE),
    RelatedSort("still", "values__alive", where=_OF_VALUE),
    RelatedSort("expected", "values__next_on", where=_OF_VALUE),
]  # fmt: skip


def with_found(customers: Any, shown: set[str]) -> Any:
    """The customers with what runs found of them, as far as a list shows it."""
    return customers.annotate(**{key: TOLD[key].for_list() for key in TOLD if key in shown})


class LevelFilter(django_filters.ChoiceFilter):
    """Customers whose score of a kind has a level."""

    def __init__(self, kind: str, label: Any) -> None:
        self.kind = kind
        super().__init__(label=label, choices=CustomerScore.Level.choices, empty_label=_("All"))

    def filter(self, qs: Any, value: Any) -> Any:
        return with_level(qs, self.kind, str(value)) if value else qs


class ValueFilter(django_filters.NumberFilter):
    """Customers by a figure of their value; ``lookup`` gives the condition of a number."""

    def __init__(self, label: Any, lookup: Any, most: int) -> None:
        self.lookup = lookup
        super().__init__(label=label, min_value=0, max_value=most)

    def filter(self, qs: Any, value: Any) -> Any:
        if value is None:
            return qs
        found = CustomerValue.objects.shown().filter(customer=OuterRef("pk"), **self.lookup(value))
        return qs.filter(Exists(found))


class NextProductFilter(django_filters.ModelChoiceFilter):
    """Customers to whom a product should be offered next."""

    def __init__(self) -> None:
        widget = RemoteSelect(reverse_lazy("sales:product_options"))
        widget.attrs["class"] = "form-select form-select-sm"
        super().__init__(
            label=_("Next product"), queryset=Product.objects.alive(), empty_label=_("All"),
            widget=widget,
        )  # fmt: skip

    def filter(self, qs: Any, value: Any) -> Any:
        if value is None:
            return qs
        found = NextProduct.objects.shown().filter(customer=OuterRef("pk"), product=value)
        return qs.filter(Exists(found))


def _within(days: Any) -> dict[str, Any]:
    return {"next_on__lte": company_today() + timedelta(days=int(days))}


FILTERS = {
    **{kind.value: LevelFilter(kind.value, kind.label) for kind in CustomerScore.Kind},
    "worth_min": ValueFilter(_("Value to come from"), lambda value: {"value__gte": value}, 10**12),
    "order_within": ValueFilter(_("Order expected within (days)"), _within, 3650),
    "still_below": ValueFilter(
        _("Still a customer, below (%)"), lambda value: {"alive__lt": float(value) / 100}, 100
    ),
    "next_product": NextProductFilter(),
}
