"""Campaigns, what they did with each customer, what they cost and brought."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import marketing.experiments.models  # noqa: F401  # more tables of this app
from crm.common.addresses import record_url
from crm.common.history import tracked
from crm.common.models import Record, record_indexes
from customers.models import Contact, CustomerRecord
from marketing.querysets import ActivityQuerySet, CampaignQuerySet, SpendQuerySet
from marketing.triggers import AD_SPEND


@tracked(but=["ad_spend"])
class Campaign(Record):
    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")
        WECHAT = "wechat", _("WeChat")
        PHONE = "phone", _("Phone call")
        EVENT = "event", _("Event")
        SEARCH = "search", _("Search ads")
        SOCIAL = "social", _("Social media")
        TV = "tv", _("Television")
        PRINT = "print", pgettext_lazy("media", "Print")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        CANCELLED = "cancelled", _("Cancelled")

    name = models.CharField(_("name"), max_length=200)
    objective = models.CharField(_("objective"), max_length=200, blank=True)
    channel = models.CharField(
        _("channel"), max_length=8, choices=Channel.choices, default=Channel.EMAIL
    )
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.PLANNED
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    budget = models.DecimalField(_("budget"), max_digits=14, decimal_places=2, default=0)
    actual_cost = models.DecimalField(
        _("costs entered by hand"), max_digits=14, decimal_places=2, default=0,
        help_text=_("Spend that is imported from advertising platforms comes on top."),
    )  # fmt: skip
    # Kept by a trigger: the campaign's spends, in its currency.
    ad_spend = models.DecimalField(
        _("ad spend"), max_digits=18, decimal_places=2, default=0, editable=False
    )
    expected_revenue = models.DecimalField(
        _("expected revenue"), max_digits=14, decimal_places=2, default=0
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    external_id = models.CharField(
        _("id on the advertising platform"), max_length=80, blank=True, db_index=True,
        help_text=_("By it imports find the campaign when its name differs there."),
    )  # fmt: skip

    objects = CampaignQuerySet.as_manager()
    search_fields = ("name", "objective")

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        indexes = record_indexes("campaign")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="campaign_name"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="campaign_period"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["planned", "running", "finished", "cancelled"]),
                name="campaign_status",
            ),
            models.CheckConstraint(
                condition=Q(budget__gte=0, actual_cost__gte=0, expected_revenue__gte=0),
                name="campaign_money",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return record_url("marketing:campaign_detail", self.pk)

    @property
    def cost(self) -> Decimal:
        """What was entered by hand and what was imported, as ``measures.COST``."""
        return self.actual_cost + self.ad_spend


@tracked()
class Activity(CustomerRecord):
    """One customer's part in a campaign."""

    class Stage(models.TextChoices):
        PLANNED = "planned", _("Planned")
        SENT = "sent", _("Sent")
        OPENED = "opened", _("Opened")
        CLICKED = "clicked", _("Clicked")
        REPLIED = "replied", _("Replied")
        OPTED_OUT = "opted_out", _("Opted out")

    class Result(models.TextChoices):
        PENDING = "pending", _("Pending")
        SUCCESS = "success", _("Success")
        FAILURE = "failure", _("Failure")

    campaign = models.ForeignKey(
        Campaign, verbose_name=_("campaign"), on_delete=models.PROTECT, related_name="activities"
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    stage = models.CharField(_("stage"), max_length=9, choices=Stage.choices, default=Stage.PLANNED)
    result = models.CharField(
        _("result"), max_length=7, choices=Result.choices, default=Result.PENDING
    )
    happened_at = models.DateTimeField(_("when"))
    revenue = models.DecimalField(_("revenue"), max_digits=14, decimal_places=2, default=0)
    note = models.TextField(_("note"), blank=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign activity")
        verbose_name_plural = _("campaign activities")
        indexes = [
            *record_indexes("activity"),
            models.Index("campaign", "result", name="activity_campaign_result"),
            models.Index("customer", F("happened_at").desc(), name="activity_customer"),
            models.Index(
                "team",
                F("happened_at").desc(),
                F("id").desc(),
                name="activity_team_when",
                condition=Q(trashed_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "customer"],
                condition=Q(trashed_at__isnull=True),
                name="activity_once_per_customer",
            ),
            models.CheckConstraint(
                condition=Q(result__in=["pending", "success", "failure"]), name="activity_result"
            ),
            models.CheckConstraint(
                condition=Q(
                    stage__in=["planned", "sent", "opened", "clicked", "replied", "opted_out"]
                ),
                name="activity_stage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.customer}"

    def get_absolute_url(self) -> str:
        return record_url("marketing:activity_detail", self.pk)


class Spend(models.Model):
    """Money spent on a channel in a period [starts_on, ends_on).

    ``amount`` is in the company's currency wherever a platform told it, ``billed`` what it
    charged; conversions are the platform's own count.
    """

    channel = models.CharField(_("channel"), max_length=40)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"))
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    billed = models.DecimalField(
        _("amount billed"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    billed_currency = models.CharField(_("currency billed"), max_length=3, blank=True)
    impressions = models.PositiveBigIntegerField(_("impressions"), null=True, blank=True)
    clicks = models.PositiveBigIntegerField(_("clicks"), null=True, blank=True)
    conversions = models.DecimalField(
        _("conversions"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    campaign = models.ForeignKey(
        Campaign,
        verbose_name=_("campaign"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="spends",
    )
    team = models.ForeignKey(
        "accounts.Team",
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = SpendQuerySet.as_manager()

    class Meta:
        verbose_name = _("spend")
        verbose_name_plural = _("spends")
        ordering = ["-starts_on", "channel"]
        triggers = AD_SPEND.all
        indexes = [models.Index("starts_on", name="spend_days")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="spend_period"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="spend_amount"),
            models.UniqueConstraint(
                fields=["team", "channel", "starts_on", "ends_on", "campaign"],
                name="spend_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.starts_on}"


class MarketResult(models.Model):
    """Revenue of a period [starts_on, ends_on), with what else may explain it."""

    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"))
    revenue = models.DecimalField(_("revenue"), max_digits=16, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    controls = models.JSONField(_("other influences"), default=dict, blank=True)
    team = models.ForeignKey(
        "accounts.Team",
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("market result")
        verbose_name_plural = _("market results")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="result_period"),
            models.UniqueConstraint(
                fields=["team", "starts_on", "ends_on"], name="result_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}"


class Delivery(models.Model):
    """One message of a campaign to one customer: sent at most once."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENT = "sent", _("Sent")
        BOUNCED = "bounced", _("Bounced")
        FAILED = "failed", _("Failed")

    activity = models.OneToOneField(
        Activity,
        verbose_name=_("campaign activity"),
        on_delete=models.CASCADE,
        related_name="delivery",
    )
    experiment = models.ForeignKey(
        "marketing.Experiment",
        verbose_name=_("experiment"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deliveries",
    )
    arm = models.CharField(_("arm"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.QUEUED)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sent", "bounced", "failed"]),
                name="delivery_state",
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity_id}: {self.state}"


class WebForm(models.Model):
    """A public form that turns visitors into leads."""

    name = models.CharField(_("name"), max_length=80)
    token = models.CharField(_("token"), max_length=43, unique=True)
    campaign = models.ForeignKey(
        Campaign, verbose_name=_("campaign"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    team = models.ForeignKey(
        "accounts.Team", verbose_name=_("team"), on_delete=models.PROTECT, related_name="+"
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("web form")
        verbose_name_plural = _("web forms")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
