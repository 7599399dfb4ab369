"""What was said, what is to be done next, and the mail that comes and goes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from communications.querysets import (
    CommunicationQuerySet,
    ContactDayQuerySet,
    FollowUpQuerySet,
)
from communications.triggers import CONTACT_DAYS, LAST_CONTACT, NEXT_STEP
from crm.common.addresses import record_url
from crm.common.history import tracked
from crm.common.models import record_indexes
from customers.models import Contact, CustomerRecord, Need


class About(models.TextChoices):
    """What a communication or follow-up is about, beside its customer."""

    DEAL = "deal", _("Deal")
    REQUEST = "request", _("Service request")
    CAMPAIGN = "campaign", _("Campaign")


class AboutRecord(CustomerRecord):
    """Abstract: points at a deal, request or campaign of an app above, by kind and number."""

    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    about_kind = models.CharField(
        _("about"), max_length=10, choices=About.choices, blank=True, editable=False
    )
    about_id = models.BigIntegerField(
        _("number of what it is about"),
        null=True,
        blank=True,
        editable=False,
    )

    class Meta:
        abstract = True


@tracked()
class Communication(AboutRecord):
    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone call")
        EMAIL = "email", _("E-mail")
        CHAT = "chat", _("Chat")
        SMS = "sms", _("SMS")
        WECHAT = "wechat", _("WeChat")
        VISIT = "visit", _("Visit")
        MEETING = "meeting", _("Meeting")
        NOTE = "note", _("Note")

    class Direction(models.TextChoices):
        OUT = "out", _("Outgoing")
        IN = "in", _("Incoming")

    class Outcome(models.TextChoices):
        NONE = "", _("Not said")
        INTERESTED = "interested", _("Interested")
        NEUTRAL = "neutral", _("Neutral")
        DECLINED = "declined", _("Declined")
        NO_ANSWER = "no_answer", pgettext_lazy("call", "No answer")

    channel = models.CharField(
        _("channel"), max_length=8, choices=Channel.choices, default=Channel.PHONE
    )
    direction = models.CharField(
        _("direction"), max_length=3, choices=Direction.choices, default=Direction.OUT
    )
    happened_at = models.DateTimeField(_("when"))
    duration_seconds = models.PositiveIntegerField(_("duration (seconds)"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.NONE, blank=True
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    content = models.TextField(_("content"), blank=True)
    need = models.ForeignKey(
        Need, verbose_name=_("need"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="communications",
    )  # fmt: skip

    objects = CommunicationQuerySet.as_manager()
    search_fields = ("subject", "content")

    class Meta:
        verbose_name = _("communication")
        verbose_name_plural = _("communications")
        triggers = [*LAST_CONTACT.all, *CONTACT_DAYS.all]
        indexes = [
            *record_indexes("communication"),
            models.Index("customer", F("happened_at").desc(), name="communication_customer"),
            models.Index("team", F("happened_at").desc(), F("id").desc(),
                         name="communication_team_when", condition=Q(trashed_at__isnull=True)),
            models.Index("owner", F("happened_at").desc(), F("id").desc(),
                         name="communication_owner_when", condition=Q(trashed_at__isnull=True)),
            models.Index("team", "channel", F("happened_at").desc(), F("id").desc(),
                         name="communication_team_channel", condition=Q(trashed_at__isnull=True)),
            models.Index(F("happened_at").desc(), F("id").desc(),
                         name="communication_when", condition=Q(trashed_at__isnull=True)),
            models.Index("about_kind", "about_id", name="communication_about",
                         condition=Q(about_id__isnull=False)),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    channel__in=[
                        "phone", "email", "chat", "sms", "wechat", "visit", "meeting", "note",
                    ]
                ),
                name="communication_channel",
            ),
            models.CheckConstraint(
                condition=Q(direction__in=["in", "out"]), name="communication_direction"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.subject or self.get_channel_display()

    def get_absolute_url(self) -> str:
        return record_url("communications:detail", self.pk)


@tracked()
class FollowUp(AboutRecord):
    """Something to do for a customer by a time; its owner is who does it."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        EMAIL = "email", _("Write")
        VISIT = "visit", _("Visit")
        TASK = "task", _("Task")

    class Priority(models.IntegerChoices):
        HIGH = 1, _("High")
        NORMAL = 2, _("Normal")
        LOW = 3, _("Low")

    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.CALL)
    title = models.CharField(_("what to do"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    due_at = models.DateTimeField(_("due"))
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL
    )
    done_at = models.DateTimeField(_("done"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("done by"), null=True, blank=True, editable=False,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip

    objects = FollowUpQuerySet.as_manager()
    search_fields = ("title", "note")

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        triggers = NEXT_STEP.all
        indexes = [
            *record_indexes("followup"),
            models.Index("owner", "due_at", "id", name="followup_owner_due",
                         condition=Q(done_at__isnull=True, trashed_at__isnull=True)),
            models.Index("team", "due_at", "id", name="followup_team_due",
                         condition=Q(done_at__isnull=True, trashed_at__isnull=True)),
            models.Index("customer", "due_at", name="followup_customer_due"),
            models.Index("about_kind", "about_id", "due_at", name="followup_about",
                         condition=Q(done_at__isnull=True, trashed_at__isnull=True)),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="followup_title"),
            models.CheckConstraint(condition=Q(priority__in=[1, 2, 3]), name="followup_priority"),
            models.CheckConstraint(
                condition=Q(kind__in=["call", "email", "visit", "task"]), name="followup_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return record_url("communications:follow_up_detail", self.pk)


class ContactDay(models.Model):
    """How often a person of a team talked with customers in each hour of a company's day.

    ``h00`` to ``h23`` are communications but notes, by the company's clock. Kept by the database
    (``CONTACT_DAYS``); the references are bare numbers.
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

    objects = ContactDayQuerySet.as_manager()

    class Meta:
        verbose_name = "contacts of a day"
        verbose_name_plural = "contacts by day"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "team", "owner"], name="contact_day", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["team", "day"], name="contact_day_team"),
            models.Index(fields=["owner", "day"], name="contact_day_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.team_id}/{self.owner_id}"


for _column in CONTACT_DAYS.sums:
    ContactDay.add_to_class(_column, models.IntegerField(default=0))


class Mailbox(models.Model):
    """An IMAP account that customers write to."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    address = models.EmailField(_("address"))
    host = models.CharField(_("host"), max_length=120)
    port = models.PositiveIntegerField(_("port"), default=993)
    username = models.CharField(_("username"), max_length=120)
    active = models.BooleanField(pgettext_lazy("setting", "active"), default=False)
    last_sync_at = models.DateTimeField(_("last sync"), null=True, blank=True, editable=False)
    last_error = models.TextField(_("last error"), blank=True, editable=False)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RawMessage(models.Model):
    """A mail as it came, stored before anything is read from it."""

    class State(models.TextChoices):
        NEW = "new", _("New")
        MATCHED = "matched", _("Matched")
        UNMATCHED = "unmatched", _("Unmatched")
        QUARANTINED = "quarantined", _("Quarantined")

    mailbox = models.ForeignKey(
        Mailbox, verbose_name=_("mailbox"), on_delete=models.PROTECT, related_name="messages"
    )
    message_id = models.CharField(_("number of the message"), max_length=250)
    received_at = models.DateTimeField(_("received"))
    raw = models.BinaryField()
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.NEW)
    error = models.TextField(_("error"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    communication = models.ForeignKey(
        Communication,
        verbose_name=_("communication"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("raw message")
        verbose_name_plural = _("raw messages")
        ordering = ["-received_at"]
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "message_id"], name="raw_message_once"),
            models.CheckConstraint(
                condition=Q(state__in=["new", "matched", "unmatched", "quarantined"]),
                name="raw_message_state",
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class EmailTemplate(models.Model):
    name = models.CharField(_("name"), max_length=80)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))

    class Meta:
        verbose_name = _("e-mail template")
        verbose_name_plural = _("e-mail templates")
        ordering = ["name", "language"]
        constraints = [
            models.UniqueConstraint(fields=["name", "language"], name="email_template_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
