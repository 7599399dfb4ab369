"""Jobs about customers: imports, dry runs, and their undoing."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.jobs.context import JobContext
from crm.jobs.errors import JobProblemError
from crm.jobs.registry import handler
from crm.jobs.schedule import nightly
from customers.imports.running import import_run, trial_run
from customers.imports.services import JOB_KIND, TRIAL_KIND, UNDO_KIND
from customers.imports.undo import undo_run
from customers.models import ImportBatch, PrivacyRequest
from customers.privacy.bundles import bundle_run
from customers.privacy.erasing import erasure_run
from customers.privacy.services import ERASE_KIND, EXPIRE_KIND, EXPORT_KIND, bundles_expire
from customers.quality.services import snapshots_write


@handler(JOB_KIND, title=gettext_lazy("Import a file"))
def run_import(job: JobContext) -> dict[str, Any]:
    """Import the batch that the parameters name."""
    batch = import_run(batch=_batch(job), work=job)
    return {
        "message": _("%(rows)s rows are in.") % {"rows": batch.rows_in},
        "table": _table(batch.created, batch.updated, batch.skipped, batch.rejected),
    }


@handler(TRIAL_KIND, title=gettext_lazy("Dry run of an import"))
def run_trial(job: JobContext) -> dict[str, Any]:
    """Find out what importing the batch would do."""
    trial = trial_run(batch=_batch(job), work=job).trial
    sums = [trial.get(name, 0) for name in ("created", "updated", "skipped", "rejected")]
    return {"message": _("Nothing was written."), "table": _table(*sums)}


@handler(UNDO_KIND, title=gettext_lazy("Undo an import"))
def run_undo(job: JobContext) -> dict[str, Any]:
    """Take back what the batch did."""
    undo = undo_run(batch=_batch(job), work=job).undo
    return {
        "message": _("The import is undone."),
        "table": [
            [_("Records removed"), undo.get("removed", 0)],
            [_("Records restored"), undo.get("restored", 0)],
            [_("Records kept"), undo.get("kept_count", 0)],
        ],
    }


@handler("customers_quality", title=gettext_lazy("Data quality of the day"), atomic=True)
def write_quality(job: JobContext) -> dict[str, Any]:
    """Keep how good the customers' data are today, per team and for the company."""
    written = snapshots_write(day=timezone.localdate())
    return {"table": [[_("Teams and the company"), written]], "url": "/customers/quality/"}


nightly("customers_quality", hour=2, minute=10)


@handler(ERASE_KIND, title=gettext_lazy("Erase a person"))
def run_erasure(job: JobContext) -> dict[str, Any]:
    """Erase whom the request that the parameters name is about."""
    erasure = erasure_run(request=_privacy_request(job), work=job)
    return {
        "message": _("The person is erased."),
        "table": [[_("Rows"), sum(erasure.counts.values())]],
    }


@handler(EXPORT_KIND, title=gettext_lazy("Collect what is held on a person"))
def run_bundle(job: JobContext) -> dict[str, Any]:
    """Write the bundle of the request that the parameters name."""
    request = bundle_run(request=_privacy_request(job), work=job)
    return {"message": _("The file is ready."), "table": [[_("Rows"), request.counts["rows"]]]}


@handler(EXPIRE_KIND, title=gettext_lazy("Remove old files about persons"), atomic=True)
def expire_bundles(job: JobContext) -> dict[str, Any]:
    """Remove the bundles whose week is over."""
    return {"table": [[_("Files"), bundles_expire()]]}


nightly(EXPIRE_KIND, hour=2, minute=40)


def _privacy_request(job: JobContext) -> PrivacyRequest:
    found = PrivacyRequest.objects.select_related("customer", "contact", "run_by")
    request = found.filter(pk=job.params["request"]).first()
    if request is None or request.subject is None:
        raise JobProblemError(_("The record is no longer there."), permanent=True)
    return request


def _batch(job: JobContext) -> ImportBatch:
    batches = ImportBatch.objects.select_related("created_by", "team")
    batch = batches.filter(pk=job.params["batch"]).first()
    if batch is None:
        raise JobProblemError(_("The file is no longer there."), permanent=True)
    return batch


def _table(created: int, updated: int, skipped: int, rejected: int) -> list[list[Any]]:
    return [
        [pgettext("rows", "Created"), created],
        [pgettext("rows", "Updated"), updated],
        [pgettext("rows", "Unchanged"), skipped],
        [pgettext("rows", "Rejected"), rejected],
    ]
