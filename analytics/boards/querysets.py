"""Who sees and who changes dashboards."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from crm.common.roles import Person
from crm.records.querysets import SavedViewQuerySet


class BoardQuerySet(SavedViewQuerySet):
    """One's own, one's team's, and those for everybody: as saved views."""

    def alive(self) -> Self:
        return self.filter(trashed_at__isnull=True)

    def visible_to(self, user: Person) -> Self:
        return super().visible_to(user).alive()

    def editable_by(self, user: Person) -> Self:
        return super().editable_by(user).alive()

    def restorable_by(self, user: Person) -> Self:
        return super().editable_by(user).filter(trashed_at__isnull=False)


class BoardCardQuerySet(models.QuerySet[Any]):
    """Cards are seen and changed with their dashboard."""

    def alive(self) -> Self:
        return self.filter(trashed_at__isnull=True)

    def visible_to(self, user: Person) -> Self:
        return self.alive().filter(board__in=_boards(self).visible_to(user))

    def editable_by(self, user: Person) -> Self:
        return self.alive().filter(board__in=_boards(self).editable_by(user))

    def restorable_by(self, user: Person) -> Self:
        gone = self.filter(trashed_at__isnull=False)
        return gone.filter(board__in=_boards(self).editable_by(user))


def _boards(cards: Any) -> Any:
    return cards.model._meta.get_field("board").related_model.objects
