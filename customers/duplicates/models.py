"""Pairs of customers and of contacts that may be one; merges with what it takes to undo them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.duplicates.querysets import MergeQuerySet, PairQuerySet


class State(models.TextChoices):
    OPEN = "open", pgettext_lazy("pair", "To be looked at")
    DISMISSED = "dismissed", pgettext_lazy("pair", "Not the same")
    MERGED = "merged", pgettext_lazy("pair", "Merged")


def _pair_indexes(name: str) -> list[models.Index]:
    return [models.Index("state", F("probability").desc(), F("id").desc(), name=f"{name}_state")]


def _pair_constraints(name: str) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(fields=["first", "second"], name=f"{name}_once"),
        models.CheckConstraint(condition=Q(first__lt=F("second")), name=f"{name}_in_order"),
        models.CheckConstraint(
            condition=Q(state__in=["open", "dismissed", "merged"]), name=f"{name}_state"
        ),
        models.CheckConstraint(
            condition=Q(probability__gte=0, probability__lte=1), name=f"{name}_probability"
        ),
    ]


def _merge_constraints(name: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(condition=~Q(winner=F("loser")), name=f"{name}_of_two"),
        models.UniqueConstraint(
            fields=["loser"], condition=Q(undone_at=None), name=f"{name}_once_at_a_time"
        ),
    ]


class Pair(models.Model):
    """Abstract: two records, ``first`` the older one, that are perhaps one."""

    State = State

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
        abstract = True

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id}"  # type: ignore[attr-defined]  # named below


class DuplicatePair(Pair):
    """Two customers that the search for duplicates takes for one."""

    first = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("older record"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    second = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("newer record"),
        on_delete=models.CASCADE,
        related_name="+",
    )

    class Meta:
        verbose_name = _("pair of duplicates")
        verbose_name_plural = _("pairs of duplicates")
        indexes = _pair_indexes("duplicate_pair")
        constraints = _pair_constraints("duplicate_pair")


class ContactPair(Pair):
    """Two contacts with the same e-mail, phone, or name at one customer."""

    first = models.ForeignKey(
        "customers.Contact",
        verbose_name=_("older record"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    second = models.ForeignKey(
        "customers.Contact",
        verbose_name=_("newer record"),
        on_delete=models.CASCADE,
        related_name="+",
    )

    class Meta:
        verbose_name = _("pair of duplicate contacts")
        verbose_name_plural = _("pairs of duplicate contacts")
        indexes = _pair_indexes("contact_pair")
        constraints = _pair_constraints("contact_pair")


class MergeOfTwo(models.Model):
    """Abstract: ``loser`` taken up by ``winner``; ``ledger`` says what moved, what was before."""

    ledger = models.JSONField(_("what was moved"), default=dict)
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
        abstract = True

    def __str__(self) -> str:
        return f"{self.loser_id} → {self.winner_id}"  # type: ignore[attr-defined]  # named below


class Merge(MergeOfTwo):
    """One customer taken up by another."""

    winner = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("kept record"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    loser = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("record taken up"),
        on_delete=models.CASCADE,
        related_name="+",
    )

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-pk"]
        constraints = _merge_constraints("merge")


class ContactMerge(MergeOfTwo):
    """One contact taken up by another."""

    winner = models.ForeignKey(
        "customers.Contact",
        verbose_name=_("kept record"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    loser = models.ForeignKey(
        "customers.Contact",
        verbose_name=_("record taken up"),
        on_delete=models.CASCADE,
        related_name="+",
    )

    class Meta:
        verbose_name = _("merge of contacts")
        verbose_name_plural = _("merges of contacts")
        ordering = ["-pk"]
        constraints = _merge_constraints("contact_merge")
