"""Sales' work in the background."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.jobs.context import JobContext
from crm.jobs.registry import handler
from crm.jobs.schedule import nightly
from sales.services.norms import REFRESH_KIND, stage_norms_refresh


@handler(REFRESH_KIND, title=gettext_lazy("Usual time in each stage"), atomic=True)
def stage_norms(job: JobContext) -> dict[str, Any]:
    measured = stage_norms_refresh()
    return {"message": _("Measured."), "table": [[_("Stages with a usual time"), measured]]}


nightly(REFRESH_KIND, hour=1, minute=40)
