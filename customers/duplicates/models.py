"""Pairs of customers that may be one, and merges with what it takes to undo them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.duplicates.querysets import MergeQuerySet, PairQuerySet


class DuplicatePair(models.Model):
    """Two customers that the search for duplicates takes for one."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("pair", "To be looked at")
        DISMISSED = "dismissed", pgettext_lazy("pair", "Not the same")
        MERGED = "merged", pgettext_lazy("pair", "Merged")

    first = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    probability = models.FloatField(_("probability"))
    # [{field, level, weight}]: what speaks for and against; no values.
    evidence = models.JSONField(_("evidence"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    found_at = models.DateTimeField(_("found"))

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair of duplicates")
        verbose_name_plural = _("pairs of duplicates")
        indexes = [
            models.Index(
                "state", F("probability").desc(), F("id").desc(), name="duplicate_pair_state"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "dismissed", "merged"]), name="duplicate_pair_state"
            ),
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=1),
                name="duplicate_pair_probability",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id}"


class Merge(models.Model):
    """One customer taken up by another; ``ledger`` says what moved and what was before."""

    winner = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    loser = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    ledger = models.JSONField(default=dict)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("merged by"), null=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    made_at = models.DateTimeField(_("merged"), auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("undone by"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(winner=F("loser")), name="merge_of_two"),
            models.UniqueConstraint(
                fields=["loser"], condition=Q(undone_at=None), name="merge_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loser_id} → {self.winner_id}"
