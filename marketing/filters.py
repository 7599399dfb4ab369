"""What the lists of campaigns and activities can be filtered by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from crm.records.filters import OwnerFilter, RecordFilterSet, from_day, until_day
from crm.records.part_filters import OwnedByFilter, PartTextFilter, TeamFilter, hidden
from customers.filters import ImportedFilter
from customers.models import Customer
from marketing.models import Activity, Campaign


def _campaigns(request: Any) -> Any:
    return Campaign.objects.visible_to(request.user) if request else Campaign.objects.none()


def _campaigns_of_activities(request: Any) -> Any:
    """Also another team's campaigns, of which the reader sees an activity."""
    if request is None:
        return Campaign.objects.none()
    seen = Activity.objects.visible_to(request.user)
    return Campaign.objects.filter(pk__in=seen.values("campaign"))


class CampaignFilterSet(RecordFilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=Campaign.Status.choices, empty_label=_("All")
    )
    channel = django_filters.ChoiceFilter(
        label=_("Channel"), choices=Campaign.Channel.choices, empty_label=_("All")
    )
    owner = OwnerFilter()
    # What figures lead to.
    ran_from = hidden(
        django_filters.DateFilter(
            field_name="ends_on", lookup_expr="gte", label=_("Ran on or after")
        )
    )
    ran_until = hidden(
        django_filters.DateFilter(
            field_name="starts_on", lookup_expr="lte", label=_("Ran on or before")
        )
    )
    currency = PartTextFilter("currency", _("Currency"))
    imported = ImportedFilter()
    owned_by = OwnedByFilter(lambda: [Campaign])
    team = TeamFilter()

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
    # What figures lead to.
    campaign_is = django_filters.ModelChoiceFilter(
        field_name="campaign", label=_("Campaign"), queryset=_campaigns_of_activities,
        widget=forms.HiddenInput,
    )  # fmt: skip
    owned_by = OwnedByFilter(lambda: [Activity])
    team = TeamFilter()
    region = PartTextFilter("customer__region", _("Region"))

    class Meta:
        model = Activity
        fields: list[str] = []

    def search_text(self, queryset: Any, name: str, value: str) -> Any:
        """Activities of the customers that are found."""
        seen = Customer.objects.visible_to(self.request.user).search_for(value)
        return queryset.filter(customer__in=seen.values("pk"))
