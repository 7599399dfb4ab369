"""Pages of communications beyond the common ones: log and return, tick off, put off."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communications import services
from communications.models import Communication, FollowUp
from communications.needs import need_from_communication
from communications.selectors import next_steps, with_rights
from crm.accounts.http import SignedInRequest
from crm.common.formats import since
from crm.common.returning import safe_next, with_toast

LAST_STAMP = 4_102_444_800  # the year 2100, in seconds


@require_POST
def follow_up_done(request: SignedInRequest, pk: int) -> HttpResponse:
    _fetch(request, pk)
    step = services.follow_up_done(pk=pk, actor=request.user)
    undo = reverse("communications:follow_up_undo_done", args=[pk])
    return _answer(request, step, _("Done: %(title)s") % {"title": step}, undo)


@require_POST
def follow_up_undo_done(request: SignedInRequest, pk: int) -> HttpResponse:
    _fetch(request, pk)
    step = services.follow_up_undo_done(pk=pk, actor=request.user)
    return _answer(request, step, _("Open again: %(title)s") % {"title": step})


@require_POST
def follow_up_snooze(request: SignedInRequest, pk: int) -> HttpResponse:
    _fetch(request, pk)
    step, before = services.follow_up_snooze(pk=pk, actor=request.user)
    undo = reverse("communications:follow_up_due", args=[pk, int(before.timestamp())])
    said = _("%(title)s: now due %(when)s") % {"title": step, "when": since(step.due_at)}
    return _answer(request, step, said, undo)


@require_POST
def follow_up_due(request: SignedInRequest, pk: int, stamp: int) -> HttpResponse:
    """Give a follow-up the due time ``stamp`` (seconds since 1970): takes a snooze back."""
    _fetch(request, pk)
    if stamp > LAST_STAMP:
        raise Http404
    due_at = datetime.fromtimestamp(stamp, UTC)
    step = services.follow_up_reschedule(pk=pk, actor=request.user, due_at=due_at)
    said = _("%(title)s: now due %(when)s") % {"title": step, "when": since(step.due_at)}
    return _answer(request, step, said)


@require_POST
def make_need(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make a need of what was said, and go there to complete it."""
    get_object_or_404(Communication.objects.visible_to(request.user), pk=pk)
    need = need_from_communication(pk=pk, actor=request.user)
    messages.success(request, _("Made a need: %(title)s") % {"title": need})
    return redirect(need)


def _fetch(request: SignedInRequest, pk: int) -> FollowUp:
    """The follow-up: 404 when it is not visible, 403 when it is a colleague's."""
    seen = FollowUp.objects.visible_to(request.user)
    step: FollowUp | None = with_rights(request.user, seen).filter(pk=pk).first()
    if step is None:
        raise Http404
    if not step.can_edit:  # type: ignore[attr-defined]  # annotated
        raise PermissionDenied
    return step


def _answer(request: SignedInRequest, step: FollowUp, said: str, undo: str = "") -> HttpResponse:
    """A toast; for htmx with the customer's panel or an empty row, otherwise back to the page."""
    if request.headers.get("HX-Request") != "true":
        messages.success(request, said, extra_tags=f"undo:{undo}" if undo else "")
        return redirect(safe_next(request, step.get_absolute_url()))
    if request.headers.get("HX-Target") == "next-step":
        context = next_steps(request.user, step.customer)
        response = render(request, "communications/_next_step.html", context)
    else:
        response = HttpResponse("")
    return with_toast(response, said, undo=undo)
