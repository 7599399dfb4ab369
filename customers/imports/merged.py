"""Records that were merged into others: files from elsewhere name them as before."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import F
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from customers.duplicates.merging import survivor_of
from customers.duplicates.models import ContactMerge, Merge
from customers.models import Contact, Customer

MERGED = "merged"
MERGED_REASONS = {
    MERGED: _("Some rows are about records that were merged into others here; they change nothing.")
}
_MERGES: dict[type[Any], type[Any]] = {Customer: Merge, Contact: ContactMerge}


def survivors(
    model: type[Any], actor: Any, key: str, said: Collection[str]
) -> dict[str, tuple[int, str]]:
    """Who stands for the records that had an external id or e-mail address (in lower case).

    What was said → the survivor's id and its external id, for those whom the actor sees.
    """
    winners = _winners(_MERGES[model], key, [one for one in said if one])
    if not winners:
        return {}
    seen = model._default_manager.alive()
    if actor is not None:
        seen = model._default_manager.visible_to(actor)
    ids = dict(seen.filter(pk__in=winners.values()).values_list("pk", "external_id"))
    return {one: (pk, ids[pk]) for one, pk in winners.items() if pk in ids}


def _winners(merges: type[Any], key: str, said: Collection[str]) -> dict[str, int]:
    """By what the merged records say, and by what their survivors said before."""
    found: dict[str, int] = {}
    if not said:
        return found
    given_up = KeyTextTransform(key, KeyTransform("before", "ledger"))
    for text in (F(f"loser__{key}"), given_up):
        rows = merges._default_manager.filter(undone_at=None)
        rows = rows.annotate(said=Lower(text) if key == "email" else text)
        for one, winner in rows.filter(said__in=said).values_list("said", "winner"):
            found.setdefault(one, survivor_of(winner, merges) or winner)
    return found


class MergedRows:
    """Which rows of a chunk are about records that were merged into others."""

    def __init__(self, model: type[Any], actor: Any) -> None:
        self._model, self._actor = model, actor
        self._known: dict[str, dict[str, tuple[int, str]]] = {}

    def look_up(self, ids: Collection[str], mails: Collection[str]) -> None:
        said = {"external_id": ids, "email": {mail.lower() for mail in mails}}
        self._known = {
            key: survivors(self._model, self._actor, key, texts) for key, texts in said.items()
        }

    def by_id(self, said: str) -> bool:
        return said in self._known["external_id"]

    def by_mail(self, said: str) -> bool:
        return said.lower() in self._known["email"]
