"""Who sees and who changes communications and follow-ups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from crm.common.models import RecordQuerySet
from crm.common.roles import Person, is_admin, is_agent, is_manager, is_rep

# Filled by the service app: the requests that an agent sees.
request_scope: list[Callable[[Person], models.QuerySet[Any]]] = []


class AboutQuerySet(RecordQuerySet):
    """As the customer; for agents as the service request, or their own."""

    def in_reach_of(self, user: Person) -> Self:
        if is_admin(user):
            return self
        if is_manager(user) or is_rep(user):
            return self.filter(team=user.team_id or 0)
        if is_agent(user):
            mine = Q(owner=user.pk)
            for scope in request_scope:
                # Exists, not "in": one customer's rows need not look up every request.
                seen = scope(user).filter(pk=OuterRef("about_id"))
                mine |= Q(Exists(seen), about_kind="request")
            return self.filter(mine)
        return self.none()

    def scattered_keys(self, user: Person) -> models.QuerySet[Any] | None:
        """Of agents: their own, then those about requests."""
        if not is_agent(user):
            return None
        alive = self.alive().order_by()
        about = [
            alive.filter(about_kind="request", about_id__in=scope(user).values("pk"))
            for scope in request_scope
        ]
        others = [found.exclude(owner=user.pk).values("pk") for found in about]
        return alive.filter(owner=user.pk).values("pk").union(*others, all=True)

    def editable_by(self, user: Person) -> Self:
        visible = self.visible_to(user)
        if is_rep(user) or is_agent(user):
            return visible.filter(owner=user.pk)
        return visible

    def trashable_by(self, user: Person) -> Self:
        return self.none() if is_agent(user) else self.editable_by(user)

    def about(self, kind: str, pk: int) -> Self:
        return self.filter(about_kind=kind, about_id=pk)


class CommunicationQuerySet(AboutQuerySet):
    def talks(self) -> Self:
        """What was said to or by customers: no notes."""
        return self.exclude(channel="note")


class ContactDayQuerySet(models.QuerySet[Any]):
    """Sums by team and owner: seen as the communications that they count; agents' own alone.

    What agents see beyond their own hangs on requests, which are no key of the sums.
    """

    def visible_to(self, user: Person) -> Self:
        if is_admin(user):
            return self
        if is_manager(user) or is_rep(user):
            return self.filter(team=user.team_id or 0)
        return self.filter(owner=user.pk) if is_agent(user) else self.none()


class FollowUpQuerySet(AboutQuerySet):
    def open(self) -> Self:
        return self.filter(done_at__isnull=True)

    def overdue(self) -> Self:
        return self.open().filter(due_at__lt=timezone.now())
