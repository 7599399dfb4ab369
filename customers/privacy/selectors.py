"""What the pages about requests for a person's data show."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.records.keyset import Page, Sort, capped_count, paginate
from crm.records.personal.registry import in_order
from customers.models import PrivacyRequest
from customers.privacy.scope import subject_of
from customers.privacy.services import others_decide

PAGE = 25
BY_AGE = Sort("asked", "pk")
State = PrivacyRequest.State
TONES: dict[str, str] = {
    State.REQUESTED: "yellow", State.APPROVED: "azure", State.RUNNING: "blue",
    State.DONE: "green", State.DECLINED: "red", State.WITHDRAWN: "secondary",
}  # fmt: skip
FILTERS = ("open", "over")


def request_rows(user: Any, shown: str, after: str, before: str) -> tuple[Page, int, bool]:
    """A page of requests, newest first; ``shown``: "open" ones or those that are "over"."""
    found = PrivacyRequest.objects.visible_to(user)
    opened = {"state__in": PrivacyRequest.OPEN}
    found = found.exclude(**opened) if shown == "over" else found.filter(**opened)
    rows = found.select_related("customer", "contact", "requested_by", "team", "job")
    page = paginate(rows, BY_AGE, descending=True, size=PAGE, after=after, before=before)
    for row in page.rows:
        row.tone = TONES[row.state]
    return page, *capped_count(found)


def request_page(user: Any, request: PrivacyRequest) -> dict[str, Any]:
    """One request: how far it is, and what the reader may do with it."""
    mine = request.requested_by_id == user.pk
    decides = PrivacyRequest.objects.decidable_by(user).filter(pk=request.pk).exists()
    waits = request.state == State.REQUESTED
    alone = waits and decides and mine and others_decide(request)
    stopped = request.state == State.RUNNING and (request.job is None or request.job.is_over)
    undecided = request.state in {State.REQUESTED, State.APPROVED}
    return {
        "asked": request, "tone": TONES[request.state], "steps": _steps(request),
        "may_approve": waits and decides and not alone,
        "waits_for_another": alone,
        "may_decline": decides and undecided,
        "may_withdraw": mine and undecided,
        "may_run": user.is_admin and (request.state == State.APPROVED or stopped),
        "may_download": bool(request.bundle) and not request.is_expired and decides,
        "stopped": stopped,
        "sees_subject": _sees(user, request),
        "counts": _counts(request.counts),
    }  # fmt: skip


def held_rows(request: PrivacyRequest) -> list[tuple[str, int]]:
    """What is held on the person: (kind, rows), for the page that asks a last time."""
    subject = subject_of(
        customers=[request.customer_id] if request.customer_id else [],
        contacts=[request.contact_id] if request.contact_id else [],
    )
    rows: dict[str, int] = {}
    for holding in reversed(in_order()):
        if holding.told and (count := holding.of(subject).count()):
            label = str(holding.model._meta.verbose_name_plural)
            rows[label] = rows.get(label, 0) + count
    return list(rows.items())


def _sees(user: Any, request: PrivacyRequest) -> bool:
    record: Any = request.subject
    return record is not None and type(record).objects.visible_to(user).filter(
        pk=record.pk
    ).exists()  # fmt: skip


def _counts(counts: dict[str, int]) -> list[tuple[str, int]]:
    labels = {
        holding.label: holding.model._meta.verbose_name_plural
        for holding in reversed(in_order())
        if holding.told
    }
    labels |= {"imports": _("Imported files"), "rows": _("Rows")}
    return [(str(label), counts[kind]) for kind, label in labels.items() if counts.get(kind)]


def _steps(request: PrivacyRequest) -> list[dict[str, Any]]:
    """Asked, approved, carried out, done; a request that ended early stops where it ended."""
    labels = [
        pgettext("privacy", "Request"), pgettext("privacy", "Approval"),
        pgettext("privacy", "Execution"), pgettext("privacy", "Done"),
    ]  # fmt: skip
    reached = {
        State.REQUESTED: 1,
        State.APPROVED: 2,
        State.RUNNING: 3,
        State.DONE: 4,
        State.DECLINED: 1,
        State.WITHDRAWN: 1,
    }[request.state]  # type: ignore[index]  # a state of ours
    ended = request.state in {State.DECLINED, State.WITHDRAWN}
    steps = []
    for number, label in enumerate(labels):
        state = "done" if number < reached else "current" if number == reached else "todo"
        if ended and number >= reached:
            state = "lost" if number == reached else "todo"
        steps.append({"label": label, "state": state})
    return steps
