"""Deals on their way through the stages of a pipeline."""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common.addresses import record_url
from crm.common.history import tracked
from crm.common.models import BilingualName, record_indexes
from customers.models import Contact, CustomerRecord, Need
from sales.querysets import DealQuerySet, OwnedSumQuerySet
from sales.triggers import DEAL_SUMS, OPEN_DEALS


class Pipeline(BilingualName):
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="pipeline_one_default"
            )
        ]


class Stage(BilingualName):
    class Kind(models.TextChoices):
        OPEN = "open", pgettext_lazy("deal", "Open")
        WON = "won", pgettext_lazy("deal", "Won")
        LOST = "lost", pgettext_lazy("deal", "Lost")

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages")
    order = models.PositiveSmallIntegerField(pgettext_lazy("position", "order"))
    probability = models.PositiveSmallIntegerField(_("probability (%)"), default=0)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices, default=Kind.OPEN)
    # How long deals usually stay, from the history of stages; see services.norms.
    norm_seconds = models.PositiveBigIntegerField(_("usual stay (s)"), null=True, editable=False)
    norm_stays = models.PositiveIntegerField(_("stays counted"), default=0, editable=False)
    norm_at = models.DateTimeField(_("usual stay measured"), null=True, editable=False)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["pipeline", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "order"], name="stage_order",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_probability"),
            models.CheckConstraint(
                condition=Q(kind__in=["open", "won", "lost"]), name="stage_kind"
            ),
        ]  # fmt: skip

    @property
    def is_used(self) -> bool:
        """Whether deals stand in it or went through it."""
        gone = StageChange.objects.filter(Q(to_stage=self.pk) | Q(from_stage=self.pk))
        return Deal.objects.filter(stage=self.pk).exists() or gone.exists()


