"""Where a dataset is read from again: set up, taken away, looked at now or by the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlunsplit

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.datasets.folders import read_place
from analytics.datasets.models import Dataset, DatasetSource
from crm.common.errors import RefusedError
from crm.common.outbound import read_address
from crm.common.roles import is_admin
from crm.common.sealing import sealed, unsealed
from crm.jobs.models import Job
from crm.jobs.services import job_enqueue

SOURCE_KIND = "dataset_source"
PURPOSE = "dataset source"
MOST_AT_ONCE = 200


@transaction.atomic
def source_set(*, pk: int, actor: Any, kind: str, place: str, every: int) -> DatasetSource:
    """Read dataset ``pk`` again from a web address or the server's folder, and look at once.

    Raises
    ------
    RefusedError
        A place that cannot be called or read, in one sentence.
    PermissionDenied
        A dataset out of reach; the folder, for anyone but administrators: it is everybody's.
    """
    dataset = _reached(pk, actor)
    if kind == DatasetSource.Kind.FOLDER:
        if not is_admin(actor):
            raise PermissionDenied
        read_place(place)
        shown = place.strip()
    else:
        parts, _host, _port = read_address(place)
        shown = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))[:300]
    source, _made = DatasetSource.objects.update_or_create(
        dataset=dataset,
        defaults={
            "kind": kind, "place": sealed(place.strip(), PURPOSE), "shown": shown, "every": every,
            "owner": actor, "due_at": timezone.now(), "etag": "", "modified": "", "digest": "",
            "error": {}, "failures": 0,
        },
    )  # fmt: skip
    return _look(source)


@transaction.atomic
def source_remove(*, pk: int, actor: Any) -> None:
    """Stop reading again; the table stays as it is."""
    DatasetSource.objects.filter(dataset=_reached(pk, actor)).delete()


@transaction.atomic
def source_look(*, pk: int, actor: Any) -> DatasetSource:
    """Look now instead of waiting for the clock."""
    dataset = _reached(pk, actor)
    source = DatasetSource.objects.select_for_update().filter(dataset=dataset).first()
    if source is None:
        raise RefusedError(_("This table is not read again from anywhere."))
    return _look(source)


@transaction.atomic
def sources_due() -> int:
    """Start a job for each source whose time has come; how many."""
    due = DatasetSource.objects.filter(
        due_at__lte=timezone.now(), dataset__trashed_at__isnull=True, owner__is_active=True
    )
    locked = due.select_for_update(of=("self",), skip_locked=True).order_by("due_at")
    return len([_look(source) for source in locked[:MOST_AT_ONCE]])


def _look(source: DatasetSource) -> DatasetSource:
    """One job at a time: who asks while one is under way gets that one."""
    source.due_at = timezone.now() + timedelta(hours=source.every)
    if not _is_busy(source):
        source.job = job_enqueue(
            kind=SOURCE_KIND, params={"source": source.pk}, actor=source.owner,
            title=_("Read again: %(name)s") % {"name": source.dataset.name},
            url=source.dataset.get_absolute_url(),
        )  # fmt: skip
    source.save(update_fields=["due_at", "job"])
    return source


def _is_busy(source: DatasetSource) -> bool:
    open_states = [Job.State.QUEUED, Job.State.RUNNING]
    job = source.job_id
    return job is not None and Job.objects.filter(pk=job, state__in=open_states).exists()


def place_of(source: DatasetSource) -> str:
    """The whole place, with what is not shown of it."""
    place = unsealed(source.place, PURPOSE)
    if place is None:
        raise RefusedError(_("The key of this server has changed: enter the address again."))
    return place


def _reached(pk: int, actor: Any) -> Dataset:
    locked = Dataset.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if locked is None or not Dataset.objects.visible_to(actor).filter(pk=pk).exists():
        raise PermissionDenied
    return locked
