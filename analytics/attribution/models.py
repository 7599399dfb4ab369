"""By which rule the company credits orders: the newest counts, the older ones are history."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MOST_DAYS = 365


class Rule(models.TextChoices):
    LAST = "last", _("Last touch")
    FIRST = "first", _("First touch")
    EVEN = "even", _("Even split")


class Declaration(models.Model):
    """A rule, and how many days before an order a touch counts."""

    rule = models.CharField(_("rule"), max_length=5, choices=Rule.choices)
    days = models.PositiveSmallIntegerField(_("days before the order"))
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("declared by"), null=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    declared_at = models.DateTimeField(_("declared at"), auto_now_add=True)

    class Meta:
        verbose_name = _("rule of attribution")
        verbose_name_plural = _("rules of attribution")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rule__in=["last", "first", "even"]), name="attribution_rule"
            ),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=MOST_DAYS), name="attribution_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rule_display()} {self.days}"


class CreditTable(models.Model):
    """What a reader's many orders were credited to, added up by a job.

    ``lines``: [campaign, orders, amount as text] each, as ``credit.Credit``.
    """

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("reader"), on_delete=models.CASCADE,
        related_name="+",
    )  # fmt: skip
    rule = models.CharField(_("rule"), max_length=5, choices=Rule.choices)
    days = models.PositiveSmallIntegerField(_("days before the order"))
    first = models.DateField(_("orders from"))
    last = models.DateField(_("orders until"))
    lines = models.JSONField(_("lines"), default=list)
    made_at = models.DateTimeField(_("computed at"), auto_now=True)

    class Meta:
        verbose_name = _("table of attributed revenue")
        verbose_name_plural = _("tables of attributed revenue")
        constraints = [
            models.UniqueConstraint(
                fields=["reader", "rule", "days", "first", "last"], name="credit_table_once"
            ),
            models.CheckConstraint(
                condition=Q(rule__in=["last", "first", "even"]), name="credit_table_rule"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reader_id}: {self.first} – {self.last}"
