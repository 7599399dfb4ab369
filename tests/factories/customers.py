"""People and customers for tests."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from crm.accounts.models import Team, User
from crm.common.roles import Role
from customers.models import Contact, Customer, Need


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    role = Role.REP
    language = "en"
    team = factory.SubFactory(TeamFactory)
    password = factory.django.Password("secret")


class RecordFactory(DjangoModelFactory[Any]):
    """A record of its owner's team."""

    class Meta:
        abstract = True

    owner = factory.SubFactory(UserFactory)
    team = factory.LazyAttribute(lambda record: record.owner.team if record.owner else None)


class CustomerFactory(RecordFactory):
    class Meta:
        model = Customer

    name = factory.Sequence(lambda n: f"北京云海{n}科技有限公司")
    lifecycle = Customer.Lifecycle.ACTIVE


class ContactFactory(RecordFactory):
    class Meta:
        model = Contact

    name = factory.Sequence(lambda n: f"张建国{n}")


class NeedFactory(RecordFactory):
    class Meta:
        model = Need

    customer = factory.SubFactory(CustomerFactory)
    owner = factory.SelfAttribute("customer.owner")
    title = factory.Sequence(lambda n: f"Need {n}")
