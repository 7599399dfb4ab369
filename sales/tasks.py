"""Sales' work in the background."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.jobs.context import JobContext
from crm.jobs.registry import handler
from crm.jobs.schedule import nightly
from sales import measures, quote_documents
from sales.funnel_rows import KIND as FUNNEL_KIND
from sales.funnel_rows import funnel_keep
from sales.reports import tasks as report_tasks  # noqa: F401  # registers its handlers
from sales.services import quotes_expire
from sales.services.forecasts import KIND as FORECAST_KIND
from sales.services.forecasts import forecast_snapshot
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


@handler(FORECAST_KIND, title=gettext_lazy("Forecast of the week"), atomic=True)
def keep_forecast(job: JobContext) -> dict[str, Any]:
    kept = forecast_snapshot(measures.company_today())
    return {"table": [[_("Rows kept"), kept]]}


# Every night, so that a Monday on which nothing ran is made up for; once a week it writes.
nightly(FORECAST_KIND, hour=0, minute=20)


@handler(FUNNEL_KIND, title=gettext_lazy("Sales funnel of the night"), atomic=True)
def keep_funnel(job: JobContext) -> dict[str, Any]:
    return {"table": [[_("Rows kept"), funnel_keep()]]}


nightly(FUNNEL_KIND, hour=1, minute=50)
