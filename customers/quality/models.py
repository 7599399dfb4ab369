"""The quality of the customers' data, day by day."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.common.roles import Person, is_admin, is_manager, is_rep


class SnapshotQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        """The days of what one sees: administrators the company's, sellers their team's."""
        if is_admin(user):
            return self.filter(team=None)
        if (is_manager(user) or is_rep(user)) and user.team_id:
            return self.filter(team=user.team_id)
        return self.none()


class QualitySnapshot(models.Model):
    """How many customers a team (or the company: no team) had that day, and with what issues."""

    team = models.ForeignKey(
        "accounts.Team", verbose_name=_("team"), null=True, blank=True,
        on_delete=models.CASCADE, related_name="+",
    )  # fmt: skip
    day = models.DateField(_("day"))
    customers = models.PositiveIntegerField(_("customers"))
    # {issue or group: customers that have it}, "any" and "duplicates" among them.
    counts = models.JSONField(_("counts"), default=dict)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("data quality of a day")
        verbose_name_plural = _("data quality by day")
        constraints = [
            models.UniqueConstraint(
                fields=["team", "day"], name="quality_snapshot_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.team or ''} {self.day}".strip()
