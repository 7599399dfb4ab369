"""Campaigns and activities for tests."""

from __future__ import annotations

from datetime import date, timedelta

import factory
from django.utils import timezone

from marketing.models import Activity, Campaign
from tests.factories.customers import CustomerFactory, RecordFactory


class CampaignFactory(RecordFactory):
    class Meta:
        model = Campaign

    name = factory.Sequence(lambda n: f"春季促销{n}")
    status = Campaign.Status.RUNNING
    starts_on = date(2026, 3, 1)
    ends_on = factory.LazyAttribute(lambda campaign: campaign.starts_on + timedelta(days=30))
    currency = "CNY"


class ActivityFactory(RecordFactory):
    class Meta:
        model = Activity

    campaign = factory.SubFactory(CampaignFactory)
    customer = factory.SubFactory(CustomerFactory)
    owner = factory.SelfAttribute("customer.owner")
    happened_at = factory.LazyFunction(timezone.now)
