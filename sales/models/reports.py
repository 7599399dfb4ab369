"""Reports that people keep, who gets them by mail and when, and what was mailed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.records.models import SavedView
from sales.mailables import mailables
from sales.querysets import ReportScheduleQuerySet, SavedReportQuerySet


class SavedReport(models.Model):
    """A question under a name. It holds no figures: every reader gets their own."""

    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(_("question"), blank=True, max_length=4000)
    sharing = models.CharField(
        _("who sees it"), max_length=8, choices=SavedView.Sharing.choices,
        default=SavedView.Sharing.PRIVATE,
    )  # fmt: skip
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE,
        related_name="+",
    )  # fmt: skip
    team = models.ForeignKey(
        "accounts.Team", verbose_name=_("team"), null=True, blank=True,
        on_delete=models.CASCADE, related_name="+",
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(pgettext_lazy("date", "updated"), auto_now=True)
    trashed_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)

    objects = SavedReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved report")
        verbose_name_plural = _("saved reports")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="saved_report_name"),
            models.CheckConstraint(
                condition=Q(sharing__in=["private", "team", "public"]), name="saved_report_sharing"
            ),
            models.UniqueConstraint(
                fields=["owner", "name"], condition=Q(trashed_at__isnull=True),
                name="saved_report_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('sales:reports')}?{self.query}&saved={self.pk}".replace("?&", "?")


class ReportSchedule(models.Model):
    """When a report, or what apps above mail, is mailed, and how.

    The hour is that of each recipient's own clock. What is mailed is a ``report``, or the record
    ``subject_id`` of another kind (``sales.mailables``).
    """

    class Kind(models.TextChoices):
        REPORT = "report", _("Report")
        BOARD = "board", pgettext_lazy("composed", "Dashboard")

    class Frequency(models.TextChoices):
        DAILY = "daily", _("Every day")
        WORKDAYS = "workdays", _("Monday to Friday")
        WEEKLY = "weekly", _("Every week")
        MONTHLY = "monthly", _("Every month")

    class Weekday(models.IntegerChoices):
        MONDAY = 1, _("Monday")
        TUESDAY = 2, _("Tuesday")
        WEDNESDAY = 3, _("Wednesday")
        THURSDAY = 4, _("Thursday")
        FRIDAY = 5, _("Friday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "Excel (XLSX)"
        CSV = "csv", "CSV"
        NONE = "none", pgettext_lazy("attachment", "None: in the mail itself")

    kind = models.CharField(
        _("kind"), max_length=8, choices=Kind.choices, default=Kind.REPORT, editable=False
    )
    report = models.ForeignKey(
        SavedReport, verbose_name=_("report"), null=True, blank=True, on_delete=models.CASCADE,
        related_name="schedules",
    )  # fmt: skip
    subject_id = models.BigIntegerField(null=True, editable=False)
    frequency = models.CharField(
        _("how often"), max_length=8, choices=Frequency.choices, default=Frequency.WEEKLY
    )
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), choices=Weekday.choices, default=Weekday.MONDAY
    )
    monthday = models.PositiveSmallIntegerField(
        _("day of the month"), default=1,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("In shorter months the last day."),
    )  # fmt: skip
    hour = models.PositiveSmallIntegerField(
        _("hour"), default=8, validators=[MaxValueValidator(23)]
    )
    format = models.CharField(
        _("attached file"), max_length=4, choices=Format.choices, default=Format.PDF
    )
    skip_empty = models.BooleanField(_("not when there is nothing to report"), default=True)
    active = models.BooleanField(pgettext_lazy("setting", "active"), default=True)
    # Turns before it are not made up for.
    active_since = models.DateTimeField(_("active since"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects = ReportScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailing of a report")
        verbose_name_plural = _("mailings of reports")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["kind", "subject_id"], name="report_schedule_subject",
                condition=Q(subject_id__isnull=False),
            )
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="report", report__isnull=False, subject_id__isnull=True)
                | Q(kind="board", report__isnull=True, subject_id__isnull=False),
                name="report_schedule_of",
            ),
            models.CheckConstraint(
                condition=Q(frequency__in=["daily", "workdays", "weekly", "monthly"]),
                name="report_schedule_frequency",
            ),
            models.CheckConstraint(condition=Q(hour__lte=23), name="report_schedule_hour"),
            models.CheckConstraint(
                condition=Q(weekday__gte=1, weekday__lte=7, monthday__gte=1, monthday__lte=31),
                name="report_schedule_day",
            ),
            models.CheckConstraint(
                condition=Q(format__in=["pdf", "xlsx", "csv", "none"]),
                name="report_schedule_format",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} · {self.get_frequency_display()}"

    @property
    def subject(self) -> Any:
        """What is mailed: the report, or the record of another kind (None when it is gone)."""
        if self.kind == self.Kind.REPORT:
            return self.report
        return mailables[self.kind].model.objects.filter(pk=self.subject_id).first()

    @property
    def mail_url(self) -> str:
        """The page of the mailings of what is mailed."""
        return reverse(mailables[self.kind].page, args=[self.report_id or self.subject_id])


class ReportRecipient(models.Model):
    """A colleague who gets a report; ``stopped_at`` when they wanted no more of it."""

    schedule = models.ForeignKey(
        ReportSchedule,
        verbose_name=_("mailing"),
        on_delete=models.CASCADE,
        related_name="recipients",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("colleague"), on_delete=models.CASCADE,
        related_name="+",
    )  # fmt: skip
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)

    class Meta:
        verbose_name = _("recipient of a report")
        verbose_name_plural = _("recipients of reports")
        constraints = [
            models.UniqueConstraint(fields=["schedule", "user"], name="report_recipient_once")
        ]

    def __str__(self) -> str:
        return str(self.user)


class ReportDelivery(models.Model):
    """One turn for one recipient: mailed, or why not. The key makes it happen once."""

    class State(models.TextChoices):
        MAILED = "mailed", pgettext_lazy("report", "Mailed")
        SKIPPED = "skipped", pgettext_lazy("report", "Left out")
        REFUSED = "refused", pgettext_lazy("report", "Not possible")

    schedule = models.ForeignKey(
        ReportSchedule,
        verbose_name=_("mailing"),
        on_delete=models.CASCADE,
        related_name="deliveries",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("colleague"), on_delete=models.CASCADE,
        related_name="+",
    )  # fmt: skip
    key = models.CharField(_("turn"), max_length=60)
    state = models.CharField(_("state"), max_length=7, choices=State.choices)
    reason = models.TextField(_("reason"), blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    mail = models.ForeignKey(
        "mail.Mail", verbose_name=_("mail"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("turn of a report")
        verbose_name_plural = _("turns of reports")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "user", "key"], name="report_delivery_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["mailed", "skipped", "refused"]),
                name="report_delivery_state",
            ),
        ]

    def __str__(self) -> Any:
        return f"{self.schedule_id} {self.key}"
