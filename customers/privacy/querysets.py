"""Who sees, approves and carries out requests about a person's data."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from crm.common.roles import Person, is_admin, is_manager


class PrivacyRequestQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        """One's own; managers also those about their team's customers; administrators all."""
        if is_admin(user):
            return self
        mine = Q(requested_by=user.pk)
        if is_manager(user) and user.team_id:
            return self.filter(mine | Q(team=user.team_id or 0))
        return self.filter(mine)

    def decidable_by(self, user: Person) -> Self:
        """Those that the user may approve or turn down, whoever asked."""
        if is_admin(user):
            return self
        if is_manager(user) and user.team_id:
            return self.filter(team=user.team_id or 0)
        return self.none()

    def runnable_by(self, user: Person) -> Self:
        return self if is_admin(user) else self.none()

    def waiting(self) -> Self:
        return self.filter(state="requested")

    def erased_customers(self) -> Any:
        """The ids of customers who were erased: their names are all alike."""
        done = self.filter(kind="erase", state="done", customer__isnull=False)
        return done.order_by().values("customer")
