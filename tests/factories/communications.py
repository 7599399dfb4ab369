"""Communications and follow-ups for tests."""

from datetime import timedelta

import factory
from django.utils import timezone

from communications.models import Communication, FollowUp
from tests.factories.customers import CustomerFactory, RecordFactory


class CommunicationFactory(RecordFactory):
    class Meta:
        model = Communication

    customer = factory.SubFactory(CustomerFactory)
    owner = factory.SelfAttribute("customer.owner")
    channel = Communication.Channel.PHONE
    subject = factory.Sequence(lambda n: f"Call {n}")
    happened_at = factory.LazyFunction(timezone.now)


class FollowUpFactory(RecordFactory):
    class Meta:
        model = FollowUp

    customer = factory.SubFactory(CustomerFactory)
    owner = factory.SelfAttribute("customer.owner")
    title = factory.Sequence(lambda n: f"Step {n}")
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))
