"""Changing many rows: kept row by row, so that it resumes after an interruption and can be undone.

A handful is done at once; more is a job.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.jobs.direct import DirectWork
from crm.jobs.services import job_enqueue
from crm.records.bulk import BulkAction, Chunk, actions_for
from crm.records.lists import ListQuery, resource_of
from crm.records.models import BulkChange, BulkRow

JOB_KIND = "bulk_change"
UNDO_KIND = "bulk_undo"
AT_ONCE = 200
CHUNK = 500
State = BulkChange.State


class Work(Protocol):
    """What a bulk change needs of whoever runs it; a ``JobContext`` is one."""

    def progress(self, done: int, total: int = 0, note: str = "") -> None: ...
    def guard(self) -> AbstractContextManager[None]: ...


def action_of(kind: str, key: str, actor: Any) -> BulkAction:
    """The action, or PermissionDenied when the actor has none of this name here."""
    found = {action.key: action for action in actions_for(resource_of(kind), actor)}
    if key not in found:
        raise PermissionDenied
    return found[key]


def bulk_start(
    *,
    query: ListQuery,
    action: str,
    params: dict[str, Any],
    ids: Sequence[int] | None,
    submission: UUID | None = None,
) -> BulkChange:
    """Do ``action`` with the rows ``ids``, or with all rows of the list when None.

    Rows that the actor may not change are counted as refused. A second call with the same
    ``submission`` gives the first one's change.

    Raises
    ------
    PermissionDenied
        The actor has no such action.
    RefusedError
        No row is left to change.
    """
    actor = query.user
    twin = BulkChange.objects.filter(submission=submission).first() if submission else None
    if twin is not None:
        return twin
    step = action_of(query.resource.kind, action, actor)
    with transaction.atomic():
        change = BulkChange.objects.create(
            kind=query.resource.kind, action=action, params=params, created_by=actor,
            submission=submission,
        )  # fmt: skip
        chosen = query.records() if ids is None else _named(query, ids)
        reach = (step.choosable or step.reach)(query.resource, actor)
        asked = chosen.order_by().count()
        change.total = _remember_rows(change, chosen.filter(pk__in=reach.values("pk")))
        change.refused = asked - change.total
        if not change.total:
            raise RefusedError(_("None of these rows may be changed by you."))
        change.save()
        if change.total <= AT_ONCE:
            bulk_run(change=change, work=DirectWork())
        else:
            change.job = job_enqueue(
                kind=JOB_KIND, params={"change": change.pk}, actor=actor,
                title=str(step.label), url=reverse("records:bulk_detail", args=[change.pk]),
            )  # fmt: skip
            change.save(update_fields=["job"])
    return change


def _named(query: ListQuery, ids: Sequence[int]) -> Any:
    return query.resource.model.objects.visible_to(query.user).filter(pk__in=ids)


def _remember_rows(change: BulkChange, records: Any) -> int:
    """Note the rows in the database itself: a million ids never pass through here."""
    sql, arguments = records.order_by().values("pk").query.sql_with_params()
    table = connection.ops.quote_name(BulkRow._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (change_id, record_id)"  # noqa: S608  # the ORM's own query; values stay parameters
            f" SELECT %s, picked.* FROM ({sql}) picked ON CONFLICT DO NOTHING",
            [change.pk, *arguments],
        )
        return cursor.rowcount


def bulk_run(*, change: BulkChange, work: Work) -> BulkChange:
    """Change the noted rows chunk by chunk, each exactly once."""
    actor = change.created_by
    resource = resource_of(change.kind)
    action = action_of(change.kind, change.action, actor)
    chunk = Chunk(resource, actor, change.params)
    done = change.total - change.rows.filter(before__isnull=True).count()
    while True:
        with work.guard():
            # The newest first: what stands on older records, as refunds on orders, goes before.
            waiting = change.rows.filter(before__isnull=True).order_by("-record_id")
            rows = list(waiting[:CHUNK])
            if not rows:
                change.state = State.DONE
                change.save(update_fields=["state"])
                break
            _do(change, action, chunk, rows)
        done += len(rows)
        work.progress(done, change.total)
    return change


def _do(change: BulkChange, action: BulkAction, chunk: Chunk, rows: Sequence[BulkRow]) -> None:
    ids = [row.record_id for row in rows]
    # The right may have gone since the rows were chosen; what stood in the way may go with them.
    reach = action.reach(chunk.resource, chunk.actor)
    before: dict[int, Any] = {}
    refused, more = set(ids), True
    while refused and more:
        allowed = list(reach.filter(pk__in=refused).values_list("pk", flat=True))
        made = action.apply(chunk, allowed) if allowed else {}
        before, refused, more = before | made, refused - set(allowed), bool(made)
    for row in rows:
        row.before = {"was": before[row.record_id]} if row.record_id in before else {}
    BulkRow.objects.bulk_update(rows, ["before"])
    change.changed += len(before)
    change.unchanged += len(ids) - len(refused) - len(before)
    change.refused += len(refused)
    if action.choosable and refused:
        change.held += action.choosable(chunk.resource, chunk.actor).filter(pk__in=refused).count()
    change.save(update_fields=["changed", "unchanged", "refused", "held"])


@transaction.atomic
def bulk_undo_start(*, pk: int, actor: Any) -> BulkChange:
    """Take a change back: at once when it is small, else by a job. Twice does it once.

    Raises PermissionDenied for a change of somebody else.
    """
    locked = BulkChange.objects.select_for_update(of=("self",))
    change: BulkChange | None = locked.filter(pk=pk, created_by=actor.pk).first()
    if change is None:
        raise PermissionDenied
    if change.state == State.RUNNING and not (change.job and change.job.is_over):
        raise RefusedError(_("This is still running. Cancel it first, then undo it."))
    if change.state in {State.UNDOING, State.UNDONE}:
        return change
    change.state = State.UNDOING
    change.save(update_fields=["state"])
    if change.changed <= AT_ONCE:
        return bulk_undo(change=change, work=DirectWork())
    change.job = job_enqueue(
        kind=UNDO_KIND, params={"change": change.pk}, actor=actor,
        url=reverse("records:bulk_detail", args=[change.pk]),
    )  # fmt: skip
    change.save(update_fields=["job"])
    return change


def bulk_undo(*, change: BulkChange, work: Work) -> BulkChange:
    """Give each changed row back what it was, unless somebody has changed it since."""
    actor = change.created_by
    action = action_of(change.kind, change.action, actor)
    chunk = Chunk(resource_of(change.kind), actor, change.params)
    changed = change.rows.filter(before__has_key="was")
    while True:
        with work.guard():
            rows = list(changed.order_by("record_id")[:CHUNK])
            if not rows:
                change.state = State.UNDONE
                change.save(update_fields=["state"])
                break
            before = {row.record_id: row.before["was"] for row in rows if row.before}
            change.restored += action.undo(chunk, before)
            change.save(update_fields=["restored"])
            for row in rows:
                row.before = {}
            BulkRow.objects.bulk_update(rows, ["before"])
        work.progress(change.restored, change.changed)
    return change
