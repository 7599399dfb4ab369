"""Sales' work in the background."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.jobs.context import JobContext
from crm.jobs.registry import handler
from crm.jobs.schedule import nightly
from sales import quote_documents
from sales.services import quotes_expire
from sales.services.norms import REFRESH_KIND, stage_norms_refresh


@handler(REFRESH_KIND, title=gettext_lazy("Usual time in each stage"), atomic=True)
def stage_norms(job: JobContext) -> dict[str, Any]:
    measured = stage_norms_refresh()
    return {"message": _("Measured."), "table": [[_("Stages with a usual time"), measured]]}


nightly(REFRESH_KIND, hour=1, minute=40)


@handler(quote_documents.KIND, title=gettext_lazy("Quote as PDF"))
def quote_pdf(job: JobContext) -> dict[str, Any]:
    quote = quote_documents.quote_print(job)
    if quote is None:
        return {"message": _("The quote changed meanwhile. Print it again.")}
    return {"message": _("The PDF is ready."), "url": quote.get_absolute_url()}


@handler("quotes_expire", title=gettext_lazy("Expire quotes"), atomic=True)
def expire(job: JobContext) -> dict[str, Any]:
    return {"table": [[_("Quotes that expired"), quotes_expire(timezone.localdate())]]}


nightly("quotes_expire", hour=0, minute=10)
