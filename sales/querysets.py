"""Who sees and who changes products, deals, orders and targets."""

from __future__ import annotations

from typing import Self

from crm.common.models import RecordQuerySet
from crm.common.roles import Person, is_admin, is_agent, is_manager, is_rep
from customers.querysets import agent_customer_scope


class ProductQuerySet(RecordQuerySet):
    """The catalogue: everyone reads it, managers and administrators keep it."""

    def in_reach_of(self, user: Person) -> Self:
        return self

    def editable_by(self, user: Person) -> Self:
        return self.alive() if is_admin(user) or is_manager(user) else self.none()


class OwnedQuerySet(RecordQuerySet):
    """Representatives see their own, agents those of their requests' customers."""

    def in_reach_of(self, user: Person) -> Self:
        if is_admin(user):
            return self
        if is_manager(user):
            return self.filter(team=user.team_id)
        if is_rep(user):
            return self.filter(owner=user.pk)
        if is_agent(user) and agent_customer_scope:
            return self.filter(customer__in=agent_customer_scope[0](user).values("pk"))
        return self.none()

    def editable_by(self, user: Person) -> Self:
        return self.none() if is_agent(user) else self.visible_to(user)


class DealQuerySet(OwnedQuerySet):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)


class OrderQuerySet(OwnedQuerySet):
    def counted(self) -> Self:
        """Orders that count as sales: neither draft nor cancelled; refunds count negative."""
        return self.alive().exclude(status__in=["draft", "cancelled"])


class TargetQuerySet(RecordQuerySet):
    def in_reach_of(self, user: Person) -> Self:
        if is_admin(user):
            return self
        if is_manager(user):
            return self.filter(team=user.team_id)
        if is_rep(user):
            return self.filter(owner=user.pk)
        return self.none()

    def editable_by(self, user: Person) -> Self:
        return self.visible_to(user) if is_admin(user) or is_manager(user) else self.none()
