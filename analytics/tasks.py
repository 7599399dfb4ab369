"""Analyses in the background."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from analytics import runs
from analytics.customer_duplicates import find_duplicates
from analytics.models import Run
from analytics.warehouse.export import WAREHOUSE_EXPORT, export_write
from crm.jobs.context import JobContext
from crm.jobs.registry import HEAVY_QUEUE, handler
from crm.jobs.schedule import nightly
from customers.duplicates.services import JOB_KIND as FIND_DUPLICATES
from sales.measures import company_today


@handler("analyze", title=_("Analysis"), queue=HEAVY_QUEUE)
def analyze(job: JobContext) -> dict[str, Any]:
    run = Run.objects.filter(pk=job.params["run"]).first()
    if run is None or run.state != Run.State.RUNNING:
        return {}
    run = runs.run_execute(run, job)
    return {"run": run.pk, "state": run.state, "url": run.get_absolute_url()}


@handler("analyze_nightly", title=_("Nightly analysis"), queue=HEAVY_QUEUE)
def analyze_nightly(job: JobContext) -> dict[str, Any]:
    return dict(runs.nightly(progress=job.progress))


@handler(FIND_DUPLICATES, title=_("Search for duplicates"), queue=HEAVY_QUEUE)
def search_duplicates(job: JobContext) -> dict[str, Any]:
    found = find_duplicates(job)
    pairs = int(found["pairs"])
    told = ngettext("%(n)d pair found.", "%(n)d pairs found.", pairs) % {"n": pairs}
    return {
        "message": found["problem"] or told,
        "table": [[gettext("Customers compared"), found["rows"]]],
        "url": "/customers/duplicates/",
    }


@handler(WAREHOUSE_EXPORT, title=_("Warehouse export"), queue=HEAVY_QUEUE)
def export_warehouse(job: JobContext) -> dict[str, Any]:
    rows = export_write(day=company_today(), progress=job.progress)
    return {
        "message": gettext("The star is written."),
        "table": [[name, count] for name, count in rows.items()],
        "url": "/analytics/warehouse/",
    }


nightly(WAREHOUSE_EXPORT, hour=3, minute=30)
nightly("analyze_nightly", hour=2, minute=30)
nightly(FIND_DUPLICATES, hour=1, minute=40)
