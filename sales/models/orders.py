"""Sales and refunds, and their lines."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.common.addresses import record_url
from crm.common.history import tracked, tracked_lines
from crm.common.models import record_indexes
from customers.models import CustomerRecord
from sales.models.catalogue import Channel, Product
from sales.models.deals import Deal
from sales.models.prices import PriceList
from sales.models.quotes import Quote
from sales.querysets import OrderLineQuerySet, OrderQuerySet
from sales.triggers import ORDER_TOTAL, ORDER_VALUE, SALES_DAYS


@tracked(but=["total_base"], sums=["total"])
class Order(CustomerRecord):
    """A sale, or a refund with negative lines; the total is the sum of its lines."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CONFIRMED = "confirmed", _("Confirmed")
        SHIPPED = "shipped", _("Shipped")
        COMPLETED = "completed", _("Completed")
        CANCELLED = "cancelled", _("Cancelled")

    class Kind(models.TextChoices):
        SALE = "sale", _("Sale")
        REFUND = "refund", _("Refund")

    number = models.CharField(_("number"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.SALE)
    refund_of = models.ForeignKey(
        "self",
        verbose_name=_("refund of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="refunds",
        editable=False,
    )
    deal = models.ForeignKey(
        Deal,
        verbose_name=_("deal"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="orders",
    )
    quote = models.ForeignKey(
        Quote, verbose_name=_("quote"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="orders", editable=False,
    )  # fmt: skip
    channel = models.ForeignKey(
        Channel,
        verbose_name=_("sales channel"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
    )
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.CONFIRMED
    )
    ordered_at = models.DateTimeField(_("ordered"))
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    rate = models.DecimalField(
        _("exchange rate"), max_digits=14, decimal_places=6, default=1, editable=False
    )
    total = models.DecimalField(
        _("total"), max_digits=16, decimal_places=2, default=0, editable=False
    )
    total_base = models.DecimalField(
        _("total in base currency"), max_digits=16, decimal_places=2, default=0, editable=False
    )
    note = models.TextField(_("note"), blank=True)

    objects = OrderQuerySet.as_manager()
    search_fields = ("number",)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        triggers = [*ORDER_VALUE.all, *SALES_DAYS.all]
        indexes = [
            *record_indexes("order"),
            models.Index("customer", F("ordered_at").desc(), name="order_customer"),
            models.Index(
                "team",
                F("ordered_at").desc(),
                F("id").desc(),
                name="order_team_when",
                condition=Q(trashed_at__isnull=True),
            ),
            models.Index("ordered_at", name="order_when"),
            models.Index(
                "team",
                F("total_base").desc(),
                F("id").desc(),
                name="order_team_total",
                condition=Q(trashed_at__isnull=True),
            ),
            # Reports and sums of sales are read from these two alone, without the orders.
            models.Index(
                fields=["team", "ordered_at"],
                include=[
                    "id",
                    "status",
                    "kind",
                    "rate",
                    "total_base",
                    "owner",
                    "channel",
                    "customer",
                ],
                name="order_team_report",
                condition=Q(trashed_at__isnull=True),
            ),
            models.Index(
                fields=["owner", "ordered_at"],
                include=["total_base", "status"],
                name="order_owner_sales",
                condition=Q(trashed_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "confirmed", "shipped", "completed", "cancelled"]),
                name="order_status",
            ),
            models.CheckConstraint(condition=Q(kind__in=["sale", "refund"]), name="order_kind"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="order_rate"),
            models.CheckConstraint(
                condition=Q(refund_of__isnull=True) | Q(kind="refund"), name="order_refund_kind"
            ),
            models.UniqueConstraint(
                fields=["refund_of"],
                condition=Q(refund_of__isnull=False, trashed_at__isnull=True),
                name="order_refunded_once",
            ),
            models.UniqueConstraint(
                fields=["quote"],
                condition=Q(quote__isnull=False, trashed_at__isnull=True),
                name="order_once_per_quote",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return record_url("sales:order_detail", self.pk)

    def search_texts(self) -> list[str]:
        """Also the running number without its zeros: “123” finds SO-2026-000123."""
        return [self.number, self.number.rpartition("-")[2].lstrip("0")]


@tracked_lines
class OrderLine(models.Model):
    order = models.ForeignKey(
        Order,
        verbose_name=_("order"),
        on_delete=models.CASCADE,
        related_name="lines",
        db_index=False,
    )  # in an index of its own, below
    position = models.PositiveIntegerField(_("position"), default=1)
    product = models.ForeignKey(
        Product,
        verbose_name=_("product"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="order_lines",
    )
    description = models.CharField(_("description"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4)
    discount = models.DecimalField(
        _("discount (%)"), max_digits=5, decimal_places=2, default=0, db_default=0
    )
    # Where the price came from, when it was not typed.
    price_list = models.ForeignKey(
        PriceList, verbose_name=_("price list"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    total = models.GeneratedField(
        verbose_name=_("total"),
        expression=models.functions.Round(
            F("quantity") * F("unit_price") * (100 - F("discount")) / 100, 2
        ),
        output_field=models.DecimalField(max_digits=16, decimal_places=2),
        db_persist=True,
    )

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["order", "position"]
        triggers = ORDER_TOTAL.all
        indexes = [
            # Reports by product are read from this alone.
            models.Index(fields=["order"], include=["product", "total"], name="order_line_report")
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position"),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=100), name="order_line_discount"
            ),
        ]

    def __str__(self) -> str:
        return self.description
