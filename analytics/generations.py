"""What runs found of single records, written so that nobody sees half of it.

The rows of a run are written in parts, each a short transaction, while those of the run before
are still shown. One more short transaction shows the new ones (``Run.live``); the old ones are
then removed in parts. A run that is tried again begins by removing what it had written.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from django.db import connection
from django.db.models import Q

from analytics.models import Run

AT_ONCE = 10_000
NULL = r"\N"


class Work(Protocol):
    """What writing needs of whoever runs it; a ``JobContext`` is one."""

    def guard(self) -> AbstractContextManager[None]: ...


@dataclass(frozen=True)
class Rows:
    """What a run found, to be written.

    Attributes
    ----------
    model
        A ``Found``.
    columns
        Names in the database, without the run.
    rows
        Values in that order: numbers, days, text, None; JSON as text.
    """

    model: type[Any]
    columns: tuple[str, ...]
    rows: Iterable[Sequence[Any]]


def rows_write(*, run: Run, found: Rows, work: Work) -> None:
    """Write the rows of a run, of records that are in its scope and not in the trash."""
    _remove(found.model, found.model.objects.filter(run=run), work)
    rows = iter(found.rows)
    while part := list(islice(rows, AT_ONCE)):
        with work.guard():
            _insert(run, found, part)


def rows_replace(*, run: Run, found: Rows, pks: Sequence[int], work: Work) -> int:
    """Let ``found`` be what the run tells of these records, as long as it is the one shown.

    Gives how many are told of; records that the run does not tell of are left out.
    """
    about = {f"{found.model.about}__in": pks}
    with work.guard():
        if not Run.objects.select_for_update().filter(pk=run.pk, live=True).exists():
            return 0  # a newer run is shown, which knew all of this
        found.model.objects.filter(run=run, **about).delete()
        if rows := list(found.rows):
            _insert(run, found, rows)
        return int(found.model.objects.filter(run=run, **about).count())


def show(*, run: Run, model: type[Any]) -> None:
    """Let the rows of ``run`` be those that people see; called in the transaction that ends it."""
    siblings = Run.objects.filter(method=run.method, team=run.team_id)
    # The oldest one is the door: of two runs that end at once, the second waits for the first.
    list(siblings.select_for_update().order_by("pk")[:1])
    siblings.filter(live=True).exclude(pk=run.pk).update(live=False)
    run.live = True
    run.save(update_fields=["live"])
    # A record that came here from another team is told by this run alone.
    mine = model.objects.filter(run=run).values(model.about)
    others = model.objects.shown().filter(run__method=run.method).exclude(run=run)
    others.filter(**{f"{model.about}__in": mine}).delete()


def moved(*, run: Run, model: type[Any]) -> dict[str, int] | None:
    """How the rows of ``run`` differ from those still shown: ``run`` (theirs), ``same``,
    ``changed``, ``came`` and ``went``. None when none were shown, or the kind has no grades."""
    shown = Run.objects.filter(method=run.method, team=run.team_id, live=True).exclude(pk=run.pk)
    before = shown.values_list("pk", flat=True).first()
    if before is None or not model.graded:
        return None
    quote = connection.ops.quote_name
    about, grade = quote(f"{model.about}_id"), quote(model.graded)
    part = f"SELECT {about}, {grade} AS grade FROM {quote(model._meta.db_table)} WHERE run_id = %s"  # noqa: S608  # names come from the models
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE o.grade = n.grade),"  # noqa: S608  # as above
            " count(*) FILTER (WHERE o.grade <> n.grade), count(*) FILTER (WHERE o.grade IS NULL),"
            f" count(*) FILTER (WHERE n.grade IS NULL) FROM ({part}) AS o"
            f" FULL JOIN ({part}) AS n USING ({about})",
            [before, run.pk],
        )
        counts = cursor.fetchone()
    return {"run": before, **dict(zip(("same", "changed", "came", "went"), counts, strict=True))}


def withdraw(*, run: Run) -> None:
    """Show nothing any more of the method's earlier run for the same records: it was refused."""
    Run.objects.filter(method=run.method, team=run.team_id, live=True).update(live=False)


def tidy(*, method: str, model: type[Any], work: Work) -> None:
    """Remove what is neither shown nor being written."""
    over = Run.objects.filter(method=method, live=False).exclude(state=Run.State.RUNNING)
    _remove(model, model.objects.filter(run__in=over.values("pk")), work)


def _remove(model: type[Any], rows: Any, work: Work) -> None:
    part = rows.order_by().values_list("pk", flat=True)[:AT_ONCE]
    gone = AT_ONCE
    while gone == AT_ONCE:
        with work.guard():
            gone, _by_model = model.objects.filter(pk__in=list(part)).delete()


def _insert(run: Run, found: Rows, part: Sequence[Sequence[Any]]) -> None:
    """By COPY into a table of this transaction, then into the table itself: records that were
    deleted since they were read are left out."""
    quote = connection.ops.quote_name
    table = quote(found.model._meta.db_table)
    columns = ", ".join(map(quote, found.columns))
    scope, values = told_of(run, found.model).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS found_rows ON COMMIT DROP AS"  # noqa: S608  # names come from the models
            f" SELECT {columns} FROM {table} WITH NO DATA"
        )
        cursor.cursor.copy_expert(
            f"COPY found_rows ({columns}) FROM STDIN (FORMAT csv, NULL '{NULL}')", _csv(part)
        )
        cursor.execute(
            f"INSERT INTO {table} (run_id, {columns}) SELECT %s, {columns} FROM found_rows"  # noqa: S608  # names come from the models, the scope from the ORM
            f" WHERE {quote(found.model.about + '_id')} IN ({scope})",
            [run.pk, *values],
        )
        cursor.execute("DROP TABLE found_rows")


def _csv(part: Sequence[Sequence[Any]]) -> io.StringIO:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([[NULL if value is None else value for value in row] for row in part])
    buffer.seek(0)
    return buffer


def told_of(run: Run, model: type[Any]) -> Any:
    """The ids of the records that the run tells of: a team's own, or those of teams without a run
    that is shown."""
    records = model._meta.get_field(model.about).related_model._default_manager.alive()
    if run.team_id:
        return records.filter(team=run.team_id).order_by().values("pk")
    own = Run.objects.filter(method=run.method, team__isnull=False, live=True).values("team")
    return records.filter(Q(team=None) | ~Q(team__in=own)).order_by().values("pk")
