"""Making the file that tells a person what is held on them."""

from __future__ import annotations

import tempfile
from typing import Any

from django.core.files import File
from django.utils import timezone

from crm.records.personal.erasing import Work
from crm.records.personal.telling import write_bundle
from customers.models import PrivacyRequest
from customers.privacy.models import bundle_path
from customers.privacy.scope import subject_of
from customers.privacy.services import KEPT_FOR

State = PrivacyRequest.State


def bundle_run(*, request: PrivacyRequest, work: Work) -> PrivacyRequest:
    """Write the bundle of the request; kept for a week, then removed."""
    subject = subject_of(
        customers=[request.customer_id] if request.customer_id else [],
        contacts=[request.contact_id] if request.contact_id else [],
    )
    about: dict[str, Any] = {
        "request": request.pk,
        "customers": sorted(subject.customers),
        "contacts": sorted(subject.contacts),
    }
    with tempfile.TemporaryFile() as stream:
        rows = write_bundle(stream=stream, subject=subject, about=about, work=work)
        stream.seek(0)
        with work.guard():
            locked = PrivacyRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
            if locked.state != State.RUNNING:
                return locked
            storage = locked.bundle.storage
            locked.bundle.name = storage.save(bundle_path(locked, ""), File(stream))
            locked.counts = {"rows": rows}
            locked.state, locked.finished_at = State.DONE, timezone.now()
            locked.expires_at = locked.finished_at + KEPT_FOR
            locked.save()
    return locked
