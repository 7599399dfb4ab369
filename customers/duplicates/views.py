"""Pages about duplicates: the pairs, the warning while typing, the merge."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import SignedInRequest
from crm.common import formats
from crm.common.errors import EditConflictError
from crm.common.returning import safe_next
from crm.jobs.models import Job
from crm.records.views.pages import RecordDetail
from customers.duplicates import selectors
from customers.duplicates.kinds import CONTACTS, CUSTOMERS, Doubles
from customers.duplicates.merging import survivor_of
from customers.duplicates.models import State
from customers.duplicates.services import JOB_KIND, pair_dismiss, pair_reopen, search_start
from customers.duplicates.similar import similar_contacts as contacts_like
from customers.duplicates.similar import similar_customers
from customers.duplicates.values import BOTH, OTHER, SURVIVOR, better_survivor, fields_of


class MergedDetail(RecordDetail):
    """A record's page; the address of one that was merged leads to the survivor."""

    doubles: ClassVar[Doubles]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            return super().get(request, pk)
        except Http404:
            user: Any = request.user  # signed in
            survivor = survivor_of(pk, self.doubles.merges)
            seen = self.doubles.model.objects.visible_to(user).filter(pk=survivor).first()
            if seen is None:
                raise
            return redirect(seen)


class CustomerDetail(MergedDetail):
    doubles = CUSTOMERS


class ContactDetail(MergedDetail):
    doubles = CONTACTS


