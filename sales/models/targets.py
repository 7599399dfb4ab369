"""The plan."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.common import formats
from crm.common.addresses import record_url
from crm.common.history import tracked
from crm.common.models import Record, record_indexes
from sales.querysets import TargetQuerySet


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
