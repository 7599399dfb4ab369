"""A run is a record: what was asked, of which rows, how good it was, what came out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import analytics.attribution.models
import analytics.boards.models
import analytics.datasets.models  # noqa: F401  # more tables of this app
from crm.common.addresses import record_url
from crm.common.expressions import IsAny
from crm.common.roles import Person, is_admin, is_manager


class RunQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        """Administrators all; managers the runs on their own team's records."""
        if is_admin(user):
            return self
        return self.filter(team=user.team_id or 0) if is_manager(user) else self.none()

    def finished(self) -> Self:
        """Results that pages and later runs go by; not those of runs done again to compare."""
        return self.filter(state=Run.State.FINISHED, reproduces=None)

    def last_finished(
        self, method: str, team_id: int | None, before: Run | None = None
    ) -> Run | None:
        """The newest result of a method for a team, or for the whole company."""
        earlier = {"created_at__lt": before.created_at} if before else {}
        found = self.finished().filter(method=method, team=team_id, **earlier)
        return found.order_by("-created_at").first()


class Run(models.Model):
    class Method(models.TextChoices):
        CLUSTER = "cluster", _("Customer segments")
        FORECAST = "forecast", _("Sales forecast")
        REGRESS = "regress", _("Marketing effect")
        CHURN = "churn", _("Customers about to leave")
        POTENTIAL = "potential", _("Customers about to buy")
        WIN = "win", _("Chance of winning")
        VALUE = "value", _("Customer value")
        RULES = "rules", _("Bought together")
        CSAT = "csat", _("Satisfaction")
        COMMUNICATIONS = "communications", _("Communications")
        STAFFING = "staffing", _("Staffing")
        BUDGET = "budget", _("Budget advice")
        EXPERIMENT = "experiment", _("Experiment")

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        REFUSED = "refused", _("Too little data")
        FAILED = "failed", _("Failed")

    method = models.CharField(_("method"), max_length=16, choices=Method.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    team = models.ForeignKey(
        "accounts.Team",
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("started by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    job = models.OneToOneField(
        "jobs.Job",
        verbose_name=_("job"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="run",
    )
    data_from = models.DateField(_("data from"), null=True, blank=True)
    data_to = models.DateField(_("data until"), null=True, blank=True)
    rows_used = models.PositiveIntegerField(_("rows used"), default=0)
    rows_dropped = models.PositiveIntegerField(_("rows dropped"), default=0)
    fingerprint = models.CharField(_("data fingerprint"), max_length=64, blank=True)
    versions = models.JSONField(_("library versions"), default=dict, blank=True)
    seed = models.PositiveIntegerField(_("seed"), default=0)
    seconds = models.FloatField(_("seconds"), default=0)
    metrics = models.JSONField(_("quality on unseen data"), default=dict, blank=True)
    warnings = models.JSONField(_("warnings"), default=list, blank=True)
    result = models.JSONField(_("result"), default=dict, blank=True)
    error = models.JSONField(_("error"), default=dict, blank=True)
    # What it found of single customers or deals is what people see: one run per method and team.
    live = models.BooleanField(_("shown"), default=False, editable=False)
    reproduces = models.ForeignKey(
        "self", verbose_name=_("does again"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="reproductions",
    )  # fmt: skip
    read_at = models.DateTimeField(_("data read"), null=True, blank=True)
    # When what changed since was last scored by its stored model.
    refreshed_at = models.DateTimeField(_("scores refreshed"), null=True, blank=True)
    created_at = models.DateTimeField(_("started"), auto_now_add=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["method", "team", "-created_at"], name="run_method_team")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    method__in=[
                        "cluster",
                        "forecast",
                        "regress",
                        "churn",
                        "potential",
                        "win",
                        "value",
                        "rules",
                        "csat",
                        "communications",
                        "staffing",
                        "budget",
                        "experiment",
                    ]
                ),
                name="run_method",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["running", "finished", "refused", "failed"]),
                name="run_state",
            ),
            models.UniqueConstraint(
                fields=["method", "team"],
                condition=Q(live=True),
                nulls_distinct=False,
                name="run_live_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        return record_url("analytics:run_detail", self.pk)

    @property
    def told_at(self) -> datetime:
        """As of when its scores are."""
        return self.refreshed_at or self.read_at or self.created_at

    @property
    def shown_state(self) -> str:
        """The state with its job's end: a job that failed or was cancelled took the run along."""
        if self.state == self.State.RUNNING and self.job is not None and self.job.is_over:
            return self.State.FAILED
        return self.state


class FoundQuerySet(models.QuerySet[Any]):
    """What runs found of single records. A run's rows are written in parts before they are shown;
    those of earlier runs are removed in parts after."""

    def shown(self) -> Self:
        return self.filter(run__live=True)

    def shown_each(self) -> Self:
        """As ``shown``, for a subquery that each row of a list asks: which runs are live is read
        once, not joined every time, so that an export of scores takes half as long."""
        live = ArraySubquery(Run.objects.filter(live=True).values("pk"))
        return self.filter(IsAny(models.F("run_id"), live))


class Found(models.Model):
    """What a run found of one record; shown while the run is ``live``."""

    run = models.ForeignKey(
        Run, verbose_name=_("run"), on_delete=models.CASCADE, related_name="+", db_index=False
    )

    objects = FoundQuerySet.as_manager()
    # The field that names the record.
    about: ClassVar[str] = "customer"
    # The column by which a result is another one than before; none is not compared.
    graded: ClassVar[str] = ""

    class Meta:
        abstract = True


class CustomerScore(Found):
    """How likely a customer is to leave or to buy, with the strongest reasons."""

    graded: ClassVar[str] = "level"

    class Kind(models.TextChoices):
        CHURN = "churn", _("Risk of leaving")
        POTENTIAL = "potential", _("Chance of buying")

    class Level(models.IntegerChoices):
        LOW = 1, pgettext_lazy("score", "Low")
        MEDIUM = 2, pgettext_lazy("score", "Medium")
        HIGH = 3, pgettext_lazy("score", "High")

    customer = models.ForeignKey(
        "customers.Customer", verbose_name=_("customer"), on_delete=models.CASCADE,
        related_name="scores",
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    chance = models.FloatField(_("chance"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    reasons = models.JSONField(_("reasons"), default=list)

    class Meta:
        verbose_name = _("score of a customer")
        verbose_name_plural = _("scores of customers")
        constraints = [
            models.UniqueConstraint(fields=["run", "customer"], name="customer_score_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["churn", "potential"]), name="customer_score_kind"
            ),
            models.CheckConstraint(condition=Q(level__in=[1, 2, 3]), name="customer_score_level"),
            models.CheckConstraint(
                condition=Q(chance__gte=0, chance__lte=1), name="customer_score_chance"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "level", "customer"], name="customer_score_level_index"),
            models.Index(fields=["kind", "chance", "customer"], name="customer_score_chance_index"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.chance:.2f}"


class WinChance(Found):
    """How likely an open deal is to be won, now and a week ago, with the strongest reasons."""

    about: ClassVar[str] = "deal"
    graded: ClassVar[str] = "level"

    class Level(models.IntegerChoices):
        LOW = 1, pgettext_lazy("score", "Low")
        MEDIUM = 2, pgettext_lazy("score", "Medium")
        HIGH = 3, pgettext_lazy("score", "High")

    deal = models.ForeignKey(
        "sales.Deal", verbose_name=_("deal"), on_delete=models.CASCADE,
        related_name="win_chances",
    )  # fmt: skip
    chance = models.FloatField(_("chance"))
    # By the same model; None where the deal was not open then.
    before = models.FloatField(_("chance a week ago"), null=True)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    reasons = models.JSONField(_("reasons"), default=list)

    class Meta:
        verbose_name = _("chance of winning a deal")
        verbose_name_plural = _("chances of winning deals")
        constraints = [
            models.UniqueConstraint(fields=["run", "deal"], name="win_chance_once"),
            models.CheckConstraint(condition=Q(level__in=[1, 2, 3]), name="win_chance_level"),
            models.CheckConstraint(
                condition=Q(chance__gte=0, chance__lte=1), name="win_chance_chance"
            ),
            models.CheckConstraint(
                condition=Q(before=None) | Q(before__gte=0, before__lte=1),
                name="win_chance_before",
            ),
        ]
        indexes = [models.Index(fields=["chance", "deal"], name="win_chance_chance_index")]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.chance:.2f}"


class RequestRisk(models.Model):
    """How likely an open request is to get a low mark, and what mark to expect."""

    class Level(models.IntegerChoices):
        LOW = 1, pgettext_lazy("risk", "Low")
        MEDIUM = 2, pgettext_lazy("risk", "Medium")
        HIGH = 3, pgettext_lazy("risk", "High")

    request = models.OneToOneField(
        "service.ServiceRequest", verbose_name=_("service request"), on_delete=models.CASCADE,
        related_name="risk",
    )  # fmt: skip
    chance = models.FloatField(_("chance of a low mark"))
    mark = models.FloatField(_("expected mark"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    reasons = models.JSONField(_("reasons"), default=list)
    run = models.ForeignKey(Run, verbose_name=_("run"), on_delete=models.CASCADE, related_name="+")
    as_of = models.DateTimeField(_("as of"))

    class Meta:
        verbose_name = _("likely mark of a request")
        verbose_name_plural = _("likely marks of requests")
        constraints = [
            models.CheckConstraint(condition=Q(level__in=[1, 2, 3]), name="request_risk_level"),
            models.CheckConstraint(
                condition=Q(chance__gte=0, chance__lte=1), name="request_risk_chance"
            ),
        ]
        indexes = [models.Index(fields=["level", "request"], name="request_risk_level_index")]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.chance:.2f}"


class CustomerValue(Found):
    """What a customer is expected to bring in the next twelve months, and when to order next."""

    customer = models.ForeignKey(
        "customers.Customer", verbose_name=_("customer"), on_delete=models.CASCADE,
        related_name="values",
    )  # fmt: skip
    # None where the model foretells orders no better than the past rate.
    alive = models.FloatField(_("still a customer"), null=True)
    orders = models.FloatField(_("orders to come"), null=True)
    orders_from = models.PositiveIntegerField(_("orders to come, low (80%)"), null=True)
    orders_until = models.PositiveIntegerField(_("orders to come, high (80%)"), null=True)
    # In the base currency; None where it is foretold no better than by the past rate.
    value = models.DecimalField(_("value to come"), max_digits=16, decimal_places=2, null=True)
    # The next order; None where it cannot be known.
    next_on = models.DateField(_("next order"), null=True)
    next_from = models.DateField(_("next order, early (80%)"), null=True)
    next_until = models.DateField(_("next order, late (80%)"), null=True)

    class Meta:
        verbose_name = _("value of a customer")
        verbose_name_plural = _("values of customers")
        constraints = [
            models.UniqueConstraint(fields=["run", "customer"], name="customer_value_once"),
            models.CheckConstraint(
                condition=Q(alive__gte=0, alive__lte=1), name="customer_value_alive"
            ),
        ]
        indexes = [
            models.Index(fields=["value", "customer"], name="customer_value_value"),
            models.Index(fields=["next_on", "customer"], name="customer_value_next"),
        ]

    def __str__(self) -> str:
        return f"{self.value or self.orders}"


class NextProduct(Found):
    """What a customer is likeliest to buy with what is already bought."""

    graded: ClassVar[str] = "product_id"

    customer = models.ForeignKey(
        "customers.Customer", verbose_name=_("customer"), on_delete=models.CASCADE,
        related_name="next_products",
    )  # fmt: skip
    product = models.ForeignKey(
        "sales.Product", verbose_name=_("next product"), on_delete=models.CASCADE,
        related_name="+", db_index=False,
    )  # fmt: skip
    # Names of the bought products that it follows from.
    because = models.JSONField(_("because of"), default=list)
    # Of ``of`` orders that held those, ``count`` held the product too.
    count = models.PositiveIntegerField(_("orders with both"))
    of = models.PositiveIntegerField(_("orders with the first"))
    confidence = models.FloatField(_("confidence"))
    lift = models.FloatField(_("lift"))

    class Meta:
        verbose_name = _("next product of a customer")
        verbose_name_plural = _("next products of customers")
        constraints = [
            models.UniqueConstraint(fields=["run", "customer"], name="next_product_once"),
        ]
        indexes = [models.Index(fields=["product", "customer"], name="next_product_product")]

    def __str__(self) -> str:
        return f"{self.product_id}"
