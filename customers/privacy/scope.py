"""Who a person is in the CRM: which customers and contacts, and how texts name them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef
from pghistory.core import event_models

from crm.records.personal.identifiers import Identifiers
from crm.records.personal.registry import Subject
from customers.models import Affiliation, Contact, ContactMerge, Customer, Merge

_NAMES = {Customer: ("name", "email", "external_id"),
          Contact: ("name", "email", "wechat", "external_id")}  # fmt: skip


def subject_of(*, customers: Iterable[int] = (), contacts: Iterable[int] = ()) -> Subject:
    """The person behind these ids, with the records that were merged into them, the contacts who
    work for nobody else, and every name, address and number that they had."""
    all_customers = _with_merged(Merge, set(customers))
    all_contacts = _with_merged(ContactMerge, set(contacts) | _own_contacts(all_customers))
    identifiers, emails = Identifiers(), set()
    for model, ids in ((Customer, all_customers), (Contact, all_contacts)):
        for rows in _past_and_present(model, ids):
            columns = [*_NAMES[model], "phone"]
            found = list(rows.values(*columns).distinct())
            emails |= {row["email"].lower() for row in found if row["email"]}
            identifiers |= Identifiers.of(
                [row[name] for row in found for name in _NAMES[model]],
                [row["phone"] for row in found],
            )
    return Subject(
        frozenset(all_customers), frozenset(all_contacts), identifiers, frozenset(emails)
    )


def _with_merged(merges: type[Merge | ContactMerge], records: set[int]) -> set[int]:
    """Also the records that were taken up by these, and by those."""
    while True:
        merged = merges.objects.filter(winner__in=records, undone_at=None)
        more = set(merged.values_list("loser", flat=True)) - records
        if not more:
            return records
        records = records | more


def _own_contacts(customers: set[int]) -> set[int]:
    elsewhere = Affiliation.objects.filter(contact=OuterRef("pk")).exclude(customer__in=customers)
    theirs = Contact.objects.filter(affiliations__customer__in=customers)
    return set(theirs.filter(~Exists(elsewhere)).values_list("pk", flat=True))


def _past_and_present(model: Any, ids: set[int]) -> list[Any]:
    histories = [
        event._base_manager.filter(pgh_obj__in=ids) for event in event_models(tracks_model=model)
    ]
    return [model._base_manager.filter(pk__in=ids), *histories]
