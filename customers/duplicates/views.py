"""Pages about duplicates: the pairs, the warning while typing, the merge."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import SignedInRequest
from crm.common.errors import EditConflictError
from crm.common.returning import safe_next
from crm.jobs.models import Job
from crm.records.views.pages import RecordDetail
from customers.duplicates import selectors
from customers.duplicates.merging import customer_merge, merge_undo, survivor_of
from customers.duplicates.models import DuplicatePair, Merge
from customers.duplicates.services import JOB_KIND, pair_dismiss, pair_reopen, search_start
from customers.duplicates.values import BOTH, FIELDS, OTHER, SURVIVOR, better_survivor
from customers.models import Customer

State = DuplicatePair.State


class CustomerDetail(RecordDetail):
    """The customer's page; the address of one that was merged leads to the survivor."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            return super().get(request, pk)
        except Http404:
            user: Any = request.user  # signed in
            survivor = survivor_of(pk)
            seen = Customer.objects.visible_to(user)
            if survivor is None or not seen.filter(pk=survivor).exists():
                raise
            return redirect("customers:detail", survivor)


@require_GET
def duplicates(request: SignedInRequest) -> HttpResponse:
    """Pairs to be looked at, pairs that are two, and merges."""
    state = request.GET.get("state", State.OPEN)
    if state not in State.values:
        state = State.OPEN.value
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    if state == State.MERGED:
        page, count, exact = selectors.merge_rows(request.user, after, before)
    else:
        page, count, exact = selectors.pair_rows(request.user, state, after, before)
    jobs = Job.objects.visible_to(request.user).filter(kind=JOB_KIND)
    context = {
        "state": state, "page": page, "count": count, "count_exact": exact,
        "tabs": _tabs(state), "job": jobs.exclude(state=Job.State.SUCCEEDED).first(),
        "may_search": request.user.is_manager or request.user.is_admin,
        "next_url": _link(state, after=page.next_cursor) if page.next_cursor else "",
        "previous_url": _link(state, before=page.previous_cursor) if page.previous_cursor else "",
    }  # fmt: skip
    return render(request, "customers/duplicates.html", context)


def _tabs(state: str) -> list[dict[str, Any]]:
    labels = [
        (State.OPEN, pgettext("pairs", "To be looked at")),
        (State.DISMISSED, pgettext("pairs", "Not the same")),
        (State.MERGED, pgettext("pairs", "Merged")),
    ]
    return [{"label": label, "url": _link(key), "active": key == state} for key, label in labels]


def _link(state: str, **cursor: Any) -> str:
    return "?" + urlencode({"state": str(state), **cursor})


@require_GET
def similar(request: SignedInRequest) -> HttpResponse:
    """The warning under the name while a customer is typed; nothing about what one may not see."""
    typed = {name: request.GET.get(name, "")[:250] for name in ("name", "phone", "email")}
    but = request.GET.get("but", "")
    found = selectors.similar_customers(
        request.user, **typed, but=int(but) if but.isdecimal() and len(but) < 19 else None
    )
    return render(request, "customers/_similar.html", {"similar": found})


@require_POST
def find(request: SignedInRequest) -> HttpResponse:
    if not (request.user.is_manager or request.user.is_admin):
        raise Http404
    search_start(actor=request.user)
    return redirect("customers:duplicates")


@require_POST
def dismiss(request: SignedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(DuplicatePair.objects.visible_to(request.user), pk=pk)
    pair_dismiss(pk=pk, actor=request.user)
    undo = reverse("customers:duplicate_reopen", args=[pk])
    messages.success(request, _("Kept as two customers."), extra_tags=f"undo:{undo}")
    return redirect(safe_next(request, reverse("customers:duplicates")))


@require_POST
def reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(DuplicatePair.objects.visible_to(request.user), pk=pk)
    pair_reopen(pk=pk, actor=request.user)
    messages.success(request, _("The pair is to be looked at again."))
    return redirect(safe_next(request, reverse("customers:duplicates")))


@require_http_methods(["GET", "POST"])
def merge(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose what the merged customer keeps; without ``with``, choose the other customer first."""
    one = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    if not Customer.objects.mergeable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    given = request.POST.get("with") or request.GET.get("with", "")
    other = _mergeable(request, given, but=pk)
    if other is None:
        return render(request, "customers/merge_choose.html", {"record": one, "asked": given})
    if request.method == "POST":
        return _merge(request, one, other)
    survivor = better_survivor(one, other)
    if request.GET.get("survivor") in {str(one.pk), str(other.pk)}:
        survivor = one if request.GET["survivor"] == str(one.pk) else other
    return _merge_page(request, survivor, other if survivor == one else one)


def _mergeable(request: SignedInRequest, text: str, but: int) -> Customer | None:
    if not text:
        return None
    found = Customer.objects.mergeable_by(request.user).exclude(pk=but)
    other = found.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
    if other is None:
        raise Http404
    return other


def _merge(request: SignedInRequest, survivor: Customer, other: Customer) -> HttpResponse:
    chosen = {
        name: request.POST[f"take_{name}"]
        for name in FIELDS
        if request.POST.get(f"take_{name}") in {SURVIVOR, OTHER, BOTH}
    }
    try:
        done = customer_merge(
            survivor=survivor.pk, other=other.pk, actor=request.user, choices=chosen,
            versions=_versions(request.POST.get("versions", "")),
            submission=_submission(request.POST.get("submission", "")),
        )  # fmt: skip
    except EditConflictError:
        survivor.refresh_from_db()
        other.refresh_from_db()
        return _merge_page(request, survivor, other, chosen, status=409)
    undo = reverse("customers:merge_undo", args=[done.pk])
    told = _("%(other)s is now a part of %(name)s.") % {"other": other, "name": done.winner}
    messages.success(request, told, extra_tags=f"undo:{undo}")
    return redirect(done.winner)


def _merge_page(
    request: SignedInRequest,
    survivor: Customer,
    other: Customer,
    chosen: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    swap = urlencode({"with": other.pk, "survivor": other.pk})
    context = {
        "survivor": survivor, "other": other,
        "lines": selectors.merge_lines(survivor, other, chosen),
        "same": selectors.same_lines(survivor, other),
        "facts": selectors.merge_facts(survivor, other),
        "versions": f"{survivor.version}.{other.version}",
        "submission": uuid.uuid4(), "conflict": status == 409,
        "swap_url": f"{reverse('customers:merge', args=[survivor.pk])}?{swap}",
    }  # fmt: skip
    return render(request, "customers/merge.html", context, status=status)


def _versions(text: str) -> tuple[int, int] | None:
    one, _dot, other = text.partition(".")
    return (int(one), int(other)) if one.isdecimal() and other.isdecimal() else None


def _submission(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_POST
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(Merge.objects.visible_to(request.user), pk=pk)
    undone, kept = merge_undo(pk=pk, actor=request.user)
    messages.success(
        request, _("%(name)s is a customer of its own again.") % {"name": undone.loser}
    )
    if kept:
        labels = "、".join(str(Customer._meta.get_field(n).verbose_name) for n in kept)  # type: ignore[union-attr]  # columns
        told = _("These were edited since the merge and keep their new value: %(fields)s")
        messages.warning(request, told % {"fields": labels})
    return redirect("customers:detail", undone.loser_id)
