"""The job that reads a dataset again: fetch, compare, try, and only then replace.

Whatever goes wrong, the last good table stays as it is, and the owner is told why.
"""

from __future__ import annotations

import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from analytics.datasets import sources
from analytics.datasets.folders import take_newest
from analytics.datasets.models import Analysis, Dataset, DatasetSource
from analytics.datasets.reading import SHEETS, load_file, profile
from analytics.datasets.services import MOST_BYTES, analysis_start
from analytics.datasets.working import told
from crm.common.errors import RefusedError
from crm.common.outbound import fetch
from crm.common.roles import is_admin
from crm.jobs.errors import JobProblemError
from crm.mail.services import Letter, mail_queue

FETCH_SECONDS = 120.0
KEPT_ANSWERS = 5
WEB_PAGE = (b"<!doctype html", b"<html")


@dataclass(frozen=True)
class _Found:
    """What the place holds now; without a digest nothing has changed."""

    name: str
    size: int
    digest: str
    etag: str
    modified: str


def source_check(*, pk: int, work: Any) -> str:
    """Look whether the file has changed, and take it if so; the sentence for the job's page."""
    source = DatasetSource.objects.select_related("dataset", "owner").filter(pk=pk).first()
    if source is None:
        return _("It is not read again any more.")
    work.progress(0, 3, source.shown)
    try:
        with _spool() as (spool, folder):
            _may(source)
            found = _fetched(source, spool)
            if found.digest and found.digest != source.digest:
                work.progress(1, 3, found.name)
                return _taken(source, found, spool, folder, work)
    except RefusedError as problem:
        if isinstance(problem, JobProblemError):
            raise
        return _failed(source, told(problem), work)
    with work.guard():
        _update(source, found, error={}, failures=0)
    return _("The file has not changed.")


@contextmanager
def _spool() -> Iterator[tuple[IO[bytes], Path]]:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as spool:
        yield spool, Path(folder)


def _may(source: DatasetSource) -> None:
    """The owner's rights of today, not those of the day it was set up."""
    owner = source.owner
    reach = Dataset.objects.visible_to(owner)
    if not owner.is_active or not reach.filter(pk=source.dataset_id).exists():
        raise RefusedError(_("Whoever set this up may no longer see the table."))
    if source.kind == DatasetSource.Kind.FOLDER and not is_admin(owner):
        raise RefusedError(_("Only administrators read from the server's folder."))


def _fetched(source: DatasetSource, spool: IO[bytes]) -> _Found:
    place = sources.place_of(source)
    if source.kind == DatasetSource.Kind.FOLDER:
        taken = take_newest(place, spool, most_bytes=MOST_BYTES, known=source.modified)
        found = _Found(taken.name, taken.size, taken.digest, "", taken.mark)
    else:
        asked = {"If-None-Match": source.etag, "If-Modified-Since": source.modified}
        came = fetch(
            place, spool, most_bytes=MOST_BYTES, seconds=FETCH_SECONDS,
            headers={name: value for name, value in asked.items() if value},
        )  # fmt: skip
        name = source.shown.rstrip("/").rsplit("/", 1)[-1][:200]
        kept = (came.etag, came.last_modified) if came.status == 200 else (
            source.etag, source.modified,
        )  # fmt: skip
        found = _Found(name, came.size, came.digest, *kept)
        if came.content_type in {"text/html", "application/xhtml+xml"}:
            raise RefusedError(_("The address gave a web page, not a table."))
    if found.digest:
        _check_content(spool, found)
    return found


def _check_content(spool: IO[bytes], found: _Found) -> None:
    if found.size == 0:
        raise RefusedError(_("The file is empty."))
    spool.seek(0)
    if spool.read(200).lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(WEB_PAGE):
        raise RefusedError(_("The address gave a web page, not a table."))
    spool.seek(0)


