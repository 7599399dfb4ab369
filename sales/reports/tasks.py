"""Reports' work in the background."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.jobs.context import JobContext
from crm.jobs.registry import handler
from crm.jobs.schedule import every
from sales.reports.delivery import MAIL_KIND, deliver, enqueue_due
from sales.reports.files import JOB_KIND, report_print


@handler(JOB_KIND, title=gettext_lazy("Report as PDF"))
def report_pdf(job: JobContext) -> dict[str, Any]:
    report_print(job)
    return {"message": _("The PDF is ready.")}


@handler(MAIL_KIND, title=gettext_lazy("Mail a report"))
def report_mail(job: JobContext) -> dict[str, Any]:
    delivery = deliver(job)
    if delivery is None:
        return {"message": _("Nobody wants this any more.")}
    return {"message": f"{delivery.get_state_display()} {delivery.reason}".strip()}


@handler("reports_due", title=gettext_lazy("Reports that are due"), atomic=True)
def reports_due(job: JobContext) -> dict[str, Any]:
    return {"table": [[_("Reports begun"), enqueue_due(timezone.now())]]}


every("reports_due", seconds=300)
