"""Writes about saved reports and their mailings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.common.errors import EditConflictError, RefusedError
from crm.records.models import SavedView
from crm.records.resources import SELLERS
from sales.mailables import mailables
from sales.models import ReportRecipient, ReportSchedule, SavedReport
from sales.reports.files import question

Sharing = SavedView.Sharing


@transaction.atomic
def report_save(*, actor: Any, name: str, query: str, sharing: str) -> SavedReport:
    """Keep a question under a name.

    Raises
    ------
    PermissionDenied
        The actor's role has no sales figures.
    RefusedError
        The question is wrong, the name is taken, or the actor may not share so widely.
    """
    if actor.role not in SELLERS:
        raise PermissionDenied
    report = SavedReport(owner=actor, team_id=actor.team_id, query=question(actor, query).text)
    return _store(report, actor, name=name, sharing=sharing)


@transaction.atomic
def report_update(
    *, pk: int, actor: Any, expected_version: int | None = None, **changes: Any
) -> SavedReport:
    """Change name, sharing or query. Raises as ``report_save``, and EditConflictError."""
    report = _own(SavedReport.objects.editable_by(actor), pk)
    if expected_version is not None and report.version != expected_version:
        raise EditConflictError(report)
    if "query" in changes:
        report.query = question(actor, changes["query"]).text
    report.version += 1
    name, sharing = changes.get("name", report.name), changes.get("sharing", report.sharing)
    return _store(report, actor, name=name, sharing=sharing)


@transaction.atomic
def report_trash(*, pk: int, actor: Any) -> SavedReport:
    """Take a report away; its mailings rest until it is brought back."""
    report = _own(SavedReport.objects.editable_by(actor), pk)
    report.trashed_at = timezone.now()
    report.save(update_fields=["trashed_at"])
    return report


@transaction.atomic
def report_restore(*, pk: int, actor: Any) -> SavedReport:
    """Bring a report back; RefusedError when its name was given to another one meanwhile."""
    report = _own(SavedReport.objects.restorable_by(actor), pk)
    report.trashed_at = None
    _refuse_twin(report, report.name)
    report.save(update_fields=["trashed_at"])
    # What fell due while it was away is not made up for.
    report.schedules.filter(active=True).update(active_since=timezone.now())
    return report


def _own(found: Any, pk: int) -> Any:
    record = found.select_for_update(of=("self",)).filter(pk=pk).first()
    if record is None:
        raise PermissionDenied
    return record


def _store(report: SavedReport, actor: Any, *, name: str, sharing: str) -> SavedReport:
    if sharing == Sharing.TEAM and report.team_id is None:
        raise RefusedError(_("You are in no team: choose “only me” or “everybody”."))
    if sharing == Sharing.PUBLIC and not (actor.is_manager or actor.is_admin):
        raise RefusedError(_("Only managers and administrators share a report with everybody."))
    _refuse_twin(report, name)
    report.name, report.sharing = name, sharing
    report.full_clean(exclude=["owner", "team"])
    report.save()
    return report


def _refuse_twin(report: SavedReport, name: str) -> None:
    twins = SavedReport.objects.filter(owner=report.owner_id, name=name, trashed_at__isnull=True)
    if twins.exclude(pk=report.pk).exists():
        raise RefusedError(_("You have a report called “%(name)s” already.") % {"name": name})


def nameable(actor: Any, roles: Collection[str] = SELLERS) -> Any:
    """Whom a person may send reports to: those whose role has such figures, of one's reach."""
    sellers = User.objects.filter(is_active=True, role__in=roles).order_by("username")
    if actor.is_admin:
        return sellers
    if actor.is_manager:
        return sellers.filter(team=actor.team_id) | sellers.filter(pk=actor.pk)
    return sellers.filter(pk=actor.pk)


@transaction.atomic
def schedule_create(
    *, actor: Any, report: int, recipients: Sequence[User], submission: UUID | None = None,
    kind: str = "report", **values: Any,
) -> ReportSchedule:  # fmt: skip
    """Mail a report from now on, or the record ``report`` of another ``kind``.

    A second call with the same ``submission`` gives the first's.

    Raises
    ------
    PermissionDenied
        The actor does not see the report, or may not send to one of the recipients.
    """
    if not mailables[kind].model.objects.visible_to(actor).filter(pk=report).exists():
        raise PermissionDenied
    twin = ReportSchedule.objects.filter(submission=submission).first() if submission else None
    if twin is not None:
        return twin
    what = {"report_id" if kind == "report" else "subject_id": report}
    schedule = ReportSchedule(
        kind=kind, created_by=actor, active_since=timezone.now(), submission=submission,
        **what, **values,
    )  # fmt: skip
    schedule.full_clean(exclude=["submission"])
    schedule.save()
    _set_recipients(schedule, actor, recipients)
    return schedule


@transaction.atomic
def schedule_update(
    *, pk: int, actor: Any, recipients: Sequence[User], expected_version: int | None = None,
    **values: Any,
) -> ReportSchedule:  # fmt: skip
    """Change when, how and to whom. Raises as above, and EditConflictError.

    Its next turn is the first one after now, when its time changes or it is taken up again.
    """
    schedule: ReportSchedule = _own(ReportSchedule.objects.editable_by(actor), pk)
    if expected_version is not None and schedule.version != expected_version:
        raise EditConflictError(schedule)
    for name, value in values.items():
        setattr(schedule, name, value)
    schedule.version += 1
    schedule.active_since = timezone.now()
    schedule.full_clean(exclude=["submission"])
    schedule.save()
    _set_recipients(schedule, actor, recipients)
    return schedule


@transaction.atomic
def schedule_delete(*, pk: int, actor: Any) -> None:
    _own(ReportSchedule.objects.editable_by(actor), pk).delete()


@transaction.atomic
def schedule_stop(*, pk: int, actor: Any, stopped: bool) -> None:
    """A recipient wants no more of it, or wants it again. PermissionDenied to others."""
    mine = ReportRecipient.objects.select_for_update(of=("self",)).filter(
        schedule__in=ReportSchedule.objects.alive(), schedule=pk, user=actor
    )
    found = mine.first()
    if found is None:
        raise PermissionDenied
    found.stopped_at = timezone.now() if stopped else None
    found.save(update_fields=["stopped_at"])


def _set_recipients(schedule: ReportSchedule, actor: Any, recipients: Sequence[User]) -> None:
    """Those named; whoever stopped it stays stopped. Earlier ones out of the actor's reach stay."""
    wanted = {user.pk for user in recipients}
    reach = set(nameable(actor, mailables[schedule.kind].roles).values_list("pk", flat=True))
    if not wanted <= reach:
        raise PermissionDenied
    there = set(schedule.recipients.values_list("user", flat=True))
    schedule.recipients.filter(user__in=(there & reach) - wanted).delete()
    ReportRecipient.objects.bulk_create(
        [ReportRecipient(schedule=schedule, user_id=pk) for pk in sorted(wanted - there)]
    )
