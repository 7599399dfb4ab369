"""Files and sessions: what names a person outside the columns of tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

from crm.mail.models import Mail, MailFile
from crm.records.models import Export
from crm.records.personal.erasing import Work, remove_files
from crm.records.personal.registry import Subject

# Folders in which every file belongs to a row; a file without one is a remainder.
OWNED_FOLDERS = ["exports", "files", "mail"]
# A file may be a moment older than its row.
ORPHAN_AGE = timedelta(minutes=10)
CHUNK = 500


def clean_sessions(subject: Subject, work: Work) -> int:
    """Take notices that name the person out of colleagues' sessions; old sessions go whole."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    cleaned, last = 0, ""
    store = SessionStore()
    while page := list(Session.objects.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = page[-1].pk
        with work.guard():
            for session in page:
                data = session.get_decoded()
                kept = subject.identifiers.blanked(data)
                if kept != data:
                    kept = {key: data[key] for key in data if kept.get(key) == data[key]}
                    Session.objects.filter(pk=session.pk).update(session_data=store.encode(kept))
                    cleaned += 1
    return cleaned


def clean_exports(subject: Subject, work: Work) -> int:
    """Remove the files of exports and of mail that went out: nobody knows who stands in them."""
    with work.guard():
        made = Export.objects.exclude(file="")
        names = list(made.values_list("file", flat=True))
        made.update(file="")
        sent = MailFile.objects.exclude(mail__state__in=[Mail.State.WAITING, Mail.State.SENDING])
        names += sent.values_list("content", flat=True)
        sent.delete()
        remove_files(names)
    return len(names)


def clean_orphans(subject: Subject, work: Work) -> int:
    """Remove files that no row names any more, of quotes printed anew for example."""
    removed = 0
    for folder in OWNED_FOLDERS:
        known = _known(folder)
        for name in _files(folder):
            old = timezone.now() - default_storage.get_modified_time(name) > ORPHAN_AGE
            if old and not _belongs(name, known):
                default_storage.delete(name)
                removed += 1
        work.progress(0)
    return removed


def _known(folder: str) -> set[str]:
    """The names, without endings, of the files that rows name."""
    known: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, models.FileField) and model._meta.managed:
                rows = model._base_manager.filter(**{f"{field.name}__startswith": f"{folder}/"})
                names: Any = rows.values_list(field.name, flat=True).iterator(2000)
                known.update(_stem(name) for name in names)
    return known


def _belongs(name: str, known: set[str]) -> bool:
    """Files beside one (its rejected rows) are called as it is, with another ending."""
    return _stem(name) in known


def _stem(name: str) -> str:
    folder, _slash, last = name.rpartition("/")
    return f"{folder}/{last.partition('.')[0]}"


def _files(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files)
    for inner in folders:
        yield from _files(f"{folder}/{inner}")