def _taken(source: DatasetSource, found: _Found, spool: IO[bytes], folder: Path, work: Any) -> str:
    """Clean the new table as the old one was, replace it, and ask the last questions again."""
    from analytics.methods.errors import DataProblem

    dataset = source.dataset
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame, reports = load_file(spool, folder, dataset.steps)
            columns, preview = profile(frame)
    except DataProblem as problem:
        return _failed(source, told(problem), work)
    spool.seek(0)
    changed = {
        "state": Dataset.State.READY, "error": {}, "rows": len(frame), "columns": columns,
        "preview": preview, "reports": [asdict(report) for report in reports],
        "sheets": frame.attrs[SHEETS], "filename": found.name, "size": found.size,
    }  # fmt: skip
    with work.guard():
        locked = Dataset.objects.select_for_update().filter(
            pk=dataset.pk, version=dataset.version, trashed_at__isnull=True
        ).first()  # fmt: skip
        if locked is None:
            raise JobProblemError(_("The table was changed in the meantime; it is tried again."))
        _replace(locked, changed, spool)
        _update(source, found, error={}, failures=0, digest=found.digest, changed_at=timezone.now())
        asked = _ask_again(locked, source)
    said = _("The new table is in use: %(rows)d rows, %(answers)d questions asked again.")
    return said % {"rows": len(frame), "answers": asked}


def _replace(dataset: Dataset, changed: dict[str, Any], spool: IO[bytes]) -> None:
    old = dataset.file.name
    for name, value in changed.items():
        setattr(dataset, name, value)
    dataset.version += 1
    dataset.file.save(f"{uuid.uuid4().hex}.data", File(spool), save=False)
    dataset.save()
    if old:
        transaction.on_commit(partial(dataset.file.storage.delete, old))


def _ask_again(dataset: Dataset, source: DatasetSource) -> int:
    """The newest question to each method; of the answers that came so, the last few are kept."""
    newest: dict[str, Analysis] = {}
    for analysis in dataset.analyses.exclude(state=Analysis.State.RUNNING).order_by("-pk"):
        newest.setdefault(analysis.method, analysis)
    for method, before in newest.items():
        again = analysis_start(
            pk=dataset.pk, actor=source.owner, method=method, options=before.options
        )
        Analysis.objects.filter(pk=again.pk).update(repeated=True)
        repeated = dataset.analyses.filter(method=method, repeated=True).order_by("-pk")
        for old in repeated[KEPT_ANSWERS:]:
            if old.file:
                transaction.on_commit(partial(old.file.storage.delete, old.file.name))
            old.delete()
    return len(newest)


def _update(source: DatasetSource, found: _Found, **changes: Any) -> None:
    DatasetSource.objects.filter(pk=source.pk).update(
        checked_at=timezone.now(), etag=found.etag, modified=found.modified, **changes
    )


def _failed(source: DatasetSource, error: dict[str, Any], work: Any) -> str:
    """Keep what there is, say what is wrong, and write to the owner the first time."""
    with work.guard():
        DatasetSource.objects.filter(pk=source.pk).update(
            checked_at=timezone.now(), error=error, failures=source.failures + 1
        )
        if source.error.get("text") != error["text"]:
            _write_to_owner(source, error)
    return _("It could not be read again; the last table is kept. %(cause)s") % {
        "cause": error["text"]
    }


def _write_to_owner(source: DatasetSource, error: dict[str, Any]) -> None:
    owner = source.owner
    if not owner.email:
        return
    with translation.override(owner.language):
        cause = _said(error)
        letter = Letter.rendered(
            "dataset_source",
            {
                "name": source.dataset.name, "place": source.shown, "cause": cause,
                "language": owner.language,
                "url": f"{settings.BASE_URL}{source.dataset.get_absolute_url()}",
            },
        )  # fmt: skip
    mail_queue(kind="dataset", letter=letter, user=owner)


def _said(error: dict[str, Any]) -> str:
    from analytics.pages import translated

    return translated(error["code"], error["params"]) if error["code"] else str(error["text"])
