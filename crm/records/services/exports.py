"""Taking lists out: each export is logged; workbooks of many rows and all vCards are jobs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common import formats
from crm.common.errors import RefusedError
from crm.jobs.services import job_enqueue
from crm.records.exporting import (
    IN_CARDS,
    Table,
    clock_serial,
    clock_text,
    csv_chunks,
    vcard_chunks,
    xlsx_stream,
)
from crm.records.lists import ALL_COLUMNS, ListQuery, resource_of
from crm.records.models import Export
from crm.records.permissions import REP_MAX_ROWS, exportable, may_export
from crm.records.workbook import MOST_ROWS, ROWS_AT_ONCE

JOB_KIND = "export"
AT_ONCE = {Export.Format.CSV: 200_000, Export.Format.XLSX: 100_000, Export.Format.VCF: 2_000}
CARDS = {"customers.customer", "customers.contact"}
Format = Export.Format


class Work(Protocol):
    """What an export needs of whoever runs it; a ``JobContext`` is one."""

    def progress(self, done: int, total: int = 0, note: str = "") -> None: ...
    def guard(self) -> AbstractContextManager[None]: ...


def formats_of(kind: str) -> list[tuple[str, str]]:
    """The formats in which a kind of record can be taken out."""
    offered = [Format.CSV, Format.XLSX, *([Format.VCF] if kind in CARDS else [])]
    return [(f.value, str(f.label)) for f in offered]


@transaction.atomic
def export_start(*, query: ListQuery, format: str, ids: Sequence[int] | None = None) -> Export:
    """Log an export of the list, or of the rows ``ids``; one with a job is made by a worker.

    Raises
    ------
    PermissionDenied
        The actor's role takes nothing out.
    RefusedError
        More rows than a representative, or than a sheet, may hold.
    """
    actor = query.user
    if not may_export(actor) or format not in dict(formats_of(query.resource.kind)):
        raise PermissionDenied
    export = Export(
        kind=query.resource.kind, format=format, query=query.text, created_by=actor,
        columns=[column.key for column in _columns(query)], record_ids=ids and list(ids),
    )  # fmt: skip
    export.rows = _records(export, query).order_by().count()
    _refuse_too_many(export, actor)
    export.save()
    if export.rows > AT_ONCE[Format(format)]:
        export.job = job_enqueue(
            kind=JOB_KIND, params={"export": export.pk}, actor=actor,
            title=_("Export: %(what)s") % {"what": query.resource.label_plural},
            url=reverse("records:export_detail", args=[export.pk]),
        )  # fmt: skip
        export.save(update_fields=["job"])
    return export


def _columns(query: ListQuery) -> list[Any]:
    everything = query.params.get("columns") == ALL_COLUMNS
    return query.all_columns() if everything else query.columns()


def _refuse_too_many(export: Export, actor: Any) -> None:
    rows = export.rows or 0
    if actor.is_rep and rows > REP_MAX_ROWS:
        raise RefusedError(
            _("These are %(rows)s rows; a sales rep may take out %(limit)s at a time.")
            % {"rows": formats.number(rows), "limit": formats.number(REP_MAX_ROWS)}
        )
    if export.format == Format.XLSX and rows > MOST_ROWS:
        raise RefusedError(_("A sheet holds %(limit)s rows at most; take a CSV file instead.")
                           % {"limit": formats.number(MOST_ROWS)})  # fmt: skip


def _records(export: Export, query: ListQuery) -> Any:
    records = exportable(query)
    return records if export.record_ids is None else records.filter(pk__in=export.record_ids)


def export_chunks(export: Export) -> Iterator[bytes]:
    """The file, piece by piece, with the rights that its maker has now."""
    resource, actor = resource_of(export.kind), export.created_by
    query = ListQuery.of(resource, actor, export.query)
    records = resource.listed(_records(export, query), actor).prefetch_related(None)
    offered = {column.key: column for column in query.all_columns()}
    order = query.order()
    if export.format == Format.VCF:
        columns = [column for key, column in offered.items() if key in IN_CARDS]
        return vcard_chunks(Table(records, columns, order))
    columns = [offered[key] for key in export.columns if key in offered]
    if export.format == Format.XLSX:
        return xlsx_stream(Table(records, columns, order, clock_serial))
    return csv_chunks(Table(records, columns, order, clock_text))


def export_run(*, export: Export, work: Work) -> Export:
    """Write the file for later download; a second attempt writes it anew."""
    name = f"exports/{timezone.now():%Y/%m}/{uuid.uuid4().hex}.{export.format}"
    name = default_storage.save(name, ContentFile(b""))
    with Path(default_storage.path(name)).open("wb") as stream:
        for count, chunk in enumerate(export_chunks(export), start=1):
            stream.write(chunk)
            work.progress(min(count * ROWS_AT_ONCE, export.rows or 0), export.rows or 0)
    with work.guard():
        export.file.name = name
        export.save(update_fields=["file"])
    return export
