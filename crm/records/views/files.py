"""Files of records: the card, uploads, downloads through the record's permission, trash."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import SignedInRequest
from crm.common.errors import RefusedError
from crm.common.returning import safe_next, with_toast
from crm.records.models import Attachment
from crm.records.resources import Resource, resources
from crm.records.selectors import file_rows
from crm.records.services import attachment_add, attachment_restore, attachment_trash
from crm.records.uploads import ACCEPT

MOST_AT_ONCE = 20
# A downloaded file is never a page of ours: it may neither run nor load anything.
_POLICY = "default-src 'none'; sandbox"
_KIND = re.compile(r"[a-z_]+\.[a-z_]+")


@require_http_methods(["GET", "POST"])
def files(request: SignedInRequest, pk: int, kind: str) -> HttpResponse:
    """The files of a record; POST adds some. What is refused is said, the others are kept."""
    resource, record = _record(request, kind, pk)
    if request.method == "GET":
        return _card(request, resource, record)
    if not record.can_edit:
        raise PermissionDenied
    uploads = request.FILES.getlist("files")[:MOST_AT_ONCE]
    base = _submission(request)
    kept, refused = 0, [] if uploads else [_("Choose a file first.")]
    for number, upload in enumerate(uploads):
        try:
            attachment_add(
                actor=request.user, resource=resource, record_id=pk, upload=upload,
                submission=uuid5(base, str(number)),
            )  # fmt: skip
            kept += 1
        except RefusedError as refusal:
            refused.append(refusal.message)
    said = ngettext("%(n)d file kept.", "%(n)d files kept.", kept) % {"n": kept} if kept else ""
    return _added(request, resource, record, said, refused)


@require_GET
def download(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """A file, as an attachment, to those who see its record."""
    attachment = _one(Attachment.objects.visible_to(request.user), pk)
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError as lost:
        raise Http404 from lost
    response = FileResponse(
        content, as_attachment=True, filename=attachment.name, content_type=attachment.media_type
    )
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def trash(request: SignedInRequest, pk: int) -> HttpResponse:
    attachment = _one(Attachment.objects.visible_to(request.user), pk)
    attachment_trash(pk=pk, actor=request.user)
    undo = reverse("records:file_restore", args=[pk])
    return _moved(request, attachment, _("Deleted: %(name)s") % {"name": attachment}, undo)


@require_POST
def restore(request: SignedInRequest, pk: int) -> HttpResponse:
    attachment = _one(Attachment.objects.restorable_by(request.user), pk)
    attachment_restore(pk=pk, actor=request.user)
    return _moved(request, attachment, _("Restored: %(name)s") % {"name": attachment})


def _one(found: Any, pk: int) -> Attachment:
    attachment: Attachment | None = found.select_related("content_type").filter(pk=pk).first()
    if attachment is None:
        raise Http404
    return attachment


def _record(request: SignedInRequest, kind: str, pk: int) -> tuple[Resource, Any]:
    """The record with ``can_edit``; 404 when it is not seen or takes no files."""
    resource = resources.get(kind) if _KIND.fullmatch(kind) else None
    if resource is None or not resource.files or not resource.may_read(request.user):
        raise Http404
    record = resource.model.objects.visible_to(request.user).filter(pk=pk).first()
    if record is None:
        raise Http404
    record.can_edit = resource.editable_by(request.user).filter(pk=pk).exists()
    return resource, record


def _submission(request: SignedInRequest) -> UUID:
    try:
        return UUID(request.POST.get("submission", ""))
    except ValueError:
        return uuid4()


def _card(
    request: SignedInRequest, resource: Resource, record: Any, refused: Any = (), status: int = 200
) -> HttpResponse:
    context = {
        "record": record, "kind": resource.kind, "refused": refused, "accept": ACCEPT,
        "file_rows": file_rows(request.user, resource.model, record.pk), "submission": uuid4(),
    }  # fmt: skip
    alone = request.headers.get("HX-Request") != "true"
    return render(
        request, "records/files.html" if alone else "records/_files.html", context, status=status
    )


def _added(
    request: SignedInRequest, resource: Resource, record: Any, said: str, refused: list[str]
) -> HttpResponse:
    if request.headers.get("HX-Request") != "true" and not refused:
        messages.success(request, said)
        return redirect(record)
    response = _card(request, resource, record, refused, 422 if refused else 200)
    return with_toast(response, said) if said else response


def _moved(
    request: SignedInRequest, attachment: Attachment, said: str, undo: str = ""
) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return with_toast(HttpResponse(""), said, undo=undo)
    messages.success(request, said, extra_tags=f"undo:{undo}" if undo else "")
    parent: Any = attachment.parent
    return redirect(safe_next(request, parent.get_absolute_url() if parent else "/"))
