"""Reports' work in the background."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.jobs.context import JobContext
from crm.jobs.registry import handler
from sales.reports.files import JOB_KIND, report_print


@handler(JOB_KIND, title=gettext_lazy("Report as PDF"))
def report_pdf(job: JobContext) -> dict[str, Any]:
    report_print(job)
    return {"message": _("The PDF is ready.")}
