"""Who sees and who changes products, deals, orders and targets."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, OuterRef, Q, Value, When
from django.db.models.functions import Now

from crm.common.models import RecordQuerySet
from crm.common.roles import Person, is_admin, is_agent, is_manager, is_rep
from crm.records.querysets import SavedViewQuerySet
from customers.querysets import agent_customer_scope
from sales.mailables import mailables

DAY = timedelta(days=1)
# Orders that count as sales.
COUNTED = Q(trashed_at__isnull=True) & ~Q(status__in=["draft", "cancelled"])


class ProductQuerySet(RecordQuerySet):
    """The catalogue: everyone reads it, managers and administrators keep it."""

    def in_reach_of(self, user: Person) -> Self:
        return self

    def editable_by(self, user: Person) -> Self:
        return self.alive() if is_admin(user) or is_manager(user) else self.none()


class PriceListQuerySet(ProductQuerySet):
    """Prices are part of the catalogue."""

    def valid_on(self, day: date) -> Self:
        """Lists at work on that day: active, and the day lies in [starts_on, ends_on)."""
        return self.alive().filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=day),
            Q(ends_on__isnull=True) | Q(ends_on__gt=day),
            active=True,
        )

    def for_customer(self, customer: Any) -> Self:
        """Those that the customer gets, with ``rank``: 0 chosen, 1 its segment's, 2 everyone's."""
        chosen = self.model.customers.through.objects.filter(
            pricelist=OuterRef("pk"), customer=customer
        )
        mine = Q(audience="everyone") | Q(Exists(chosen), audience="customers")
        if customer.segment_id:
            mine |= Q(audience="segment", segment=customer.segment_id)
        rank = Case(
            When(audience="customers", then=0),
            When(audience="segment", then=1),
            default=2,
            output_field=models.IntegerField(),
        )
        return self.filter(mine).annotate(rank=rank)


def owned_reach(user: Person, of: str = "") -> Q:
    """Representatives reach their own, agents those of their requests' customers.

    ``of`` leads to the record: ``order__`` from its lines.
    """
    if is_admin(user):
        return Q()
    if is_manager(user):
        return Q(**{f"{of}team": user.team_id or 0})
    if is_rep(user):
        return Q(**{f"{of}owner": user.pk})
    if is_agent(user) and agent_customer_scope:
        return Q(**{f"{of}customer__in": agent_customer_scope[0](user).values("pk")})
    return Q(pk__in=[])


class OwnedQuerySet(RecordQuerySet):
    def in_reach_of(self, user: Person) -> Self:
        return self.filter(owned_reach(user))

    def editable_by(self, user: Person) -> Self:
        return self.none() if is_agent(user) else self.visible_to(user)


class OrderLineQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        """The lines of the orders that are seen; one join, that of the orders' own columns."""
        return self.filter(owned_reach(user, "order__"), order__trashed_at__isnull=True)


class DealQuerySet(OwnedQuerySet):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def slow(self) -> Self:
        """Open deals that stand in their stage longer than deals usually do, by a day or more."""
        usual = F("stage__norm_seconds") * Value(timedelta(seconds=1))
        stay = ExpressionWrapper(usual + Value(DAY), models.DurationField())
        return self.open().filter(stage_since__lt=Now() - stay)


class OwnedSumQuerySet(models.QuerySet[Any]):
    """Sums by team and owner: seen as the records that they count."""

    def alive(self) -> Self:
        """All: what is in the trash is in no sum."""
        return self

    def visible_to(self, user: Person) -> Self:
        if is_admin(user):
            return self
        if is_manager(user):
            return self.filter(team=user.team_id or 0)
        return self.filter(owner=user.pk) if is_rep(user) else self.none()


class OrderQuerySet(OwnedQuerySet):
    def counted(self) -> Self:
        """Orders that count as sales: neither draft nor cancelled; refunds count negative."""
        return self.filter(COUNTED)


class QuoteQuerySet(OwnedQuerySet):
    pass


class TargetQuerySet(RecordQuerySet):
    def in_reach_of(self, user: Person) -> Self:
        if is_admin(user):
            return self
        if is_manager(user):
            return self.filter(team=user.team_id or 0)
        if is_rep(user):
            return self.filter(owner=user.pk)
        return self.none()

    def editable_by(self, user: Person) -> Self:
        return self.visible_to(user) if is_admin(user) or is_manager(user) else self.none()


class SavedReportQuerySet(SavedViewQuerySet):
    """One's own, one's team's, and those for everybody; none for agents, who have no figures."""

    def alive(self) -> Self:
        return self.filter(trashed_at__isnull=True)

    def visible_to(self, user: Person) -> Self:
        found = super().visible_to(user).filter(trashed_at__isnull=True)
        return found.none() if is_agent(user) else found

    def editable_by(self, user: Person) -> Self:
        found = super().editable_by(user).filter(trashed_at__isnull=True)
        return found.none() if is_agent(user) else found

    def restorable_by(self, user: Person) -> Self:
        found = super().editable_by(user).filter(trashed_at__isnull=False)
        return found.none() if is_agent(user) else found


class ReportScheduleQuerySet(models.QuerySet[Any]):
    def alive(self) -> Self:
        """Those of what is not in the trash."""
        found = Q(pk__in=[])
        for mailable in mailables.values():
            there = mailable.model.objects.alive().values("pk")
            found |= Q(kind=mailable.kind) & (Q(report__in=there) if mailable.kind == "report"
                                              else Q(subject_id__in=there))  # fmt: skip
        return self.filter(found)

    def of(self, kind: str, pk: int) -> Self:
        """The mailings of one record of a kind."""
        return self.filter(kind=kind, **{"report" if kind == "report" else "subject_id": pk})

    def visible_to(self, user: Person) -> Self:
        """What one set up or gets, of what one's role may get; everything for administrators."""
        kinds = [m.kind for m in mailables.values() if user.role in m.roles]
        mine = Q(created_by=user.pk) | Q(
            pk__in=self.model.recipients.rel.related_model.objects.filter(user=user.pk).values(
                "schedule"
            )
        )
        found = self.alive().filter(kind__in=kinds)
        return found if is_admin(user) else found.filter(mine)

    def editable_by(self, user: Person) -> Self:
        """What one set up; all for administrators."""
        found = self.visible_to(user)
        return found if is_admin(user) else found.filter(created_by=user.pk)
