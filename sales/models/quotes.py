"""Offers to customers, in numbered versions, with their lines."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common.addresses import record_url
from crm.common.history import tracked, tracked_lines
from crm.common.models import record_indexes
from crm.jobs.models import Job
from customers.models import Contact, CustomerRecord
from sales.models.catalogue import Product
from sales.models.deals import Deal
from sales.querysets import QuoteQuerySet
from sales.triggers import QUOTE_TOTAL


def quote_path(quote: Quote, filename: str) -> str:
    """Where a quote's PDF is kept: a name that says nothing to a stranger."""
    return f"quotes/{filename}"


@tracked(but=["net", "tax", "pdf", "pdf_job"], sums=["total"])
class Quote(CustomerRecord):
    """What we offer: net of discounts, with tax, valid until a day.

    A version that was sent does not change; the next one takes its number and counts up.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("quote", "Draft")
        SENT = "sent", pgettext_lazy("quote", "Sent")
        ACCEPTED = "accepted", pgettext_lazy("quote", "Accepted")
        DECLINED = "declined", pgettext_lazy("quote", "Declined")
        EXPIRED = "expired", pgettext_lazy("quote", "Expired")
        REPLACED = "replaced", pgettext_lazy("quote", "Replaced")

    # Which versions a new version may follow.
    REVISABLE: ClassVar[tuple[Status, ...]] = (Status.SENT, Status.DECLINED, Status.EXPIRED)

    class Language(models.TextChoices):
        CHINESE = "zh-hans", "简体中文"
        ENGLISH = "en", "English"

    number = models.CharField(_("number"), max_length=40, editable=False)
    revision = models.PositiveSmallIntegerField(
        pgettext_lazy("quote", "version"), default=1, editable=False
    )
    deal = models.ForeignKey(
        Deal, verbose_name=_("deal"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="quotes",
    )  # fmt: skip
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    quoted_on = models.DateField(_("date of the quote"))
    valid_until = models.DateField(_("valid until"))
    language = models.CharField(
        _("language"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )
    terms = models.TextField(_("terms"), blank=True)
    sent_at = models.DateTimeField(pgettext_lazy("quote", "sent"), null=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    # Kept by the database from the lines.
    net = models.DecimalField(
        _("net"), max_digits=16, decimal_places=2, default=0, db_default=0, editable=False
    )
    tax = models.DecimalField(
        _("tax"), max_digits=16, decimal_places=2, default=0, db_default=0, editable=False
    )
    total = models.DecimalField(
        _("total"), max_digits=16, decimal_places=2, default=0, db_default=0, editable=False
    )
    pdf = models.FileField(_("PDF"), upload_to=quote_path, blank=True, editable=False)
    pdf_job = models.ForeignKey(
        Job,
        verbose_name=_("job of the PDF"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )

    objects = QuoteQuerySet.as_manager()
    search_fields = ("number",)

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        indexes = [
            *record_indexes("quote"),
            models.Index("customer", F("quoted_on").desc(), name="quote_customer"),
            models.Index("deal", F("revision").desc(), name="quote_deal"),
            models.Index("valid_until", name="quote_expiring", condition=Q(status="sent")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number", "revision"], name="quote_number"),
            models.CheckConstraint(
                condition=Q(
                    status__in=["draft", "sent", "accepted", "declined", "expired", "replaced"]
                ),
                name="quote_status",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("quoted_on")), name="quote_validity"
            ),
            models.CheckConstraint(
                condition=Q(language__in=["zh-hans", "en"]), name="quote_language"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{self.number} v{self.revision}"

    def get_absolute_url(self) -> str:
        return record_url("sales:quote_detail", self.pk)

    def search_texts(self) -> list[str]:
        """Also the running number without its zeros: “12” finds QT-2026-000012."""
        return [self.number, self.number.rpartition("-")[2].lstrip("0")]


_NET = models.functions.Round(F("quantity") * F("unit_price") * (100 - F("discount")) / 100, 2)


@tracked_lines
class QuoteLine(models.Model):
    """``net`` is quantity × unit price less the discount, ``tax_amount`` the tax on it."""

    quote = models.ForeignKey(
        Quote, verbose_name=_("quote"), on_delete=models.CASCADE, related_name="lines"
    )
    position = models.PositiveIntegerField(_("position"), default=1)
    product = models.ForeignKey(
        Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    description = models.CharField(_("description"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4)
    discount = models.DecimalField(_("discount (%)"), max_digits=5, decimal_places=2, default=0)
    tax_rate = models.DecimalField(_("tax (%)"), max_digits=5, decimal_places=2, default=0)
    net = models.GeneratedField(
        verbose_name=_("net"),
        expression=_NET,
        output_field=models.DecimalField(max_digits=16, decimal_places=2),
        db_persist=True,
    )
    tax_amount = models.GeneratedField(
        verbose_name=_("tax"),
        expression=models.functions.Round(_NET * F("tax_rate") / 100, 2),
        output_field=models.DecimalField(max_digits=16, decimal_places=2),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("quote line")
        verbose_name_plural = _("quote lines")
        ordering = ["quote", "position"]
        triggers = QUOTE_TOTAL.all
        constraints = [
            models.UniqueConstraint(fields=["quote", "position"], name="quote_line_position"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="quote_line_quantity"),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=100), name="quote_line_discount"
            ),
            models.CheckConstraint(
                condition=Q(tax_rate__gte=0, tax_rate__lte=100), name="quote_line_tax"
            ),
        ]

    def __str__(self) -> str:
        return self.description
