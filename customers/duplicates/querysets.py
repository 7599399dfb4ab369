"""Who sees pairs and merges: only those who see both records."""

from __future__ import annotations

from typing import Any, Self

from django.apps import apps
from django.db import models

from crm.common.roles import Person


class PairQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        """Pairs of which the user sees both records."""
        if _sees_all(user):
            return self.filter(first__trashed_at=None, second__trashed_at=None)
        seen = _customers().visible_to(user).values("pk")
        return self.filter(first__in=seen, second__in=seen)

    def decidable_by(self, user: Person) -> Self:
        """Pairs of which the user may say that they are two."""
        mine = _customers().editable_by(user).values("pk")
        return self.filter(first__in=mine, second__in=mine)


class MergeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Person) -> Self:
        """Merges within the user's reach; the merged record itself is in the trash."""
        reach = _customers().in_reach_of(user).values("pk")
        return self.filter(winner__in=reach, loser__in=reach)

    def undoable_by(self, user: Person) -> Self:
        """Merges that stand, into records that the user may merge."""
        winners = _customers().mergeable_by(user).values("pk")
        return self.visible_to(user).filter(undone_at=None, winner__in=winners)


def _customers() -> Any:
    return apps.get_model("customers", "Customer")._default_manager


def _sees_all(user: Person) -> bool:
    from crm.common.roles import is_admin, is_agent

    return is_admin(user) or is_agent(user)
