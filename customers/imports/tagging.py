"""Tags that an import puts on customers: those chosen for all rows, and those in a column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from customers.imports.changes import ChangeLog
from customers.imports.copying import new_ids
from customers.imports.ledger import Ledger
from customers.imports.mapped import MappedImporter
from customers.imports.pool import Key, Pool
from customers.imports.registry import Setting
from customers.models import Customer, Tag

Tagged: Any = Customer.tags.through


BY_CUSTOMER = Key(
    "customer", lambda put: str(put.customer_id), lambda said: Q(customer__in=map(int, said))
)
BY_PAIR = Key("pair", lambda put: f"{put.customer_id}:{put.tag_id}", lambda said: Q(pk__in=[]))


class Tagging:
    """Adds tags, never takes one off; managers and administrators may name new ones."""

    def __init__(self, setting: Setting, by_row: bool) -> None:
        self._always = setting.tag_ids
        self._active = by_row or bool(setting.tag_ids)
        self._may_add = setting.actor is None or not setting.actor.is_rep
        self._missed = False
        self._shelf = setting.shelf
        self._tags: dict[str, int] = {}
        self._new: dict[str, Tag] = {}
        self._tag_ids = new_ids(Tag)
        self._pairs = Pool(
            Tagged, [BY_CUSTOMER, BY_PAIR], reach=False, shelf=setting.shelf,
            kept=["customer_id", "tag_id"],
        )  # fmt: skip

    def look_up(self, customers: Pool, tags: Iterable[Sequence[str]]) -> None:
        """Find the tags that rows name, and those that known customers have."""
        if not self._active:
            return
        names = {name for row in tags for name in row} - set(self._tags)
        if names:
            self._tags |= dict(Tag.objects.filter(name__in=names).values_list("name", "pk"))
        self._pairs.look_up({"customer": {str(pk) for pk in customers.known}})

    def usable(self, names: Sequence[str], importer: MappedImporter) -> list[str]:
        """Those that are there or may be added; a row with one that is too long is rejected."""
        if self._may_add and any(len(name) > 40 for name in names):
            raise importer.reject("too_long", "tags")
        known = [name for name in names if self._may_add or name in self._tags]
        self._missed = self._missed or len(known) < len(names)
        return known

    def tell(self, ledger: Ledger) -> None:
        """Warn once that a tag was left out."""
        if self._missed:
            ledger.warn("unknown_tag")

    def put_on(self, customer: Customer, names: Sequence[str]) -> bool:
        """Whether the customer got a tag that it did not have."""
        put = False
        for tag_id in (*self._always, *(self._tag(name) for name in names)):
            if not self._pairs.find("pair", f"{customer.pk}:{tag_id}"):
                self._pairs.add(Tagged(customer_id=customer.pk, tag_id=tag_id))
                put = True
        return put

    def write(self, changes: ChangeLog) -> None:
        """Store new tags and what they were put on."""
        if not self._active:
            return
        made = list(self._new.values())
        if self._shelf is None and made:
            Tag.objects.bulk_create(made)
            changes.made(made)
        self._new = {}
        self._pairs.write(changes)

    def _tag(self, name: str) -> int:
        if name not in self._tags:
            tag = Tag(pk=next(self._tag_ids), name=name)
            self._tags[name], self._new[name] = tag.pk, tag
        return self._tags[name]
