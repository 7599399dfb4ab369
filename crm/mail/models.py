"""Mail on its way out. The row is the truth: each is handed to a mail server at most once."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common.roles import Person, is_admin


class MailQuerySet(models.QuerySet["Mail"]):
    def visible_to(self, user: Person) -> Self:
        """What one gets or sent; everything for administrators."""
        return self if is_admin(user) else self.filter(Q(user=user.pk) | Q(created_by=user.pk))


class Mail(models.Model):
    """One letter to one address."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("mail", "Waiting")
        SENDING = "sending", pgettext_lazy("mail", "Being sent")
        SENT = "sent", pgettext_lazy("mail", "Sent")
        # The server broke off after it got the text: sending again might send it twice.
        UNSURE = "unsure", pgettext_lazy("mail", "Perhaps sent")
        FAILED = "failed", pgettext_lazy("mail", "Not sent")
        KEPT = "kept", pgettext_lazy("mail", "Kept here")
        CANCELLED = "cancelled", pgettext_lazy("mail", "Withdrawn")

    kind = models.CharField(_("kind"), max_length=40)
    # NULL is "no key": unique ignores it.
    key = models.CharField(max_length=160, null=True, blank=True, unique=True, editable=False)
    message_id = models.CharField(max_length=200, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("colleague"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    to = models.EmailField(pgettext_lazy("mail", "to"))
    sender = models.CharField(pgettext_lazy("mail", "from"), max_length=200, blank=True)
    reply_to = models.EmailField(_("answers to"), blank=True)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    html = models.TextField(_("formatted text"), blank=True)
    headers = models.JSONField(_("headers of the mail"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("problem"), blank=True)
    job = models.ForeignKey(
        "jobs.Job",
        verbose_name=_("job"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("written by"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # Written before the text goes to the server: from then on it may have arrived.
    handed_at = models.DateTimeField(_("handed over"), null=True, editable=False)
    sent_at = models.DateTimeField(pgettext_lazy("mail", "sent"), null=True, editable=False)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = pgettext_lazy("letters", "mail")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["user", "-id"], name="mail_by_user"),
            models.Index(fields=["created_by", "-id"], name="mail_by_writer"),
            models.Index(
                fields=["state", "id"], name="mail_open",
                condition=Q(state__in=["waiting", "sending"]),
            ),
            models.Index(fields=["created_at"], name="mail_by_day"),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending", "sent", "unsure", "failed", "kept",
                                       "cancelled"]),
                name="mail_state",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> Any:
        return reverse("mail:detail", args=[self.pk])

    @property
    def may_go_again(self) -> bool:
        return self.state in {self.State.UNSURE, self.State.FAILED, self.State.CANCELLED,
                              self.State.KEPT}  # fmt: skip


class MailFile(models.Model):
    """A file that goes along."""

    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("content type"), max_length=100)
    content = models.FileField(upload_to="mail/%Y/%m/", max_length=200)
    size = models.PositiveIntegerField(_("size"))

    class Meta:
        verbose_name = _("file of a mail")
        verbose_name_plural = _("files of mail")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
