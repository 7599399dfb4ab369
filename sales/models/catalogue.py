"""What we sell, through whom, and what currencies are worth."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.common.addresses import record_url
from crm.common.history import tracked
from crm.common.models import BilingualName, Record, record_indexes
from sales.querysets import ProductQuerySet


class ExchangeRate(models.Model):
    """One unit of ``currency`` in the base currency, from a day on."""

    currency = models.CharField(_("currency"), max_length=3)
    from_date = models.DateField(_("from"))
    rate = models.DecimalField(_("rate"), max_digits=14, decimal_places=6)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["currency", "-from_date"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "from_date"], name="exchange_rate_once"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate} ({self.from_date})"


class Channel(BilingualName):
    """Through whom an order reaches us."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("sales channel")
        verbose_name_plural = _("sales channels")
        ordering = ["name"]


@tracked()
class Product(Record):
    sku = models.CharField(_("SKU"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    category = models.CharField(_("category"), max_length=80, blank=True)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    active = models.BooleanField(_("active"), default=True)

    objects = ProductQuerySet.as_manager()
    search_fields = ("sku", "name", "category")

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = record_indexes("product")
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="product_price"),
            models.CheckConstraint(condition=~Q(sku=""), name="product_sku"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return record_url("sales:product_detail", self.pk)
