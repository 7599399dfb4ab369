"""What belongs to lists of any kind: saved views, added fields, changes of many rows, exports."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common.models import BilingualName
from crm.records.querysets import AttachmentQuerySet, OwnQuerySet, SavedViewQuerySet


def stored_name(instance: Attachment, filename: str) -> str:
    """Where a file is kept: a random name, in one of 256 folders."""
    name = uuid.uuid4().hex
    return f"files/{name[:2]}/{name}"


class SavedView(models.Model):
    """A list as somebody arranged it: filters, order and columns, under a name."""

    class Sharing(models.TextChoices):
        PRIVATE = "private", _("Only me")
        TEAM = "team", _("My team")
        PUBLIC = "public", _("Everybody")

    kind = models.CharField(_("list"), max_length=60)
    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(_("filters and order"), blank=True, max_length=4000)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    sharing = models.CharField(
        _("who sees it"), max_length=8, choices=Sharing.choices, default=Sharing.PRIVATE
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE,
        related_name="+",
    )  # fmt: skip
    team = models.ForeignKey(
        "accounts.Team", verbose_name=_("team"), null=True, blank=True,
        on_delete=models.CASCADE, related_name="+",
    )  # fmt: skip
    pinned_by = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("pinned by"), blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["kind", "owner"], name="saved_view_kind")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_name"),
            models.CheckConstraint(
                condition=Q(sharing__in=["private", "team", "public"]), name="saved_view_sharing"
            ),
            models.UniqueConstraint(fields=["owner", "kind", "name"], name="saved_view_once"),
        ]

    def __str__(self) -> str:
        return self.name


class CustomField(BilingualName):
    """A field that an administrator adds to a kind of record; its values stand in ``custom``."""

    class Type(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        CHOICE = "choice", _("Choice")
        BOOLEAN = "boolean", _("Yes or no")

    kind = models.CharField(_("kind of record"), max_length=60)
    key = models.CharField(
        _("key"), max_length=40,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9_]*$", _("Small letters, digits and _ only, a letter first.")
            )
        ],
        help_text=_("Names the field in addresses and files; it cannot change later."),
    )  # fmt: skip
    type = models.CharField(_("type"), max_length=8, choices=Type.choices, default=Type.TEXT)
    choices = models.TextField(_("choices"), blank=True, help_text=_("For a choice: one per line."))
    help = models.CharField(_("help"), max_length=200, blank=True)
    required = models.BooleanField(_("required"), default=False)
    in_list = models.BooleanField(_("a column of the list"), default=False)
    active = models.BooleanField(pgettext_lazy("setting", "active"), default=True)
    position = models.PositiveSmallIntegerField(pgettext_lazy("position", "order"), default=1)

    class Meta:
        verbose_name = _("added field")
        verbose_name_plural = _("added fields")
        ordering = ["kind", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="custom_field_once"),
            models.CheckConstraint(
                condition=Q(type__in=["text", "number", "date", "choice", "boolean"]),
                name="custom_field_type",
            ),
        ]


class BulkChange(models.Model):
    """One action on many rows; its rows say what each was before, so that it can be undone."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", pgettext_lazy("bulk change", "Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    kind = models.CharField(_("list"), max_length=60)
    action = models.CharField(_("action"), max_length=40)
    params = models.JSONField(_("what to change"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    total = models.PositiveIntegerField(_("rows"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    # Of the refused those that a rule keeps, though the person may change such records.
    held = models.PositiveIntegerField(_("held by a rule"), default=0)
    restored = models.PositiveIntegerField(_("restored"), default=0)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    job = models.ForeignKey(
        "jobs.Job",
        verbose_name=_("job"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk change")
        verbose_name_plural = _("bulk changes")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.action} · {self.kind}"


class BulkRow(models.Model):
    """One record of a bulk change: not done yet, or done with what it was before."""

    change = models.ForeignKey(BulkChange, on_delete=models.CASCADE, related_name="rows")
    record_id = models.BigIntegerField()
    before = models.JSONField(null=True)

    class Meta:
        verbose_name = _("row of a bulk change")
        verbose_name_plural = _("rows of bulk changes")
        indexes = [
            models.Index(
                "change", "record_id", name="bulk_row_waiting", condition=Q(before__isnull=True)
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["change", "record_id"], name="bulk_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.change_id}: {self.record_id}"


class Export(models.Model):
    """A list that somebody took out: what, how many rows, in which format."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel (XLSX)"
        VCF = "vcf", "vCard"
        PDF = "pdf", "PDF"

    kind = models.CharField(_("list"), max_length=60)
    format = models.CharField(_("format"), max_length=4, choices=Format.choices)
    query = models.TextField(_("filters and order"), blank=True, max_length=4000)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    record_ids = models.JSONField(_("chosen records"), null=True, blank=True)
    rows = models.PositiveIntegerField(_("rows"), null=True)
    file = models.FileField(_("file"), upload_to="exports/%Y/%m/", max_length=200, blank=True)
    job = models.ForeignKey(
        "jobs.Job",
        verbose_name=_("job"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.kind} ({self.format})"


class Attachment(models.Model):
    """A file that belongs to a record; who sees the record sees the file.

    ``name`` is as people see it; the stored file has a random name without an ending.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    object_id = models.BigIntegerField()
    parent = GenericForeignKey("content_type", "object_id")
    name = models.CharField(_("name"), max_length=160)
    media_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    file = models.FileField(upload_to=stored_name, max_length=120)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    trashed_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attached file")
        verbose_name_plural = _("attached files")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                "content_type", "object_id", F("id").desc(), name="attachment_of",
                condition=Q(trashed_at__isnull=True),
            )
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="attachment_name"),
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_size"),
        ]

    def __str__(self) -> str:
        return self.name
