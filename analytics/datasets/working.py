"""What the jobs of datasets do: read a table, ask a method."""

from __future__ import annotations

import time
import uuid
import warnings
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.datasets.models import Analysis, Dataset
from analytics.datasets.pictured import pictured
from analytics.datasets.questions import defaults
from analytics.datasets.reading import SHEETS, load, profile
from analytics.datasets.services import dataset_remove
from analytics.fan_out import forecast_answer, forecast_by_workers, forecast_part
from analytics.provenance import fingerprint, library_versions
from crm.common.errors import RefusedError

MOST_ENTRIES = 500  # of a list that the page keeps; the whole answer is a file
TRASH_DAYS = 30


def dataset_read(*, pk: int, version: int, work: Any) -> Dataset | None:
    """Read the table with its steps; a job that a later change has overtaken does nothing."""
    from analytics.methods.errors import DataProblem

    dataset = Dataset.objects.filter(pk=pk, version=version).first()
    if dataset is None:
        return None
    work.progress(0, 2, _("Reading the file"))
    found: dict[str, Any]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame, reports = load(dataset, dataset.steps)
            work.progress(1, 2, _("Looking at the columns"))
            columns, preview = profile(frame)
    except (DataProblem, RefusedError) as problem:
        found = {"state": Dataset.State.REFUSED, "error": told(problem)}
    else:
        found = {
            "state": Dataset.State.READY, "error": {}, "rows": len(frame), "columns": columns,
            "preview": preview, "reports": [asdict(report) for report in reports],
            "sheets": frame.attrs[SHEETS],
        }  # fmt: skip
    with work.guard():
        Dataset.objects.filter(pk=pk, version=version).update(**found)
    return dataset


def analysis_run(*, pk: int, work: Any) -> Analysis | None:
    """Ask the method; a refusal is an answer too."""
    from analytics.methods.errors import DataProblem
    from analytics.methods.serialise import jsonable, to_json

    analysis = Analysis.objects.select_related("dataset").filter(pk=pk).first()
    if analysis is None or analysis.state != Analysis.State.RUNNING:
        return analysis
    began = time.monotonic()
    work.progress(0, 2, _("Reading the table"))
    whole = b""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = _answer(analysis, work)
    except (DataProblem, RefusedError) as problem:
        analysis.state, analysis.error = Analysis.State.REFUSED, told(problem)
    else:
        answer = {"method": analysis.method, **answer}
        whole = to_json(answer)
        analysis.state = Analysis.State.FINISHED
        analysis.answer = shortened(answer) | pictured(analysis.method, jsonable(answer))
    analysis.seconds = round(time.monotonic() - began, 3)
    with work.guard():
        if whole:
            name = f"{uuid.uuid4().hex}.json"
            analysis.file.save(name, ContentFile(whole), save=False)
        analysis.save()
    return analysis


def _answer(analysis: Analysis, work: Any) -> dict[str, Any]:
    from analytics.command_line import METHODS
    from analytics.table_edges import with_edges_told

    def table() -> Any:
        frame, _reports = load(analysis.dataset, analysis.steps)
        work.progress(1, 2, _("Computing the answer"))
        _remember(analysis, frame)
        return frame

    options = defaults(analysis.method) | analysis.options
    if analysis.method == "forecast" and options.get("group"):
        if settings.FORECAST_ENGINE == "dask":
            return forecast_answer(table(), options, work)
        return forecast_by_workers(table, options, work, {"analysis": analysis.pk})
    frame = table()
    with work.interruptible():
        return with_edges_told(METHODS[analysis.method].run(frame, options), frame)


def _remember(analysis: Analysis, frame: Any) -> None:
    """What was read, at once: work in parts ends here and goes on in another process."""
    analysis.fingerprint, analysis.versions = fingerprint(frame), library_versions()
    read = {"fingerprint": analysis.fingerprint, "versions": analysis.versions}
    Analysis.objects.filter(pk=analysis.pk).update(**read)


def analysis_part(*, pk: int, work: Any) -> dict[str, Any]:
    """A share of a forecast's groups; nothing when the analysis is gone or over."""
    analysis = Analysis.objects.select_related("dataset").filter(pk=pk).first()
    if analysis is None or analysis.state != Analysis.State.RUNNING:
        return {}
    frame, _reports = load(analysis.dataset, analysis.steps)
    return forecast_part(frame, defaults(analysis.method) | analysis.options, work)


def trash_empty() -> int:
    """Remove for good what has been in the trash for a month."""
    old = timezone.now() - timedelta(days=TRASH_DAYS)
    count = 0
    for dataset in Dataset.objects.filter(trashed_at__lt=old):
        dataset_remove(dataset)
        count += 1
    return count


def told(problem: Exception) -> dict[str, Any]:
    """A refusal as it is stored: by code where it has one, so that each reads it in their
    language."""
    code = getattr(problem, "code", "")
    params = {k: str(v) if not isinstance(v, int | float) else v
              for k, v in getattr(problem, "params", {}).items()}  # fmt: skip
    return {"code": code, "params": params, "text": str(problem)}


def shortened(value: Any) -> Any:
    """The answer with its long lists cut."""
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shortened(item) for item in value[:MOST_ENTRIES]]
    return value
