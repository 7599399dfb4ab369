"""Who sees pairs and merges: only those who see both records."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from crm.common.roles import Person, is_admin, is_agent


class PairQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        """Pairs of which the user sees both records."""
        if _sees_all(user):
            return self.filter(first__trashed_at=None, second__trashed_at=None)
        seen = _records(self, "first").visible_to(user).values("pk")
        return self.filter(first__in=seen, second__in=seen)

    def decidable_by(self, user: Person) -> Self:
        """Pairs of which the user may say that they are two."""
        mine = _records(self, "first").editable_by(user).values("pk")
        return self.filter(first__in=mine, second__in=mine)


class MergeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        """Merges within the user's reach; the merged record itself is in the trash."""
        reach = _records(self, "winner").in_reach_of(user).values("pk")
        return self.filter(winner__in=reach, loser__in=reach)

    def undoable_by(self, user: Person) -> Self:
        """Merges that stand, into records that the user may merge."""
        winners = _records(self, "winner").mergeable_by(user).values("pk")
        return self.visible_to(user).filter(undone_at=None, winner__in=winners)


def _records(rows: models.QuerySet[Any], field: str) -> Any:
    """The customers, or the contacts, that such pairs or merges are about."""
    foreign: Any = rows.model._meta.get_field(field)
    return foreign.related_model._default_manager


def _sees_all(user: Person) -> bool:
    return is_admin(user) or is_agent(user)
