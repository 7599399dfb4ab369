"""What the tables of this app hold on a person."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from pghistory.core import event_models

from crm.records.personal.cleaning import OWNED_FOLDERS
from crm.records.personal.erasing import Work
from crm.records.personal.registry import (
    RECORD_BLANK,
    ROOTS,
    Cleaner,
    Holding,
    Hunt,
    Subject,
    cleaners,
    holdings,
    hunts,
    impersonal,
    numbered,
    rows_of_the_person,
)
from customers.models import (
    Affiliation,
    Contact,
    ContactMerge,
    ContactPair,
    Customer,
    DuplicatePair,
    Erasure,
    ImportBatch,
    ImportChange,
    ImportMapping,
    Merge,
    Need,
    PrivacyRequest,
    QualitySnapshot,
    Segment,
    Tag,
)
from customers.privacy.imports import clean_imports

_CUSTOMER = {
    **RECORD_BLANK, "name": numbered(_("Erased customer")), "phone": "", "email": "",
    "address": "", "city": "", "source": "", "external_id": "", "note": "",
    "consent_email": False, "consent_phone": False,
}  # fmt: skip
_CONTACT = {
    **RECORD_BLANK, "name": numbered(_("Erased contact")), "title": "", "phone": "", "email": "",
    "wechat": "", "external_id": "", "note": "",
}  # fmt: skip


def import_changes(subject: Subject) -> Q:
    """What imports did to the person's records, as undoing remembers it."""

    def of(holding: Holding) -> Q | None:
        if holding.model is ImportChange:
            return None
        return Q(model=holding.label, object_id__in=holding.of(subject).values("pk"))

    return rows_of_the_person(subject, of)


def _linked(subject: Subject) -> Q:
    return Q(customer__in=subject.customers) | Q(contact__in=subject.contacts)


def _forget_ghosts(subject: Subject, work: Work) -> int:
    """Old rows of customers and contacts that were removed for good but named the person."""
    words, found = list(subject.identifiers.words), 0
    for model, blank in ((Customer, _CUSTOMER), (Contact, _CONTACT)):
        for event in event_models(tracks_model=model):
            alive = model._base_manager.filter(pk=OuterRef("pgh_obj_id"))
            named = Q(name__in=words) | Q(email__in=words) | Q(external_id__in=words)
            for number in subject.identifiers.numbers:
                named |= Q(phone__endswith=number)
            ghosts = event._base_manager.filter(named, ~Exists(alive))
            columns = {field.name for field in event._meta.fields}
            values = {
                name: value("pgh_obj_id") if callable(value) else value
                for name, value in blank.items()
                if name in columns
            }
            with work.guard():
                found += ghosts.update(**values)
    return found


OWNED_FOLDERS.extend(["imports", "privacy"])
holdings += [
    Holding(
        ImportChange, import_changes, {"before": {}, "after": {}},
        kept=frozenset({"what", "model"}), order=10, told=False,
    ),
    Holding(
        Need, lambda subject: Q(customer__in=subject.customers),
        {**RECORD_BLANK, "title": numbered(_("Erased need")), "product": "", "description": ""},
    ),
    Holding(
        DuplicatePair,
        lambda subject: Q(first__in=subject.customers) | Q(second__in=subject.customers),
        gone=True, order=ROOTS, told=False,
    ),
    Holding(
        Merge,
        lambda subject: Q(winner__in=subject.customers) | Q(loser__in=subject.customers),
        gone=True, order=ROOTS + 1, told=False,
    ),
    Holding(
        ContactPair,
        lambda subject: Q(first__in=subject.contacts) | Q(second__in=subject.contacts),
        gone=True, order=ROOTS, told=False,
    ),
    Holding(
        ContactMerge,
        lambda subject: Q(winner__in=subject.contacts) | Q(loser__in=subject.contacts),
        gone=True, order=ROOTS + 1, told=False,
    ),
    Holding(
        PrivacyRequest, _linked, {"reason": "", "note": "", "bundle": ""},
        kept=frozenset({"counts"}), order=ROOTS + 2, files=("bundle",), told=False,
    ),
    Holding(Affiliation, _linked, gone=True, order=ROOTS + 5),
    Holding(
        Contact, lambda subject: Q(pk__in=subject.contacts), _CONTACT,
        also={"trashed_at": Now()}, order=ROOTS + 8,
    ),
    Holding(
        Customer, lambda subject: Q(pk__in=subject.customers), _CUSTOMER,
        kept=frozenset({"industry", "region", "country"}), also={"name_key": ""},
        order=ROOTS + 9,
    ),
]  # fmt: skip
hunts += [
    Hunt(Tag, ("name",)),
    Hunt(Segment, ("name", "name_en", "definition")),
]
cleaners["imports"] = Cleaner(
    _("Imported files"), clean_imports,
    covers={ImportBatch: ("file", "rejects", "filename", "options", "problem", "reasons", "trial",
                          "undo", "kind", "encoding", "objects_made")},
)  # fmt: skip
cleaners["ghosts"] = Cleaner(_("Old values of removed records"), _forget_ghosts)
impersonal.update(
    {
        ImportMapping: "Which columns of files go where: names of columns.",
        QualitySnapshot: "Counts per day.",
        Erasure: "Ids and counts of who was erased; that is its purpose.",
    }
)
