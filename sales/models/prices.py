"""Prices that differ from the catalogue's: for everyone, a segment, or chosen customers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common.addresses import record_url
from crm.common.history import tracked, tracked_part
from crm.common.models import Record, record_indexes
from customers.models import Customer, Segment
from sales.models.catalogue import Product
from sales.querysets import PriceListQuerySet


@tracked()
class PriceList(Record):
    """Prices in one currency in a period [starts_on, ends_on); an empty end is open."""

    class Audience(models.TextChoices):
        EVERYONE = "everyone", pgettext_lazy("price list", "Everyone")
        SEGMENT = "segment", _("A segment")
        CUSTOMERS = "customers", _("Chosen customers")

    name = models.CharField(_("name"), max_length=120)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    audience = models.CharField(
        _("for"), max_length=9, choices=Audience.choices, default=Audience.EVERYONE
    )
    segment = models.ForeignKey(
        Segment, verbose_name=_("segment"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="price_lists",
    )  # fmt: skip
    customers: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        Customer, verbose_name=_("customers"), blank=True, related_name="price_lists"
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)
    active = models.BooleanField(_("active"), default=True)

    objects = PriceListQuerySet.as_manager()
    search_fields = ("name",)

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        indexes = record_indexes("price_list")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="price_list_name"),
            models.CheckConstraint(
                condition=Q(audience="segment", segment__isnull=False)
                | Q(audience__in=["everyone", "customers"], segment__isnull=True),
                name="price_list_audience",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gt=F("starts_on")),
                name="price_list_period",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return record_url("sales:price_list_detail", self.pk)


@tracked_part
class PriceListCustomer(PriceList.customers.through):  # type: ignore[name-defined]  # by Django
    """A customer for whom a price list is."""

    class Meta:
        proxy = True


@tracked_part
class PriceItem(models.Model):
    """What a product costs from a quantity on."""

    price_list = models.ForeignKey(
        PriceList, verbose_name=_("price list"), on_delete=models.CASCADE, related_name="items"
    )
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.CASCADE, related_name="+"
    )
    min_quantity = models.DecimalField(
        _("from quantity"), max_digits=12, decimal_places=3, default=1
    )
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=4)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["product", "min_quantity"]
        constraints = [
            models.UniqueConstraint(
                fields=["price_list", "product", "min_quantity"], name="price_item_once"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="price_item_price"),
            models.CheckConstraint(condition=Q(min_quantity__gte=0), name="price_item_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.product} ≥ {self.min_quantity}: {self.price}"
