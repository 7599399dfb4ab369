"""Customers: companies, accounts, persons; one row per customer.

A row is created when no customer has its external id, e-mail, phone or (when it has none of
these) its name; updated when it changes one, skipped when it says nothing new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common.names import full_name
from crm.common.phones import more_digits
from crm.records.resources import SELLERS
from customers.imports import headers
from customers.imports.ledger import Ledger
from customers.imports.mapped import OWNER, Cleaned, MappedImporter, noted
from customers.imports.matching import MATCH_REASONS, found_by, shares_email, was_merged
from customers.imports.merged import MERGED, MergedRows
from customers.imports.owners import OwnerBook
from customers.imports.pool import Key, Pool, by_column
from customers.imports.registry import Setting, importer
from customers.imports.tagging import Tagging
from customers.imports.targets import (
    MAILS,
    PHONES,
    Target,
    boolean,
    choice,
    email,
    external_id,
    length_of,
    more_mails,
    phone,
    words,
)
from customers.models import Customer

KEYS = ("external_id", "email", "phone")
# Two customers of one name are two when these differ.
TELLING = ("city", "region", "address")
BY_MAIL = Key(
    "email", lambda record: record.email.lower(),
    lambda said: Q(In(Lower("email"), sorted(said))) & ~Q(email=""),
)  # fmt: skip
REACH, PLACE, OURS = _("How to reach them"), _("Where they are"), _("What we know")


def _text(field: str, label: Any, group: Any = "", **more: Any) -> Target:
    return Target(field, label, group, length_of(Customer, field), "", **more)


def customer_targets() -> list[Target]:
    """The fields of a customer that a file may say."""
    return [
        Target("name", _("Name"), clean=length_of(Customer, "name")),
        Target("first_name", _("First name"), clean=length_of(Customer, "name")),
        Target("last_name", _("Last name"), clean=length_of(Customer, "name")),
        Target("external_id", _("External id"), clean=external_id(Customer)),
        Target("kind", pgettext_lazy("customer", "Kind"), choices=True,
               clean=choice(Customer, "kind", headers.KIND_CALLED)),
        Target("lifecycle", _("Lifecycle"), choices=True,
               clean=choice(Customer, "lifecycle", headers.LIFECYCLE_CALLED)),
        Target("phone", _("Phone"), REACH, phone, "", abroad=phone, splits=PHONES,
               more=more_digits),
        Target("email", pgettext_lazy("address", "E-mail"), REACH, email, "", splits=MAILS,
               more=more_mails),
        Target("consent_email", _("May be mailed"), REACH, boolean),
        Target("consent_phone", _("May be called"), REACH, boolean),
        Target("no_email", _("Must not be mailed"), REACH, boolean),
        Target("no_phone", _("Must not be called"), REACH, boolean),
        _text("country", _("Country"), PLACE),
        _text("region", _("Region"), PLACE),
        _text("city", _("City"), PLACE),
        _text("address", _("Address"), PLACE, joins=" "),
        _text("industry", _("Industry"), OURS),
        Target("acquisition", _("Acquisition channel"), OURS,
               choice(Customer, "acquisition", headers.ACQUISITION_CALLED), choices=True),
        _text("source", _("Source"), OURS),
        Target("tags", _("Tags"), OURS, words, joins=","),
        Target("owner", OWNER.label, OURS, OWNER.clean),
        Target("note", _("Note"), OURS, length_of(Customer, "note"), "", joins="\n"),
    ]  # fmt: skip


@importer
class CustomerRows(MappedImporter):
    kind = "customers"
    label = _("Customers")
    hint = _("Companies or people who buy: one row per customer.")
    icon = "users"
    roles = SELLERS
    model = Customer
    targets = customer_targets()
    names = headers.CUSTOMER
    needed = ("name", "first_name", "last_name")
    keys = [
        ("external_id", _("External id")),
        ("email", pgettext_lazy("address", "E-mail")),
        ("phone", _("Phone")),
    ]
    takes_tags = True
    reasons = {
        **MATCH_REASONS,
        "no_name": _("The name is missing."),
        "ambiguous": _("Several customers have this name; give an external id, e-mail or phone."),
        "foreign": _("The customer belongs to others or is in the trash."),
        "no_key": _("The cell by which customers are found is blank."),
        "unknown_tag": _(
            "Some tags in the file do not exist here; the customers came without them. A manager "
            "can add them, then import the file again."
        ),
        "unknown_owner": _(
            "Some owners in the file are no colleagues here; their records went to the owner "
            "chosen for the import."
        ),
    }
    parents = {"customers.customer_tags": "customer"}

    def __init__(self, header: Sequence[str], setting: Setting) -> None:
        super().__init__(header, setting)
        self.customers = customer_pool(setting, self.kept())
        self._tagging = Tagging(setting, "tags" in self.at)
        self._owners = OwnerBook(setting)
        self._shared_email = self._passed_over = False
        self._merged = MergedRows(Customer, setting.actor)

    @classmethod
    def offered(cls, actor: Any) -> list[Target]:
        return [t for t in super().offered(actor) if t.key != "owner" or may_give(actor)]

    def complete(self, cleaned: Cleaned) -> None:
        complete_name(cleaned.values)
        self.check_name(cleaned, 200)

    def look_up(self, rows: Sequence[Cleaned]) -> None:
        wanted: dict[str, set[str]] = {name: set() for name in (*KEYS, "name")}
        also: set[str] = set()  # the names of rows that have a key: is there one, or several?
        for cleaned in rows:
            keys = {name: said for name in KEYS if (said := cleaned.values.get(name))}
            for name, said in keys.items():
                wanted[name].add(said)
            if called := cleaned.values.get("name"):
                (also if keys else wanted["name"]).add(called)
        self.customers.look_up(folded(wanted), few={"name": also - wanted["name"]})
        self._merged.look_up(wanted["external_id"], wanted["email"])
        self._tagging.look_up(self.customers, [c.values.get("tags", ()) for c in rows])

    def settle(self, values: dict[str, Any]) -> str:
        customer = self._find(values)
        if was_merged(self._merged, self.customers, customer, values):
            self._passed_over = True
            return "skipped"
        told = customer_columns(values, self.custom_of(values))
        if customer is None:
            if not values.get("name"):
                raise self.reject("no_name")
            tags = self._tagging.usable(values.get("tags", ()), self)
            customer = self._new(told, values)
            self._shared_email |= shares_email(self.customers, values)
            self.customers.add(customer)
            self._tagging.put_on(customer, tags)
            return "created"
        if not self.customers.may_write(customer):
            raise self.reject("foreign")
        tags = self._tagging.usable(values.get("tags", ()), self)
        changed = self.customers.change(customer, noted(told, values, new=False))
        tagged = self._tagging.put_on(customer, tags)
        return "updated" if changed or tagged else "skipped"

    def write(self, ledger: Ledger) -> None:
        ledger.objects["customers"] += len(self.customers.new)
        self.customers.write(ledger.changes)
        self._tagging.write(ledger.changes)
        self._owners.tell(ledger)
        self._tagging.tell(ledger)
        if self._shared_email:
            ledger.warn("shared_email")
        if self._passed_over:
            ledger.warn(MERGED)

    def _find(self, values: Mapping[str, Any]) -> Any:
        chosen = self.setting.key
        if chosen and not values.get(chosen):
            raise self.reject("no_key", chosen)
        return find_customer(self, self.customers, values, (chosen,) if chosen else KEYS)

    def _new(self, told: Mapping[str, Any], values: Mapping[str, Any]) -> Customer:
        customer = new_customer(self.setting, noted(told, values, new=True))
        if owner := self._owners.find(values.get("owner", "")):
            customer.owner_id, customer.team_id = owner.pk, owner.team_id
        return customer


def may_give(actor: Any) -> bool:
    """Whether ``actor`` says who owns new records."""
    return actor is None or actor.is_manager or actor.is_admin


def customer_pool(setting: Setting, kept: Sequence[str] = ("name",)) -> Pool:
    """Customers by each key that a file may name them by."""
    return Pool(
        Customer,
        [by_column("external_id", everywhere=True), BY_MAIL, by_column("phone"),
         by_column("name")],
        actor=setting.actor, shelf=setting.shelf,
        kept=sorted({*kept, *KEYS, *TELLING, "name"}),
    )  # fmt: skip


def folded(wanted: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """What to ask for: e-mail addresses are compared in lower case."""
    return {**wanted, "email": {mail.lower() for mail in wanted["email"]}}


def find_customer(
    importer: MappedImporter, pool: Pool, values: Mapping[str, Any], keys: Sequence[str]
) -> Any:
    """The customer that a row means, or None.

    Without any of the keys the name decides; RowRejectedError when several may be meant.
    """
    for key in keys:
        if customer := found_by(importer, pool, key, values, _another):
            return customer
    if any(values.get(key) for key in KEYS):
        return _same_name_without_keys(pool, values)
    named = [c for c in pool.find("name", values.get("name", "")) if _may_be(c, values)]
    if len(named) > 1:
        raise importer.reject("ambiguous", "name")
    return named[0] if named else None


def _same_name_without_keys(pool: Pool, values: Mapping[str, Any]) -> Any:
    """A customer of this name whom nothing else tells apart, such as one typed in by hand."""
    named = pool.find("name", values.get("name", ""))
    bare = [c for c in named if not any(getattr(c, key) for key in KEYS) and _may_be(c, values)]
    return bare[0] if len(named) == 1 and bare else None


def _another(customer: Customer, values: Mapping[str, Any]) -> bool:
    """Whether both have an external id, and not the same."""
    asked = values.get("external_id")
    return bool(asked and customer.external_id and customer.external_id != asked)


def _may_be(customer: Customer, values: Mapping[str, Any]) -> bool:
    """Whether a customer of the same name may be meant: no other place is known of it."""
    if _another(customer, values):
        return False
    told = ((getattr(customer, name), values.get(name)) for name in TELLING)
    return all(not ours or not theirs or ours == theirs for ours, theirs in told)


_COLUMNS = frozenset(field.attname for field in Customer._meta.concrete_fields)


def customer_columns(values: Mapping[str, Any], custom: Mapping[str, Any]) -> dict[str, Any]:
    """A row's values by column of the customer."""
    told = {name: value for name, value in values.items() if name in _COLUMNS}
    for key in ("email", "phone"):
        if values.get(f"no_{key}"):
            told[f"consent_{key}"] = False
    if custom:
        told["custom"] = dict(custom)
    return told


def new_customer(setting: Setting, told: Mapping[str, Any]) -> Customer:
    custom = {key: value for key, value in told.get("custom", {}).items() if value is not None}
    return Customer(
        **{"source": setting.source, **told, "custom": custom},
        team_id=setting.team_id,
        owner_id=setting.owner_id,
        created_by=setting.actor,
    )


def complete_name(values: dict[str, Any]) -> None:
    """First and last name become the name when there is no other; then it is a person."""
    first, last = values.pop("first_name", ""), values.pop("last_name", "")
    if values.get("name") or not (first or last):
        return
    values["name"] = full_name(first, last)
    values.setdefault("kind", Customer.Kind.PERSON.value)
