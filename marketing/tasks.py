"""Experiments in the background: the draw, and the campaign for the rest."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.jobs.context import JobContext
from crm.jobs.registry import handler
from marketing.experiments import services


@handler(services.DRAW, title=_("Draw of an experiment"), atomic=True)
def draw(job: JobContext) -> dict[str, Any]:
    experiment = services.experiment_draw(
        pk=job.params["experiment"], actor=job.actor, progress=job.progress
    )
    total = experiment.assignments.count()
    return {
        "message": gettext("The arms are drawn."),
        "table": [[gettext("Customers drawn"), total]],
        "url": experiment.get_absolute_url(),
    }


@handler(services.ROLL_OUT, title=_("Campaign for the rest"), atomic=True)
def roll_out(job: JobContext) -> dict[str, Any]:
    campaign = services.experiment_roll_out(
        pk=job.params["experiment"], actor=job.actor, arm=job.params["arm"],
        progress=job.progress,
    )  # fmt: skip
    return {
        "message": gettext("The campaign is planned."),
        "table": [[gettext("Customers"), campaign.activities.count()]],
        "url": campaign.get_absolute_url(),
    }
