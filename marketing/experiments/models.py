"""An experiment, and the arm that each customer was drawn into, once and for all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common.addresses import record_url
from crm.common.roles import Person, is_admin, is_manager

CONTROL = "control"
# The keys of the treated arms.
ARM_KEYS = ("a", "b", "c", "d", "e")


class ExperimentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        """Administrators all; managers those on their team's campaigns, which are theirs to run."""
        alive = self.filter(campaign__trashed_at__isnull=True)
        if is_admin(user):
            return alive
        return alive.filter(campaign__team=user.team_id or 0) if is_manager(user) else self.none()

    def editable_by(self, user: Person) -> Self:
        return self.visible_to(user)

    def running(self) -> Self:
        return self.filter(started_at__isnull=False, ended_at__isnull=True)


class Experiment(models.Model):
    """Variants of one campaign, with customers held out as control.

    ``arms`` are the names of the treated arms, in the order of ``ARM_KEYS``. The outcome of a
    customer counts for ``window_days`` from the draw, the same for every arm.
    """

    class Outcome(models.TextChoices):
        ORDER = "order", _("Ordered within the window")
        REVENUE = "revenue", _("Revenue within the window")
        SUCCESS = "success", _("Success of the activity")

    class Correction(models.TextChoices):
        HOLM = "holm", _("Holm (any outcome)")
        DUNNETT = "dunnett", _("Dunnett (revenue, several arms)")

    campaign = models.ForeignKey(
        "marketing.Campaign", on_delete=models.CASCADE, related_name="experiments",
        verbose_name=_("campaign"),
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=80)
    hypothesis = models.CharField(_("hypothesis"), max_length=250, blank=True)
    arms = models.JSONField(_("arms"), default=list)
    control_share = models.DecimalField(
        _("share of control"), max_digits=4, decimal_places=3, default=0.1
    )
    segment = models.ForeignKey(
        "customers.Segment", verbose_name=_("segment"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    most = models.PositiveIntegerField(_("customers at most"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=7, choices=Outcome.choices, default=Outcome.ORDER
    )
    window_days = models.PositiveSmallIntegerField(_("window in days"), default=30)
    correction = models.CharField(
        _("correction for several arms"), max_length=7, choices=Correction.choices,
        default=Correction.HOLM,
    )  # fmt: skip
    planned = models.PositiveIntegerField(_("customers needed"), null=True, blank=True)
    seed = models.PositiveIntegerField(_("seed"), default=0)
    excluded = models.JSONField(_("left out"), default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("created by"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    submission = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        app_label = "marketing"
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(control_share__gte=0, control_share__lt=1), name="experiment_share"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["order", "revenue", "success"]), name="experiment_outcome"
            ),
            models.CheckConstraint(
                condition=Q(correction__in=["holm", "dunnett"]), name="experiment_correction"
            ),
            models.CheckConstraint(
                condition=Q(window_days__gte=1, window_days__lte=365), name="experiment_window"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(started_at__isnull=False),
                name="experiment_ends_after_draw",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return record_url("analytics:experiment", self.pk)

    @property
    def shares(self) -> dict[str, float]:
        """The planned share of each arm, the control first where there is one."""
        held = float(self.control_share)
        treated = {key: (1 - held) / len(self.arms) for key in self.arm_keys}
        return {CONTROL: held, **treated} if held else treated

    @property
    def arm_keys(self) -> tuple[str, ...]:
        return ARM_KEYS[: len(self.arms)]

    @property
    def reference(self) -> str:
        """The arm that the others are compared with: those held out have no activity."""
        return ARM_KEYS[0] if self.outcome == self.Outcome.SUCCESS else CONTROL

    def arm_name(self, key: str) -> str:
        if key == CONTROL:
            return _now("Control (held out)")
        return str(self.arms[ARM_KEYS.index(key)])

    @property
    def window_end(self) -> datetime | None:
        """The moment from which the outcome is complete; None before the draw."""
        return self.started_at + timedelta(days=self.window_days) if self.started_at else None

    @property
    def state(self) -> str:
        """draft, running, complete (the window has passed) or ended."""
        end = self.window_end
        if end is None:
            return "draft"
        if self.ended_at:
            return "ended"
        return "complete" if timezone.now() >= end else "running"

    def get_state_display(self) -> str:
        return str(STATES[self.state])


STATES = {
    "draft": pgettext_lazy("experiment", "Draft"),
    "running": pgettext_lazy("experiment", "Running"),
    "complete": pgettext_lazy("experiment", "Complete"),
    "ended": pgettext_lazy("experiment", "Ended"),
}


class Assignment(models.Model):
    """The arm that a customer was drawn into."""

    experiment = models.ForeignKey(
        Experiment, verbose_name=_("experiment"), on_delete=models.CASCADE,
        related_name="assignments",
    )  # fmt: skip
    customer = models.ForeignKey(
        "customers.Customer", verbose_name=_("customer"), on_delete=models.CASCADE,
        related_name="assignments",
    )  # fmt: skip
    arm = models.CharField(_("arm"), max_length=7)

    class Meta:
        app_label = "marketing"
        verbose_name = _("assignment to an arm")
        verbose_name_plural = _("assignments to arms")
        constraints = [
            models.UniqueConstraint(fields=["experiment", "customer"], name="assignment_once"),
            models.CheckConstraint(
                condition=Q(arm__in=[CONTROL, *ARM_KEYS]), name="assignment_arm"
            ),
        ]
        indexes = [models.Index(fields=["experiment", "arm"], name="assignment_arms")]

    def __str__(self) -> str:
        return f"{self.experiment_id}: {self.arm}"
