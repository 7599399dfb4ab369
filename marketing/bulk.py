"""What campaigns do with many customers at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.records.bulk import Before, BulkAction, BulkForm, Chunk, bulk_actions, editable
from crm.records.resources import SELLERS
from marketing.models import Activity, Campaign
from marketing.services import activities_plan, campaign_open


class CampaignForm(BulkForm):
    campaign: Any = forms.ModelChoiceField(
        label=_("Campaign"), queryset=Campaign.objects.none(), empty_label=_("Choose…")
    )

    def set_choices(self) -> None:
        over = [Campaign.Status.FINISHED, Campaign.Status.CANCELLED]
        open_ones = Campaign.objects.visible_to(self.user).exclude(status__in=over)
        field: Any = self.fields["campaign"]
        field.queryset = open_ones.order_by("-starts_on", "name")


def add(chunk: Chunk, ids: Sequence[int]) -> Before:
    """Plan an activity with each customer that takes no part yet."""
    campaign = campaign_open(chunk.actor, chunk.params["campaign"])
    new = activities_plan(campaign=campaign, customers=chunk.locked(ids), actor=chunk.actor)
    return {activity.customer_id: activity.pk for activity in new}


def take_back(chunk: Chunk, before: Before) -> int:
    """Remove the activities that nobody has touched since."""
    untouched = Activity.objects.filter(
        pk__in=list(before.values()), stage=Activity.Stage.PLANNED, version=1
    )
    ids = list(untouched.values_list("pk", flat=True))
    untouched.delete()
    return len(ids)


bulk_actions.append(
    BulkAction("campaign", _("Add to a campaign"), "speakerphone", SELLERS, add, take_back,
               editable, form=CampaignForm, kinds=frozenset({"customers.customer"}))
)  # fmt: skip
