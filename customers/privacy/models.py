"""Requests about a person's data, and the ledger of what was erased."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common.addresses import record_url
from customers.privacy.querysets import PrivacyRequestQuerySet


def bundle_path(request: PrivacyRequest, filename: str) -> str:
    """Where a bundle is kept: a name that says nothing to a stranger."""
    return f"privacy/{uuid.uuid4().hex}.zip"


class PrivacyRequest(models.Model):
    """Somebody asks that a person be erased, or told what is held on them.

    One asks, another one approves, an administrator carries it out.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", _("Tell what is held")
        ERASE = "erase", _("Erase")

    class State(models.TextChoices):
        REQUESTED = "requested", pgettext_lazy("privacy", "Waiting for approval")
        APPROVED = "approved", pgettext_lazy("privacy", "Approved")
        RUNNING = "running", pgettext_lazy("privacy", "Being carried out")
        DONE = "done", pgettext_lazy("privacy", "Done")
        DECLINED = "declined", pgettext_lazy("privacy", "Turned down")
        WITHDRAWN = "withdrawn", pgettext_lazy("privacy", "Withdrawn")

    OPEN: ClassVar[tuple[str, ...]] = ("requested", "approved", "running")

    kind = models.CharField(_("what"), max_length=6, choices=Kind.choices)
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.REQUESTED
    )
    customer = models.ForeignKey(
        "customers.Customer", verbose_name=_("customer"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    contact = models.ForeignKey(
        "customers.Contact", verbose_name=_("contact"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    team = models.ForeignKey(
        "accounts.Team", verbose_name=_("team"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), null=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    requested_at = models.DateTimeField(_("asked"), auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    note = models.TextField(_("why it was turned down"), max_length=2000, blank=True)
    run_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("carried out by"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    # {kind of record: rows}; no values.
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    bundle = models.FileField(_("bundle"), upload_to=bundle_path, max_length=120, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    job = models.ForeignKey(
        "jobs.Job",
        verbose_name=_("job"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = PrivacyRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request about personal data")
        verbose_name_plural = _("requests about personal data")
        ordering = ["-pk"]
        indexes = [
            models.Index("state", F("id").desc(), name="privacy_state"),
            models.Index("team", F("id").desc(), name="privacy_team"),
            models.Index("requested_by", F("id").desc(), name="privacy_asker"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=True) | Q(contact__isnull=True), name="privacy_one"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["export", "erase"]), name="privacy_kind"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "requested", "approved", "running", "done", "declined", "withdrawn",
                    ]
                ),
                name="privacy_state_known",
            ),
            models.UniqueConstraint(
                fields=["kind", "customer"], name="privacy_open_customer",
                condition=Q(state__in=["requested", "approved", "running"])
                & Q(customer__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["kind", "contact"], name="privacy_open_contact",
                condition=Q(state__in=["requested", "approved", "running"])
                & Q(contact__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    def get_absolute_url(self) -> str:
        return record_url("customers:privacy_detail", self.pk)

    @property
    def subject(self) -> object | None:
        """The customer or contact it is about; None when it was purged."""
        return self.customer or self.contact

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


class Erasure(models.Model):
    """Who was erased, by ids: read again after a backup is restored. It holds no values.

    The same entry is a line of the file ``ERASURE_LEDGER``, which no backup takes back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(
        PrivacyRequest, verbose_name=_("request about personal data"), null=True,
        on_delete=models.SET_NULL, related_name="erasure",
    )  # fmt: skip
    # {"customers": {id: when it was made}, "contacts": {…}}: ids may be given anew after a restore.
    subjects = models.JSONField(_("whose data"), default=dict)
    counts = models.JSONField(_("counts"), default=dict)
    erased_at = models.DateTimeField(_("erased"), default=timezone.now)
    erased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-erased_at"]

    def __str__(self) -> str:
        return str(self.pk)
