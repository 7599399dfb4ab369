"""The mailings of a saved report: who gets it when, and what became of the last turns."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts.http import SignedInRequest
from crm.common.errors import EditConflictError
from sales.forms.report_mail import ScheduleForm
from sales.mailables import mailables
from sales.models import ReportDelivery, ReportRecipient, ReportSchedule
from sales.reports import clock, saving
from sales.reports.delivery import send_now

MOST_TURNS = 20


@require_http_methods(["GET", "POST"])
@never_cache
def report_mail(request: SignedInRequest, pk: int) -> HttpResponse:
    """A report's mailings; a form for one more. Whoever gets it may look, to stop it."""
    return mailings_page(request, "report", pk)


def mailings_page(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    """The mailings of a record of any kind."""
    mailable = mailables[kind]
    sees = mailable.model.objects.visible_to(request.user).filter(pk=pk).exists()
    gets = ReportSchedule.objects.visible_to(request.user).of(kind, pk)
    found = mailable.model.objects.filter(pk=pk)
    report = found.first() if sees or gets.exists() else None
    if report is None:
        raise Http404
    if request.method == "POST" and not sees:
        raise Http404
    form = ScheduleForm(request.POST or None, user=request.user, kind=kind)
    if request.method == "POST" and form.is_valid():
        saving.schedule_create(
            actor=request.user, report=pk, kind=kind,
            submission=form.cleaned_data["submission"], **_values(form),
        )  # fmt: skip
        messages.success(request, _("It will be mailed from now on."))
        return redirect(mailable.page, pk)
    context = {"report": report, "heading": mailable.heading, "form": form if sees else None,
               "is_sent": settings.MAIL_IS_SENT, **_mailings(request.user, kind, pk)}  # fmt: skip
    return render(request, "sales/report_mail.html", context, status=422 if form.errors else 200)


def _values(form: ScheduleForm) -> dict[str, Any]:
    """What the services take: without the marks of the form itself."""
    kept = {"expected_version", "submission"}
    return {name: value for name, value in form.cleaned_data.items() if name not in kept}


def _mailings(user: Any, kind: str, pk: int) -> dict[str, Any]:
    schedules = list(
        ReportSchedule.objects.visible_to(user).of(kind, pk).select_related("created_by")
    )
    recipients = ReportRecipient.objects.filter(schedule__in=schedules).select_related("user")
    turns = ReportDelivery.objects.filter(schedule__in=schedules).select_related("user", "mail")
    own = {s.pk for s in schedules if s.created_by_id == user.pk or user.is_admin}
    if not user.is_admin:  # of others' mailings one sees one's own turns
        turns = turns.filter(schedule__in=own) | turns.filter(user=user)
    by_schedule: dict[int, list[ReportRecipient]] = {}
    for recipient in recipients.order_by("user__username"):
        by_schedule.setdefault(recipient.schedule_id, []).append(recipient)
    now, zone = timezone.now(), clock.zone_of(user)
    return {
        "mailings": [
            {
                "schedule": schedule, "recipients": by_schedule.get(schedule.pk, []),
                "next": clock.next_turn(schedule, zone, now) if schedule.active else None,
                "may_edit": schedule.pk in own,
                "mine": next((r for r in by_schedule.get(schedule.pk, [])
                              if r.user_id == user.pk), None),
            }
            for schedule in schedules
        ],
        "turns": turns.order_by("-pk")[:MOST_TURNS],
    }  # fmt: skip


def _editable(request: SignedInRequest, pk: int) -> ReportSchedule:
    found = ReportSchedule.objects.editable_by(request.user).select_related("report")
    schedule = found.filter(pk=pk).first()
    if schedule is None:
        raise Http404
    return schedule


@require_http_methods(["GET", "POST"])
def schedule_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    schedule = _editable(request, pk)
    report = schedule.subject
    form = ScheduleForm(
        request.POST or None, user=request.user, instance=schedule, kind=schedule.kind
    )
    status, conflict = 200, None
    if request.method == "POST" and form.is_valid():
        try:
            saving.schedule_update(
                pk=pk, actor=request.user,
                expected_version=form.cleaned_data["expected_version"], **_values(form),
            )  # fmt: skip
        except EditConflictError as error:
            conflict, status = error.current, 409
        else:
            messages.success(request, _("Saved."))
            return redirect(schedule.mail_url)
    context = {"form": form, "report": report, "conflict": conflict,
               "heading": mailables[schedule.kind].heading,
               "cancel_url": schedule.mail_url}  # fmt: skip
    status = 422 if form.errors else status
    return render(request, "sales/report_schedule_form.html", context, status=status)


@require_POST
def schedule_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    home = _editable(request, pk).mail_url
    saving.schedule_delete(pk=pk, actor=request.user)
    messages.success(request, _("This mailing is gone."))
    return redirect(home)


def _visible(request: SignedInRequest, pk: int) -> ReportSchedule:
    schedule = ReportSchedule.objects.visible_to(request.user).filter(pk=pk).first()
    if schedule is None:
        raise Http404
    return schedule


@require_POST
def schedule_now(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mail it to oneself now."""
    schedule = _visible(request, pk)
    send_now(pk=pk, actor=request.user)
    messages.success(request, _("It is on its way to you; look into the outgoing mail."))
    return redirect(schedule.mail_url)


@require_POST
def schedule_stop(request: SignedInRequest, pk: int) -> HttpResponse:
    """Stop getting it, or get it again (``again``)."""
    schedule = _visible(request, pk)
    stopped = "again" not in request.POST
    saving.schedule_stop(pk=pk, actor=request.user, stopped=stopped)
    said = _("You will not get it any more.") if stopped else _("You will get it again.")
    messages.success(request, said)
    return redirect(schedule.mail_url)
