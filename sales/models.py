"""What we sell, the deals on the way, the orders that came of them, and the plan."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common import formats
from crm.common.addresses import record_url
from crm.common.history import tracked
from crm.common.models import BilingualName, Record, record_indexes
from customers.models import Contact, CustomerRecord, Need
from sales.querysets import DealQuerySet, OrderQuerySet, ProductQuerySet, TargetQuerySet
from sales.triggers import OPEN_DEALS, ORDER_TOTAL, ORDER_VALUE


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


class Pipeline(BilingualName):
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="pipeline_one_default"
            )
        ]


class Stage(BilingualName):
    class Kind(models.TextChoices):
        OPEN = "open", pgettext_lazy("deal", "Open")
        WON = "won", pgettext_lazy("deal", "Won")
        LOST = "lost", pgettext_lazy("deal", "Lost")

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages")
    order = models.PositiveSmallIntegerField(pgettext_lazy("position", "order"))
    probability = models.PositiveSmallIntegerField(_("probability (%)"), default=0)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices, default=Kind.OPEN)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["pipeline", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "order"], name="stage_order",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_probability"),
            models.CheckConstraint(
                condition=Q(kind__in=["open", "won", "lost"]), name="stage_kind"
            ),
        ]  # fmt: skip


@tracked()
class Deal(CustomerRecord):
    class LostReason(models.TextChoices):
        PRICE = "price", _("Price")
        COMPETITOR = "competitor", _("Competitor")
        NO_NEED = "no_need", _("No need any more")
        NO_BUDGET = "no_budget", _("No budget")
        NO_ANSWER = "no_answer", pgettext_lazy("lost reason", "No answer")
        OTHER = "other", pgettext_lazy("lost reason", "Other")

    name = models.CharField(_("name"), max_length=200)
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    need = models.ForeignKey(
        Need,
        verbose_name=_("need"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deals",
    )
    pipeline = models.ForeignKey(
        Pipeline,
        verbose_name=_("pipeline"),
        on_delete=models.PROTECT,
        related_name="deals",
        editable=False,
    )
    stage = models.ForeignKey(
        Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="deals"
    )
    stage_since = models.DateTimeField(_("in this stage since"), editable=False)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    amount_base = models.DecimalField(
        _("amount in base currency"), max_digits=16, decimal_places=2, default=0, editable=False
    )
    probability = models.PositiveSmallIntegerField(_("probability (%)"), default=0)
    expected_close = models.DateField(_("expected close"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    lost_reason = models.CharField(
        _("reason for losing"), max_length=10, choices=LostReason.choices, blank=True
    )
    note = models.TextField(_("note"), blank=True)

    objects = DealQuerySet.as_manager()
    search_fields = ("name",)

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        triggers = OPEN_DEALS.all
        indexes = [
            *record_indexes("deal"),
            models.Index(
                "stage",
                F("amount_base").desc(),
                F("id").desc(),
                name="deal_stage",
                condition=Q(trashed_at__isnull=True),
            ),
            models.Index(
                "team",
                F("amount_base").desc(),
                F("id").desc(),
                name="deal_team_value",
                condition=Q(trashed_at__isnull=True),
            ),
            models.Index("customer", F("updated_at").desc(), name="deal_customer"),
            models.Index(
                "owner",
                "expected_close",
                name="deal_owner_close",
                condition=Q(closed_at__isnull=True, trashed_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="deal_name"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="deal_amount"),
            models.CheckConstraint(condition=Q(probability__lte=100), name="deal_probability"),
            models.UniqueConstraint(
                fields=["need"],
                condition=Q(need__isnull=False, trashed_at__isnull=True),
                name="deal_once_per_need",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return record_url("sales:deal_detail", self.pk)

    @property
    def weighted_base(self) -> Decimal:
        """Amount in the base currency times its probability."""
        return self.amount_base * self.probability / 100


class StageChange(models.Model):
    """Append-only: a deal went from one stage to another."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="stage_changes")
    from_stage = models.ForeignKey(
        Stage, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    to_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("stage change")
        verbose_name_plural = _("stage changes")
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["deal", "at"], name="stage_change_deal"),
            models.Index(fields=["to_stage", "at"], name="stage_change_to"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="stage_change_append_only",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__deal_id__df=pgtrigger.F("new__deal_id"))
                | pgtrigger.Q(old__at__df=pgtrigger.F("new__at"))
                | pgtrigger.Q(old__to_stage_id__df=pgtrigger.F("new__to_stage_id")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.from_stage_id} → {self.to_stage_id}"


@tracked(but=["total", "total_base"])
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
        triggers = ORDER_VALUE.all
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
            # Sums of sales are read from these two alone, without the orders themselves.
            models.Index(
                fields=["team", "ordered_at"],
                include=["total_base", "status"],
                name="order_team_sales",
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
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return record_url("sales:order_detail", self.pk)

    def search_texts(self) -> list[str]:
        """Also the running number without its zeros: “123” finds SO-2026-000123."""
        return [self.number, self.number.rpartition("-")[2].lstrip("0")]


class OrderLine(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField(default=1)
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
    total = models.GeneratedField(
        expression=models.functions.Round(F("quantity") * F("unit_price"), 2),
        output_field=models.DecimalField(max_digits=16, decimal_places=2),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["order", "position"]
        triggers = ORDER_TOTAL.all
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position")
        ]

    def __str__(self) -> str:
        return self.description


@tracked()
class Target(Record):
    """What a person or a team is to sell in a period [starts_on, ends_on)."""

    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"))
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        indexes = record_indexes("target")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="target_period"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="target_amount"),
            models.UniqueConstraint(
                fields=["owner", "team", "starts_on", "ends_on"],
                name="target_once",
                nulls_distinct=False,
                condition=Q(trashed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        last = self.ends_on - timedelta(days=1)
        return f"{formats.day(self.starts_on)} – {formats.day(last)}"

    def get_absolute_url(self) -> str:
        return record_url("sales:target_detail", self.pk)
