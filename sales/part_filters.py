"""Filters of orders and deals that the figures of reports lead to."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from crm.records.filters import RecordFilterSet
from crm.records.part_filters import (
    NONE,
    OwnedByFilter,
    PartChoiceFilter,
    PartTextFilter,
    TeamFilter,
)
from customers.models import Customer
from sales.models import Deal, Order, OrderLine


class SalesPartFilterSet(RecordFilterSet):
    """What orders and deals have in common."""

    owned_by = OwnedByFilter(lambda: [Order, Deal])
    team = TeamFilter()
    region = PartTextFilter("customer__region", _("Region"))
    industry = PartTextFilter("customer__industry", _("Industry"))
    source = PartTextFilter("customer__source", _("Source"))
    customer_kind = PartChoiceFilter("customer__kind", _("Kind of customer"), Customer.Kind.choices)
    acquisition = PartChoiceFilter(
        "customer__acquisition", _("Acquisition channel"), Customer.Acquisition.choices
    )


class OrdersWithProduct(django_filters.ModelChoiceFilter):
    """Orders with a line of the product."""

    def filter(self, queryset: Any, value: Any) -> Any:
        if not value:
            return queryset
        product = {"product__isnull": True} if value == NONE else {"product": value}
        return queryset.filter(pk__in=OrderLine.objects.filter(**product).values("order"))


class OrdersWithCategory(PartTextFilter):
    """Orders with a line of the product category."""

    def filter(self, queryset: Any, value: str) -> Any:
        if not value:
            return queryset
        lines = super().filter(OrderLine.objects.all(), value)
        return queryset.filter(pk__in=lines.values("order"))


class OrderPartFilterSet(SalesPartFilterSet):
    counted = django_filters.ChoiceFilter(
        label=_("Counts as sales"), choices=[("true", _("Yes"))], method="by_counted",
        widget=forms.HiddenInput,
    )  # fmt: skip
    category = OrdersWithCategory("product__category", _("Product category"))

    def by_counted(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.counted()
