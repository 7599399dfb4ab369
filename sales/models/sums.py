"""Sums of orders that the database keeps, so that figures do not read the orders."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from sales.querysets import OwnedSumQuerySet


class SalesDay(models.Model):
    """What a person of a team sold on one of the company's days through one channel.

    Of the orders that count, in the base currency: ``revenue`` is sales less refunds, ``sold``
    the sales alone. Kept by the database (``SALES_DAYS``); the references are bare numbers.
    Regions and products are not among the keys: there would be nearly as many rows as orders.
    """

    day = models.DateField()
    team = models.ForeignKey(
        "accounts.Team", null=True, on_delete=models.DO_NOTHING, related_name="+",
        db_constraint=False, db_index=False,
    )  # fmt: skip
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, related_name="+",
        db_constraint=False, db_index=False,
    )  # fmt: skip
    channel = models.ForeignKey(
        "sales.Channel", null=True, on_delete=models.DO_NOTHING, related_name="+",
        db_constraint=False, db_index=False,
    )  # fmt: skip
    revenue = models.DecimalField(max_digits=22, decimal_places=2, default=0)
    sold = models.DecimalField(max_digits=22, decimal_places=2, default=0)
    orders = models.IntegerField(default=0)
    refunds = models.IntegerField(default=0)

    objects = OwnedSumQuerySet.as_manager()

    class Meta:
        verbose_name = "sales of a day"
        verbose_name_plural = "sales by day"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "team", "owner", "channel"],
                name="sales_day",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["team", "day"], include=["revenue"], name="sales_day_team"),
            models.Index(fields=["owner", "day"], include=["revenue"], name="sales_day_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.team_id}/{self.owner_id}/{self.channel_id}: {self.revenue}"
