"""Analyses in the background."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics import runs
from analytics.models import Run
from crm.jobs.context import JobContext
from crm.jobs.registry import HEAVY_QUEUE, handler
from crm.jobs.schedule import nightly


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


nightly("analyze_nightly", hour=2, minute=30)
