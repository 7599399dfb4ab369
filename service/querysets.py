"""Who sees and who changes service requests."""

from __future__ import annotations

from typing import Self

from django.db.models import Q
from django.utils import timezone

from crm.common.models import RecordQuerySet
from crm.common.roles import Person, is_admin, is_agent, is_manager, is_rep
from service.conditions import OPEN_STATUSES, parts

__all__ = ["OPEN_STATUSES", "ServiceRequestQuerySet", "late"]


def late() -> Q:
    """Past the time of the first response or of the resolution now, while the clock runs."""
    return parts(timezone.now())["breached"]


class ServiceRequestQuerySet(RecordQuerySet):
    """Agents: the queue and their team; reps: own customers; managers: their team's customers."""

    def in_reach_of(self, user: Person) -> Self:
        if is_admin(user):
            return self
        if is_agent(user):
            return self.filter(Q(owner=None) | Q(owner=user.pk) | Q(team=user.team_id or 0))
        if is_manager(user):
            return self.filter(Q(team=user.team_id or 0) | Q(customer__team=user.team_id or 0))
        if is_rep(user):
            return self.filter(customer__owner=user.pk)
        return self.none()

    def editable_by(self, user: Person) -> Self:
        return self.none() if is_rep(user) else self.visible_to(user)

    def trashable_by(self, user: Person) -> Self:
        return self.none() if is_agent(user) else self.editable_by(user)

    def open(self) -> Self:
        return self.filter(status__in=OPEN_STATUSES)

    def breached(self) -> Self:
        """Past the time of the first response or of the resolution, while the clock runs."""
        return self.filter(late())

    def part(self, name: str) -> Self:
        """The requests of a named set, see ``service.conditions.parts``."""
        return self.filter(parts(timezone.now())[name])
