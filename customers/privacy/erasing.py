"""Erasing a person, and erasing them again after a backup brought them back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone, translation

from crm.jobs.direct import DirectWork
from crm.records.personal.erasing import Work, erase
from crm.records.personal.registry import Subject
from customers.models import Contact, Customer, Erasure, PrivacyRequest
from customers.privacy import ledger
from customers.privacy.scope import subject_of

State = PrivacyRequest.State
_ROOTS: dict[str, Any] = {"customers": Customer, "contacts": Contact}


def erasure_run(*, request: PrivacyRequest, work: Work) -> Erasure:
    """Erase whom the request is about, and write it into both ledgers.

    Interrupted, the next attempt goes on; what was erased before stays erased.
    """
    entry = work.checkpoint.get("entry") or str(uuid4())
    subject = subject_of(
        customers=[request.customer_id] if request.customer_id else [],
        contacts=[request.contact_id] if request.contact_id else [],
    )
    with work.guard():
        work.set_checkpoint({**work.checkpoint, "entry": entry})
    _erase(UUID(entry), subject, work, request, request.run_by_id)
    erasure = Erasure.objects.get(pk=entry)
    ledger.append(erasure)
    return erasure


def erasures_replay(*, entries: Iterable[ledger.Entry]) -> tuple[int, int]:
    """Erase again who was erased after the backup was made. Gives (erased now, erased already).

    An id that was given to somebody else since is left alone: the record's age does not match.
    """
    done, known = 0, 0
    for entry in entries:
        if Erasure.objects.filter(pk=entry.id).exists():
            known += 1
            continue
        customers = _the_same(Customer, entry.subjects.get("customers", {}))
        contacts = _the_same(Contact, entry.subjects.get("contacts", {}))
        subject = subject_of(customers=customers, contacts=contacts)
        request = PrivacyRequest.objects.filter(pk=entry.request or 0, kind="erase").first()
        if request is not None and not {request.customer_id, request.contact_id} & (
            customers | contacts
        ):
            request = None
        _erase(UUID(entry.id), subject, DirectWork(), request, None)
        done += 1
    return done, known


def _the_same(model: Any, made: dict[str, str]) -> set[int]:
    found = model._base_manager.filter(pk__in=made).values_list("pk", "created_at")
    return {pk for pk, created_at in found if created_at.isoformat() == made[str(pk)]}


def _erase(
    entry: UUID, subject: Subject, work: Work, request: PrivacyRequest | None, by: int | None
) -> None:
    subjects = _subjects(subject)

    def finish(counts: dict[str, int]) -> None:
        counts = {kind: rows for kind, rows in counts.items() if rows}
        now = timezone.now()
        Erasure.objects.create(
            pk=entry, request=request, subjects=subjects, counts=counts, erased_at=now,
            erased_by_id=by,
        )  # fmt: skip
        if request is not None:
            PrivacyRequest.objects.filter(pk=request.pk).update(
                state=State.DONE, finished_at=now, counts=counts
            )

    # What records are called afterwards is stored: in the company's language.
    with translation.override(settings.LANGUAGE_CODE):
        erase(subject=subject, work=work, finish=finish)


def _subjects(subject: Subject) -> dict[str, dict[str, str]]:
    ids = {"customers": subject.customers, "contacts": subject.contacts}
    return {
        name: {
            str(pk): made.isoformat()
            for pk, made in model._base_manager.filter(pk__in=ids[name])
            .order_by("pk")
            .values_list("pk", "created_at")
        }
        for name, model in _ROOTS.items()
    }
