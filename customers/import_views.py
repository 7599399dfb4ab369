"""The import's pages: file, columns, preview, the import itself, and what became of it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import SignedInRequest
from crm.common.cells import plain_name
from crm.common.errors import RefusedError
from customers.imports import services
from customers.imports.checking import REP_MAX_ROWS
from customers.imports.forms import ColumnsForm, ImportForm, ReadingForm
from customers.imports.registry import kinds_for
from customers.imports.selectors import (
    columns_page,
    import_page,
    layout_of,
    past_imports,
    preview_page,
    steps,
)
from customers.models import ImportBatch

State = ImportBatch.State


@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: SignedInRequest) -> HttpResponse:
    """The form and the past imports; a refused file keeps the person here with the reason."""
    if not services.may_import(request.user):
        raise Http404
    if request.method != "POST":
        return _upload_page(request, ImportForm(user=request.user))
    form = ImportForm(request.POST, request.FILES, user=request.user)
    if form.is_valid():
        try:
            batch = _open(request, form.cleaned_data)
            return redirect("customers:import_columns", batch.pk)
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
    return _upload_page(request, form, status=422)


def _open(request: SignedInRequest, data: dict[str, Any]) -> ImportBatch:
    team = data.get("team")
    with tempfile.TemporaryDirectory() as folder:
        return services.import_open(
            actor=request.user,
            path=_on_disk(data["file"], Path(folder)),
            name=data["file"].name,
            kind=data["kind"],
            team_id=team.pk if team else None,
        )


def _on_disk(upload: UploadedFile, folder: Path) -> Path:
    if isinstance(upload, TemporaryUploadedFile):
        return Path(upload.temporary_file_path())
    path = folder / "upload"
    path.write_bytes(upload.read())
    return path


def _upload_page(request: SignedInRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "steps": steps(1),
        "kinds": kinds_for(request.user),
        "batches": past_imports(request.user),
        "max_bytes": settings.IMPORT_MAX_BYTES,
        "max_megabytes": settings.IMPORT_MAX_BYTES // (1024 * 1024),
        "max_rows": REP_MAX_ROWS if request.user.is_rep else None,
    }
    return render(request, "customers/import.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_columns(request: SignedInRequest, pk: int) -> HttpResponse:
    """Where each column goes."""
    batch = _draft(request, pk)
    if batch.state not in {State.DRAFT, State.TRYING}:
        return redirect("customers:import_detail", pk)
    data = request.POST if request.method == "POST" else None
    layout = layout_of(batch)
    form = ColumnsForm(data, user=request.user, batch=batch, titles=layout.titles)
    if data is not None and form.is_valid():
        try:
            services.import_map(
                pk=pk, actor=request.user, mapping=form.mapping(), options=form.options()
            )
            return redirect("customers:import_preview", pk)
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
    reading = ReadingForm(user=request.user, layout=layout, initial={"kind": batch.kind})
    context = {**columns_page(batch, layout, form), "reading": reading}
    return render(
        request, "customers/import_columns.html", context, status=422 if data is not None else 200
    )


@require_POST
def import_reading(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read the file another way."""
    batch = _draft(request, pk)
    if batch.state != State.DRAFT:
        return redirect("customers:import_detail", pk)
    layout = layout_of(batch)
    form = ReadingForm(request.POST, user=request.user, layout=layout)
    if form.is_valid():
        try:
            services.import_read_as(
                pk=pk, actor=request.user, wish=form.wish(), kind=form.cleaned_data["kind"]
            )
            return redirect("customers:import_columns", pk)
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
    columns = ColumnsForm(user=request.user, batch=batch, titles=layout.titles)
    context = {**columns_page(batch, layout, columns), "reading": form, "reading_open": True}
    return render(request, "customers/import_columns.html", context, status=422)


@require_GET
@never_cache
def import_preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The first rows as they would be stored, and the dry run."""
    batch = _draft(request, pk)
    if batch.state not in {State.DRAFT, State.TRYING}:
        return redirect("customers:import_detail", pk)
    try:
        context = preview_page(batch, layout_of(batch))
    except RefusedError:
        return redirect("customers:import_columns", pk)
    return render(request, "customers/import_preview.html", context)


@require_POST
def import_try(request: SignedInRequest, pk: int) -> HttpResponse:
    _draft(request, pk)
    services.import_try(pk=pk, actor=request.user)
    return redirect("customers:import_preview", pk)


@require_POST
def import_begin(request: SignedInRequest, pk: int) -> HttpResponse:
    """Start; what one may not see is not found, before anybody is asked for a password."""
    _draft(request, pk)
    return _begin(request, pk)


@reauthentication_required(enabled=lambda request: request.user.role == "admin")
def _begin(request: SignedInRequest, pk: int) -> HttpResponse:
    """Administrators confirm who they are first."""
    services.import_begin(pk=pk, actor=request.user)
    return redirect("customers:import_detail", pk)


@require_POST
def import_discard(request: SignedInRequest, pk: int) -> HttpResponse:
    _draft(request, pk)
    services.import_discard(pk=pk, actor=request.user)
    return redirect("customers:import")


@require_POST
def import_undo(request: SignedInRequest, pk: int) -> HttpResponse:
    _visible(request, pk)
    services.import_undo(pk=pk, actor=request.user)
    return redirect("customers:import_detail", pk)


@require_GET
@never_cache
def import_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    batch = _visible(request, pk)
    steers = batch.created_by_id == request.user.pk
    if batch.state in {State.DRAFT, State.TRYING} and steers:
        return redirect("customers:import_preview", pk)
    context = {**import_page(batch), "may_steer": steers or request.user.is_admin}
    return render(request, "customers/import_detail.html", context)


@require_GET
@never_cache
def import_rejects(request: SignedInRequest, pk: int) -> FileResponse:
    """The rejected rows with their reasons, ready to be corrected and imported again."""
    batch = _visible(request, pk)
    if not batch.rejects:
        raise Http404
    return _download(batch, batch.rejects.name)


@require_GET
@never_cache
def import_trial_rejects(request: SignedInRequest, pk: int) -> FileResponse:
    """The rows that a dry run rejected, or would bring in without some of their cells."""
    batch = _draft(request, pk)
    if not (batch.trial.get("rejected") or "left_out" in batch.trial.get("warnings", ())):
        raise Http404
    return _download(batch, str(Path(batch.file.name).with_suffix(".trial.csv")))


def _download(batch: ImportBatch, name: str) -> FileResponse:
    try:
        content = default_storage.open(name, "rb")
    except FileNotFoundError:
        raise Http404 from None
    stem = Path(plain_name(batch.filename)).stem
    return FileResponse(
        content, as_attachment=True, filename=f"{stem}-{_('rejected')}.csv", content_type="text/csv"
    )


def _visible(request: SignedInRequest, pk: int) -> ImportBatch:
    if not services.may_import(request.user):
        raise Http404
    return _one(ImportBatch.objects.visible_to(request.user), pk)


def _draft(request: SignedInRequest, pk: int) -> ImportBatch:
    """An import whose steps are the person's own."""
    return _one(ImportBatch.objects.steerable_by(request.user), pk)


def _one(batches: Any, pk: int) -> ImportBatch:
    found: ImportBatch = get_object_or_404(
        batches.select_related("job", "created_by", "team"), pk=pk
    )
    return found
