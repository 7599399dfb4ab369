"""Contacts: people, each with a part in a customer; leads of other systems too.

A contact is found by external id, e-mail or phone, else by its name within the customer. A row
is updated when the person or the part in the customer changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common.phones import more_digits
from crm.records.resources import SELLERS
from customers.imports import headers
from customers.imports.customer_rows import BY_MAIL, complete_name, folded, may_give
from customers.imports.ledger import Ledger
from customers.imports.linking import (
    LINK_REASONS,
    THEIR_CUSTOMER,
    CustomerLink,
    Named,
    link_targets,
)
from customers.imports.mapped import OWNER, Cleaned, MappedImporter, noted
from customers.imports.matching import MATCH_REASONS, found_by, shares_email, was_merged
from customers.imports.merged import MERGED, MergedRows
from customers.imports.owners import OwnerBook
from customers.imports.pool import Key, Pool, by_column
from customers.imports.registry import Setting, importer
from customers.imports.targets import (
    MAILS,
    PHONES,
    Target,
    choice,
    email,
    external_id,
    length_of,
    more_mails,
    phone,
)
from customers.models import Affiliation, Contact, Customer

KEYS = ("external_id", "email", "phone")
TELLING = ("email", "phone", "external_id")  # those that most people have come first
# What a row says about a customer that is made for it.
OF_CUSTOMER = ("lifecycle", "industry", "source", "country", "region", "city", "address")
WHEN_MADE = _("A customer that is created")

OF_CONTACT = Key(
    "contact", lambda part: str(part.contact_id), lambda said: Q(contact__in=map(int, said))
)
OF_PAIR = Key("pair", lambda part: f"{part.contact_id}:{part.customer_id}", lambda _: Q(pk__in=[]))
OF_HOUSE = Key("customer", lambda part: str(part.customer_id), lambda _said: Q(pk__in=[]))


def _own(field: str, label: Any, **more: Any) -> Target:
    return Target(field, label, "", length_of(Contact, field), "", **more)


def _of_customer(field: str, label: Any, **more: Any) -> Target:
    return Target(field, label, WHEN_MADE, length_of(Customer, field), **more)


@importer
class ContactRows(MappedImporter):
    kind = "contacts"
    label = _("Contacts and leads")
    hint = _("People: one row per person, with the customer for whom they work.")
    icon = "address-book"
    roles = SELLERS
    model = Contact
    names = headers.CONTACT
    needed = ("name", "first_name", "last_name", "email")
    keys = [
        ("external_id", _("External id")),
        ("email", pgettext_lazy("address", "E-mail")),
        ("phone", _("Phone")),
    ]
    may_add_customers = True
    targets = [
        Target("name", _("Name"), clean=length_of(Contact, "name")),
        Target("first_name", _("First name"), clean=length_of(Contact, "name")),
        Target("last_name", _("Last name"), clean=length_of(Contact, "name")),
        Target("external_id", _("External id"), clean=external_id(Contact)),
        _own("title", _("Job title")),
        Target("phone", _("Phone"), "", phone, "", abroad=phone, splits=PHONES, more=more_digits),
        Target("email", pgettext_lazy("address", "E-mail"), "", email, "", splits=MAILS,
               more=more_mails),
        _own("wechat", _("WeChat")),
        Target("note", _("Note"), "", length_of(Contact, "note"), "", joins="\n"),
        Target("owner", OWNER.label, "", OWNER.clean),
        *link_targets(THEIR_CUSTOMER),
        Target("role", _("Role there"), THEIR_CUSTOMER, length_of(Affiliation, "role")),
        Target("lifecycle", _("Lifecycle"), WHEN_MADE,
               choice(Customer, "lifecycle", headers.LIFECYCLE_CALLED), choices=True),
        _of_customer("industry", _("Industry")),
        _of_customer("source", _("Source")),
        _of_customer("country", _("Country")),
        _of_customer("region", _("Region")),
        _of_customer("city", _("City")),
        _of_customer("address", _("Address"), joins=" "),
    ]  # fmt: skip
    reasons = {
        **MATCH_REASONS,
        "no_name": _("The name is missing."),
        "foreign_contact": _("The contact belongs to others or is in the trash."),
        "no_key": _("The cell by which records are found is blank."),
        "unknown_owner": _(
            "Some owners in the file are no colleagues here; their records went to the owner "
            "chosen for the import."
        ),
        **LINK_REASONS,
    }
    parents = {"customers.affiliation": "contact"}

    def __init__(self, header: Sequence[str], setting: Setting) -> None:
        super().__init__(header, setting)
        self._link = CustomerLink(self, setting)
        self._owners = OwnerBook(setting)
        self._shared_email = self._passed_over = False
        self._merged = MergedRows(Contact, setting.actor)
        self._contacts = Pool(
            Contact,
            [by_column("external_id", everywhere=True), BY_MAIL, by_column("phone"),
             by_column("name"), *(_name_without(key) for key in KEYS)],
            actor=setting.actor, shelf=setting.shelf, kept=sorted({*self.kept(), *KEYS}),
        )  # fmt: skip
        self._parts = Pool(
            Affiliation, [OF_CONTACT, OF_PAIR, OF_HOUSE], reach=False, shelf=setting.shelf,
            kept=["contact_id", "customer_id", "role", "is_primary"],
        )  # fmt: skip

    @classmethod
    def offered(cls, actor: Any) -> list[Target]:
        return [t for t in super().offered(actor) if t.key != "owner" or may_give(actor)]

    def complete(self, cleaned: Cleaned) -> None:
        values = cleaned.values
        complete_name(values)
        values.pop("kind", None)
        self.check_name(cleaned, 120)
        if not values.get("name") and values.get("email"):
            values["name"] = values["email"][:120]

    def look_up(self, rows: Sequence[Cleaned]) -> None:
        self._link.look_up(rows)
        wanted: dict[str, set[str]] = {name: set() for name in KEYS}
        for cleaned in rows:
            for name in KEYS:
                wanted[name].add(cleaned.values.get(name, ""))
            # Who has another e-mail is no namesake: of a common name few need to be read.
            told = next((key for key in TELLING if cleaned.values.get(key)), "")
            names = wanted.setdefault(f"name without {told}" if told else "name", set())
            names.add(cleaned.values.get("name", ""))
        self._contacts.look_up(folded(wanted))
        self._merged.look_up(wanted["external_id"], wanted["email"])
        self._parts.look_up({"contact": {str(pk) for pk in self._contacts.known}})

    def settle(self, values: dict[str, Any]) -> str:
        named = self._link.find_all(values, lambda one: self._works_for(one, values))
        contact = self._find(values, named)
        if was_merged(self._merged, self._contacts, contact, values):
            self._passed_over = True
            return "skipped"
        if contact is not None and not self._contacts.may_write(contact):
            raise self.reject("foreign_contact")
        if contact is None and not values.get("name"):
            raise self.reject("no_name")
        customers = [
            one.customer or self._link.make_named(one, values, OF_CUSTOMER) for one in named
        ]
        told = self._told(values)
        made = contact is None
        if contact is None:
            contact = self._new(values, told, customers[0] if customers else None)
            self._shared_email |= shares_email(self._contacts, values)
            self._contacts.add(contact)
        changed = not made and self._contacts.change(contact, noted(told, values, new=False))
        joined = self._join(contact, customers, values.get("role", ""))
        if made:
            return "created"
        return "updated" if changed or joined else "skipped"

    def write(self, ledger: Ledger) -> None:
        self._link.write(ledger)
        ledger.objects["contacts"] += len(self._contacts.new)
        self._contacts.write(ledger.changes)
        self._parts.write(ledger.changes)
        self._owners.tell(ledger)
        if self._shared_email:
            ledger.warn("shared_email")
        if self._passed_over:
            ledger.warn(MERGED)

    def _find(self, values: Mapping[str, Any], named: Sequence[Named]) -> Any:
        chosen = self.setting.key
        if chosen and not values.get(chosen):
            raise self.reject("no_key", chosen)
        for key in (chosen,) if chosen else KEYS:
            if contact := found_by(self, self._contacts, key, values, _has_other_id):
                return contact
        return None if chosen else self._namesake(values, named)

    def _works_for(self, customer: Any, values: Mapping[str, Any]) -> bool:
        """Whether somebody with one of the row's keys has a part in the customer."""
        said = ((key, values[key]) for key in KEYS if values.get(key))
        people = (
            person
            for key, text in said
            for person in self._contacts.find(key, text.lower() if key == "email" else text)
        )
        return any(self._parts.find("pair", f"{one.pk}:{customer.pk}") for one in people)

    def _namesake(self, values: Mapping[str, Any], named: Sequence[Named]) -> Any:
        """The person of this name at the same customer whom nothing else tells apart."""
        theirs = {one.customer.pk for one in named if one.customer is not None}
        for contact in self._contacts.find("name", values.get("name", "")):
            if any(_differs(contact, values, key) for key in KEYS):
                continue
            parts = self._parts.find("contact", str(contact.pk))
            if any(part.customer_id in theirs for part in parts) or not (named or parts):
                return contact
        return None

    def _told(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A row's values by column of the contact."""
        own = {target.key for target in self.targets if not target.group} - {"owner"}
        told = {name: value for name, value in values.items() if name in own}
        if custom := self.custom_of(values):
            told["custom"] = custom
        return told

    def _new(self, values: Mapping[str, Any], told: dict[str, Any], customer: Any) -> Contact:
        custom = {k: v for k, v in told.get("custom", {}).items() if v is not None}
        contact = Contact(
            **{**noted(told, values, new=True), "custom": custom},
            team_id=customer.team_id if customer is not None else self.setting.team_id,
            owner_id=self.setting.owner_id,
            created_by=self.setting.actor,
        )
        if owner := self._owners.find(values.get("owner", "")):
            contact.owner_id = owner.pk
        return contact

    def _join(self, contact: Contact, customers: Sequence[Any], role: str) -> bool:
        """Whether one of the contact's parts is new or another one; a role is the first's."""
        joined = [
            self._affiliate(contact, customer, "" if place else role)
            for place, customer in enumerate(customers)
        ]
        return any(joined)

    def _affiliate(self, contact: Contact, customer: Any, role: str) -> bool:
        """Whether the contact's part in the customer is new or another one."""
        found = self._parts.find("pair", f"{contact.pk}:{customer.pk}")
        if found:
            return bool(role) and self._parts.change(found[0], {"role": role})
        first = customer.pk in self._link.pool.new
        first = first and not self._parts.find("customer", str(customer.pk))
        self._parts.add(
            Affiliation(contact_id=contact.pk, customer_id=customer.pk, role=role, is_primary=first)
        )
        return True


def _name_without(key: str) -> Key:
    """The name of those of whom the key is not known."""
    return Key(
        f"name without {key}", lambda record: "" if getattr(record, key) else record.name,
        lambda names: Q(**{"name__in": names, key: ""}),
    )  # fmt: skip


def _has_other_id(contact: Contact, values: Mapping[str, Any]) -> bool:
    return _differs(contact, values, "external_id")


def _differs(contact: Contact, values: Mapping[str, Any], key: str) -> bool:
    """Whether both say something else."""
    ours, theirs = getattr(contact, key), values.get(key)
    if key == "email" and theirs:
        ours, theirs = ours.lower(), theirs.lower()
    return bool(ours and theirs and ours != theirs)
