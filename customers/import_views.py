"""The import page, one import's page, and the rows that were left out."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from crm.accounts.http import SignedInRequest
from crm.common.cells import plain_name
from crm.common.errors import RefusedError
from customers.imports.forms import ImportForm
from customers.imports.registry import kinds_for
from customers.imports.selectors import import_page, past_imports
from customers.imports.services import REP_MAX_ROWS, import_start, may_import
from customers.models import ImportBatch


@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: SignedInRequest) -> HttpResponse:
    """The form and the past imports; a refused file keeps the person here with the reason."""
    if not may_import(request.user):
        raise Http404
    if request.method != "POST":
        return _page(request, ImportForm(user=request.user))
    form = ImportForm(request.POST, request.FILES, user=request.user)
    if form.is_valid():
        try:
            return redirect(_start(request, form.cleaned_data))
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
    return _page(request, form, status=422)


def _start(request: SignedInRequest, data: dict[str, Any]) -> ImportBatch:
    team = data.get("team")
    with tempfile.TemporaryDirectory() as folder:
        return import_start(
            actor=request.user,
            path=_on_disk(data["file"], Path(folder)),
            name=data["file"].name,
            kind=data["kind"],
            team_id=team.pk if team else None,
            currency=data.get("currency", ""),
        )


def _on_disk(upload: UploadedFile, folder: Path) -> Path:
    if isinstance(upload, TemporaryUploadedFile):
        return Path(upload.temporary_file_path())
    path = folder / "upload"
    path.write_bytes(upload.read())
    return path


def _page(request: SignedInRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "kinds": [(kind.label, kind.hint) for kind in kinds_for(request.user)],
        "batches": past_imports(request.user),
        "max_bytes": settings.IMPORT_MAX_BYTES,
        "max_megabytes": settings.IMPORT_MAX_BYTES // (1024 * 1024),
        "max_rows": REP_MAX_ROWS if request.user.is_rep else None,
    }
    return render(request, "customers/import.html", context, status=status)


@require_GET
@never_cache
def import_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    batch = _visible(request, pk)
    steers = request.user.is_admin or batch.created_by_id == request.user.pk
    context = {**import_page(batch), "may_steer": steers}
    return render(request, "customers/import_detail.html", context)


@require_GET
@never_cache
def import_rejects(request: SignedInRequest, pk: int) -> FileResponse:
    """The rejected rows with their reasons, ready to be corrected and imported again."""
    batch = _visible(request, pk)
    if not batch.rejects:
        raise Http404
    try:
        content = batch.rejects.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    stem = Path(plain_name(batch.filename)).stem
    return FileResponse(
        content, as_attachment=True, filename=f"{stem}-rejects.csv", content_type="text/csv"
    )


def _visible(request: SignedInRequest, pk: int) -> ImportBatch:
    if not may_import(request.user):
        raise Http404
    batches: Any = ImportBatch.objects.visible_to(request.user)
    found: ImportBatch = get_object_or_404(
        batches.select_related("job", "created_by", "team"), pk=pk
    )
    return found
