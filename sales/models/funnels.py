"""What the funnel counts, kept every night for companies with many deals."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from sales.models.deals import Pipeline, Stage
from sales.querysets import OwnedSumQuerySet


class FunnelCell(models.Model):
    """Abstract: a part of the deals created in a month, of one team and owner."""

    month = models.DateField()
    pipeline = models.ForeignKey(
        Pipeline, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    team = models.ForeignKey(
        "accounts.Team", null=True, on_delete=models.DO_NOTHING, related_name="+",
        db_constraint=False, db_index=False,
    )  # fmt: skip
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, related_name="+",
        db_constraint=False, db_index=False,
    )  # fmt: skip

    objects = OwnedSumQuerySet.as_manager()

    class Meta:
        abstract = True


class FunnelOutcome(FunnelCell):
    """How far they came and how they ended; columns as in sales.funnel_rows."""

    furthest = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=4)
    lost_reason = models.CharField(max_length=10, blank=True)
    deals = models.IntegerField()
    amount = models.DecimalField(max_digits=22, decimal_places=2)
    won30 = models.IntegerField()
    won60 = models.IntegerField()
    won90 = models.IntegerField()
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "outcome of a cohort"
        verbose_name_plural = "outcomes of cohorts"
        indexes = [models.Index(fields=["pipeline", "month"], name="funnel_outcome_month")]

    def __str__(self) -> str:
        return f"{self.month} {self.kind} {self.furthest}: {self.deals}"


class FunnelStay(FunnelCell):
    """How long they stayed in a stage, counted in bins of sales.funnel_rows."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="+", db_index=False)
    ended = models.BooleanField()
    bin = models.IntegerField()
    stays = models.IntegerField()

    class Meta:
        verbose_name = "stays of a cohort"
        verbose_name_plural = "stays of cohorts"
        indexes = [models.Index(fields=["pipeline", "month"], name="funnel_stay_month")]

    def __str__(self) -> str:
        return f"{self.month} {self.stage_id}/{self.bin}: {self.stays}"
