"""Analyses in the background."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from analytics import csat_risk, rescoring, runs
from analytics.attribution import tables as attribution
from analytics.attribution.declaring import declared
from analytics.attribution.forms import TermsForm
from analytics.boards import printing
from analytics.customer_duplicates import find_duplicates
from analytics.datasets.reimport import source_check
from analytics.datasets.services import ANALYSE_KIND, READ_KIND
from analytics.datasets.sources import SOURCE_KIND, sources_due
from analytics.datasets.working import analysis_part, analysis_run, dataset_read, trash_empty
from analytics.experiments import runs as experiment_runs
from analytics.fan_out import PART_KIND
from analytics.lost_runs import lost_runs_end
from analytics.models import Run
from analytics.warehouse.export import WAREHOUSE_EXPORT, export_write
from crm.jobs.context import JobContext
from crm.jobs.registry import HEAVY_QUEUE, handler
from crm.jobs.schedule import every, nightly
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


@handler("runs_lost", title=_("Runs that ended without a word"))
def end_lost_runs(job: JobContext) -> dict[str, Any]:
    return {"table": [[gettext("Runs"), lost_runs_end()]]}


@handler("csat_risk", title=_("Likely marks of open requests"), atomic=True)
def score_open_requests(job: JobContext) -> dict[str, Any]:
    """Read the open requests through the newest card again: waiting goes on between the nights."""
    run = csat_risk.newest_run()
    written = csat_risk.risks_write(run) if run else 0
    return {"table": [[gettext("Requests"), written]]}


@handler(rescoring.JOB_KIND, title=_("Score of a customer"))
def score_customer(job: JobContext) -> dict[str, Any]:
    with job.interruptible():
        kinds = rescoring.customer_score(pk=job.params["customer"])
    names = [str(Run.Method(kind).label) for kind in kinds]
    told = gettext("Scored: %(names)s.") % {"names": ", ".join(names)}
    return {"message": told if names else gettext("No question concerns this customer now.")}


@handler(rescoring.REFRESH_KIND, title=_("Scores of what changed"), queue=HEAVY_QUEUE)
def refresh_scores(job: JobContext) -> dict[str, Any]:
    return {"table": [list(one) for one in rescoring.scores_refresh(job)]}


@handler("experiments_nightly", title=_("Running experiments"), queue=HEAVY_QUEUE)
def experiments_nightly(job: JobContext) -> dict[str, Any]:
    return dict(experiment_runs.nightly())


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


@handler(READ_KIND, title=_("Read a table"))
def read_dataset(job: JobContext) -> dict[str, Any]:
    dataset = dataset_read(pk=job.params["dataset"], version=job.params["version"], work=job)
    return {"url": dataset.get_absolute_url()} if dataset else {}


@handler(ANALYSE_KIND, title=_("Analysis of a table"), queue=HEAVY_QUEUE)
def analyse_dataset(job: JobContext) -> dict[str, Any]:
    analysis = analysis_run(pk=job.params["analysis"], work=job)
    return {"url": analysis.get_absolute_url()} if analysis else {}


@handler(SOURCE_KIND, title=_("Read a table again"))
def read_source(job: JobContext) -> dict[str, Any]:
    return {"message": source_check(pk=job.params["source"], work=job)}


@handler("datasets_due", title=_("Tables that are read again"), atomic=True)
def start_due_sources(job: JobContext) -> dict[str, Any]:
    return {"table": [[gettext("Tables"), sources_due()]]}


@handler(PART_KIND, title=_("Part of a forecast"), queue=HEAVY_QUEUE)
def forecast_groups(job: JobContext) -> dict[str, Any]:
    return analysis_part(pk=job.params["analysis"], work=job)


@handler("datasets_trash", title=_("Empty the trash of datasets"), atomic=True)
def empty_datasets_trash(job: JobContext) -> dict[str, Any]:
    return {"table": [[gettext("Datasets removed"), trash_empty()]]}


@handler(attribution.JOB_KIND, title=_("Attributed revenue"), queue=HEAVY_QUEUE)
def attribute(job: JobContext) -> dict[str, Any]:
    form = TermsForm(job.params, declared())
    if job.actor is None or not form.is_valid():
        return {}
    rows = attribution.credits_keep(job.actor, form.asked)
    return {"table": [[gettext("Rows"), rows]]}


@handler(attribution.NIGHTLY_KIND, title=_("Attributed revenue of the night"), queue=HEAVY_QUEUE)
def attribute_nightly(job: JobContext) -> dict[str, Any]:
    return {"table": [[gettext("Tables"), attribution.credits_nightly(job.progress)]]}


every("datasets_due", seconds=300)
every("runs_lost", seconds=300)
nightly("datasets_trash", hour=4, minute=10)
nightly(WAREHOUSE_EXPORT, hour=3, minute=30)
nightly("experiments_nightly", hour=2, minute=10)
nightly("analyze_nightly", hour=2, minute=30)
nightly(attribution.NIGHTLY_KIND, hour=3, minute=50)
nightly(FIND_DUPLICATES, hour=1, minute=40)
every("csat_risk", seconds=1800)
every(rescoring.REFRESH_KIND, seconds=1800)


@handler(printing.JOB_KIND, title=_("Dashboard as PDF"))
def board_pdf(job: JobContext) -> dict[str, Any]:
    printing.board_print(job)
    return {"message": gettext("The PDF is ready.")}
