"""Pipelines, deals, orders and targets for tests."""

from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from sales.models import Channel, Deal, Order, OrderLine, Pipeline, Product, Stage
from tests.factories.customers import CustomerFactory, RecordFactory


class PipelineFactory(DjangoModelFactory[Pipeline]):
    class Meta:
        model = Pipeline

    name = factory.Sequence(lambda n: f"Pipeline {n}")


class StageFactory(DjangoModelFactory[Stage]):
    class Meta:
        model = Stage

    pipeline = factory.SubFactory(PipelineFactory)
    order = factory.Sequence(lambda n: n + 1)
    name = factory.Sequence(lambda n: f"Stage {n}")
    probability = 20


def make_stages(pipeline: Pipeline | None = None) -> dict[str, Stage]:
    """A pipeline's stages by name: new 10 %, offer 50 %, won, lost."""
    pipeline = pipeline or PipelineFactory()
    plan = [("new", 10, "open"), ("offer", 50, "open"), ("won", 100, "won"), ("lost", 0, "lost")]
    return {
        name: StageFactory(
            pipeline=pipeline, order=order, name=name, probability=probability, kind=kind
        )
        for order, (name, probability, kind) in enumerate(plan, start=1)
    }


class ProductFactory(DjangoModelFactory[Product]):
    class Meta:
        model = Product

    sku = factory.Sequence(lambda n: f"SKU-{n}")
    name = factory.Sequence(lambda n: f"Product {n}")
    price = Decimal(100)


class ChannelFactory(DjangoModelFactory[Channel]):
    class Meta:
        model = Channel

    name = factory.Sequence(lambda n: f"Channel {n}")
    code = factory.Sequence(lambda n: f"channel-{n}")


class DealFactory(RecordFactory):
    """A deal of its customer's owner; pass ``stage`` to put several on one board."""

    class Meta:
        model = Deal

    customer = factory.SubFactory(CustomerFactory)
    owner = factory.SelfAttribute("customer.owner")
    stage = factory.SubFactory(StageFactory)
    pipeline = factory.SelfAttribute("stage.pipeline")
    stage_since = factory.LazyFunction(timezone.now)
    name = factory.Sequence(lambda n: f"Deal {n}")
    amount = Decimal(1000)
    amount_base = factory.SelfAttribute("amount")
    probability = factory.SelfAttribute("stage.probability")


class OrderFactory(RecordFactory):
    """An order of its customer's owner; ``lines=[(2, 50)]`` are quantities and unit prices."""

    class Meta:
        model = Order
        skip_postgeneration_save = True

    customer = factory.SubFactory(CustomerFactory)
    owner = factory.SelfAttribute("customer.owner")
    number = factory.Sequence(lambda n: f"T-{n}")
    ordered_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def lines(self: Order, create: bool, extracted: Any, **kwargs: Any) -> None:
        for position, (quantity, price) in enumerate(extracted or [], start=1):
            OrderLine.objects.create(
                order=self, position=position, quantity=quantity, unit_price=price,
                description=f"Line {position}",
            )  # fmt: skip
        if extracted:
            self.refresh_from_db()
