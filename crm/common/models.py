"""What every record has: owner and team, versions, trash, search, and who made it when."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.common.ngrams import NgramField
from crm.common.roles import Person, is_admin
from crm.common.searching import SEARCH_PROBE

# Columns that change without a person's edit; history leaves them out.
QUIET_FIELDS = ["search", "updated_at", "version", "submission"]


class RecordQuerySet(models.QuerySet[Any]):
    """Reads of records. Every page starts with ``visible_to(user)``."""

    def alive(self) -> Self:
        return self.filter(trashed_at__isnull=True)

    def trashed(self) -> Self:
        return self.filter(trashed_at__isnull=False)

    def visible_to(self, user: Person) -> Self:
        """What the user may see, without the trash."""
        return self.alive().in_reach_of(user)

    def in_reach_of(self, user: Person) -> Self:
        """What the user's role and team reach, alive or trashed."""
        raise NotImplementedError

    def scattered_keys(self, user: Person) -> models.QuerySet[Any] | None:
        """The ids of what ``visible_to`` gives, where no index of the table finds that: few records
        of a large table, which a list would look for row by row. None where one does.
        """
        return None

    def editable_by(self, user: Person) -> Self:
        """What the user may change; always a part of what is visible."""
        raise NotImplementedError

    def trashable_by(self, user: Person) -> Self:
        """What the user may put into the trash."""
        return self.editable_by(user)

    def restorable_by(self, user: Person) -> Self:
        """What the user may take out of the trash: one's own deletions; all for administrators."""
        trash = self.trashed()
        if is_admin(user):
            return trash
        return trash.in_reach_of(user).filter(trashed_by=user.pk)

    def search_for(self, text: str) -> Self:
        """Records whose search text holds all the tokens of ``text``.

        Asks at once for the first ids: the planner cannot tell a rare word from a common one and
        would read the whole table in the list's order to find the few rows of a rare one.
        """
        found = self.filter(search__ngram=text)
        probe = found.order_by().prefetch_related(None).values_list("pk", flat=True)
        keys = list(probe[: SEARCH_PROBE + 1])
        return found if len(keys) > SEARCH_PROBE else self.filter(pk__in=keys)


class Record(models.Model):
    """Abstract base of everything that people create, share, edit and trash."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    team = models.ForeignKey(
        "accounts.Team",
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    updated_at = models.DateTimeField(pgettext_lazy("date", "updated"), auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    trashed_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    search = NgramField(null=True, editable=False)
    # What an administrator added to this kind of record, by key (crm.records.custom).
    custom = models.JSONField(_("more fields"), default=dict, blank=True, editable=False)

    class Meta:
        abstract = True

    # What /search/ and the list's search box look through.
    search_fields: ClassVar[Iterable[str]] = ()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search = self.search_texts()
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "search", "updated_at"}
        super().save(*args, **kwargs)

    def search_texts(self) -> list[str]:
        return [str(getattr(self, name) or "") for name in self.search_fields]


def record_indexes(name: str) -> list[models.Index]:
    """The indexes that serve a record's list: by team, by owner, newest change first; its trash."""
    alive = models.Q(trashed_at__isnull=True)
    return [
        models.Index(
            "team", models.F("updated_at").desc(), models.F("id").desc(),
            name=f"{name}_team_updated", condition=alive,
        ),
        models.Index(
            "owner", models.F("updated_at").desc(), models.F("id").desc(),
            name=f"{name}_owner_updated", condition=alive,
        ),
        models.Index(
            models.F("updated_at").desc(), models.F("id").desc(),
            name=f"{name}_updated", condition=alive,
        ),
        models.Index(
            "trashed_at", name=f"{name}_trash", condition=models.Q(trashed_at__isnull=False)
        ),
        GinIndex(fields=["search"], name=f"{name}_search"),
    ]  # fmt: skip


class BilingualName(models.Model):
    """A name that an administrator gives once, with an English form where it differs."""

    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        english = (get_language() or "").startswith("en")
        return self.name_en if english and self.name_en else self.name


def new_submission() -> uuid.UUID:
    """The key that makes a twice-sent form one record."""
    return uuid.uuid4()
