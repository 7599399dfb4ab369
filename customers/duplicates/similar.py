"""Records like the one being typed: a few look-ups by index, whatever the number of records."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from crm.common.names import name_key, person_key
from crm.common.phones import normalise_phone
from customers.models import Affiliation, Contact, Customer

MOST_SIMILAR = 5
# Beginnings of names shorter than this say too little.
LEAST_CHINESE, LEAST_LATIN = 4, 6
# So many people of a customer are compared by name.
MOST_COLLEAGUES = 200


@dataclass(frozen=True)
class Similar:
    """A customer like the one being typed, and what is the same."""

    customer: Customer
    reasons: list[str]


def similar_customers(
    user: Any, *, name: str = "", phone: str = "", email: str = "", but: int | None = None
) -> list[Similar]:
    """Customers that the user sees with the same phone, e-mail or name, in one query.

    Three short look-ups by index: whatever the number of customers, the answer comes at once.
    """
    asked = _asked(name, phone, email)
    seen = Customer.objects.visible_to(user).exclude(pk=but)
    lookups = [seen.filter(LOOKUPS[key](value)) for key, value in asked.items()]
    branches = [found.order_by().values_list("pk", flat=True)[:MOST_SIMILAR] for found in lookups]
    if not branches:
        return []
    first, *others = branches
    ids = list(first.union(*others)) if others else list(first)
    found = Customer.objects.filter(pk__in=ids).select_related("owner") if ids else []
    similar = [Similar(customer, _reasons(customer, asked)) for customer in found]
    return sorted(similar, key=lambda one: (-len(one.reasons), one.customer.pk))[:MOST_SIMILAR]


# Each is served by a partial index; the planner does not see by itself that a text is not empty.
LOOKUPS: dict[str, Callable[[str], Q]] = {
    "phone": lambda value: Q(phone=value),
    "email": lambda value: Q(Exact(Lower("email"), value)) & ~Q(email=""),
    "name": lambda value: Q(name_key=value) & ~Q(name_key=""),
    "start": lambda value: Q(name_key__startswith=value) & ~Q(name_key=""),
}


def _asked(name: str, phone: str, email: str) -> dict[str, str]:
    """What was typed, as it is looked up; what is not typed to the end is left out."""
    asked = {}
    if phone.strip():
        with contextlib.suppress(ValidationError):
            asked["phone"] = normalise_phone(phone, settings.DEFAULT_PHONE_REGION)
    if "@" in email:
        asked["email"] = email.strip().lower()
    key = name_key(name)
    if len(key) >= 2:
        asked["name"] = key
        if len(key) >= (LEAST_CHINESE if key > "\u3000" else LEAST_LATIN):
            asked["start"] = key
    return asked


def _reasons(customer: Customer, asked: dict[str, str]) -> list[str]:
    reasons = []
    if customer.phone and customer.phone == asked.get("phone"):
        reasons.append(_("same phone"))
    if customer.email and customer.email.lower() == asked.get("email"):
        reasons.append(_("same e-mail"))
    if customer.name_key == asked.get("name"):
        reasons.append(_("same name"))
    elif "start" in asked and customer.name_key.startswith(asked["start"]):
        reasons.append(_("name begins alike"))
    return reasons


@dataclass(frozen=True)
class SimilarContact:
    """A contact like the one being typed, what is the same, and where it works."""

    contact: Contact
    reasons: list[str]


def similar_contacts(
    user: Any, *, name: str = "", phone: str = "", email: str = "", customer: str = ""
) -> list[SimilarContact]:
    """Contacts that the user sees with the same phone or e-mail, with the same name at the same
    customer, or with a rare name that is the same."""
    asked = _asked("", phone, email)
    seen = Contact.objects.visible_to(user)
    found = {
        contact.pk: contact
        for key, value in asked.items()
        for contact in seen.filter(LOOKUPS[key](value)).select_related("owner")[:MOST_SIMILAR]
    }
    for contact in _namesakes(user, seen, name, customer):
        found.setdefault(contact.pk, contact)
    asked["name"] = person_key(name)
    similar = [SimilarContact(one, _reasons_of_contact(one, asked)) for one in found.values()]
    return sorted(similar, key=lambda one: (-len(one.reasons), one.contact.pk))[:MOST_SIMILAR]


def _namesakes(user: Any, seen: Any, name: str, customer: str) -> list[Contact]:
    """Of the customer those whose names are spelt alike; else those of exactly this name, unless
    that many have it that it says nothing."""
    key = person_key(name)
    if len(key) < 2:
        return []
    if customer.isdecimal() and len(customer) < 19:
        there = Customer.objects.visible_to(user).filter(pk=int(customer))
        parts = Affiliation.objects.filter(customer__in=there, contact__in=seen)
        people = parts.select_related("contact__owner")[:MOST_COLLEAGUES]
        alike = [part.contact for part in people if person_key(part.contact.name) == key]
        if alike:
            return alike[:MOST_SIMILAR]
    same = list(seen.filter(name=name.strip()).select_related("owner")[: MOST_SIMILAR + 1])
    return same if len(same) <= MOST_SIMILAR else []


def _reasons_of_contact(contact: Contact, asked: dict[str, str]) -> list[str]:
    reasons = []
    if contact.phone and contact.phone == asked.get("phone"):
        reasons.append(_("same phone"))
    if contact.email and contact.email.lower() == asked.get("email"):
        reasons.append(_("same e-mail"))
    if person_key(contact.name) == asked["name"]:
        reasons.append(_("same name"))
    return reasons
