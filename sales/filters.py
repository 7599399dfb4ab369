"""What the lists of deals, orders, products and targets can be filtered by."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse_lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.records.filters import DateInput, OwnerFilter, RecordFilterSet, SharedChoiceFilter
from crm.records.forms import RemoteSelect
from crm.records.part_filters import NONE, NOTHING, PartChoiceFilter
from customers.filters import ImportedFilter
from customers.models import Customer
from sales.measures import company_today, day_start
from sales.models import (
    Channel,
    Deal,
    Order,
    Pipeline,
    PriceList,
    Product,
    Quote,
    Stage,
    StageChange,
    Target,
)
from sales.next_steps import NextStep, filter_next_step
from sales.part_filters import OrderPartFilterSet, OrdersWithProduct, SalesPartFilterSet


def _customers(request: Any) -> Any:
    if request is None:
        return Customer.objects.none()
    return Customer.objects.visible_to(request.user)


class CustomerFilter(django_filters.ModelChoiceFilter):
    """One customer whom the user sees, found by typing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Customer"),
            queryset=_customers,
            empty_label=_("All"),
            widget=RemoteSelect(reverse_lazy("customers:options")),
            **kwargs,
        )


class CompanyDayFilter(django_filters.DateFilter):
    """Moments from a day on, or up to one (included): the company's days, as figures count."""

    def __init__(self, field_name: str, label: Any, *, until: bool = False) -> None:
        super().__init__(field_name=field_name, label=label, widget=DateInput())
        self.until = until

    def filter(self, queryset: Any, value: date | None) -> Any:
        if value is None:
            return queryset
        if not self.until:
            return queryset.filter(**{f"{self.field_name}__gte": day_start(value)})
        if value == date.max:
            return queryset
        return queryset.filter(**{f"{self.field_name}__lt": day_start(value + timedelta(days=1))})


