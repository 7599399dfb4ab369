"""Who works for whom: link from either page, change the part, unlink with undo."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts.http import SignedInRequest
from crm.common.errors import RefusedError
from crm.common.returning import with_toast
from customers.affiliations import Part, contact_link, contact_unlink
from customers.forms import AffiliationForm, EmployerForm, LinkForm
from customers.models import Affiliation, Contact, Customer
from customers.selectors import contacts_of

_SALT = "customers.contact_unlink"


@require_http_methods(["GET", "POST"])
def contacts(request: SignedInRequest, pk: int) -> HttpResponse:
    """The card with a form that links somebody known (``?show=1``: without)."""
    customer = _customer(request, pk)
    if request.method == "GET":
        form = None if "show" in request.GET or not customer.can_edit else LinkForm(request.user)
        return _card(request, customer, linking=form)
    _require_edit(customer)
    form = LinkForm(request.user, request.POST)
    if not form.is_valid():
        return _card(request, customer, linking=form, status=422)
    person = form.cleaned_data["contact"]
    contact_link(actor=request.user, customer_id=pk, contact_id=person.pk, part=form.part)
    return _done(request, customer, _("Linked: %(name)s") % {"name": person})


@require_http_methods(["GET", "POST"])
def affiliation(request: SignedInRequest, pk: int, contact_pk: int) -> HttpResponse:
    """A small form for somebody's part in the customer."""
    customer = _customer(request, pk)
    _require_edit(customer)
    if "show" in request.GET:
        return _card(request, customer)
    linked = _linked(pk, contact_pk)
    part = Part(linked.role, linked.is_primary, linked.active)
    form = AffiliationForm(request.POST or None, initial=asdict(part))
    if request.method == "GET" or not form.is_valid():
        return _form(request, customer, linked, form, 422 if form.errors else 200)
    contact_link(actor=request.user, customer_id=pk, contact_id=contact_pk, part=form.part)
    return _done(request, customer, _("Saved: %(name)s") % {"name": linked.contact})


@require_http_methods(["GET", "POST"])
def employer(request: SignedInRequest, pk: int) -> HttpResponse:
    """A form that links somebody to one more customer, from their own page."""
    person = Contact.objects.visible_to(request.user).filter(pk=pk).first()
    if person is None:
        raise Http404
    form = EmployerForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        customer = form.cleaned_data["customer"]
        contact_link(actor=request.user, customer_id=customer.pk, contact_id=pk, part=form.part)
        messages.success(request, _("Linked: %(name)s") % {"name": customer})
        return redirect(person)
    context = {"form": form, "record": person}
    status = 422 if form.errors else 200
    return render(request, "customers/employer.html", context, status=status)


@require_POST
def unlink(request: SignedInRequest, pk: int, contact_pk: int) -> HttpResponse:
    customer = _customer(request, pk)
    _require_edit(customer)
    name = str(_linked(pk, contact_pk).contact)
    part = contact_unlink(actor=request.user, customer_id=pk, contact_id=contact_pk)
    undo = ""
    if part is not None:
        token = signing.dumps(asdict(part), salt=_SALT, compress=True)
        undo = reverse("customers:relink", args=[pk, contact_pk, token])
    return _done(request, customer, _("Unlinked: %(name)s") % {"name": name}, undo)


@require_POST
def relink(request: SignedInRequest, pk: int, contact_pk: int, token: str) -> HttpResponse:
    """Take an unlinking back; ``token`` says which part it was."""
    customer = _customer(request, pk)
    _require_edit(customer)
    try:
        part = Part(**signing.loads(token, salt=_SALT, max_age=86400))
    except signing.BadSignature as broken:
        raise RefusedError(_("This can no longer be undone.")) from broken
    linked = contact_link(actor=request.user, customer_id=pk, contact_id=contact_pk, part=part)
    return _done(request, customer, _("Linked: %(name)s") % {"name": linked.contact})


def _customer(request: SignedInRequest, pk: int) -> Any:
    """The customer with ``can_edit``, or 404."""
    mine = Customer.objects.contact_details_editable_by(request.user).filter(pk=OuterRef("pk"))
    seen = Customer.objects.visible_to(request.user).annotate(can_edit=Exists(mine))
    found = seen.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _require_edit(customer: Any) -> None:
    if not customer.can_edit:
        raise PermissionDenied


def _linked(pk: int, contact_pk: int) -> Affiliation:
    parts = Affiliation.objects.filter(customer=pk, contact=contact_pk)
    found = parts.filter(contact__trashed_at=None).select_related("contact").first()
    if found is None:
        raise Http404
    return found


def _card(
    request: SignedInRequest, customer: Any, *, linking: Any = None, status: int = 200
) -> HttpResponse:
    context = {
        "record": customer, "customer_id": customer.pk, "linking": linking,
        "contacts": contacts_of(request.user, customer.pk),
    }  # fmt: skip
    alone = request.headers.get("HX-Request") != "true"
    template = "customers/contacts.html" if alone else "customers/_contacts.html"
    return render(request, template, context, status=status)


def _form(
    request: SignedInRequest, customer: Any, linked: Affiliation, form: Any, status: int
) -> HttpResponse:
    at = [customer.pk, linked.contact_id]
    context = {
        "record": customer, "form": form, "name": linked.contact,
        "part_url": reverse("customers:affiliation", args=at),
        "unlink_url": reverse("customers:unlink", args=at),
    }  # fmt: skip
    alone = request.headers.get("HX-Request") != "true"
    template = "customers/contacts.html" if alone else "customers/_affiliation_form.html"
    response = render(request, template, context, status=status)
    if status == 422 and not alone:
        response["HX-Retarget"], response["HX-Reswap"] = "closest [data-inline]", "innerHTML"
    return response


def _done(request: SignedInRequest, customer: Any, said: str, undo: str = "") -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return with_toast(_card(request, customer), said, undo=undo)
    messages.success(request, said, extra_tags=f"undo:{undo}" if undo else "")
    return redirect(customer)
