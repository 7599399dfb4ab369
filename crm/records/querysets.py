"""Who sees saved views, bulk changes, exports and attached files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q

from crm.common.roles import Person, is_admin, is_manager
from crm.records.resources import Resource, resources


class SavedViewQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        """One's own views, one's team's, and those for everybody."""
        shared = Q(sharing="public") | Q(sharing="team", team__isnull=False, team=user.team_id)
        return self.filter(Q(owner=user.pk) | shared)

    def editable_by(self, user: Person) -> Self:
        """One's own; managers their team's shared ones too; administrators all that is shared."""
        mine = Q(owner=user.pk)
        if is_admin(user):
            return self.filter(mine | ~Q(sharing="private"))
        if is_manager(user):
            return self.filter(mine | Q(sharing="team", team__isnull=False, team=user.team_id))
        return self.filter(mine)


class OwnQuerySet(models.QuerySet[Any]):
    """Work that a person started: one's own; everybody's for administrators."""

    def visible_to(self, user: Person) -> Self:
        return self if is_admin(user) else self.filter(created_by=user.pk)


class AttachmentQuerySet(models.QuerySet[Any]):
    def alive(self) -> Self:
        return self.filter(trashed_at__isnull=True)

    def of(self, model: type[models.Model], pk: int) -> Self:
        """The files of one record, newest first, without the trash."""
        kind = ContentType.objects.get_for_model(model)
        return self.alive().filter(content_type=kind, object_id=pk).order_by("-pk")

    def in_reach_of(self, user: Person) -> Self:
        """Files of the records that the user sees, alive or trashed."""
        return self._where(user, lambda resource: resource.model.objects.visible_to(user))

    def visible_to(self, user: Person) -> Self:
        return self.alive().in_reach_of(user)

    def trashable_by(self, user: Person) -> Self:
        """One's own on records that one may edit; all of records that one may put away."""
        own = self._where(user, lambda resource: resource.editable_by(user)).filter(
            created_by=user.pk
        )
        put_away = self._where(user, lambda resource: resource.model.objects.trashable_by(user))
        return self.alive().filter(Q(pk__in=own.values("pk")) | Q(pk__in=put_away.values("pk")))

    def restorable_by(self, user: Person) -> Self:
        """What the user deleted; all for administrators."""
        trash = self.in_reach_of(user).filter(trashed_at__isnull=False)
        return trash if is_admin(user) else trash.filter(trashed_by=user.pk)

    def _where(self, user: Person, records: Callable[[Resource], Any]) -> Self:
        """Files whose record is among ``records(resource)`` of its kind."""
        found = Q(pk__in=[])
        for resource in resources.values():
            if resource.files and resource.may_read(user):
                kind = ContentType.objects.get_for_model(resource.model)
                same = records(resource).filter(pk=OuterRef("object_id"))
                found |= Q(Exists(same), content_type=kind)
        return self.filter(found)
