"""What the weighted forecast said, week by week."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from sales.models.deals import Pipeline
from sales.querysets import OwnedSumQuerySet


class ForecastSnapshot(models.Model):
    """The forecast of a month as it stood on a Monday, for a pipeline, team and owner.

    ``deals``, ``amount`` and ``weighted`` are those of the open deals expected to close in
    ``month`` (its first day; null: no date), ``won`` what had been won in that month by then.
    ``rebuilt`` ones were made afterwards from the history of stages, with today's amounts.
    """

    taken_on = models.DateField()
    month = models.DateField(null=True)
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
    deals = models.IntegerField(default=0)
    amount = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    weighted = models.DecimalField(max_digits=22, decimal_places=4, default=0)
    # The same by the chance that is learned of each deal; null where nothing was learned.
    learned = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    won = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    rebuilt = models.BooleanField(default=False)

    objects = OwnedSumQuerySet.as_manager()

    class Meta:
        verbose_name = "forecast of a week"
        verbose_name_plural = "forecasts by week"
        constraints = [
            models.UniqueConstraint(
                fields=["taken_on", "month", "pipeline", "team", "owner"],
                name="forecast_snapshot",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["month", "taken_on"], name="forecast_month")]

    def __str__(self) -> str:
        return f"{self.taken_on}: {self.month} {self.weighted}"
