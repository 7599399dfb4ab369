"""Reports as files: CSV and workbook at once, PDF by a job; each is logged as other exports are."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.common.cells import safe_cell
from crm.common.errors import RefusedError
from crm.common.pdf import render_pdf
from crm.jobs.context import JobContext
from crm.jobs.services import job_enqueue
from crm.records import workbook
from crm.records.forms import problems
from crm.records.models import Export
from crm.records.permissions import may_export
from sales.reports.layout import cells, heads, said, subtitle, title, written
from sales.reports.query import ReportQuery, read
from sales.reports.tables import ReportTable, build

KIND = "sales.report"
JOB_KIND = "report_pdf"
Format = Export.Format
_LOOKS = {
    "text": workbook.GENERAL, "count": workbook.WHOLE, "money": workbook.AMOUNT,
    "plain": workbook.AMOUNT, "share": workbook.SHARE, "change": workbook.CHANGE,
}  # fmt: skip
FORMATS = (Format.CSV, Format.XLSX, Format.PDF)


def question(user: Any, text: str, today: Any = None) -> ReportQuery:
    """The question of an address that was kept; RefusedError when it cannot be asked (any more)."""
    form, query = read(user, text, today)
    if query is None:
        raise RefusedError(
            _("This report cannot be made: %(reasons)s") % {"reasons": problems(form)}
        )
    return query


def rows_of(table: ReportTable) -> Iterator[list[Any]]:
    """The rows and the total, as files hold them."""
    columns = heads(table)
    for row in (*table.rows, table.total):
        found = zip(columns, cells(table, row, columns), strict=True)
        yield [written(value, head.kind) for head, value in found]


def csv_file(table: ReportTable) -> bytes:
    """UTF-8 with its mark, which Excel needs; texts that would run as formulas are disarmed."""
    buffer = io.StringIO("\ufeff")
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer)
    writer.writerow([safe_cell(head.label) for head in heads(table)])
    for row in rows_of(table):
        writer.writerow([_text(value) for value in row])
    return buffer.getvalue().encode()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_cell(value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def xlsx_file(table: ReportTable) -> bytes:
    columns = heads(table)
    header, looks = [head.label for head in columns], [_LOOKS[head.kind] for head in columns]
    zone = timezone.get_current_timezone()
    return b"".join(workbook.xlsx_chunks(header, rows_of(table), zone, looks))


def pdf_file(table: ReportTable) -> bytes:
    """The table on A4 with its title, filters, maker and moment. Raises PdfImpossibleError."""
    return render_pdf(pdf_html(table))


def pdf_html(table: ReportTable) -> str:
    columns = heads(table)
    language = translation.get_language() or settings.LANGUAGE_CODE
    rows = [
        {"cells": [
            (said(value, head.kind), head.kind != "text")
            for head, value in zip(columns, cells(table, row, columns), strict=True)
        ], "is_total": row is table.total}
        for row in (*table.rows, table.total)
    ]  # fmt: skip
    context = {
        "title": title(table.query), "subtitle": subtitle(table), "columns": columns, "rows": rows,
        "language": language, "maker": table.query.user, "made_at": timezone.now(),
        "sender": settings.COMPANY_NAME or settings.BRAND.get(language, settings.BRAND["en"]),
        "wide": len(columns) > 7, "base_currency": settings.BASE_CURRENCY,
        "is_empty": table.is_empty,
    }  # fmt: skip
    return render_to_string("sales/report_pdf.html", context)


WRITERS: dict[str, Callable[[ReportTable], bytes]] = {
    Format.CSV: csv_file,
    Format.XLSX: xlsx_file,
    Format.PDF: pdf_file,
}


@transaction.atomic
def report_export(*, actor: Any, text: str, format: str) -> tuple[Export, bytes | None]:
    """Log an export of a report. CSV and workbook come along; a PDF is made by the export's job.

    Raises
    ------
    PermissionDenied
        The actor's role takes nothing out.
    RefusedError
        The report cannot be made.
    """
    if not may_export(actor) or format not in FORMATS:
        raise PermissionDenied
    table = build(question(actor, text))
    export = Export.objects.create(
        kind=KIND, format=format, query=table.query.text, rows=len(table.rows), created_by=actor
    )
    if format != Format.PDF:
        return export, WRITERS[Format(format)](table)
    export.job = job_enqueue(
        kind=JOB_KIND, params={"export": export.pk}, actor=actor, title=title(table.query),
        url=reverse("records:export_detail", args=[export.pk]),
    )  # fmt: skip
    export.save(update_fields=["job"])
    return export, None


def report_print(job: JobContext) -> Export:
    """Make the PDF of an export with the rights that its maker has now."""
    export = Export.objects.select_related("created_by").get(pk=job.params["export"])
    job.progress(0, 2)
    table = build(question(export.created_by, export.query))
    job.progress(1, 2)
    content = ContentFile(pdf_file(table))
    with job.guard():
        name = f"exports/{timezone.now():%Y/%m}/{uuid.uuid4().hex}.pdf"
        export.file.name = default_storage.save(name, content)
        export.save(update_fields=["file"])
        job.progress(2, 2)
    return export
