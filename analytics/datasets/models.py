"""An uploaded table, and what was asked of it."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.common.addresses import record_url
from crm.common.roles import Person, is_admin, is_manager


class DatasetQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        """Administrators all; managers their team's."""
        return self.in_reach_of(user).filter(trashed_at__isnull=True)

    def in_reach_of(self, user: Person) -> Self:
        """Also what is in the trash."""
        if is_admin(user):
            return self
        return self.filter(team=user.team_id or 0) if is_manager(user) else self.none()


class Dataset(models.Model):
    """A table as it was uploaded; ``steps`` clean it anew each time it is read."""

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        READY = "ready", _("Ready")
        REFUSED = "refused", _("Cannot be read")

    name = models.CharField(_("name"), max_length=120)
    team = models.ForeignKey(
        "accounts.Team", verbose_name=_("team"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), null=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    file = models.FileField(_("file"), upload_to="datasets/", max_length=200)
    filename = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.READING)
    error = models.JSONField(_("error"), default=dict, blank=True)
    steps = models.JSONField(_("cleaning steps"), default=list, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    # Of the table after the steps: name, kind, n, missing, distinct …; the first rows as text;
    # what each step did.
    columns = models.JSONField(_("columns"), default=list, blank=True)
    preview = models.JSONField(_("preview"), default=list, blank=True)
    reports = models.JSONField(_("what the steps did"), default=list, blank=True)
    # Of a workbook with several: the one that was read first.
    sheets = models.JSONField(_("sheets"), default=list, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    job = models.ForeignKey(
        "jobs.Job",
        verbose_name=_("job"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        app_label = "analytics"
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["team", "-created_at"], name="dataset_team")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["reading", "ready", "refused"]), name="dataset_state"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return record_url("analytics:dataset", self.pk)

    @property
    def names(self) -> list[str]:
        return [column["column"] for column in self.columns]


class DatasetSource(models.Model):
    """Where a dataset is read from again, and how that went last."""

    class Kind(models.TextChoices):
        URL = "url", _("Web address")
        FOLDER = "folder", _("Folder on the server")

    class Every(models.IntegerChoices):
        HOUR = 1, _("Every hour")
        DAY = 24, _("Every day")
        WEEK = 168, _("Every week")

    dataset = models.OneToOneField(
        Dataset, verbose_name=_("dataset"), on_delete=models.CASCADE, related_name="source"
    )
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    # The address sealed, as it may hold a key; what of it is shown.
    place = models.TextField(_("place"))
    shown = models.CharField(_("place"), max_length=300)
    every = models.PositiveSmallIntegerField(_("how often"), choices=Every.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("set up by"), on_delete=models.CASCADE,
        related_name="+",
    )  # fmt: skip
    due_at = models.DateTimeField(_("next time"))
    checked_at = models.DateTimeField(_("looked last"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed last"), null=True, blank=True)
    # How a change is known: what the server said of its file, and the file's own digest.
    etag = models.CharField(_("mark of the file (ETag)"), max_length=200, blank=True)
    modified = models.CharField(_("changed (as the server says)"), max_length=300, blank=True)
    digest = models.CharField(_("digest of the content"), max_length=64, blank=True)
    error = models.JSONField(_("error"), default=dict, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    job = models.ForeignKey(
        "jobs.Job",
        verbose_name=_("job"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        app_label = "analytics"
        verbose_name = _("source of a dataset")
        verbose_name_plural = _("sources of datasets")
        indexes: ClassVar = [models.Index(fields=["due_at"], name="dataset_source_due")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=["url", "folder"]), name="source_kind"),
            models.CheckConstraint(condition=Q(every__in=[1, 24, 168]), name="source_every"),
        ]

    def __str__(self) -> str:
        return self.shown


class AnalysisQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        return self.filter(dataset__in=Dataset.objects.visible_to(user).values("pk"))


class Analysis(models.Model):
    """One method on one dataset: with which steps and options, and what came out."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        REFUSED = "refused", _("Refused")

    dataset = models.ForeignKey(
        Dataset, verbose_name=_("dataset"), on_delete=models.CASCADE, related_name="analyses"
    )
    method = models.CharField(_("method"), max_length=20)
    options = models.JSONField(_("parameters"), default=dict, blank=True)
    steps = models.JSONField(_("cleaning steps"), default=list, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    answer = models.JSONField(_("result"), default=dict, blank=True)
    file = models.FileField(_("whole answer"), upload_to="datasets/", max_length=200, blank=True)
    error = models.JSONField(_("error"), default=dict, blank=True)
    seconds = models.FloatField(_("seconds"), default=0)
    fingerprint = models.CharField(_("data fingerprint"), max_length=64, blank=True)
    versions = models.JSONField(_("library versions"), default=dict, blank=True)
    reproduces = models.ForeignKey(
        "self", verbose_name=_("does again"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="reproductions",
    )  # fmt: skip
    # Asked again because the file changed; only the last few of these are kept.
    repeated = models.BooleanField(_("asked again by itself"), default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("started by"), null=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    created_at = models.DateTimeField(_("started"), auto_now_add=True)
    job = models.ForeignKey(
        "jobs.Job",
        verbose_name=_("job"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = AnalysisQuerySet.as_manager()

    class Meta:
        app_label = "analytics"
        verbose_name = _("analysis of a dataset")
        verbose_name_plural = _("analyses of datasets")
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["running", "finished", "refused"]), name="analysis_state"
            )
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.pk}"

    def get_absolute_url(self) -> str:
        return record_url("analytics:analysis", self.pk)

    @property
    def shown_state(self) -> str:
        """The state in words, with its job's end where that came without an answer."""
        if self.state == self.State.RUNNING and self.job is not None and self.job.is_over:
            return str(self.job.get_state_display())
        return str(self.get_state_display())
