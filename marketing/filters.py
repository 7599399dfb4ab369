"""What the lists of campaigns and activities can be filtered by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from crm.records.filters import OwnerFilter, RecordFilterSet, from_day, until_day
from customers.models import Customer
from marketing.models import Activity, Campaign


def _campaigns(request: Any) -> Any:
    return Campaign.objects.visible_to(request.user) if request else Campaign.objects.none()


class CampaignFilterSet(RecordFilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=Campaign.Status.choices, empty_label=_("All")
    )
    channel = django_filters.ChoiceFilter(
        label=_("Channel"), choices=Campaign.Channel.choices, empty_label=_("All")
    )
    owner = OwnerFilter()

    class Meta:
        model = Campaign
        fields: list[str] = []


class ActivityFilterSet(RecordFilterSet):
    campaign = django_filters.ModelChoiceFilter(
        label=_("Campaign"), queryset=_campaigns, empty_label=_("All")
    )
    result = django_filters.ChoiceFilter(
        label=_("Result"), choices=Activity.Result.choices, empty_label=_("All")
    )
    stage = django_filters.ChoiceFilter(
        label=_("Stage"), choices=Activity.Stage.choices, empty_label=_("All")
    )
    owner = OwnerFilter()
    happened_from = from_day("happened_at", _("From"))
    happened_until = until_day("happened_at", _("Until"))

    class Meta:
        model = Activity
        fields: list[str] = []

    def search_text(self, queryset: Any, name: str, value: str) -> Any:
        """Activities of the customers that are found."""
        seen = Customer.objects.visible_to(self.request.user).search_for(value)
        return queryset.filter(customer__in=seen.values("pk"))
