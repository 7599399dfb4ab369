"""Service requests: what customers ask, who answers, how long it takes."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common.addresses import record_url
from crm.common.history import tracked
from crm.common.models import BilingualName, Record
from customers.models import Contact, Customer
from service.indexes import REQUEST_INDEXES
from service.querysets import ServiceRequestQuerySet
from service.triggers import OPEN_REQUESTS


class Priority(models.IntegerChoices):
    URGENT = 1, _("P1 urgent")
    HIGH = 2, _("P2 high")
    NORMAL = 3, _("P3 normal")
    LOW = 4, _("P4 low")


class Category(BilingualName):
    code = models.SlugField(_("code"), max_length=80, unique=True)
    active = models.BooleanField(pgettext_lazy("setting", "active"), default=True)

    class Meta:
        verbose_name = pgettext_lazy("request", "category")
        verbose_name_plural = pgettext_lazy("request", "categories")
        ordering = ["name"]


class SLA(models.Model):
    """How soon a request of a priority is answered and resolved, in business minutes."""

    name = models.CharField(_("name"), max_length=80)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, unique=True
    )
    first_response_minutes = models.PositiveIntegerField(_("first response (minutes)"))
    resolution_minutes = models.PositiveIntegerField(_("resolution (minutes)"))

    class Meta:
        verbose_name = _("SLA")
        verbose_name_plural = _("SLAs")
        ordering = ["priority"]
        constraints = [
            models.CheckConstraint(condition=Q(priority__in=[1, 2, 3, 4]), name="sla_priority"),
            models.CheckConstraint(
                condition=Q(resolution_minutes__gte=F("first_response_minutes")), name="sla_order"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """Hours of one weekday in which the clocks run; a day may have several."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["weekday", "starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_order"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="shift_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class Holiday(models.Model):
    """A day on which the clocks stand still."""

    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


@tracked()
class ServiceRequest(Record):
    class Kind(models.TextChoices):
        QUESTION = "question", _("Question")
        FEEDBACK = "feedback", _("Feedback")
        COMPLAINT = "complaint", _("Complaint")
        REPAIR = "repair", _("Repair")
        TRAINING = "training", _("Training")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        NEW = "new", pgettext_lazy("request status", "New")
        IN_PROGRESS = "in_progress", pgettext_lazy("request status", "In progress")
        WAITING = "waiting", pgettext_lazy("request status", "Waiting for customer")
        RESOLVED = "resolved", pgettext_lazy("request status", "Resolved")
        CLOSED = "closed", pgettext_lazy("request status", "Closed")

    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone call")
        EMAIL = "email", _("E-mail")
        CHAT = "chat", _("Chat")
        WECHAT = "wechat", _("WeChat")
        WEB = "web", _("Web form")
        IMPORT = "import", _("Import")

    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="requests",
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    requester = models.CharField(_("requester"), max_length=120, blank=True)
    requester_email = models.EmailField(_("requester's e-mail"), blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices, default=Kind.QUESTION)
    category = models.ForeignKey(
        Category,
        verbose_name=pgettext_lazy("request", "category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="requests",
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL
    )
    channel = models.CharField(
        _("channel"), max_length=7, choices=Channel.choices, default=Channel.PHONE
    )
    status = models.CharField(
        _("status"), max_length=11, choices=Status.choices, default=Status.NEW
    )
    opened_at = models.DateTimeField(pgettext_lazy("request", "opened"))
    first_response_due_at = models.DateTimeField(
        _("first response due"), null=True, blank=True, editable=False
    )
    first_responded_at = models.DateTimeField(
        _("first response"), null=True, blank=True, editable=False
    )
    resolution_due_at = models.DateTimeField(
        _("resolution due"), null=True, blank=True, editable=False
    )
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True, editable=False)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True, editable=False)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("resolved by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    reopened_count = models.PositiveSmallIntegerField(_("reopened"), default=0, editable=False)
    external_id = models.CharField(_("external id"), max_length=80, blank=True, editable=False)

    objects = ServiceRequestQuerySet.as_manager()
    search_fields = ("subject", "requester", "requester_email")

    class Meta:
        verbose_name = _("service request")
        verbose_name_plural = _("service requests")
        triggers = OPEN_REQUESTS.all
        indexes = REQUEST_INDEXES
        constraints = [
            models.CheckConstraint(condition=~Q(subject=""), name="request_subject"),
            models.CheckConstraint(
                condition=Q(status__in=["new", "in_progress", "waiting", "resolved", "closed"]),
                name="request_status",
            ),
            models.CheckConstraint(condition=Q(priority__in=[1, 2, 3, 4]), name="request_priority"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["question", "feedback", "complaint", "repair", "training", "other"]
                ),
                name="request_kind",
            ),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="request_external_id"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["resolved", "closed"]) | Q(resolved_at__isnull=False),
                name="request_resolved_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    @property
    def number(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return record_url("service:request_detail", self.pk)

    def search_texts(self) -> list[str]:
        return [*super().search_texts(), self.description[:500]]


class StatusChange(models.Model):
    """Append-only: a request's status changed, when and by whom."""

    request = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="status_changes"
    )
    from_status = models.CharField(max_length=11, blank=True)
    to_status = models.CharField(max_length=11, choices=ServiceRequest.Status.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["request", "at"], name="status_change_request")]
        triggers = [
            pgtrigger.Protect(
                name="status_change_append_only",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__at__df=pgtrigger.F("new__at"))
                | pgtrigger.Q(old__to_status__df=pgtrigger.F("new__to_status")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"


class Reply(models.Model):
    """What was answered, or noted among colleagues."""

    request = models.ForeignKey(
        ServiceRequest, verbose_name=_("service request"), on_delete=models.CASCADE,
        related_name="replies",
    )  # fmt: skip
    body = models.TextField(_("text"))
    internal = models.BooleanField(_("internal note"), default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["request", "created_at"], name="reply_request")]
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="reply_body")]

    def __str__(self) -> str:
        return self.body[:60]


class Rule(models.Model):
    """When a request's text holds one of the words, set category and priority."""

    name = models.CharField(_("name"), max_length=80)
    order = models.PositiveSmallIntegerField(pgettext_lazy("position", "order"), default=1)
    words = models.CharField(_("words, separated by commas"), max_length=250)
    category = models.ForeignKey(
        Category,
        verbose_name=pgettext_lazy("request", "category"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, null=True, blank=True
    )
    active = models.BooleanField(pgettext_lazy("setting", "active"), default=True)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.name


class Survey(models.Model):
    """How satisfied a requester was; belongs to the agent who resolved it."""

    request = models.OneToOneField(
        ServiceRequest, verbose_name=_("service request"), on_delete=models.CASCADE,
        related_name="survey",
    )  # fmt: skip
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("handled by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    sent_at = models.DateTimeField(_("sent"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["-sent_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=1, score__lte=5), name="survey_score"
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.score or '–'}"
