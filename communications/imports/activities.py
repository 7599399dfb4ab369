"""What communications and follow-ups out of files have in common: whose they are, and which.

A row names a customer, or a contact by external id or e-mail who works for one. A record is
known again by its customer, its second and its name: others' ids of activities are not kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, ClassVar

from django.db.models import DateTimeField, F, Func, Q
from django.db.models.lookups import In
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.imports.customer_rows import may_give
from customers.imports.ledger import Ledger, RowRejectedError
from customers.imports.linking import LINK_REASONS, CustomerLink, link_targets
from customers.imports.mapped import OWNER, Cleaned, MappedImporter
from customers.imports.owners import OwnerBook
from customers.imports.people import CONTACT_REASONS, ContactBook, contact_targets
from customers.imports.pool import Key, Pool
from customers.imports.registry import Setting
from customers.imports.targets import Target
from customers.models import Customer

BREAK = "|"
WHOSE: tuple[tuple[str, ...], ...] = (
    ("customer", "customer_id", "contact", "contact_external_id"),
)


def place(customer: int, when: datetime, *what: str) -> str:
    """By what a record is known again."""
    second = when.replace(microsecond=0).astimezone(timezone.get_default_timezone())
    return BREAK.join([str(customer), second.isoformat(), *what])


def placed(name: str, key: Any) -> Key:
    """The key of records whose moment is the column ``name``."""
    second = Func(
        F(name), template="date_trunc('second', %(expressions)s)", output_field=DateTimeField()
    )

    def where(said: Any) -> Q:
        told = [one.split(BREAK, 2) for one in said]
        moments = sorted({datetime.fromisoformat(when) for _house, when, _what in told})
        return Q(In(second, moments), customer__in={int(house) for house, _w, _what in told})

    return Key("place", key, where)


def moment_of(said: date) -> datetime:
    """Noon of a day in the company's zone, a time as it is."""
    if isinstance(said, datetime):
        return said
    zone = timezone.get_default_timezone()
    return timezone.make_aware(datetime.combine(said, time(12)), zone)


class ActivityRows(MappedImporter):
    """Rows of one kind of activity; ``when`` is the column of its moment."""

    when: ClassVar[str]
    own: ClassVar[tuple[str, ...]]
    reasons: ClassVar[dict[str, Any]] = {
        "needs_customer": _("The row names no customer and no contact who is known here."),
        "foreign_activity": _("The record belongs to others or is in the trash."),
        "no_moment": _("The row has no date."),
        "unknown_owner": _(
            "Some owners in the file are no colleagues here; their records went to the owner "
            "chosen for the import."
        ),
        **LINK_REASONS,
        **CONTACT_REASONS,
    }  # fmt: skip

    def __init__(self, header: Sequence[str], setting: Setting) -> None:
        super().__init__(header, setting)
        self._link = CustomerLink(self, replace(setting, adds_customers=False))
        self._owners = OwnerBook(setting)
        self._people = ContactBook(setting.actor)
        self._houses: dict[int, int] = {}
        self._customers: dict[int, Customer] = {}
        kept = sorted({*self.kept(), *self.own, self.when, "customer_id", "contact_id"})
        self._known = Pool(
            self.model, [placed(self.when, self.key_of)],
            actor=setting.actor, shelf=setting.shelf, kept=kept,
        )  # fmt: skip

    @classmethod
    def offered(cls, actor: Any) -> list[Target]:
        return [t for t in super().offered(actor) if t.key != "owner" or may_give(actor)]

    @staticmethod
    def key_of(record: Any) -> str:
        """By what a record is known again."""
        raise NotImplementedError

    @staticmethod
    def what(values: Mapping[str, Any]) -> tuple[str, ...]:
        """What a row says beside customer and moment of what it is known by."""
        raise NotImplementedError

    def complete(self, cleaned: Cleaned) -> None:
        if self.when in cleaned.values:
            cleaned.values[self.when] = moment_of(cleaned.values[self.when])

    def look_up(self, rows: Sequence[Cleaned]) -> None:
        self._link.look_up(rows)
        self._people.look_up(rows, self._link.pool.known.keys())
        self._houses = self._people.houses(rows)
        seen = Customer.objects.alive()
        if self.setting.actor is not None:
            seen = Customer.objects.visible_to(self.setting.actor)
        self._customers = seen.in_bulk(set(self._houses.values()))
        places = {self._place(row.values, house) for row in rows for house in self._may_be(row)}
        self._known.look_up({"place": places})

    def settle(self, values: dict[str, Any]) -> str:
        if self.when not in values:
            raise self.reject("no_moment", self.when)
        customer = self._customer(values)
        found = self._known.find("place", self._place(values, customer.pk))
        told = {name: values[name] for name in self.own if name in values}
        if custom := self.custom_of(values):
            told["custom"] = custom
        if contact := self._people.find(values, customer.pk):
            told["contact_id"] = contact
        if not found:
            self._add(values, told, customer)
            return "created"
        if not self._known.may_write(found[0]):
            raise self.reject("foreign_activity")
        if getattr(found[0], "done_at", None):
            told.pop("done_at", None)  # what is done stays done when it was
        return "updated" if self._known.change(found[0], told) else "skipped"

    def write(self, ledger: Ledger) -> None:
        ledger.objects[self.kind] += len(self._known.new)
        self._known.write(ledger.changes)
        self._owners.tell(ledger)
        self._people.tell(ledger)

    def _place(self, values: Mapping[str, Any], customer: int) -> str:
        return place(customer, values[self.when], *self.what(values))

    def _may_be(self, row: Cleaned) -> list[int]:
        """The ids of all customers that a row may mean."""
        if self.when not in row.values:
            return []
        house = self._houses.get(self._people.surely(row.values) or 0)
        named = [customer.pk for customer in self._link.candidates(row.values)]
        return [*named, house] if house else named

    def _customer(self, values: Mapping[str, Any]) -> Any:
        """The customer whom a row names, else the one for whom its contact works."""
        house = self._houses.get(self._people.surely(values) or 0)
        theirs = self._customers.get(house or 0)
        try:
            named = self._link.find(
                values, lambda one: self._known.find("place", self._place(values, one.pk))
            )
        except RowRejectedError:
            if theirs is None:
                raise
            return theirs
        if found := named or theirs:
            return found
        raise self.reject("needs_customer", "customer")

    def _add(self, values: Mapping[str, Any], told: dict[str, Any], customer: Any) -> None:
        custom = {key: said for key, said in told.get("custom", {}).items() if said is not None}
        record = self.model(
            **{**told, "custom": custom, self.when: values[self.when]}, customer_id=customer.pk,
            team_id=customer.team_id, owner_id=self.setting.owner_id or customer.owner_id,
            created_by=self.setting.actor,
        )  # fmt: skip
        if owner := self._owners.find(values.get("owner", "")):
            record.owner_id = owner.pk  # type: ignore[attr-defined]  # every record has one
        self._known.add(record)


def whose_targets() -> list[Target]:
    """The columns that say whose a row is."""
    return [*link_targets(""), *contact_targets(), Target("owner", OWNER.label, "", OWNER.clean)]
