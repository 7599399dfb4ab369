"""The printed quote: asked for by a button, made by a worker, kept beside the quote."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from crm.common.pdf import render_pdf
from crm.jobs.context import JobContext
from crm.jobs.models import Job
from crm.jobs.services import job_enqueue
from crm.records.personal.erasing import remove_files
from sales.models import Quote

KIND = "quote_pdf"
MOST_TIMES = 5


@transaction.atomic
def quote_pdf_request(*, quote: Quote, actor: Any) -> Job:
    """Print a quote in the background; a second click while it runs gives the running job.

    Raises
    ------
    PermissionDenied
        The actor does not see the quote.
    """
    if not Quote.objects.visible_to(actor).filter(pk=quote.pk).exists():
        raise PermissionDenied
    locked = Quote.objects.select_for_update(of=("self",)).get(pk=quote.pk)
    job = locked.pdf_job
    if job is not None and not job.is_over:
        return job
    job = job_enqueue(
        kind=KIND, params={"quote": quote.pk}, actor=actor, title=str(quote),
        url=quote.get_absolute_url(),
    )  # fmt: skip
    Quote.objects.filter(pk=quote.pk).update(pdf_job=job)
    return job


def quote_print(job: JobContext) -> Quote | None:
    """Make the PDF and keep it; a quote that changes meanwhile is printed anew.

    Raises
    ------
    PdfImpossibleError
        This machine lacks what PDF needs.
    """
    for _time in range(MOST_TIMES):
        job.progress(0, 3)
        quote = _find(job)
        if quote is None:
            break
        html = quote_html(quote)
        job.progress(1, 3)
        content = render_pdf(html)
        job.progress(2, 3)
        if kept := _keep(job, quote, content):
            return kept
    return None


def _keep(job: JobContext, quote: Quote, content: bytes) -> Quote | None:
    """The quote with its PDF; None when it is no longer what was printed."""
    with job.guard():
        fresh = Quote.objects.select_for_update(of=("self",)).filter(pk=quote.pk).first()
        if fresh is None or (fresh.version, fresh.net) != (quote.version, quote.net):
            return None
        name = fresh.pdf.storage.save(f"quotes/{uuid.uuid4()}.pdf", ContentFile(content))
        Quote.objects.filter(pk=quote.pk).update(pdf=name)
        remove_files([fresh.pdf.name])
        job.progress(3, 3)
    return fresh


def _find(job: JobContext) -> Quote | None:
    visible = Quote.objects.visible_to(job.actor) if job.actor else Quote.objects.none()
    found = visible.select_related("customer", "contact", "owner", "deal")
    quote: Quote | None = found.filter(pk=job.params["quote"]).first()
    return quote


def quote_html(quote: Quote) -> str:
    """The quote as a document in its own language."""
    lines = list(quote.lines.select_related("product").order_by("position"))
    with translation.override(quote.language):
        return render_to_string(
            "sales/quote_pdf.html",
            {
                "quote": quote,
                "lines": lines,
                "discounted": any(line.discount for line in lines),
                "sender": settings.COMPANY_NAME or settings.BRAND[quote.language],
                "address": [part.strip() for part in settings.COMPANY_ADDRESS.split("|") if part],
                "language": quote.language,
            },
        )
