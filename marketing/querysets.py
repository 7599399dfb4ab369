"""Who sees and who changes campaigns and their activities."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from crm.common.models import RecordQuerySet
from crm.common.roles import Person, is_admin, is_manager, is_rep


class CampaignQuerySet(RecordQuerySet):
    def in_reach_of(self, user: Person) -> Self:
        """Administrators all; managers and reps their team's and the whole company's."""
        if is_admin(user):
            return self
        if is_manager(user) or is_rep(user):
            return self.filter(Q(team=user.team_id) | Q(team=None))
        return self.none()

    def editable_by(self, user: Person) -> Self:
        if is_admin(user):
            return self.visible_to(user)
        return self.alive().filter(team=user.team_id or 0) if is_manager(user) else self.none()


class SpendQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        """What was spent on the campaigns that one may see."""
        campaigns = self.model._meta.get_field("campaign").related_model
        return self.filter(campaign__in=campaigns.objects.visible_to(user).values("pk"))


class ActivityQuerySet(RecordQuerySet):
    def in_reach_of(self, user: Person) -> Self:
        """Representatives see those of their own customers, managers their team's."""
        if is_admin(user):
            return self
        if is_manager(user):
            return self.filter(team=user.team_id or 0)
        if is_rep(user):
            return self.filter(customer__owner=user.pk)
        return self.none()

    def editable_by(self, user: Person) -> Self:
        return self.visible_to(user)
