"""What the list of service requests can be filtered by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.records.filters import OwnerFilter, RecordFilterSet, from_day, until_day
from customers.filters import CustomerFilter
from service.models import Priority, ServiceRequest
from service.selectors import active_categories


class RequestFilterSet(RecordFilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"), method="by_status", empty_label=_("All"),
        choices=[
            ("open", pgettext_lazy("requests", "Open")), ("breached", _("Overdue")),
            *ServiceRequest.Status.choices,
        ],
    )  # fmt: skip
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=ServiceRequest.Kind.choices, empty_label=_("All")
    )
    category = django_filters.ModelChoiceFilter(
        label=pgettext_lazy("request", "Category"),
        queryset=lambda request: active_categories(),
        empty_label=_("All"),
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

    class Meta:
        model = ServiceRequest
        fields: list[str] = []

    def by_status(self, queryset: Any, name: str, value: str) -> Any:
        if value == "open":
            return queryset.open()
        return queryset.breached() if value == "breached" else queryset.filter(status=value)
