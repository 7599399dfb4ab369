"""Jobs about customers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.jobs.context import JobContext
from crm.jobs.errors import JobProblemError
from crm.jobs.registry import handler
from customers.imports.services import JOB_KIND, import_run
from customers.models import ImportBatch


@handler(JOB_KIND, title=gettext_lazy("Import a file"))
def run_import(job: JobContext) -> dict[str, Any]:
    """Import the batch that the parameters name."""
    batches = ImportBatch.objects.select_related("created_by", "team")
    batch = batches.filter(pk=job.params["batch"]).first()
    if batch is None:
        raise JobProblemError(_("The file is no longer there."), permanent=True)
    batch = import_run(batch=batch, work=job)
    return {
        "message": _("%(rows)s rows are in.") % {"rows": batch.rows_in},
        "table": [
            [_("Created"), batch.created],
            [_("Updated"), batch.updated],
            [_("Unchanged"), batch.skipped],
            [_("Rejected"), batch.rejected],
        ],
    }
