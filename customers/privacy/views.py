"""Pages about requests for a person's data: the list, asking, one request and its steps."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import SignedInRequest
from crm.common.errors import RefusedError
from crm.common.models import new_submission
from customers.models import Contact, Customer, PrivacyRequest
from customers.privacy import selectors, services
from customers.privacy.forms import DeclineForm, PrivacyRequestForm


@require_GET
def request_list(request: SignedInRequest) -> HttpResponse:
    """Requests that the reader sees: open ones, and those that are over."""
    shown = request.GET.get("shown", "open")
    if shown not in selectors.FILTERS:
        shown = "open"
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page, count, exact = selectors.request_rows(request.user, shown, after, before)
    tabs = [
        {"label": pgettext("requests", "Open"), "url": "?shown=open", "active": shown == "open"},
        {"label": pgettext("requests", "Over"), "url": "?shown=over", "active": shown == "over"},
    ]
    context = {
        "page": page, "count": count, "count_exact": exact, "tabs": tabs, "shown": shown,
        "next_url": _link(shown, after=page.next_cursor) if page.next_cursor else "",
        "previous_url": _link(shown, before=page.previous_cursor) if page.previous_cursor else "",
    }  # fmt: skip
    return render(request, "customers/privacy_list.html", context)


def _link(shown: str, **cursor: Any) -> str:
    return "?" + urlencode({"shown": shown, **cursor})


@require_http_methods(["GET", "POST"])
def request_create(request: SignedInRequest) -> HttpResponse:
    """Ask for a customer (``?customer=``) or a contact (``?contact=``)."""
    name, record = _subject(request)
    data = request.POST if request.method == "POST" else None
    form = PrivacyRequestForm(data, initial={"submission": new_submission()})
    if data is not None and form.is_valid():
        try:
            made = services.privacy_request(
                actor=request.user, **{f"{name}_id": record.pk}, **form.cleaned_data
            )
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Your request was passed on for approval."))
            return redirect(made)
    context = {"form": form, "record": record, "name": name}
    return render(
        request, "customers/privacy_form.html", context, status=422 if data is not None else 200
    )


def _subject(request: SignedInRequest) -> tuple[str, Any]:
    kinds: tuple[tuple[str, Any], ...] = (("customer", Customer), ("contact", Contact))
    for name, model in kinds:
        given = request.GET.get(name, "")
        if given.isdecimal() and len(given) < 19:
            record = model.objects.visible_to(request.user).filter(pk=int(given)).first()
            if record is not None:
                return name, record
    raise Http404


@require_GET
@never_cache
def request_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _page(request, _one(request, pk), DeclineForm())


def _page(
    request: SignedInRequest, asked: PrivacyRequest, form: DeclineForm, status: int = 200
) -> HttpResponse:
    context = {**selectors.request_page(request.user, asked), "form": form}
    return render(request, "customers/privacy_detail.html", context, status=status)


@require_POST
def approve(request: SignedInRequest, pk: int) -> HttpResponse:
    _one(request, pk)
    asked = services.privacy_approve(pk=pk, actor=request.user)
    messages.success(request, _("Approved. An administrator carries it out."))
    return redirect(asked)


@require_POST
def decline(request: SignedInRequest, pk: int) -> HttpResponse:
    asked = _one(request, pk)
    if not PrivacyRequest.objects.decidable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _page(request, asked, form, status=422)
    services.privacy_decline(pk=pk, actor=request.user, note=form.cleaned_data["note"])
    messages.success(request, _("The request was turned down."))
    return redirect(asked)


@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    _one(request, pk)
    asked = services.privacy_withdraw(pk=pk, actor=request.user)
    messages.success(request, _("The request was withdrawn."))
    return redirect(asked)


@require_http_methods(["GET", "POST"])
@reauthentication_required(enabled=lambda request: request.user.role == "admin")
def run(request: SignedInRequest, pk: int) -> HttpResponse:
    """What will be erased or told, once more; then do it. Administrators only, password first."""
    asked = _one(request, pk)
    if not PrivacyRequest.objects.runnable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    if request.method == "POST":
        return redirect(services.privacy_run(pk=pk, actor=request.user))
    if not selectors.request_page(request.user, asked)["may_run"]:
        return redirect(asked)
    context = {"asked": asked, "held": selectors.held_rows(asked)}
    return render(request, "customers/privacy_run.html", context)


@require_GET
@never_cache
def download(request: SignedInRequest, pk: int) -> FileResponse:
    """The bundle, for those who decide about the request, until it expires."""
    found = PrivacyRequest.objects.decidable_by(request.user).filter(pk=pk).first()
    if found is None or not found.bundle or found.is_expired:
        raise Http404
    try:
        content = found.bundle.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        content, as_attachment=True, filename=f"person-{found.pk}.zip",
        content_type="application/zip",
    )  # fmt: skip


def _one(request: SignedInRequest, pk: int) -> PrivacyRequest:
    people = ("customer", "contact", "requested_by", "decided_by", "run_by", "job", "team")
    seen = PrivacyRequest.objects.visible_to(request.user).select_related(*people)
    found = seen.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
