"""Files brought in, what they did to each record, and how their columns were read."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common.addresses import record_url
from customers.querysets import ImportBatchQuerySet, ImportMappingQuerySet


class ImportBatch(models.Model):
    """One file brought in: what it was, what became of its rows."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("import", "Being prepared")
        TRYING = "trying", pgettext_lazy("import", "Dry run")
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        REFUSED = "refused", _("Refused")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    kind = models.CharField(_("kind"), max_length=40)
    filename = models.CharField(_("file"), max_length=200)
    file = models.FileField(_("file"), upload_to="imports/%Y/%m/", max_length=200)
    rejects = models.FileField(
        _("file of rejects"), upload_to="imports/%Y/%m/", max_length=200, blank=True
    )
    options = models.JSONField(_("options"), default=dict, blank=True)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.RUNNING
    )
    problem = models.TextField(_("problem"), blank=True)
    rows_in = models.PositiveIntegerField(_("rows in"), default=0)
    created = models.PositiveIntegerField(_("created"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    reasons = models.JSONField(_("reasons"), default=dict, blank=True)
    objects_made = models.JSONField(_("records made"), default=dict, blank=True)
    # The sums of a dry run, and what undoing did and left.
    trial = models.JSONField(_("dry run"), default=dict, blank=True)
    undo = models.JSONField(_("what undoing did"), default=dict, blank=True)
    job = models.ForeignKey(
        "jobs.Job",
        verbose_name=_("job"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    team = models.ForeignKey(
        "accounts.Team", verbose_name=_("team"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("imported by"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    created_at = models.DateTimeField(_("imported"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "draft",
                        "trying",
                        "running",
                        "finished",
                        "refused",
                        "undoing",
                        "undone",
                    ]
                ),
                name="import_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="finished")
                | Q(
                    rows_in=models.F("created")
                    + models.F("updated")
                    + models.F("skipped")
                    + models.F("rejected")
                ),
                name="import_rows_add_up",
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        return record_url("customers:import_detail", self.pk)


class ImportChange(models.Model):
    """What an import did to one record: made it, or changed some of its values."""

    batch = models.ForeignKey(
        ImportBatch, verbose_name=_("import"), on_delete=models.CASCADE, related_name="changes",
        db_index=False,
    )  # fmt: skip
    what = models.CharField(_("what was done"), max_length=1)  # c: created, u: updated
    model = models.CharField(_("kind of record"), max_length=60)
    object_id = models.BigIntegerField(_("number of the record"))
    version = models.PositiveIntegerField(_("version"), null=True)  # the record's, after the import
    before = models.JSONField(_("values before"), default=dict)
    after = models.JSONField(_("values after"), default=dict)

    class Meta:
        verbose_name = _("change of an import")
        verbose_name_plural = _("changes of imports")
        indexes = [
            models.Index("batch", "id", name="import_change_order"),
            models.Index("batch", "model", "object_id", name="import_change_of"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(what__in=["c", "u"]), name="import_change_what")
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.model} {self.object_id}"


class ImportMapping(models.Model):
    """Where somebody sent the columns of such a file; the next one starts there."""

    kind = models.CharField(_("kind"), max_length=40)
    signature = models.CharField(_("columns of the file"), max_length=40)
    mapping = models.JSONField(_("assigned columns"), default=dict)
    options = models.JSONField(_("options"), default=dict)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE,
        related_name="+",
    )  # fmt: skip
    team = models.ForeignKey(
        "accounts.Team", verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE,
        related_name="+",
    )  # fmt: skip
    updated_at = models.DateTimeField(pgettext_lazy("date", "updated"), auto_now=True)

    objects = ImportMappingQuerySet.as_manager()

    class Meta:
        verbose_name = _("columns of an import")
        verbose_name_plural = _("columns of imports")
        constraints = [
            models.UniqueConstraint(fields=["user", "signature"], name="import_mapping_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.signature}"
