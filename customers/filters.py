"""What the lists of customers, contacts and needs can be filtered by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField

from crm.records.filters import (
    OwnerFilter,
    RecordFilterSet,
    SharedChoiceFilter,
    from_day,
    until_day,
)
from crm.records.forms import RemoteSelect
from crm.records.part_filters import (
    NONE,
    NOTHING,
    OwnedByFilter,
    PartChoiceFilter,
    PartTextFilter,
    TeamFilter,
    hidden,
)
from customers.imports.changes import CREATED
from customers.models import Contact, Customer, ImportBatch, ImportChange, Need, Segment, Tag
from customers.quality import issues


class _SegmentField(ModelChoiceField):
    def label_from_instance(self, segment: Segment) -> str:
        return segment.choice


class SegmentFilter(django_filters.ModelChoiceFilter):
    field_class = _SegmentField


def _segments(request: Any) -> Any:
    shown = Segment.objects.filter(active=True).select_related("team")
    return shown.visible_to(request.user) if request else shown.none()


def _any_segments(request: Any) -> Any:
    return Segment.objects.visible_to(request.user) if request else Segment.objects.none()


def seen_customers(request: Any) -> Any:
    return Customer.objects.visible_to(request.user) if request else Customer.objects.none()


def _seen_imports(request: Any) -> Any:
    return ImportBatch.objects.visible_to(request.user) if request else ImportBatch.objects.none()


class ImportedFilter(django_filters.ModelChoiceFilter):
    """The records that an import made; its page leads to them."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Made by the import"), queryset=_seen_imports, widget=forms.HiddenInput
        )

    def filter(self, qs: Any, value: Any) -> Any:
        if value is None:
            return qs
        made = ImportChange.objects.filter(
            batch=value, model=qs.model._meta.label_lower, object_id=OuterRef("pk"), what=CREATED
        )
        return qs.filter(Exists(made))


def _small(widget: RemoteSelect) -> RemoteSelect:
    """As high as the other controls of a filter bar."""
    widget.attrs["class"] = "form-select form-select-sm"
    return widget


class CustomerFilter(django_filters.ModelChoiceFilter):
    """One customer, found by typing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Customer"), queryset=seen_customers, empty_label=_("All"),
            widget=_small(RemoteSelect(reverse_lazy("customers:options"))), **kwargs,
        )  # fmt: skip


class CustomerFilterSet(RecordFilterSet):
    lifecycle = django_filters.ChoiceFilter(
        label=_("Lifecycle"), choices=Customer.Lifecycle.choices, empty_label=_("All")
    )
    owner = OwnerFilter()
    unowned = django_filters.BooleanFilter(
        label=_("Without an owner"), field_name="owner", lookup_expr="isnull"
    )
    segment = SegmentFilter(label=_("Segment"), queryset=_segments, empty_label=_("All"))
    acquisition = django_filters.ChoiceFilter(
        label=_("Acquisition channel"), choices=Customer.Acquisition.choices, empty_label=_("All")
    )
    tag = SharedChoiceFilter(label=_("Tag"), field_name="tags", queryset=Tag.objects.all())
    value_min = django_filters.NumberFilter(
        label=_("Order value from"), field_name="order_value", lookup_expr="gte"
    )
    contact_before = until_day("last_contact_at", _("No contact since"))
    created_from = from_day("created_at", _("Created from"))
    # What figures lead to.
    created_until = hidden(until_day("created_at", _("Created until")))
    owned_by = OwnedByFilter(lambda: [Customer])
    team = TeamFilter(any_team=True)
    region = PartTextFilter("region", _("Region"))
    industry = PartTextFilter("industry", _("Industry"))
    source = PartTextFilter("source", _("Source"))
    lifecycle_is = PartChoiceFilter("lifecycle", _("Lifecycle"), Customer.Lifecycle.choices)
    won_by = PartChoiceFilter("acquisition", _("Acquisition channel"), Customer.Acquisition.choices)
    segment_is = django_filters.ModelChoiceFilter(
        field_name="segment", label=_("Segment"), queryset=_any_segments,
        widget=forms.HiddenInput, null_label=NOTHING, null_value=NONE,
    )  # fmt: skip
    imported = ImportedFilter()
    quality = django_filters.ChoiceFilter(
        label=_("Data quality"), choices=issues.CHOICES, empty_label=_("All"), method="has_issue"
    )

    class Meta:
        model = Customer
        fields: list[str] = []

    def has_issue(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(issues.BY_KEY[value].condition)


class ContactFilterSet(RecordFilterSet):
    owner = OwnerFilter()
    imported = ImportedFilter()

    class Meta:
        model = Contact
        fields: list[str] = []


class NeedFilterSet(RecordFilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=Need.Status.choices, empty_label=_("All")
    )
    priority = django_filters.ChoiceFilter(
        label=_("Priority"), choices=Need.Priority.choices, empty_label=_("All")
    )
    owner = OwnerFilter()
    customer = CustomerFilter()
    imported = ImportedFilter()

    class Meta:
        model = Need
        fields: list[str] = []
