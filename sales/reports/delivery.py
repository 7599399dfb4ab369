"""One turn of a mailing for one recipient: their figures, in their language, mailed once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.models import User
from crm.common.errors import RefusedError
from crm.common.pdf import PdfImpossibleError
from crm.jobs.context import JobContext
from crm.jobs.models import Job
from crm.jobs.services import job_enqueue
from crm.mail.models import Mail
from crm.mail.services import Attachment, Letter, mail_queue
from crm.records.resources import SELLERS
from crm.records.views.lists import TYPES
from sales.mailables import Mailable, mailables
from sales.models import ReportDelivery, ReportRecipient, ReportSchedule, SavedReport
from sales.reports import clock
from sales.reports.files import WRITERS, question
from sales.reports.layout import Head, cells, heads, said, subtitle, title
from sales.reports.tables import ReportTable, Row, build

MAIL_KIND = "report_mail"
MOST_ROWS = 10  # in the mail itself
REMEMBERED = timedelta(days=40)
State = ReportDelivery.State


def enqueue_due(now: datetime) -> int:
    """Start a job for each turn that is due and was not done; gives how many."""
    recipients = ReportRecipient.objects.filter(
        stopped_at__isnull=True, schedule__active=True,
        schedule__in=ReportSchedule.objects.alive(), user__is_active=True,
    ).select_related("schedule", "user")  # fmt: skip
    recent = ReportDelivery.objects.filter(created_at__gt=now - REMEMBERED)
    done = set(recent.values_list("schedule", "user", "key"))
    count = 0
    for recipient in recipients.iterator(chunk_size=500):
        day = clock.due_day(recipient.schedule, clock.zone_of(recipient.user), now)
        if not _may_get(recipient.user, recipient.schedule) or day is None:
            continue
        if (recipient.schedule_id, recipient.user_id, f"{day}") in done:
            continue
        _enqueue(recipient.schedule_id, recipient.user_id, f"{day}")
        count += 1
    return count


def _may_get(user: User, schedule: ReportSchedule) -> bool:
    """People of roles that have such figures."""
    return user.role in mailables[schedule.kind].roles


def _enqueue(schedule: int, user: int, key: str) -> Job:
    return job_enqueue(
        kind=MAIL_KIND, params={"schedule": schedule, "user": user, "key": key}, actor=None,
        idempotency_key=f"report:{schedule}:{user}:{key}",
    )  # fmt: skip


@transaction.atomic
def send_now(*, pk: int, actor: Any) -> Job:
    """Mail a report to oneself at once, to see what the others will get.

    Raises PermissionDenied when the actor does not see the mailing, RefusedError without an
    address.
    """
    if not ReportSchedule.objects.visible_to(actor).filter(pk=pk).exists():
        raise PermissionDenied
    if not actor.email:
        raise RefusedError(_("You have no e-mail address yet. Add one in your profile."))
    return _enqueue(pk, actor.pk, f"now {uuid4()}")


@dataclass(frozen=True)
class Prepared:
    """What a turn comes to: a letter, or the reason why there is none."""

    state: str
    reason: str = ""
    rows: int = 0
    letter: Letter | None = None
    files: tuple[Attachment, ...] = ()


def deliver(job: JobContext) -> ReportDelivery | None:
    """Do one turn: once, whatever happens to the job. None when it is not wanted any more."""
    asked = job.params
    schedules = ReportSchedule.objects.alive().select_related("report")
    schedule = schedules.filter(pk=asked["schedule"]).first()
    user = User.objects.filter(pk=asked["user"]).first()
    if schedule is None or user is None or not _wanted(schedule, user, asked["key"]):
        return None
    place = {"schedule": schedule, "user": user, "key": asked["key"]}
    with _as(user):
        prepared = _prepare(schedule, user, asked["key"])
        with job.guard():
            delivery = ReportDelivery.objects.filter(**place).first()
            if delivery is not None:
                return delivery
            return ReportDelivery.objects.create(
                **place, state=prepared.state, reason=prepared.reason, rows=prepared.rows,
                mail=_mail(schedule, user, asked["key"], prepared),
            )  # fmt: skip


def _wanted(schedule: ReportSchedule, user: User, key: str) -> bool:
    """Looked at again when its time comes: people leave, change their role, or stop it."""
    if not user.is_active or not _may_get(user, schedule):
        return False
    if key.startswith("now"):
        return True
    going = schedule.recipients.filter(user=user, stopped_at__isnull=True)
    return schedule.active and going.exists()


@contextmanager
def _as(user: User) -> Iterator[None]:
    with translation.override(user.language), timezone.override(clock.zone_of(user)):
        yield


def _prepare(schedule: ReportSchedule, user: User, key: str) -> Prepared:
    if not user.email:
        return Prepared(State.REFUSED, _("%(name)s has no e-mail address.") % {"name": user})
    made: Prepared = mailables[schedule.kind].prepare(schedule, user, key)
    return made


def prepare_report(schedule: ReportSchedule, user: User, key: str) -> Prepared:
    """A report for one recipient."""
    report = _report(schedule)
    try:
        table = build(question(user, report.query, _today(schedule, user, key)))
    except RefusedError as refusal:
        return Prepared(State.REFUSED, refusal.message)
    if table.is_empty and schedule.skip_empty:
        return Prepared(State.SKIPPED, _("There was nothing to report."))
    files, note = _files(schedule, table)
    letter = _letter(schedule, user, table, note)
    return Prepared(State.MAILED, rows=len(table.rows), letter=letter, files=files)


def _report(schedule: ReportSchedule) -> SavedReport:
    report: SavedReport = schedule.subject
    return report


def _today(schedule: ReportSchedule, user: User, key: str) -> date:
    """The company's day when the turn fell due, however late it is done."""
    if key.startswith("now"):
        return clock.company_day(timezone.now())
    struck = clock.strikes(schedule, date.fromisoformat(key), clock.zone_of(user))
    return clock.company_day(struck)


