"""Who sees and who changes customers and what hangs on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from django.db import models
from django.db.models import Q

from crm.common.models import RecordQuerySet
from crm.common.registries import Moved
from crm.common.roles import Person, is_admin, is_agent, is_manager, is_rep

# Filled by the service app: the customers of an agent's own requests, whose sales they see.
agent_customer_scope: list[Callable[[Person], models.QuerySet[Any]]] = []


def moved_rows(records: models.QuerySet[Any]) -> list[Moved]:
    """Records about customers as an ownership follower reports them, before it moves them."""
    kind = records.model._meta.label_lower
    rows = records.values_list("customer", "pk", "owner", "team")
    return [(customer, kind, pk, owner, team) for customer, pk, owner, team in rows]


class TeamRecordQuerySet(RecordQuerySet):
    """Reach: representatives and managers their team, agents and administrators all."""

    def in_reach_of(self, user: Person) -> Self:
        if is_admin(user) or is_agent(user):
            return self
        if is_manager(user) or is_rep(user):
            return self.filter(team=user.team_id or 0)
        return self.none()

    def editable_by(self, user: Person) -> Self:
        visible = self.visible_to(user)
        if is_rep(user):
            return visible.filter(owner=user.pk)
        if is_agent(user):
            return self.none()
        return visible


class CustomerQuerySet(TeamRecordQuerySet):
    def contact_details_editable_by(self, user: Person) -> Self:
        """Phone, e-mail and address: agents may correct them too."""
        return self.visible_to(user) if is_agent(user) else self.editable_by(user)

    def mergeable_by(self, user: Person) -> Self:
        """Customers that the user may merge with another: managers their team's."""
        return self.editable_by(user) if is_manager(user) or is_admin(user) else self.none()

    def takeable_by(self, user: Person) -> Self:
        """Customers without an owner, which a representative may take."""
        return self.visible_to(user).filter(owner=None) if is_rep(user) else self.none()


class ContactQuerySet(TeamRecordQuerySet):
    def editable_by(self, user: Person) -> Self:
        if is_agent(user):
            return self.visible_to(user)
        if is_rep(user):
            mine = Q(owner=user.pk) | Q(affiliations__customer__owner=user.pk)
            visible = self.visible_to(user)
            return self.filter(pk__in=visible.filter(mine).values("pk"))
        return super().editable_by(user)

    def trashable_by(self, user: Person) -> Self:
        return self.none() if is_agent(user) else self.editable_by(user)

    def mergeable_by(self, user: Person) -> Self:
        """Contacts that the user may merge with another: those that the user may delete."""
        return self.trashable_by(user)


class NeedQuerySet(TeamRecordQuerySet):
    pass


class SegmentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        """Segments of the whole company and of one's team; none for agents."""
        if is_admin(user):
            return self
        if is_agent(user):
            return self.none()
        return self.filter(Q(team=None) | Q(team=user.team_id))


class ImportBatchQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        if is_admin(user):
            return self
        if is_manager(user):
            return self.filter(team=user.team_id or 0)
        if is_rep(user):
            return self.filter(created_by=user.pk)
        return self.none()

    def steerable_by(self, user: Person) -> Self:
        """Those whose file a person prepares: one's own."""
        role_may = is_admin(user) or is_manager(user) or is_rep(user)
        return self.filter(created_by=user.pk) if role_may else self.none()


class ImportMappingQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        """One's own, and those of one's team."""
        mine = Q(user=user.pk)
        return self.filter(mine | Q(team=user.team_id) if user.team_id else mine)