@tracked()
class Deal(CustomerRecord):
    class LostReason(models.TextChoices):
        PRICE = "price", _("Price")
        COMPETITOR = "competitor", _("Competitor")
        NO_NEED = "no_need", _("No need any more")
        NO_BUDGET = "no_budget", _("No budget")
        NO_ANSWER = "no_answer", pgettext_lazy("lost reason", "No answer")
        OTHER = "other", pgettext_lazy("lost reason", "Other")

    name = models.CharField(_("name"), max_length=200)
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    need = models.ForeignKey(
        Need,
        verbose_name=_("need"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deals",
    )
    pipeline = models.ForeignKey(
        Pipeline,
        verbose_name=_("pipeline"),
        on_delete=models.PROTECT,
        related_name="deals",
        editable=False,
    )
    stage = models.ForeignKey(
        Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="deals"
    )
    stage_since = models.DateTimeField(_("in this stage since"), editable=False)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    amount_base = models.DecimalField(
        _("amount in base currency"), max_digits=16, decimal_places=2, default=0, editable=False
    )
    probability = models.PositiveSmallIntegerField(_("probability (%)"), default=0)
    expected_close = models.DateField(_("expected close"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    lost_reason = models.CharField(
        _("reason for losing"), max_length=10, choices=LostReason.choices, blank=True
    )
    external_id = models.CharField(_("external id"), max_length=80, blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = DealQuerySet.as_manager()
    search_fields = ("name",)

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        triggers = [*OPEN_DEALS.all, *DEAL_SUMS.all]
        indexes = [
            *record_indexes("deal"),
            models.Index(
                "owner",
                F("amount_base").desc(),
                F("id").desc(),
                name="deal_owner_amount",
                condition=Q(trashed_at__isnull=True, closed_at__isnull=True),
            ),
            models.Index(
                "stage",
                F("amount_base").desc(),
                F("id").desc(),
                name="deal_stage",
                condition=Q(trashed_at__isnull=True),
            ),
            models.Index(
                "stage",
                F("id").desc(),
                name="deal_stage_newest",
                condition=Q(trashed_at__isnull=True),
            ),
            models.Index(
                "team",
                "stage",
                F("amount_base").desc(),
                F("id").desc(),
                name="deal_team_stage",
                condition=Q(trashed_at__isnull=True),
            ),
            models.Index(
                "owner",
                "stage",
                F("amount_base").desc(),
                F("id").desc(),
                name="deal_owner_stage",
                condition=Q(trashed_at__isnull=True),
            ),
            models.Index(
                "team",
                F("amount_base").desc(),
                F("id").desc(),
                name="deal_team_value",
                condition=Q(trashed_at__isnull=True),
            ),
            models.Index(
                "team",
                "expected_close",
                "id",
                name="deal_team_close",
                condition=Q(trashed_at__isnull=True),
            ),
            models.Index("customer", F("updated_at").desc(), name="deal_customer"),
            # What closed in a period, and what was created in one.
            models.Index(
                "closed_at",
                name="deal_closed",
                condition=Q(closed_at__isnull=False, trashed_at__isnull=True),
            ),
            models.Index("created_at", name="deal_created", condition=Q(trashed_at__isnull=True)),
            models.Index(
                "expected_close",
                name="deal_close",
                condition=Q(closed_at__isnull=True, trashed_at__isnull=True),
            ),
            models.Index(
                "owner",
                "expected_close",
                name="deal_owner_close",
                condition=Q(closed_at__isnull=True, trashed_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="deal_name"),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="deal_external_id"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="deal_amount"),
            models.CheckConstraint(condition=Q(probability__lte=100), name="deal_probability"),
            models.UniqueConstraint(
                fields=["need"],
                condition=Q(need__isnull=False, trashed_at__isnull=True),
                name="deal_once_per_need",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return record_url("sales:deal_detail", self.pk)

    @property
    def weighted_base(self) -> Decimal:
        """Amount in the base currency times its probability."""
        return self.amount_base * self.probability / 100


class DealSum(models.Model):
    """Deals of a stage, team and owner: how many, their amounts, times their probability.

    ``closed_on`` is the company's day on which they were closed, or null for open ones;
    ``close_month`` the first of the month in which open ones are expected to close. Kept by the
    database (``DEAL_SUMS``); the references are bare numbers, so that deleting a person or a
    stage finds nothing here to wait for.
    """

    closed_on = models.DateField(null=True)
    close_month = models.DateField(null=True)

    stage = models.ForeignKey(
        Stage, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    team = models.ForeignKey(
        "accounts.Team", null=True, on_delete=models.DO_NOTHING, related_name="+",
        db_constraint=False, db_index=False,
    )  # fmt: skip
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, related_name="+",
        db_constraint=False, db_index=False,
    )  # fmt: skip
    deals = models.IntegerField(default=0)
    amount = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    weighted = models.DecimalField(max_digits=22, decimal_places=4, default=0)

    objects = OwnedSumQuerySet.as_manager()

    class Meta:
        verbose_name = _("sum of deals")
        verbose_name_plural = _("sums of deals")
        constraints = [
            models.UniqueConstraint(
                fields=["closed_on", "close_month", "stage", "team", "owner"],
                name="deal_sum",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.stage_id}/{self.team_id}/{self.owner_id}: {self.deals}"


class StageChange(models.Model):
    """Append-only: a deal went from one stage to another."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="stage_changes")
    from_stage = models.ForeignKey(
        Stage, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    to_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("stage change")
        verbose_name_plural = _("stage changes")
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["deal", "at"], name="stage_change_deal"),
            models.Index(fields=["to_stage", "at"], name="stage_change_to"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="stage_change_append_only",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__deal_id__df=pgtrigger.F("new__deal_id"))
                | pgtrigger.Q(old__at__df=pgtrigger.F("new__at"))
                | pgtrigger.Q(old__to_stage_id__df=pgtrigger.F("new__to_stage_id")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.from_stage_id} → {self.to_stage_id}"
