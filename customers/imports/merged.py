"""Records that were merged into others: files from elsewhere name them as before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from customers.duplicates.models import ContactMerge, Merge
from customers.models import Contact, Customer

MERGED = "merged"
MERGED_REASONS = {
    MERGED: _("Some rows are about records that were merged into others here; they change nothing.")
}
_MERGES: dict[type[Any], type[Any]] = {Customer: Merge, Contact: ContactMerge}


class Merges:
    """Who stands for merged records, by what these said and by what their survivors said before.

    Read once for a whole import: a file asks of each of its rows.
    """

    def __init__(self, model: type[Any], actor: Any) -> None:
        self._model, self._actor = model, actor

    def survivors(self, key: str, said: Collection[str]) -> dict[str, tuple[int, str]]:
        """For external ids, or e-mail addresses in lower case: what was said → the survivor's id
        and its external id, for those whom the actor sees."""
        known = self._winners[key]
        winners = {one: known[one] for one in said if one in known}
        if not winners:
            return {}
        seen = self._model._default_manager.alive()
        if self._actor is not None:
            seen = self._model._default_manager.visible_to(self._actor)
        ids = dict(seen.filter(pk__in=set(winners.values())).values_list("pk", "external_id"))
        return {one: (pk, ids[pk]) for one, pk in winners.items() if pk in ids}

    @cached_property
    def _winners(self) -> dict[str, dict[str, int]]:
        merges = _MERGES[self._model]._default_manager.filter(undone_at=None)
        before = KeyTransform("before", "ledger")
        rows = list(merges.values_list(
            "loser", "winner",
            "loser__external_id", KeyTextTransform("external_id", before),
            Lower("loser__email"), Lower(KeyTextTransform("email", before)),
        ))  # fmt: skip
        into = {loser: winner for loser, winner, *_said in rows}
        found: dict[str, dict[str, int]] = {"external_id": {}, "email": {}}
        for key, places in (("external_id", (2, 3)), ("email", (4, 5))):
            for place in places:
                for row in rows:
                    if row[place]:
                        found[key].setdefault(row[place], _last(row[1], into))
        return found


def _last(pk: int, into: Mapping[int, int]) -> int:
    """Who is left of several merges, one after the other."""
    passed = {pk}
    while (after := into.get(pk)) is not None and after not in passed:
        passed.add(after)
        pk = after
    return pk


class MergedRows:
    """Which rows of a chunk are about records that were merged into others."""

    def __init__(self, model: type[Any], actor: Any) -> None:
        self._merges = Merges(model, actor)
        self._known: dict[str, dict[str, tuple[int, str]]] = {}

    def look_up(self, ids: Collection[str], mails: Collection[str]) -> None:
        said = {"external_id": ids, "email": {mail.lower() for mail in mails}}
        self._known = {key: self._merges.survivors(key, texts) for key, texts in said.items()}

    def by_id(self, said: str) -> bool:
        return said in self._known["external_id"]

    def by_mail(self, said: str) -> bool:
        return said.lower() in self._known["email"]
