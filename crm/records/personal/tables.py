"""What the tables of this app, of the apps below and of libraries hold on a person."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import CharField, Q
from django.db.models.functions import Cast, Lower
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _
from pghistory.models import Context

from crm.accounts.models import Absence, Team, User
from crm.jobs.models import Job
from crm.mail.models import Mail, MailFile
from crm.records.models import Attachment, BulkChange, BulkRow, CustomField, Export, SavedView
from crm.records.personal.cleaning import clean_exports, clean_orphans, clean_sessions
from crm.records.personal.erasing import blank_columns
from crm.records.personal.identifiers import BLANKED, Identifiers
from crm.records.personal.registry import (
    Cleaner,
    Holding,
    Hunt,
    Subject,
    cleaners,
    holdings,
    hunts,
    impersonal,
    numbered,
    rows_of_the_person,
)
from crm.records.resources import resources


def _attachments(subject: Subject) -> Q:
    """Files of the person's records, in the trash too."""

    def of(holding: Holding) -> Q | None:
        resource = resources.get(holding.label)
        if resource is None or not resource.files:
            return None
        kind = ContentType.objects.get_for_model(holding.model)
        return Q(content_type=kind, object_id__in=holding.of(subject).values("pk"))

    return rows_of_the_person(subject, of)


def _bulk_rows(subject: Subject) -> Q:
    def of(holding: Holding) -> Q | None:
        if holding.label not in resources:
            return None
        return Q(change__kind=holding.label, record_id__in=holding.of(subject).values("pk"))

    return rows_of_the_person(subject, of) & Q(before__isnull=False)


def _log_entries(subject: Subject) -> Q:
    def of(holding: Holding) -> Q | None:
        if holding.label not in resources:
            return None
        kind = ContentType.objects.get_for_model(holding.model)
        ids = holding.of(subject).annotate(as_text=Cast("pk", CharField())).values("as_text")
        return Q(content_type=kind, object_id__in=ids)

    return rows_of_the_person(subject, of)


def _mails_to_them(subject: Subject) -> Q:
    return Q(In(Lower("to"), sorted(subject.emails))) if subject.emails else Q(pk__in=[])


def _files_to_them(subject: Subject) -> Q:
    if not subject.emails:
        return Q(pk__in=[])
    return Q(In(Lower("mail__to"), sorted(subject.emails)))


def heal_view(view: Any, identifiers: Identifiers) -> bool:
    """Leave out of a saved list what names the person."""
    kept = [pair for pair in parse_qsl(view.query) if identifiers.blanked(list(pair)) == [*pair]]
    view.query = urlencode(kept)
    if identifiers.stand_in(view.name):
        view.name = f"{BLANKED} {view.pk}"
    view.save(update_fields=["query", "name"])
    return True


def read_view(view: Any) -> list[Any]:
    return [view.name, [list(pair) for pair in parse_qsl(view.query)]]


def _heal_export(export: Any, identifiers: Identifiers) -> bool:
    """Leave out of the log what was searched for when it is the person or a part of their name."""
    pairs = parse_qsl(export.query)
    kept = [pair for pair in pairs if not identifiers.hint_at(pair[1])]
    if kept != pairs:
        Export.objects.filter(pk=export.pk).update(query=urlencode(kept))
    return kept != pairs


def _heal_job(job: Any, identifiers: Identifiers) -> bool:
    return blank_columns(_JOB_TEXTS, job, identifiers)


_JOB_TEXTS = ("title", "params", "progress_note", "checkpoint", "result", "error")
_KIND = frozenset({"kind"})

_MAIL_TEXTS = ("to", "sender", "reply_to", "subject", "text", "html", "headers", "error")

holdings += [
    Holding(MailFile, _files_to_them, gone=True, files=("content",), order=9),
    Holding(Mail, _mails_to_them, gone=True, order=10),
    Holding(Attachment, _attachments, gone=True, files=("file",), order=10),
    Holding(BulkRow, _bulk_rows, {"before": {}}, order=10, told=False),
    Holding(
        LogEntry, _log_entries, {"object_repr": numbered("▮"), "change_message": ""},
        kept=frozenset({"object_id"}), order=10, told=False,
    ),
]  # fmt: skip
hunts += [
    Hunt(SavedView, ("name", "query"), _KIND | {"columns"}, heal_view, read_view),
    Hunt(Export, ("query",), _KIND | {"columns", "record_ids"}, _heal_export, every=True),
    Hunt(BulkChange, ("params",), _KIND | {"action"}),
    Hunt(Job, _JOB_TEXTS, _KIND | {"idempotency_key", "url"}, _heal_job),
    Hunt(LogEntry, ("object_repr", "change_message")),
    Hunt(Mail, _MAIL_TEXTS, _KIND | {"key", "message_id"}),
]
cleaners["sessions"] = Cleaner(
    _("Notices in sessions"), clean_sessions,
    covers={Session: ("session_key", "session_data")},
)  # fmt: skip
cleaners["exports"] = Cleaner(
    _("Files of exports"), clean_exports, last=True,
    covers={Export: ("file",), MailFile: ("name", "content_type", "content")},
)  # fmt: skip
cleaners["orphans"] = Cleaner(_("Files without a record"), clean_orphans, last=True)

_COLLEAGUES = "Colleagues, their teams and their ways to sign in."
_MACHINERY = "Of the framework: codes and ids."
impersonal.update(
    dict.fromkeys(
        [
            User, Team, Absence, Group, EmailAddress, EmailConfirmation, Authenticator,
            AccessAttempt, AccessFailureLog, AccessLog,
        ],
        _COLLEAGUES,
    )
)  # fmt: skip
impersonal.update(dict.fromkeys([Permission, ContentType, Context], _MACHINERY))
impersonal[CustomField] = "How fields are called; their values stand on the records."
