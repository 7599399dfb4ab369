"""What the list of service requests can be filtered by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.records.filters import (
    OwnerFilter,
    RecordFilterSet,
    SharedChoiceFilter,
    from_day,
    until_day,
)
from crm.records.part_filters import (
    NONE,
    NOTHING,
    OwnedByFilter,
    PartChoiceFilter,
    PartTextFilter,
    TeamFilter,
    hidden,
)
from customers.filters import CustomerFilter
from service.models import Category, Priority, ServiceRequest
from service.selectors import active_categories


class RequestFilterSet(RecordFilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"), method="by_status", empty_label=_("All"),
        choices=[
            ("open", pgettext_lazy("requests", "Open")), ("breached", _("Overdue")),
            ("due", _("Due soon")),
            *ServiceRequest.Status.choices,
        ],
    )  # fmt: skip
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=ServiceRequest.Kind.choices, empty_label=_("All")
    )
    category = SharedChoiceFilter(
        label=pgettext_lazy("request", "Category"), queryset=active_categories()
    )
    priority = django_filters.ChoiceFilter(
        label=_("Priority"), choices=Priority.choices, empty_label=_("All")
    )
    owner = OwnerFilter(label=_("Handled by"))
    unassigned = django_filters.BooleanFilter(
        label=_("Unassigned"), field_name="owner", lookup_expr="isnull"
    )
    customer = CustomerFilter()
    opened_from = from_day("opened_at", _("Opened from"))
    opened_until = until_day("opened_at", _("Opened until"))
    promise = django_filters.ChoiceFilter(
        label=_("Service level"), method="by_part", empty_label=_("All"),
        choices=[
            ("answered", pgettext_lazy("requests", "Answered")),
            ("response_kept", _("Answered in time")),
            ("response_late", _("Answered too late, or not yet")),
            ("resolution_kept", _("Resolved in time")),
            ("resolution_late", _("Resolved too late")),
        ],
    )  # fmt: skip
    survey = django_filters.ChoiceFilter(
        label=_("Survey"), method="by_part", empty_label=_("All"),
        choices=[
            ("asked", pgettext_lazy("survey", "Sent")),
            ("marked", pgettext_lazy("survey", "Answered")),
            ("low_mark", _("A mark of 3 or less")),
        ],
    )  # fmt: skip
    # What figures lead to.
    surveyed_from = hidden(from_day("survey__sent_at", _("Survey sent from")))
    surveyed_until = hidden(until_day("survey__sent_at", _("Survey sent until")))
    resolved_from = hidden(from_day("resolved_at", _("Resolved from")))
    resolved_until = hidden(until_day("resolved_at", _("Resolved until")))
    answered_from = hidden(from_day("survey__answered_at", _("Survey answered from")))
    answered_until = hidden(until_day("survey__answered_at", _("Survey answered until")))
    mark = django_filters.ChoiceFilter(
        field_name="survey__score", label=pgettext_lazy("survey", "Mark"),
        choices=[(mark, str(mark)) for mark in range(1, 6)], widget=forms.HiddenInput,
        null_label=NOTHING, null_value=NONE,
    )  # fmt: skip
    owned_by = OwnedByFilter(lambda: [ServiceRequest])
    team = TeamFilter(any_team=True)
    region = PartTextFilter("customer__region", _("Region"))
    way = PartChoiceFilter("channel", _("Channel"), ServiceRequest.Channel.choices)
    category_is = django_filters.ModelChoiceFilter(
        field_name="category", label=pgettext_lazy("request", "Category"),
        queryset=Category.objects.all(), widget=forms.HiddenInput, null_label=NOTHING,
        null_value=NONE,
    )  # fmt: skip

    class Meta:
        model = ServiceRequest
        fields: list[str] = []

    def by_status(self, queryset: Any, name: str, value: str) -> Any:
        if value in {"open", "breached", "due"}:
            return queryset.part(value)
        return queryset.filter(status=value)

    def by_part(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.part(value)
