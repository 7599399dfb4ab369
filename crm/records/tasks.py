"""Jobs about lists: changes of many rows, and exports."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.jobs.context import JobContext
from crm.jobs.errors import JobProblemError
from crm.jobs.registry import handler
from crm.records.models import BulkChange, Export
from crm.records.services import bulk_run, bulk_undo, export_run
from crm.records.services.bulk import JOB_KIND as BULK
from crm.records.services.bulk import UNDO_KIND as UNDO
from crm.records.services.exports import JOB_KIND as EXPORT


@handler(BULK, title=gettext_lazy("Change many rows"))
def run_bulk(job: JobContext) -> dict[str, Any]:
    change = bulk_run(change=_find(BulkChange, job.params["change"]), work=job)
    return {
        "message": _("%(n)s rows were changed.") % {"n": change.changed},
        "table": [
            [_("Changed"), change.changed],
            [_("Unchanged"), change.unchanged],
            [_("Refused"), change.refused],
        ],
    }


@handler(UNDO, title=gettext_lazy("Undo a change of many rows"))
def run_undo(job: JobContext) -> dict[str, Any]:
    change = bulk_undo(change=_find(BulkChange, job.params["change"]), work=job)
    return {"message": _("%(n)s rows are as before.") % {"n": change.restored}}


@handler(EXPORT, title=gettext_lazy("Export"))
def run_export(job: JobContext) -> dict[str, Any]:
    export = export_run(export=_find(Export, job.params["export"]), work=job)
    return {"message": _("The file is ready."), "table": [[_("Rows"), export.rows]]}


def _find(model: Any, pk: int) -> Any:
    found = model.objects.select_related("created_by").filter(pk=pk).first()
    if found is None:
        raise JobProblemError(_("This is no longer there."), permanent=True)
    return found
