"""What the lists of communications and follow-ups can be filtered by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from communications.models import Communication, FollowUp
from communications.selectors import day_end
from crm.records.filters import OwnerFilter, RecordFilterSet, from_day, until_day
from crm.records.part_filters import OwnedByFilter, PartTextFilter, TeamFilter
from customers.filters import CustomerFilter


class CommunicationFilterSet(RecordFilterSet):
    channel = django_filters.ChoiceFilter(
        label=_("Channel"), choices=Communication.Channel.choices, empty_label=_("All")
    )
    direction = django_filters.ChoiceFilter(
        label=_("Direction"), choices=Communication.Direction.choices, empty_label=_("All")
    )
    outcome = django_filters.ChoiceFilter(
        label=_("Outcome"), choices=Communication.Outcome.choices[1:], empty_label=_("All")
    )
    owner = OwnerFilter(label=pgettext_lazy("communications", "By"))
    customer = CustomerFilter()
    happened_from = from_day("happened_at", _("From"))
    happened_until = until_day("happened_at", _("Until"))
    # What figures lead to.
    talks = django_filters.ChoiceFilter(
        label=_("Without notes"), choices=[("true", _("Yes"))], method="by_talks",
        widget=forms.HiddenInput,
    )  # fmt: skip
    owned_by = OwnedByFilter(lambda: [Communication])
    team = TeamFilter(any_team=True)
    region = PartTextFilter("customer__region", _("Region"))

    class Meta:
        model = Communication
        fields: list[str] = []

    def by_talks(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.talks()


class FollowUpFilterSet(RecordFilterSet):
    """Without a choice the list shows what is still to be done."""

    due = django_filters.ChoiceFilter(
        label=_("Due"), method="by_due", empty_label=_("Still to do"),
        choices=[
            ("overdue", _("Overdue")), ("today", _("Today")), ("week", _("Next 7 days")),
            ("done", _("Done")), ("all", _("Everything")),
        ],
    )  # fmt: skip
    owner = OwnerFilter(label=pgettext_lazy("communications", "By"))
    priority = django_filters.ChoiceFilter(
        label=_("Priority"), choices=FollowUp.Priority.choices, empty_label=_("All")
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=FollowUp.Kind.choices, empty_label=_("All")
    )
    customer = CustomerFilter()

    class Meta:
        model = FollowUp
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        found = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data.get("due") or self.data.get("state") == "trash"
        return found if chosen else found.open()

    def by_due(self, queryset: Any, name: str, value: str) -> Any:
        now = timezone.now()
        wanted = {
            "overdue": Q(done_at__isnull=True, due_at__lt=now),
            "today": Q(done_at__isnull=True, due_at__lt=day_end()),
            "week": Q(done_at__isnull=True, due_at__lt=day_end() + timedelta(days=7)),
            "done": Q(done_at__isnull=False),
        }
        return queryset.filter(wanted[value]) if value in wanted else queryset
