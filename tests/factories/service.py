"""Service requests and what their clocks run by, for tests."""

from datetime import time

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from service.models import SLA, Category, Rule, ServiceRequest, Shift
from tests.factories.customers import CustomerFactory, RecordFactory


class CategoryFactory(DjangoModelFactory[Category]):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"分类{n}")
    name_en = factory.Sequence(lambda n: f"Category {n}")
    code = factory.Sequence(lambda n: f"category-{n}")


class RuleFactory(DjangoModelFactory[Rule]):
    class Meta:
        model = Rule

    name = factory.Sequence(lambda n: f"Rule {n}")
    words = "login"


class SLAFactory(DjangoModelFactory[SLA]):
    class Meta:
        model = SLA

    name = factory.Sequence(lambda n: f"SLA {n}")
    priority = 3
    first_response_minutes = 60
    resolution_minutes = 480


class ServiceRequestFactory(RecordFactory):
    """A new request in the queue; ``owner=`` gives it to somebody."""

    class Meta:
        model = ServiceRequest

    owner = None
    customer = factory.SubFactory(CustomerFactory)
    subject = factory.Sequence(lambda n: f"Request {n}")
    opened_at = factory.LazyFunction(timezone.now)


def office_hours() -> None:
    """Monday to Friday 9–12 and 13–18."""
    for weekday in range(5):
        Shift.objects.create(weekday=weekday, starts_at=time(9), ends_at=time(12))
        Shift.objects.create(weekday=weekday, starts_at=time(13), ends_at=time(18))
