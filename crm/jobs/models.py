"""The job table: the truth about work in the background. Celery only rings the doorbell."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from crm.common.roles import Person, is_admin
from crm.jobs import registry


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: Person) -> Self:
        """One's own jobs; all for administrators."""
        return self if is_admin(user) else self.filter(created_by=user.pk)

    def with_parts(self) -> Self:
        """Each with what its parts have done so far, for ``done`` and ``total``."""
        parts = Job.objects.filter(parent=models.OuterRef("pk")).order_by().values("parent")

        def summed(field: str) -> Any:
            total = parts.annotate(told=models.Sum(field)).values("told")
            return Cast(models.Subquery(total), models.BigIntegerField())

        return self.annotate(
            parts_done=summed("progress_done"), parts_total=summed("progress_total")
        )


class Job(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        SPLIT = "split", _("Running in parts")
        SUCCEEDED = "succeeded", _("Finished")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    title = models.CharField(_("title"), max_length=200, blank=True)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("started by"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    # A part of another job's work, and which: the last part that ends wakes the parent.
    parent = models.ForeignKey(
        "self",
        verbose_name=_("job of which it is a part"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="parts",
    )
    part = models.PositiveSmallIntegerField(_("part"), null=True, blank=True)
    # NULL is "no key": unique ignores it.
    idempotency_key = models.CharField(max_length=120, null=True, blank=True, unique=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("most attempts"), default=3)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    heartbeat_at = models.DateTimeField(
        _("last sign of life"), null=True, blank=True, editable=False
    )
    rung_at = models.DateTimeField(_("workers told"), null=True, blank=True, editable=False)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    progress_done = models.BigIntegerField(_("steps done"), default=0)
    progress_total = models.BigIntegerField(_("steps in all"), default=0)
    progress_note = models.CharField(_("at work on"), max_length=200, blank=True)
    checkpoint = models.JSONField(_("done so far"), default=dict, blank=True)
    result = models.JSONField(_("result"), default=dict, blank=True)
    error = models.TextField(_("error"), blank=True)
    url = models.CharField(_("page"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["created_by", "-created_at"], name="job_by_creator"),
            models.Index(
                fields=["state", "heartbeat_at"], name="job_open",
                condition=models.Q(state__in=["queued", "running", "split"]),
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["queued", "running", "split", "succeeded", "failed", "cancelled"]
                ),
                name="job_state",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="running")
                | models.Q(lease__isnull=False, heartbeat_at__isnull=False),
                name="job_running_has_lease",
            ),
            models.UniqueConstraint(fields=["parent", "part"], name="job_part_once"),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> Any:
        from django.urls import reverse

        return reverse("jobs:detail", args=[self.pk])

    @property
    def label(self) -> str:
        """What the person called it, else the kind's title in the reader's language."""
        entry = registry.find(self.kind)
        return self.title or str(entry.title if entry else self.kind)

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.SUCCEEDED, self.State.FAILED, self.State.CANCELLED}

    @property
    def done(self) -> int:
        """How much is done, by its parts while they work (see ``with_parts``)."""
        return self._told("parts_done", self.progress_done)

    @property
    def total(self) -> int:
        """How much there is to do; 0 when unknown."""
        return self._told("parts_total", self.progress_total)

    def _told(self, of_parts: str, own: int) -> int:
        return (getattr(self, of_parts, None) or 0) if self.state == self.State.SPLIT else own

    @property
    def percent(self) -> int | None:
        """Whole per cent done, or None when the size of the work is unknown."""
        if self.state == self.State.SUCCEEDED:
            return 100
        if not self.total:
            return None
        return min(100, int(100 * self.done / self.total))
