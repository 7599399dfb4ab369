"""Filters that the figures of reports lead to: hidden in the bar, shown as chips, taken away there.

``none`` asks for records without a value.
"""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team, User
from crm.records.filters import RecordFilterSet
from customers.models import Customer
from sales.models import Deal, Order, OrderLine

NONE = "none"
NOTHING: Any = pgettext_lazy("group without a value", "Not given")


class PartTextFilter(django_filters.CharFilter):
    """A text as it is."""

    def __init__(self, field_name: str, label: Any) -> None:
        super().__init__(
            field_name=field_name, label=label, widget=forms.HiddenInput, max_length=200
        )

    def filter(self, queryset: Any, value: str) -> Any:
        if not value:
            return queryset
        if value == NONE:
            missing = Q(**{self.field_name: ""}) | Q(**{f"{self.field_name}__isnull": True})
            return queryset.filter(missing)
        return queryset.filter(**{self.field_name: value})


class PartChoiceFilter(django_filters.ChoiceFilter):
    def __init__(self, field_name: str, label: Any, choices: Any) -> None:
        super().__init__(
            field_name=field_name, label=label, choices=[*choices, (NONE, NOTHING)],
            widget=forms.HiddenInput,
        )  # fmt: skip

    def filter(self, queryset: Any, value: str) -> Any:
        if not value:
            return queryset
        return queryset.filter(**{self.field_name: "" if value == NONE else value})


def _owners(request: Any) -> Any:
    """Whoever owns, or owned until leaving, a record that the reader sees."""
    if request is None:
        return User.objects.none()
    if request.user.is_admin:
        return User.objects.all()
    owned = [model.objects.visible_to(request.user).values("owner") for model in (Order, Deal)]
    return User.objects.filter(Q(pk__in=owned[0]) | Q(pk__in=owned[1]))


def _teams(request: Any) -> Any:
    if request is None:
        return Team.objects.none()
    return Team.objects.all() if request.user.is_admin else Team.objects.filter(
        pk=request.user.team_id
    )  # fmt: skip


class SalesPartFilterSet(RecordFilterSet):
    """What orders and deals have in common."""

    owned_by = django_filters.ModelChoiceFilter(
        field_name="owner", label=_("Owner"), queryset=_owners, widget=forms.HiddenInput,
        null_label=NOTHING, null_value=NONE,
    )  # fmt: skip
    team = django_filters.ModelChoiceFilter(
        label=_("Team"), queryset=_teams, widget=forms.HiddenInput,
        null_label=NOTHING, null_value=NONE,
    )  # fmt: skip
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
