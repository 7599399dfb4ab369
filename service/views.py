"""The queue, and what one click does to a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.http import SignedInRequest
from crm.accounts.models import User
from crm.common.csv_files import csv_file
from crm.common.errors import RefusedError
from crm.common.returning import safe_next, with_toast
from service import services
from service.desk import Desk, backlog_chart, desk_page
from service.forms import ReplyForm
from service.models import ServiceRequest
from service.queue_rows import queue_body
from service.selectors import QUEUE_ROLES, TABS, dress_all, queue_page

UNDO_SALT = "service.undo"
UNDO_SECONDS = 600


@require_GET
def queue(request: SignedInRequest) -> HttpResponse:
    """What is to be answered, by the time it falls due."""
    user: Any = request.user
    if user.role not in QUEUE_ROLES:
        raise Http404
    asked = request.GET.get("tab", "")
    tab = asked if asked in TABS else ("mine" if user.is_agent else "unassigned")
    return render(request, "service/queue.html", queue_page(user, tab))


@require_GET
def desk(request: SignedInRequest) -> HttpResponse:
    """The service desk at a glance; everyone's figures are of the requests they see."""
    return render(request, "service/desk.html", desk_page(request.user, request.GET.dict()))


@require_GET
def desk_csv(request: SignedInRequest, key: str) -> HttpResponse:
    """The data of the page's chart."""
    if key != "backlog":
        raise Http404
    chart = backlog_chart(Desk(request.user, request.GET.dict()))
    return csv_file(chart.id, chart.columns, chart.rows)


@require_POST
def set_status(request: SignedInRequest, pk: int, status: str) -> HttpResponse:
    if status not in ServiceRequest.Status.values:
        raise Http404
    return _step(
        request, pk,
        lambda: services.request_set_status(pk=pk, actor=request.user, status=status),
    )  # fmt: skip


@require_POST
def take(request: SignedInRequest, pk: int) -> HttpResponse:
    return _step(request, pk, lambda: services.request_take(pk=pk, actor=request.user))


@require_POST
def assign(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give the request to a colleague; an empty choice gives it back to the queue."""
    chosen = request.POST.get("owner", "")
    owner = None
    if chosen:
        owner = User.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
        if owner is None:
            raise PermissionDenied
    return _step(
        request, pk, lambda: services.request_assign(pk=pk, actor=request.user, owner=owner)
    )


@require_POST
def reply(request: SignedInRequest, pk: int) -> HttpResponse:
    record = _fetch(request, pk)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was saved: write something first."))
        return redirect(record)
    said = form.cleaned_data
    services.request_reply(
        pk=pk, actor=request.user, body=said["body"], internal=said["internal"], then=said["then"]
    )
    messages.success(request, _("Noted.") if said["internal"] else _("The reply is recorded."))
    return redirect(f"{record.get_absolute_url()}#conversation")


@require_POST
def undo(request: SignedInRequest, pk: int, token: str) -> HttpResponse:
    """Take back one's own last step, for ten minutes and while nothing else has happened."""
    record = _fetch(request, pk)
    try:
        packed = signing.loads(token, salt=UNDO_SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature as wrong:
        raise RefusedError(_("This can no longer be undone.")) from wrong
    if packed["pk"] != pk or packed["by"] != request.user.pk:
        raise PermissionDenied
    services.request_revert(
        pk=pk, actor=request.user, state=_unpacked(packed["state"]),
        expected_version=packed["version"],
    )  # fmt: skip
    messages.success(request, _("Undone: %(name)s") % {"name": record})
    return redirect(safe_next(request, record.get_absolute_url()))


def _fetch(request: SignedInRequest, pk: int) -> ServiceRequest:
    found: ServiceRequest | None = (
        ServiceRequest.objects.visible_to(request.user)
        .select_related("customer", "category", "owner")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _step(request: SignedInRequest, pk: int, write: Callable[[], ServiceRequest]) -> HttpResponse:
    """Carry out a step and say so, with “Undo”; a refusal is said as plainly."""
    before = _fetch(request, pk)
    try:
        after = write()
    except RefusedError as refusal:
        return _answer(request, pk, refusal.message, tone="warning")
    if after.version == before.version:
        return _answer(request, pk, _("%(name)s was so already.") % {"name": after.number})
    address = ""
    if after.version == before.version + 1:  # nobody stepped in between
        token = _undo_token(before, after, request.user.pk)
        address = reverse("service:request_undo", args=[pk, token])
    return _answer(request, pk, _said(before, after), undo=address)


def _said(before: ServiceRequest, after: ServiceRequest) -> str:
    words = {"number": after.number, "status": after.get_status_display(), "owner": after.owner}
    if before.owner_id == after.owner_id:
        return _("%(number)s: %(status)s") % words
    if after.owner is None:
        return _("%(number)s is back in the queue.") % words
    return _("%(number)s: %(status)s, handled by %(owner)s") % words


def _answer(
    request: SignedInRequest, pk: int, said: str, *, tone: str = "success", undo: str = ""
) -> HttpResponse:
    """For htmx the row as it is now (none when it went out of sight); otherwise back."""
    user: Any = request.user
    row = (
        ServiceRequest.objects.visible_to(user)
        .select_related("customer", "category", "owner")
        .filter(pk=pk)
        .first()
    )
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse("")
        if row is not None:
            response = HttpResponse(queue_body(dress_all([row], user)))
        return with_toast(response, said, tone=tone, undo=undo)
    level = messages.SUCCESS if tone == "success" else messages.WARNING
    messages.add_message(request, level, said, extra_tags=f"undo:{undo}" if undo else "")
    home = row.get_absolute_url() if row is not None else reverse("service:queue")
    return redirect(safe_next(request, home))


def _undo_token(before: ServiceRequest, after: ServiceRequest, by: int | None) -> str:
    state = {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in services.request_state(before).items()
    }
    packed = {"pk": after.pk, "by": by, "version": after.version, "state": state}
    return signing.dumps(packed, salt=UNDO_SALT)


def _unpacked(state: dict[str, Any]) -> dict[str, Any]:
    return {
        name: parse_datetime(value) if value and name.endswith(("_at", "_since")) else value
        for name, value in state.items()
    }