class DealFilterSet(SalesPartFilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=Stage.Kind.choices, field_name="stage__kind",
        empty_label=_("All"),
    )  # fmt: skip
    pipeline = SharedChoiceFilter(label=_("Pipeline"), queryset=Pipeline.objects.all())
    stage = SharedChoiceFilter(
        label=_("Stage"), queryset=Stage.objects.order_by("pipeline", "order")
    )
    next_step = django_filters.ChoiceFilter(
        label=_("Next step"), choices=NextStep.choices, method="by_next_step",
        empty_label=_("All"),
    )  # fmt: skip
    slow = django_filters.BooleanFilter(
        label=_("Longer in stage than usual"), method="by_slow",
        widget=forms.Select(choices=[("", _("All")), ("true", _("Yes"))]),
    )  # fmt: skip
    reached = SharedChoiceFilter(
        label=_("Reached the stage"), queryset=Stage.objects.order_by("pipeline", "order"),
        method="by_reached",
    )  # fmt: skip
    owner = OwnerFilter()
    customer = CustomerFilter()
    imported = ImportedFilter()
    close_from = django_filters.DateFilter(
        label=_("Expected close from"), field_name="expected_close", lookup_expr="gte",
        widget=DateInput(),
    )  # fmt: skip
    close_until = django_filters.DateFilter(
        label=_("Expected close until"), field_name="expected_close", lookup_expr="lte",
        widget=DateInput(),
    )  # fmt: skip
    undated = django_filters.BooleanFilter(
        label=_("Without a close date"), field_name="expected_close", lookup_expr="isnull",
        widget=forms.Select(choices=[("", _("All")), ("true", _("Yes"))]),
    )  # fmt: skip
    closed_from = CompanyDayFilter("closed_at", _("Closed from"))
    closed_until = CompanyDayFilter("closed_at", _("Closed until"), until=True)
    created_from = CompanyDayFilter("created_at", _("Created from"))
    created_until = CompanyDayFilter("created_at", _("Created until"), until=True)
    lost_reason = PartChoiceFilter("lost_reason", _("Reason for losing"), Deal.LostReason.choices)
    amount_min = django_filters.NumberFilter(
        label=format_lazy(_("Amount from ({currency})"), currency=settings.BASE_CURRENCY),
        field_name="amount_base", lookup_expr="gte",
    )  # fmt: skip

    class Meta:
        model = Deal
        fields: list[str] = []

    def by_next_step(self, queryset: Any, name: str, value: str) -> Any:
        return filter_next_step(queryset, value)

    def by_reached(self, queryset: Any, name: str, value: Stage) -> Any:
        """Deals that entered the stage or a later one that is not “lost”, as the funnel counts."""
        later = Stage.objects.filter(pipeline=value.pipeline_id, order__gte=value.order).exclude(
            kind=Stage.Kind.LOST
        )
        return queryset.filter(
            Exists(StageChange.objects.filter(deal=OuterRef("pk"), to_stage__in=later))
        )

    def by_slow(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.slow() if value else queryset


class OrderFilterSet(OrderPartFilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=Order.Status.choices, empty_label=_("All")
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=Order.Kind.choices, empty_label=_("All")
    )
    channel = SharedChoiceFilter(
        label=_("Sales channel"), queryset=Channel.objects.all(), null_label=NOTHING,
        null_value=NONE,
    )  # fmt: skip
    owner = OwnerFilter()
    customer = CustomerFilter()
    product = OrdersWithProduct(
        label=_("Product"), queryset=Product.objects.alive(), empty_label=_("All"),
        widget=RemoteSelect(reverse_lazy("sales:product_options")),
        null_label=NOTHING, null_value=NONE,
    )  # fmt: skip
    ordered_from = CompanyDayFilter("ordered_at", _("Ordered from"))
    ordered_until = CompanyDayFilter("ordered_at", _("Ordered until"), until=True)

    class Meta:
        model = Order
        fields: list[str] = []


def product_categories() -> list[tuple[str, str]]:
    named = Product.objects.alive().exclude(category="").order_by("category")
    return [(name, name) for name in named.values_list("category", flat=True).distinct()]


class ProductFilterSet(RecordFilterSet):
    category = django_filters.ChoiceFilter(
        label=_("Category"), choices=product_categories, empty_label=_("All")
    )
    active = django_filters.BooleanFilter(label=_("On sale"))

    class Meta:
        model = Product
        fields: list[str] = []


class QuoteFilterSet(RecordFilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=Quote.Status.choices, empty_label=_("All")
    )
    owner = OwnerFilter()
    customer = CustomerFilter()
    valid_until = django_filters.DateFilter(
        label=_("Valid until"), field_name="valid_until", lookup_expr="lte", widget=DateInput()
    )

    class Meta:
        model = Quote
        fields: list[str] = []


class PriceListFilterSet(RecordFilterSet):
    audience = django_filters.ChoiceFilter(
        label=_("For"), choices=PriceList.Audience.choices, empty_label=_("All")
    )
    active = django_filters.BooleanFilter(label=pgettext_lazy("price list", "In use"))
    product = django_filters.ModelChoiceFilter(
        label=_("Product"), queryset=Product.objects.alive(), field_name="items__product",
        empty_label=_("All"), distinct=True,
        widget=RemoteSelect(reverse_lazy("sales:product_options")),
    )  # fmt: skip

    class Meta:
        model = PriceList
        fields: list[str] = []


class TargetFilterSet(RecordFilterSet):
    # A target has no words of its own to search.
    q = None  # type: ignore[assignment]  # takes the inherited filter away
    owner = OwnerFilter(label=pgettext_lazy("target", "Person"))
    period = django_filters.ChoiceFilter(
        label=_("Period"), method="by_period", empty_label=_("All"),
        choices=[("current", _("Now")), ("past", _("Past")), ("future", _("To come"))],
    )  # fmt: skip

    class Meta:
        model = Target
        fields: list[str] = []

    def by_period(self, queryset: Any, name: str, value: str) -> Any:
        today = company_today()
        if value == "past":
            return queryset.filter(ends_on__lte=today)
        if value == "future":
            return queryset.filter(starts_on__gt=today)
        return queryset.filter(starts_on__lte=today, ends_on__gt=today)