@require_GET
def duplicates(request: SignedInRequest, doubles: Doubles) -> HttpResponse:
    """Pairs to be looked at, pairs that are two, and merges."""
    state = request.GET.get("state", State.OPEN)
    if state not in State.values:
        state = State.OPEN.value
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    if state == State.MERGED:
        page, count, exact = selectors.merge_rows(doubles, request.user, after, before)
    else:
        page, count, exact = selectors.pair_rows(doubles, request.user, state, after, before)
    jobs = Job.objects.visible_to(request.user).filter(kind=JOB_KIND)
    context = {
        "doubles": doubles, "state": state, "page": page, "count": count, "count_exact": exact,
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
    found = similar_customers(
        request.user, **typed, but=int(but) if but.isdecimal() and len(but) < 19 else None
    )
    return render(request, "customers/_similar.html", {"similar": found})


@require_GET
def similar_contacts(request: SignedInRequest) -> HttpResponse:
    """The warning while a contact is typed."""
    names = ("name", "phone", "email", "customer")
    typed = {name: request.GET.get(name, "")[:250] for name in names}
    found = contacts_like(request.user, **typed)
    return render(request, "customers/_similar_contacts.html", {"similar": found})


@require_POST
def find(request: SignedInRequest) -> HttpResponse:
    if not (request.user.is_manager or request.user.is_admin):
        raise Http404
    search_start(actor=request.user)
    return redirect("customers:duplicates")


@require_POST
def dismiss(request: SignedInRequest, pk: int, doubles: Doubles) -> HttpResponse:
    get_object_or_404(doubles.pairs.objects.visible_to(request.user), pk=pk)
    pair_dismiss(pk=pk, actor=request.user, model=doubles.pairs)
    undo = doubles.url("duplicate_reopen", pk)
    told = _("Kept as two contacts.") if doubles.of_contacts else _("Kept as two customers.")
    messages.success(request, told, extra_tags=f"undo:{undo}")
    return redirect(safe_next(request, doubles.url("duplicates")))


@require_POST
def reopen(request: SignedInRequest, pk: int, doubles: Doubles) -> HttpResponse:
    get_object_or_404(doubles.pairs.objects.visible_to(request.user), pk=pk)
    pair_reopen(pk=pk, actor=request.user, model=doubles.pairs)
    messages.success(request, _("The pair is to be looked at again."))
    return redirect(safe_next(request, doubles.url("duplicates")))


@require_http_methods(["GET", "POST"])
def merge(request: SignedInRequest, pk: int, doubles: Doubles) -> HttpResponse:
    """Choose what the merged record keeps; without ``with``, choose the other one first."""
    one = get_object_or_404(doubles.model.objects.visible_to(request.user), pk=pk)
    if not doubles.model.objects.mergeable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    other = _mergeable(request, doubles, but=pk)
    if other is None:
        context = {"record": one, "doubles": doubles, "options_url": doubles.url("options")}
        return render(request, "customers/merge_choose.html", context)
    if request.method == "POST":
        return _merge(request, doubles, one, other)
    survivor = better_survivor(one, other)
    if request.GET.get("survivor") in {str(one.pk), str(other.pk)}:
        survivor = one if request.GET["survivor"] == str(one.pk) else other
    return _merge_page(request, doubles, survivor, other if survivor == one else one)


def _mergeable(request: SignedInRequest, doubles: Doubles, but: int) -> Any:
    """The other record, None when none was named yet, or 404."""
    text = request.POST.get("with") or request.GET.get("with", "")
    if not text:
        return None
    found = doubles.model.objects.mergeable_by(request.user).exclude(pk=but)
    other = found.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
    if other is None:
        raise Http404
    return other


def _merge(request: SignedInRequest, doubles: Doubles, survivor: Any, other: Any) -> HttpResponse:
    chosen = {
        name: request.POST[f"take_{name}"]
        for name in fields_of(survivor)
        if request.POST.get(f"take_{name}") in {SURVIVOR, OTHER, BOTH}
    }
    try:
        done = doubles.merge(
            survivor=survivor.pk, other=other.pk, actor=request.user, choices=chosen,
            versions=_versions(request.POST.get("versions", "")),
            submission=_submission(request.POST.get("submission", "")),
        )  # fmt: skip
    except EditConflictError:
        survivor.refresh_from_db()
        other.refresh_from_db()
        return _merge_page(request, doubles, survivor, other, chosen, status=409)
    undo = doubles.url("merge_undo", done.pk)
    told = _("%(other)s is now a part of %(name)s.") % {"other": other, "name": done.winner}
    messages.success(request, told, extra_tags=f"undo:{undo}")
    return redirect(done.winner)


def _merge_page(
    request: SignedInRequest,
    doubles: Doubles,
    survivor: Any,
    other: Any,
    chosen: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    swap = urlencode({"with": other.pk, "survivor": other.pk})
    merge_url = doubles.url("merge", survivor.pk)
    context = {
        "doubles": doubles, "survivor": survivor, "other": other,
        "lines": selectors.merge_lines(survivor, other, chosen),
        "same": selectors.same_lines(survivor, other),
        "facts": selectors.merge_facts(request.user, survivor, other),
        "versions": f"{survivor.version}.{other.version}",
        "submission": uuid.uuid4(), "conflict": status == 409,
        "merge_url": merge_url, "swap_url": f"{merge_url}?{swap}",
        "back_url": doubles.url("duplicates"),
    }  # fmt: skip
    return render(request, "customers/merge.html", context, status=status)


def _versions(text: str) -> tuple[int, int] | None:
    one, _dot, other = text.partition(".")
    said = len(text) < 20 and one.isdecimal() and other.isdecimal()
    return (int(one), int(other)) if said else None


def _submission(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_POST
def undo(request: SignedInRequest, pk: int, doubles: Doubles) -> HttpResponse:
    get_object_or_404(doubles.merges.objects.visible_to(request.user), pk=pk)
    undone, kept = doubles.undo(pk=pk, actor=request.user)
    told = _("%(name)s stands by itself again.") % {"name": undone.loser}
    messages.success(request, told)
    if kept:
        labels = formats.listed(doubles.model._meta.get_field(n).verbose_name for n in kept)
        told = _("These were edited since the merge and keep their new value: %(fields)s")
        messages.warning(request, told % {"fields": labels})
    return redirect(undone.loser)
