"""Every write about service requests.

A request is answered by its first public reply, or by the first step of a colleague away from
“new”. Its resolution clock stands still while it waits for the customer and while it is resolved
or closed; when it goes on, the due time moves by the business time that it stood.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.common.services import (
    record_create,
    record_lock,
    record_restore,
    record_trash,
    record_update,
)
from customers.models import Customer
from service.models import SLA, Priority, Reply, Rule, ServiceRequest, StatusChange
from service.rules import Verdict, judge
from service.selectors import assignees, business_calendar, may_assign
from service.sla import (
    STOPPED,
    Calendar,
    add_business_minutes,
    business_minutes_between,
    stopped_minutes,
)

Status = ServiceRequest.Status
DONE = (Status.RESOLVED, Status.CLOSED)
# What one click changes, and what taking it back puts right again.
STATE_FIELDS = (
    "status", "owner_id", "team_id", "first_responded_at", "resolution_due_at", "waiting_since",
    "resolved_at", "resolved_by_id", "closed_at", "reopened_count",
)  # fmt: skip


@transaction.atomic
def request_create(
    *,
    actor: Any,
    submission: UUID | None = None,
    category: Any = None,
    priority: int | None = None,
    customer: Customer | None = None,
    take: bool = False,
    **values: Any,
) -> ServiceRequest:
    """Open a request; rules by words say its category and priority where none is given.

    It stands in the queue unless ``take``: then the actor has it.

    Raises
    ------
    PermissionDenied
        The actor does not see the customer.
    """  # fmt: skip
    if customer is not None and actor is not None:
        _check_customer(actor, customer)
    text = f"{values.get('subject', '')}\n{values.get('description', '')}"
    rules = Rule.objects.filter(active=True).select_related("category")
    verdict = judge(text, rules, category=category, priority=priority)
    request = ServiceRequest(
        category=verdict.category, priority=verdict.priority or Priority.NORMAL,
        customer=customer, owner=actor if take else None, **values,
    )  # fmt: skip
    request.opened_at = values.get("opened_at") or timezone.now()
    _set_due_times(request, business_calendar(), stopped=0)
    request = record_create(record=request, actor=actor, submission=submission)
    if not request.status_changes.exists():  # not the twin of a form sent twice
        _log_change(request, "", actor)
        _note_verdict(request, verdict)
    return request


@transaction.atomic
def request_update(
    *, pk: int, actor: Any, changes: dict[str, Any], expected_version: int | None = None
) -> ServiceRequest:
    """Change a request; another priority brings other due times."""
    request: ServiceRequest = record_lock(ServiceRequest.objects.editable_by(actor), pk)
    customer = changes.get("customer")
    if customer is not None and customer.pk != request.customer_id:
        _check_customer(actor, customer)
    if changes.get("priority") not in (None, request.priority):
        calendar = business_calendar()
        request.priority = changes["priority"]
        history = request.status_changes.values_list("to_status", "at")
        _set_due_times(request, calendar, stopped=stopped_minutes(history, calendar))
        changes = {
            **changes,
            "first_response_due_at": request.first_response_due_at,
            "resolution_due_at": request.resolution_due_at,
        }
    return record_update(
        model=ServiceRequest, pk=pk, actor=actor, changes=changes,
        expected_version=expected_version,
    )  # fmt: skip


request_trash = partial(record_trash, model=ServiceRequest)
request_restore = partial(record_restore, model=ServiceRequest)


@transaction.atomic
def request_set_status(*, pk: int, actor: Any, status: str) -> ServiceRequest:
    """Move a request to another status, with its clocks; an agent who moves nobody's request
    gets it."""
    request: ServiceRequest = record_lock(ServiceRequest.objects.editable_by(actor), pk)
    if request.status == status:
        return request
    if request.owner_id is None and actor.is_agent and status != Status.NEW:
        _give(request, actor)
    _move(request, Status(status), actor)
    _save(request)
    return request


@transaction.atomic
def request_take(*, pk: int, actor: Any) -> ServiceRequest:
    """The actor takes a request that nobody has, and starts on it.

    Raises
    ------
    RefusedError
        A colleague was faster.
    """
    request: ServiceRequest = record_lock(ServiceRequest.objects.editable_by(actor), pk)
    if request.owner_id == actor.pk:
        return request
    if request.owner_id is not None:
        raise RefusedError(
            _("%(number)s has already been taken by %(name)s.")
            % {"number": request.number, "name": request.owner}
        )
    _give(request, actor)
    if request.status == Status.NEW:
        _move(request, Status.IN_PROGRESS, actor)
    _save(request)
    return request


@transaction.atomic
def request_assign(*, pk: int, actor: Any, owner: Any) -> ServiceRequest:
    """Give a request to a colleague, or back to the queue (None); managers and administrators.

    Raises
    ------
    PermissionDenied
        The actor may not assign it, or not to that colleague.
    """
    if not may_assign(actor):
        raise PermissionDenied
    request: ServiceRequest = record_lock(ServiceRequest.objects.editable_by(actor), pk)
    if owner is not None and not assignees(actor, request).filter(pk=owner.pk).exists():
        raise PermissionDenied
    if owner is None:
        request.owner = None
    else:
        _give(request, owner)
    _save(request)
    return request


@transaction.atomic
def request_reply(
    *, pk: int, actor: Any, body: str, internal: bool = False, then: str = ""
) -> Reply:
    """Answer a request, or note something among colleagues; ``then`` also sets the status.

    Everyone who sees a request may note; only those who may edit it may answer.
    """
    if internal and not then:
        request = record_lock(ServiceRequest.objects.visible_to(actor), pk)
    else:
        request = record_lock(ServiceRequest.objects.editable_by(actor), pk)
    reply = Reply(request=request, body=body, internal=internal, author=actor)
    reply.full_clean()
    reply.save()
    if not internal and request.first_responded_at is None:
        request.first_responded_at = timezone.now()
        _save(request)
    if then:
        request_set_status(pk=pk, actor=actor, status=then)
    return reply


def request_state(request: ServiceRequest) -> dict[str, Any]:
    """What ``request_revert`` needs to put a request back into this state."""
    return {name: getattr(request, name) for name in STATE_FIELDS}


@transaction.atomic
def request_revert(
    *, pk: int, actor: Any, state: dict[str, Any], expected_version: int
) -> ServiceRequest:
    """Take back one's last step: the state before it, exactly; the log of changes keeps both.

    Raises
    ------
    RefusedError
        The request has changed since.
    """
    request: ServiceRequest = record_lock(ServiceRequest.objects.editable_by(actor), pk)
    if request.version != expected_version:
        raise RefusedError(_("The request has changed since, so this can no longer be undone."))
    before = request.status
    for name in STATE_FIELDS:
        setattr(request, name, state[name])
    if request.status != before:
        _log_change(request, before, actor)
    _save(request)
    return request


# Details ----------------------------------------------------------------------------------------
def _check_customer(actor: Any, customer: Customer) -> None:
    if not Customer.objects.visible_to(actor).filter(pk=customer.pk).exists():
        raise PermissionDenied


def _set_due_times(request: ServiceRequest, calendar: Calendar, *, stopped: float) -> None:
    """Due times by the SLA of the priority; ``stopped`` business minutes do not count."""
    sla = SLA.objects.filter(priority=request.priority).first()
    if sla is None:
        request.first_response_due_at = request.resolution_due_at = None
        return
    opened = request.opened_at
    request.first_response_due_at = add_business_minutes(
        opened, sla.first_response_minutes, calendar
    )
    request.resolution_due_at = add_business_minutes(
        opened, sla.resolution_minutes + stopped, calendar
    )


def _move(request: ServiceRequest, status: Status, actor: Any) -> None:
    now, before = timezone.now(), Status(request.status)
    request.status = status
    if before in STOPPED:
        _move_due(request, before, now)
    if before == Status.NEW and request.first_responded_at is None:
        request.first_responded_at = now
    request.waiting_since = now if status == Status.WAITING else None
    if status in DONE and before not in DONE:
        request.resolved_at, request.resolved_by = now, actor
    if status not in DONE and before in DONE:
        request.resolved_at = request.resolved_by = None
        request.reopened_count += 1
    request.closed_at = now if status == Status.CLOSED else None
    _log_change(request, before, actor, now)


def _move_due(request: ServiceRequest, before: Status, now: datetime) -> None:
    """Give back the business time that the clock stood; resolved and then closed is one stop."""
    since = request.waiting_since if before == Status.WAITING else request.resolved_at
    if request.resolution_due_at is None or since is None:
        return
    if before in DONE and request.status in DONE:
        return
    calendar = business_calendar()
    stood = business_minutes_between(since, now, calendar)
    if stood:
        due = add_business_minutes(request.resolution_due_at, stood, calendar)
        request.resolution_due_at = due


def _give(request: ServiceRequest, owner: Any) -> None:
    """An agent's team handles the request from now on; other colleagues leave it where it is."""
    request.owner = owner
    if owner.is_agent and owner.team_id is not None:
        request.team = owner.team


def _log_change(
    request: ServiceRequest, before: str, actor: Any, at: datetime | None = None
) -> None:
    StatusChange.objects.create(
        request=request, from_status=before, to_status=request.status, at=at or timezone.now(),
        by=actor,
    )  # fmt: skip


def _note_verdict(request: ServiceRequest, verdict: Verdict) -> None:
    """Say which rules decided, as a note by nobody."""
    said = []
    if rule := verdict.category_rule:
        text = _("Rule “%(rule)s” set the category: %(value)s.")
        said.append(text % {"rule": rule.name, "value": str(verdict.category)})
    if rule := verdict.priority_rule:
        text = _("Rule “%(rule)s” set the priority: %(value)s.")
        said.append(text % {"rule": rule.name, "value": Priority(request.priority).label})
    if said:
        Reply.objects.create(request=request, internal=True, body="\n".join(said))


def _save(request: ServiceRequest) -> None:
    request.version += 1
    request.save()
