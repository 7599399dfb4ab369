"""Dashboards and their cards. They hold questions, never figures: every reader gets their own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.boards.querysets import BoardCardQuerySet, BoardQuerySet
from crm.common.addresses import record_url
from crm.records.models import SavedView


class Board(models.Model):
    """A dashboard. ``query`` is the filter that it opens with."""

    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(_("filter"), blank=True, max_length=2000)
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
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(pgettext_lazy("date", "updated"), auto_now=True)
    trashed_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)

    objects = BoardQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("composed", "dashboard")
        verbose_name_plural = pgettext_lazy("composed", "dashboards")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="board_name"),
            models.CheckConstraint(
                condition=Q(sharing__in=["private", "team", "public"]), name="board_sharing"
            ),
            models.UniqueConstraint(
                fields=["owner", "name"], condition=Q(trashed_at__isnull=True), name="board_once"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return record_url("analytics:board", self.pk)


class BoardCard(models.Model):
    """One card. ``key`` names a figure, a kind of list or a stored result, by its kind."""

    class Kind(models.TextChoices):
        METRIC = "metric", _("Figure")
        CHART = "chart", _("Chart")
        TABLE = "table", _("Table of the largest")
        LIST = "list", _("List of records")
        RESULT = "result", _("Analysis")

    class Form(models.TextChoices):
        LINE = "line", _("Line")
        BAR = "bar", _("Bars")
        STACKED = "stacked", _("Stacked bars")
        SHARES = "shares", _("Shares of the whole")

    class Width(models.IntegerChoices):
        QUARTER = 3, _("A quarter")
        THIRD = 4, _("A third")
        HALF = 6, _("Half")
        TWO_THIRDS = 8, _("Two thirds")
        FULL = 12, _("Full width")

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="cards")
    position = models.PositiveSmallIntegerField(pgettext_lazy("position", "order"), default=1)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.METRIC)
    key = models.CharField(_("what"), max_length=60)
    title = models.CharField(_("title"), max_length=80, blank=True)
    by = models.CharField(pgettext_lazy("report", "by"), max_length=20, blank=True)
    step = models.CharField(_("step of time"), max_length=7, blank=True)
    form = models.CharField(_("look"), max_length=7, choices=Form.choices, default=Form.LINE)
    top = models.PositiveSmallIntegerField(_("rows"), default=10)
    query = models.TextField(_("filters and order"), blank=True, max_length=4000)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    width = models.PositiveSmallIntegerField(_("width"), choices=Width.choices, default=Width.HALF)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    trashed_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)

    objects = BoardCardQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("dashboard", "card")
        verbose_name_plural = pgettext_lazy("dashboard", "cards")
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["board", "position"], name="board_card_order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["metric", "chart", "table", "list", "result"]),
                name="board_card_kind",
            ),
            models.CheckConstraint(
                condition=Q(form__in=["line", "bar", "stacked", "shares"]), name="board_card_form"
            ),
            models.CheckConstraint(
                condition=Q(width__in=[3, 4, 6, 8, 12]), name="board_card_width"
            ),
            models.CheckConstraint(condition=Q(top__gte=1, top__lte=50), name="board_card_top"),
            models.CheckConstraint(condition=~Q(key=""), name="board_card_key"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title or self.key
