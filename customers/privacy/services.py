"""Asking, deciding, carrying out: every write about requests for a person's data."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.common.errors import RefusedError
from crm.common.roles import Role
from crm.jobs.services import job_enqueue
from customers.models import Contact, Customer
from customers.privacy.models import PrivacyRequest

ERASE_KIND, EXPORT_KIND, EXPIRE_KIND = "privacy_erase", "privacy_export", "privacy_expire"
KEPT_FOR = timedelta(days=7)
Kind, State = PrivacyRequest.Kind, PrivacyRequest.State


@transaction.atomic
def privacy_request(
    *,
    actor: Any,
    kind: str,
    customer_id: int | None = None,
    contact_id: int | None = None,
    reason: str = "",
    submission: UUID | None = None,
) -> PrivacyRequest:
    """Ask that a customer or a contact be erased, or told what is held on them.

    A second call with the same ``submission`` gives the first one's request.

    Raises
    ------
    PermissionDenied
        The actor does not see the record.
    RefusedError
        The same was asked for already and is not over.
    """
    twin = PrivacyRequest.objects.filter(submission=submission).first() if submission else None
    if twin is not None:
        return twin
    model, pk = (Customer, customer_id) if customer_id else (Contact, contact_id)
    record: Any = model.objects.visible_to(actor).filter(pk=pk).first()
    if record is None or kind not in Kind.values:
        raise PermissionDenied
    made = PrivacyRequest(
        kind=kind, customer_id=customer_id, contact_id=None if customer_id else contact_id,
        team_id=record.team_id, reason=reason.strip(), requested_by=actor, submission=submission,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as twice:
        raise RefusedError(
            _("This was asked for already, and that request is not over yet.")
        ) from twice
    return made


@transaction.atomic
def privacy_approve(*, pk: int, actor: Any) -> PrivacyRequest:
    """Agree to a request. Approving twice is approving once.

    Raises
    ------
    PermissionDenied
        The actor decides nothing here.
    RefusedError
        It is the actor's own and somebody else could decide, or it was decided otherwise.
    """
    request = _lock(pk, PrivacyRequest.objects.decidable_by(actor))
    if request.state == State.APPROVED:
        return request
    _require(request, State.REQUESTED)
    if request.requested_by_id == actor.pk and others_decide(request):
        raise RefusedError(_("Somebody else has to approve what you asked for yourself."))
    return _decide(request, State.APPROVED, actor)


@transaction.atomic
def privacy_decline(*, pk: int, actor: Any, note: str) -> PrivacyRequest:
    """Turn a request down, with the reason. Raises as ``privacy_approve``."""
    request = _lock(pk, PrivacyRequest.objects.decidable_by(actor))
    if request.state == State.DECLINED:
        return request
    _require(request, State.REQUESTED, State.APPROVED)
    request.note = note.strip()
    return _decide(request, State.DECLINED, actor)


@transaction.atomic
def privacy_withdraw(*, pk: int, actor: Any) -> PrivacyRequest:
    """Take one's own request back, unless it is being carried out."""
    request = _lock(pk, PrivacyRequest.objects.filter(requested_by=actor.pk))
    if request.state == State.WITHDRAWN:
        return request
    _require(request, State.REQUESTED, State.APPROVED)
    request.state = State.WITHDRAWN
    request.finished_at = timezone.now()
    request.save(update_fields=["state", "finished_at"])
    return request


@transaction.atomic
def privacy_run(*, pk: int, actor: Any) -> PrivacyRequest:
    """Let a job carry an approved request out; a second call does nothing, after a failure it
    starts anew.

    Raises
    ------
    PermissionDenied
        The actor is no administrator.
    RefusedError
        Nobody approved it, or there is nothing to do any more.
    """
    request = _lock(pk, PrivacyRequest.objects.runnable_by(actor))
    stopped = request.state == State.RUNNING and (request.job is None or request.job.is_over)
    if request.state in {State.RUNNING, State.DONE} and not stopped:
        return request
    if not stopped:
        _require(request, State.APPROVED)
    if request.subject is None:
        raise RefusedError(_("The record is no longer there."))
    erases = request.kind == Kind.ERASE
    request.job = job_enqueue(
        kind=ERASE_KIND if erases else EXPORT_KIND, params={"request": request.pk}, actor=actor,
        url=reverse("customers:privacy_detail", args=[request.pk]),
    )  # fmt: skip
    request.state, request.run_by = State.RUNNING, actor
    request.save(update_fields=["state", "job", "run_by"])
    return request


@transaction.atomic
def bundles_expire() -> int:
    """Remove the bundles whose time is over. Gives their number."""
    over = PrivacyRequest.objects.select_for_update().exclude(bundle="")
    found = list(over.filter(expires_at__lte=timezone.now()))
    for request in found:
        transaction.on_commit(partial(default_storage.delete, request.bundle.name), robust=True)
        request.bundle = ""
        request.save(update_fields=["bundle"])
    return len(found)


def others_decide(request: PrivacyRequest) -> bool:
    """Whether somebody beside the asker could decide: the only one in charge may do it alone."""
    deciders = User.objects.filter(is_active=True, role__in=[Role.MANAGER, Role.ADMIN])
    in_reach = deciders.filter(role=Role.ADMIN) | deciders.filter(
        team__isnull=False, team=request.team_id
    )
    return in_reach.exclude(pk=request.requested_by_id or 0).exists()


def _decide(request: PrivacyRequest, state: str, actor: Any) -> PrivacyRequest:
    request.state, request.decided_by, request.decided_at = state, actor, timezone.now()
    if state == State.DECLINED:
        request.finished_at = request.decided_at
    request.save(update_fields=["state", "decided_by", "decided_at", "finished_at", "note"])
    return request


def _lock(pk: int, allowed: Any) -> PrivacyRequest:
    locked = PrivacyRequest.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if locked is None or not allowed.filter(pk=pk).exists():
        raise PermissionDenied
    return locked


def _require(request: PrivacyRequest, *states: str) -> None:
    if request.state not in states:
        raise RefusedError(
            _("This is no longer possible: the request is “%(state)s”.")
            % {"state": request.get_state_display()}
        )
