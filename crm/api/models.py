"""Keys with which programs read the records of a colleague."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common.roles import Person


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def visible_to(self, user: Person) -> Self:
        """Everybody's own, ended ones too."""
        return self.filter(user=user.pk)

    def living(self) -> Self:
        """Neither taken back nor past their last day (in the company's zone)."""
        today = timezone.localdate()
        return self.filter(revoked_at=None).filter(Q(last_day=None) | Q(last_day__gte=today))


class ApiToken(models.Model):
    """A key of one colleague; only a digest of its secret is kept.

    ``stamp`` is made of what gave the right when the key was made (password and role): a change
    of either ends the key.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE,
        related_name="api_tokens",
    )  # fmt: skip
    name = models.CharField(
        _("what it is for"), max_length=80, help_text=_("For example: orders into our ERP")
    )
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    hint = models.CharField(_("begins with"), max_length=12)
    stamp = models.CharField(_("stamp"), max_length=64)
    kinds = models.JSONField(
        _("may read"), default=list, blank=True,
        help_text=_("None chosen: everything that you may see."),
    )  # fmt: skip
    last_day = models.DateField(_("valid until"), null=True, blank=True)
    created_at = models.DateTimeField(pgettext_lazy("date", "created"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("key of a program")
        verbose_name_plural = _("keys of programs")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        past = self.last_day is not None and self.last_day < timezone.localdate()
        return self.revoked_at is not None or past