def _files(schedule: ReportSchedule, table: ReportTable) -> tuple[tuple[Attachment, ...], str]:
    """The attached file; a workbook with a word of why, where no PDF can be made."""
    kind, note = schedule.format, ""
    if kind == ReportSchedule.Format.NONE:
        return (), note
    try:
        content = WRITERS[kind](table)
    except PdfImpossibleError as problem:
        kind, note = "xlsx", problem.message
        content = WRITERS[kind](table)
    return (Attachment(f"{_report(schedule).name}.{kind}", TYPES[kind], content),), note


def _letter(schedule: ReportSchedule, user: User, table: ReportTable, note: str) -> Letter:
    columns = [head for head in heads(table) if head.key not in {"variance", "sd", "least", "most"}]
    shown = [_said_row(table, row, columns) for row in (*table.rows[:MOST_ROWS], table.total)]
    context = {
        "report": _report(schedule), "user": user, "note": note, "title": title(table.query),
        "subtitle": subtitle(table), "columns": columns, "rows": shown[:-1], "total": shown[-1],
        "names": [head.label for head in columns],
        "left": max(len(table.rows) - MOST_ROWS, 0), "language": user.language,
        "url": f"{settings.BASE_URL}{_report(schedule).get_absolute_url()}",
        "stop_url": _stop_url(schedule),
    }  # fmt: skip
    return Letter.rendered("sales_report", context)


def _said_row(table: ReportTable, row: Row, columns: list[Head]) -> list[str]:
    values = cells(table, row, columns)
    return [said(value, head.kind) for head, value in zip(columns, values, strict=True)]


def _stop_url(schedule: ReportSchedule) -> str:
    return f"{settings.BASE_URL}{schedule.mail_url}"


def _mail(schedule: ReportSchedule, user: User, key: str, prepared: Prepared) -> Mail | None:
    if prepared.letter is None:
        return None
    return mail_queue(
        kind="report", letter=prepared.letter, user=user, files=prepared.files,
        key=f"report:{schedule.pk}:{user.pk}:{key}",
        headers={"List-Unsubscribe": f"<{_stop_url(schedule)}>"},
    )  # fmt: skip


mailables["report"] = Mailable(
    "report", SavedReport, SELLERS, "sales:report_mail", gettext_lazy("Mail the report"),
    tuple(ReportSchedule.Format.values), prepare_report,
)  # fmt: skip
