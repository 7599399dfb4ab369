"""Write down what was said, or plan a step, from a customer's page without leaving it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from communications.about import about_offers
from communications.forms import CommunicationForm, FollowUpForm
from communications.selectors import next_steps, quick_log
from communications.services import MORNING, communication_log, follow_up_create
from crm.accounts.http import SignedInRequest
from crm.common import formats
from crm.common.errors import RefusedError
from crm.common.returning import with_toast
from customers.models import Customer
from customers.selectors import customer_counts, tab_page

STEP = "step"
LONGEST_TITLE = 200
MOST_DAYS = 366


@require_POST
def quick(request: SignedInRequest, customer_pk: int) -> HttpResponse:
    """Log or plan; gives the empty form, the timeline and the next step anew."""
    customer = _customer(request, customer_pk)
    data = request.POST.copy()
    data["customer"] = str(customer.pk)
    planning = data.get("channel") == STEP
    form = _step_form(request, data) if planning else _log_form(request, data)
    if not form.is_valid():
        return _again(request, customer, form)
    create = follow_up_create if planning else communication_log
    submission = form.cleaned_data.get("submission")
    try:
        create(actor=request.user, submission=submission, **form.changes())
    except RefusedError as refusal:
        form.add_error(None, refusal.message)
        return _again(request, customer, form)
    return _done(request, customer, _("Planned.") if planning else _("Logged."))


@require_GET
def more(request: SignedInRequest, customer_pk: int) -> HttpResponse:
    """What the form may say besides, fetched when it is opened."""
    customer = _customer(request, customer_pk)
    form = CommunicationForm(user=request.user, initial={"customer": customer.pk})
    abouts = [pair for offer in about_offers for pair in offer(request.user, customer.pk)]
    return render(request, "communications/_quick_more.html", {"form": form, "abouts": abouts})


def _customer(request: SignedInRequest, pk: int) -> Customer:
    found: Customer | None = Customer.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _log_form(request: SignedInRequest, data: QueryDict) -> Any:
    data.setdefault("direction", "out")
    if data.get("next_title") and not data.get("next_due_at"):
        data["next_due_at"] = _morning(data.get("next_in", ""))
    return CommunicationForm(data, user=request.user)


def _step_form(request: SignedInRequest, data: QueryDict) -> Any:
    """The first line is what to do, the rest its note."""
    title, _newline, note = data.get("content", "").strip().partition("\n")
    if len(title) > LONGEST_TITLE:
        title, note = title[: LONGEST_TITLE - 1] + "…", data.get("content", "")
    data["title"], data["note"] = title, note.strip()
    data["due_at"] = data.get("next_due_at") or _morning(data.get("next_in", ""))
    data.setdefault("priority", "2")
    data.setdefault("kind", "call")
    return FollowUpForm(data, user=request.user)


def _morning(days: str) -> str:
    """Nine o'clock in so many days, as a form has it; tomorrow when nothing is said."""
    ahead = min(int(days), MOST_DAYS) if days.isascii() and days.isdigit() and days != "0" else 1
    day = timezone.localdate() + timedelta(days=ahead)
    return datetime.combine(day, MORNING).strftime("%Y-%m-%dT%H:%M")


def _again(request: SignedInRequest, customer: Customer, form: Any) -> HttpResponse:
    """What was typed, with what is wrong about it."""
    said = [
        formats.labelled(form.fields[name].label, error) if name in form.fields else error
        for name, errors in form.errors.items()
        for error in errors
    ]
    context = quick_log(request.user, customer) | {"values": form.data, "problems": said}
    alone = request.headers.get("HX-Request") != "true"
    template = "communications/quick_page.html" if alone else "communications/_quick_log.html"
    return render(request, template, {"panel": context}, status=422)


def _done(request: SignedInRequest, customer: Customer, said: str) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        messages.success(request, said)
        return redirect(customer)
    record: Any = customer
    record.refresh_from_db(fields=["last_contact_at"])
    record.counts = customer_counts(request.user, customer.pk)
    context = {
        "record": record,
        "panel": quick_log(request.user, customer),
        "steps_panel": next_steps(request.user, customer),
        **tab_page(request.user, record, "timeline"),
    }
    return with_toast(render(request, "communications/_quick_done.html", context), said)
