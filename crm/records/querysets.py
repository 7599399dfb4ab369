"""Who sees saved views, bulk changes and exports."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from crm.common.roles import Person, is_admin, is_manager


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
