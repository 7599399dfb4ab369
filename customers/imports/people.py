"""The person whom a row names: by external id, e-mail, or name at the row's customer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Lower
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _

from customers.imports.ledger import Ledger
from customers.imports.mapped import Cleaned
from customers.imports.merged import Merges
from customers.imports.targets import Target, ids, text
from customers.models import Affiliation, Contact

UNKNOWN = "unknown_contact"
CONTACT_REASONS = {
    UNKNOWN: _(
        "Some contacts in the file are not known here; their rows came without them. "
        "Import the contacts first, then this file again."
    ),
}
_MAIL = re.compile(r"[^\s@(<（]+@[^\s@)>）]+")
_BESIDE = re.compile(r"\s*[(<（].*$")


def contact_targets() -> list[Target]:
    return [
        Target("contact", _("Contact"), "", text(1_000), ""),
        Target("contact_external_id", _("The contact's external id"), "", ids),
    ]


class ContactBook:
    """Finds contacts for a chunk of rows; nothing of them is written.

    A cell may name several (“Ada Byron (ada@x.com);Sam”): the first one who is known counts.
    """

    def __init__(self, actor: Any) -> None:
        self._actor = actor
        self._merges = Merges(Contact, actor)
        self._missed = False
        self._by: dict[tuple[str, str], int] = {}

    def look_up(self, rows: Sequence[Cleaned], customers: Iterable[int]) -> None:
        """Everybody whom the rows may mean, in at most seven queries."""
        self._by = {}
        said = [one for row in rows for one in _said(row.values)]
        if not said:
            return
        contacts = Contact.objects.alive()
        if self._actor is not None:
            contacts = Contact.objects.visible_to(self._actor)
        ids = {value for key, value in said if key == "external_id"}
        mails = {value for key, value in said if key == "email"}
        for key, values in (("external_id", ids), ("email", mails)):
            for pk, value in _with(contacts, key, values):
                self._by.setdefault((key, value), pk)
            for value, (pk, _id) in self._merges.survivors(key, values).items():
                self._by.setdefault((key, value), pk)
        houses = {pk for pk in customers if pk > 0}
        parts = Affiliation.objects.filter(customer__in=houses, contact__in=contacts, active=True)
        for house, pk, name in parts.values_list("customer", "contact", "contact__name"):
            self._by.setdefault((f"at {house}", name), pk)

    def find(self, values: Mapping[str, Any], customer_id: int) -> int | None:
        """The contact's id; None when nobody is named, or nobody is known by it."""
        said = _said(values)
        for key, value in said:
            place = key if key != "name" else f"at {customer_id}"
            if found := self._by.get((place, value)):
                return found
        self._missed = self._missed or bool(said)
        return None

    def houses(self, rows: Sequence[Cleaned]) -> dict[int, int]:
        """Where those work whom rows name by external id or e-mail: contact → first customer."""
        said = (one for row in rows for one in _said(row.values))
        known = {self._by[one] for one in said if one in self._by}
        parts = Affiliation.objects.filter(contact__in=known, active=True)
        order = parts.order_by("-is_primary", "-pk").values_list("contact", "customer")
        return dict(reversed(list(order)))

    def surely(self, values: Mapping[str, Any]) -> int | None:
        """The id of the contact that a row names by external id or e-mail."""
        return next((self._by[one] for one in _said(values) if one in self._by), None)

    def tell(self, ledger: Ledger) -> None:
        if self._missed:
            ledger.warn(UNKNOWN)


def _with(contacts: Any, key: str, values: set[str]) -> Iterable[tuple[int, str]]:
    """(id, value) of those who have one of the values; e-mail addresses in lower case."""
    if not values:
        return []
    column: Any = Lower("email") if key == "email" else F(key)
    named = contacts.filter(Q(In(column, sorted(values))) & ~Q((key, "")))
    return named.order_by("pk").annotate(said=column).values_list("pk", "said")


def _said(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(what it is, value) of everything by which a row names contacts, the surest first."""
    people = [one.strip() for one in re.split(r"[;；\n]", values.get("contact", ""))]
    mails = [found[0].lower() for one in people if (found := _MAIL.search(one))]
    names = [name for one in people if (name := _BESIDE.sub("", one)) and "@" not in name]
    return [
        *(("external_id", said) for said in values.get("contact_external_id", ())),
        *(("email", said) for said in mails),
        *(("name", said) for said in names),
    ]
